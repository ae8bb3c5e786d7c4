/** The door of @tenon/lox: compile programs, and run them within limits. Nothing here needs Node. */
export type { EngineName } from "./engine.ts";
export { runtimeErrorText } from "./diagnostics/error-text.ts";
export { type Dialect, type DialectName, DIALECTS } from "./dialect.ts";
export { Lox, type LoxClock, type LoxOptions, type ResetOptions, type RunOptions } from "./embed/lox.ts";
export {
  type HostArgument,
  type HostValue,
  type LoxCallable,
  type LoxInstance,
  native,
  type NativeFunction,
} from "./embed/marshal.ts";
export type { Limits, StopSignal } from "./limits/limits.ts";
export { compile, type CompileOptions, type Program } from "./program.ts";
export { type Json, programJson } from "./syntax/ast-json.ts";
export { type CompileErrorEntry, compileErrorText, LoxCompileError } from "./syntax/compile-error.ts";
export { KEYWORDS } from "./syntax/token.ts";
export { type LimitCode, type LoxFrame, LoxLimitError, LoxRuntimeError } from "./values/runtime-error.ts";
