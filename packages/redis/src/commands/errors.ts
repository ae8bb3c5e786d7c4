/**
 * Errors that reach clients, in Redis' words. The first word is the code that clients match on.
 *
 * Those without parameters are made once: throwing one costs no stack trace.
 */
export class CommandError extends Error {
  /** The first word of the message: "ERR", "WRONGTYPE", … */
  readonly code: string;

  constructor(message: string) {
    super(message);
    this.name = "CommandError";
    const space = message.indexOf(" ");
    this.code = space < 0 ? message : message.slice(0, space);
  }
}

export const WRONG_TYPE: CommandError = new CommandError(
  "WRONGTYPE Operation against a key holding the wrong kind of value",
);
export const SYNTAX_ERROR: CommandError = new CommandError("ERR syntax error");
export const NOT_AN_INTEGER: CommandError = new CommandError("ERR value is not an integer or out of range");
export const NOT_A_FLOAT: CommandError = new CommandError("ERR value is not a valid float");
export const NO_SUCH_KEY: CommandError = new CommandError("ERR no such key");
export const INDEX_OUT_OF_RANGE: CommandError = new CommandError("ERR index out of range");
export const OUT_OF_RANGE: CommandError = new CommandError("ERR value is out of range");
export const NOT_POSITIVE: CommandError = new CommandError("ERR value is out of range, must be positive");
export const INVALID_CURSOR: CommandError = new CommandError("ERR invalid cursor");
export const OVERFLOW: CommandError = new CommandError("ERR increment or decrement would overflow");
export const STRING_TOO_LONG: CommandError = new CommandError(
  "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
);
export const BUSY_SCRIPT: CommandError = new CommandError(
  "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
);
export const TIMEOUT_NOT_A_FLOAT: CommandError = new CommandError("ERR timeout is not a float or out of range");
export const TIMEOUT_NEGATIVE: CommandError = new CommandError("ERR timeout is negative");
