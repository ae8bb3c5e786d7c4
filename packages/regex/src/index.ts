export { RegexError, type RegexErrorCode, type RegexProblem } from "./errors.ts";
export { type Outline, outline } from "./syntax/outline.ts";
export type { LineScanner } from "./line-scanner.ts";
export type { Collation, CompileOptions, RegexLimits, Syntax } from "./options.ts";
export { type Match, type Pattern, type Plan, Regex, type RegexSource, type Span, compile } from "./regex.ts";
export type { Line, LineCounter, LinesOptions } from "./streaming.ts";
export { translate } from "./syntax/translate.ts";
