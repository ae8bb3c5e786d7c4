/** Options as programs give them: objects of which anything may be expected. */
export type Options = Readonly<Record<string, unknown>>;

/** false when it is missing. Throws TypeError when it is no boolean. */
export function booleanOption(options: Options, key: string): boolean {
  if (!(key in options)) return false;
  const value = options[key];
  if (typeof value !== "boolean") throw new TypeError(`Expected the "${key}" option to be a boolean`);
  return value;
}

/** What `new Database` is given, looked at. */
export interface OpenOptions {
  readonly readonly: boolean;
  readonly fileMustExist: boolean;
  readonly timeoutMs: number;
  readonly verbose: ((sql: string) => void) | undefined;
}

/** `isAnonymous`: in memory, and not made from bytes. Throws TypeError and RangeError. */
export function openOptions(options: Options, isAnonymous: boolean): OpenOptions {
  if ("readOnly" in options) throw new TypeError('Misspelled option "readOnly" should be "readonly"');
  if ("memory" in options)
    throw new TypeError('Option "memory" was removed in v7.0.0 (use ":memory:" filename instead)');
  const readonly = booleanOption(options, "readonly");
  const fileMustExist = booleanOption(options, "fileMustExist");
  const timeout = "timeout" in options ? options["timeout"] : 5000;
  const verbose = options["verbose"] ?? undefined;
  if (readonly && isAnonymous) throw new TypeError("In-memory/temporary databases cannot be readonly");
  if (typeof timeout !== "number" || !Number.isInteger(timeout) || timeout < 0)
    throw new TypeError('Expected the "timeout" option to be a positive integer');
  if (timeout > 0x7fff_ffff) throw new RangeError('Option "timeout" cannot be greater than 2147483647');
  if (verbose !== undefined && typeof verbose !== "function")
    throw new TypeError('Expected the "verbose" option to be a function');
  if (options["journalFd"] !== undefined)
    throw new TypeError("Opening a database from file descriptors is not supported");
  return { readonly, fileMustExist, timeoutMs: timeout, verbose: verbose as ((sql: string) => void) | undefined };
}
