export { RegexError, type RegexErrorCode, type RegexProblem } from "./errors.ts";
export type { LineScanner } from "./line-scanner.ts";
export type { CompileOptions, RegexLimits, Syntax } from "./options.ts";
export {
  compile,
  type Line,
  type LineCounter,
  type LinesOptions,
  type Match,
  type Pattern,
  type Plan,
  type Regex,
  type Span,
} from "./regex.ts";
