/** The first line of a script, `#!lua flags=no-writes,allow-oom`: what the script says of itself. */
import { CommandError } from "../commands/errors.ts";
import { splitInline } from "../resp/inline.ts";

/** Bits of a script's flags. */
export const SCRIPT_FLAG = {
  /** It calls no command that writes. */
  noWrites: 1,
  /** It may run, and write, while the limit of memory is exceeded. */
  allowOom: 2,
  /** It may run on a replica that lost its master and does not serve stale data. */
  allowStale: 4,
  /** It must not run in a cluster. */
  noCluster: 8,
  /** It may use keys of several slots. */
  allowCrossSlotKeys: 16,
  /** It has no such line: the rules of before 7.0 hold, by which each command is judged when it is called. */
  undeclared: 32,
} as const;

const NAMES: Readonly<Record<string, number>> = {
  "no-writes": SCRIPT_FLAG.noWrites,
  "allow-oom": SCRIPT_FLAG.allowOom,
  "allow-stale": SCRIPT_FLAG.allowStale,
  "no-cluster": SCRIPT_FLAG.noCluster,
  "allow-cross-slot-keys": SCRIPT_FLAG.allowCrossSlotKeys,
};

export interface Declaration {
  readonly flags: number;
  /** Characters before the Lua source; the line's end is part of the source, so that lines are counted as they were written. */
  readonly length: number;
}

const UNDECLARED: Declaration = { flags: SCRIPT_FLAG.undeclared, length: 0 };

/** What the script declares. Throws CommandError. */
export function parseDeclaration(source: string): Declaration {
  if (!source.startsWith("#!")) return UNDECLARED;
  const length = source.indexOf("\n");
  if (length < 0) throw new CommandError("ERR Invalid script shebang");
  const [engine, ...options] = splitInline(source.slice(0, length)) ?? [];
  if (engine === undefined) throw new CommandError("ERR Invalid engine in script shebang");
  if (engine !== "#!lua") throw new CommandError(`ERR Unexpected engine in script shebang: ${engine}`);
  let flags = 0;
  for (const option of options) {
    if (!option.startsWith("flags=")) throw new CommandError(`ERR Unknown lua shebang option: ${option}`);
    const names = option.slice("flags=".length);
    for (const name of names === "" ? [] : names.split(",")) {
      const flag = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
      if (flag === undefined) throw new CommandError(`ERR Unexpected flag in script shebang: ${name}`);
      flags |= flag;
    }
  }
  return { flags, length };
}
