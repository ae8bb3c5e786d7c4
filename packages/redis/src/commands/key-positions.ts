/** Which arguments of a command are keys, and what the command does with each: from its key specs. */
import type { Args } from "../resp/args.ts";
import type { CommandRow, KeySpec } from "./table.ts";

export interface KeyPosition {
  /** Of the argument. */
  readonly index: number;
  /** As in a key spec: "RO access", "RW access update", … */
  readonly flags: string;
}

/** Commands that do more or less with their key than their spec says, depending on what they are asked. */
const FLAGS_BY_REQUEST: Readonly<Record<string, (args: Args) => string>> = {
  migrate: () => "RW access delete",
  set: (args) => {
    for (let i = 3; i < args.length; i++) if (args.is(i, "GET")) return "RW access update";
    return "OW update";
  },
  bitfield: (args) => {
    for (let i = 2; i < args.length; i++) {
      if (args.is(i, "GET")) i += 2;
      else if (args.is(i, "SET") || args.is(i, "INCRBY") || args.is(i, "OVERFLOW")) return "RW access update";
    }
    return "RO access";
  },
};

/** Whether a command of `row` can have keys. */
export function hasKeys(row: CommandRow): boolean {
  return row.findKeys !== undefined || (row.keys ?? []).some((spec) => !spec.flags.includes("not_key"));
}

/** The keys of `args`, a command of `row`, in order of the specs; `undefined` when the request does not fit the specs. */
export function keyPositions(row: CommandRow, args: Args): KeyPosition[] | undefined {
  const found: KeyPosition[] = [];
  const byRequest = FLAGS_BY_REQUEST[row.name]?.(args);
  if (row.findKeys !== undefined) {
    const specs = row.keys ?? [];
    return row.findKeys(args).map((index, n) => {
      // The key that is read first, and the one that is written at the end of the specs (SORT … STORE).
      const spec = n === 0 ? specs[0] : specs.at(-1);
      return { index, flags: byRequest ?? spec?.flags ?? "RW access update" };
    });
  }
  for (const spec of row.keys ?? []) {
    if (spec.flags.includes("not_key") || spec.begin === "unknown" || spec.find === "unknown") continue;
    const begin = beginningOf(spec, args);
    if (begin === 0) continue;
    const range = rangeOf(spec, begin, args);
    if (range === undefined) return undefined;
    for (let i = range.first; i <= range.last; i += range.step)
      found.push({ index: i, flags: byRequest ?? spec.flags });
  }
  return found;
}

/** Where a spec begins; 0 when its keyword is not there. */
function beginningOf({ begin }: KeySpec, args: Args): number {
  if (begin === "unknown") return 0;
  if ("index" in begin) return begin.index;
  const { keyword, startFrom } = begin;
  const step = startFrom < 0 ? -1 : 1;
  for (let i = startFrom < 0 ? args.length + startFrom : startFrom; i > 0 && i < args.length; i += step) {
    if (args.is(i, keyword)) return i + 1;
  }
  return 0;
}

function rangeOf(
  { find }: KeySpec,
  begin: number,
  args: Args,
): { readonly first: number; readonly last: number; readonly step: number } | undefined {
  if (find === "unknown") return undefined;
  const step = Math.max(1, find.step);
  let first = begin;
  let last: number;
  if ("keynum" in find) {
    const counter = begin + find.keynum;
    if (counter >= args.length) return undefined;
    const count = Number(args.string(counter));
    if (!/^-?\d+$/.test(args.string(counter)) || count < 0 || count > args.length) return undefined;
    first = begin + find.first;
    last = first + (count - 1) * step;
  } else if (find.lastKey >= 0) last = begin + find.lastKey;
  else {
    last = args.length + find.lastKey;
    // A limit says that only the first half (third, …) of what is left are keys: XREAD's keys stand before its ids.
    if (find.limit > 1) last = begin + Math.floor((last - begin + 1) / find.limit) - 1;
  }
  return last >= args.length ? undefined : { first, last, step };
}
