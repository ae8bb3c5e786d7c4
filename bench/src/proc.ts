/**
 * What Linux's /proc knows of a running process tree: CPU time and memory. proc(5).
 *
 * CPU time is what the benchmarks trust most: a busy machine or a slow load generator changes how long an operation takes,
 * but hardly how much work it is.
 */
import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks per second of the times in /proc/<pid>/stat: USER_HZ, which is 100 on every Linux that runs Node. */
const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** User and system time of the process with all its threads, and of the children that it has waited for. */
  readonly ticks: number;
  /** The part of `ticks` that is of children it has waited for. */
  readonly waitedTicks: number;
}

/** Parses a line of /proc/<pid>/stat. The second field is the program's name in parentheses, and may itself hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat {
  const pid = Number.parseInt(line, 10);
  // Fields from the third (state) on; `fields[i]` is proc(5)'s field i + 3.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  const waitedTicks = cutime! + cstime!;
  return { pid, parent: Number(fields[1]), ticks: utime! + stime! + waitedTicks, waitedTicks };
}

/** CPU seconds that the process and all its descendants have used so far: threads, workers, and finished children included. Resolution 10 ms per process. */
export function cpuSeconds(pid: number): number {
  return tree(pid).reduce((sum, process) => sum + process.ticks, 0) / TICKS_PER_SECOND;
}

/** Bytes of memory resident in the process and its descendants (shared pages are counted in each). */
export function residentBytes(pid: number): number {
  return tree(pid).reduce((sum, process) => {
    const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${process.pid}/status`, "utf8"));
    return sum + Number(match?.[1] ?? 0) * 1024;
  }, 0);
}

/** The process and its living descendants, from one pass over /proc. Throws when the process itself is gone. */
function tree(root: number): ProcessStat[] {
  const children = new Map<number, ProcessStat[]>();
  let self: ProcessStat | undefined;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readStat(entry);
    if (stat === undefined) continue;
    if (stat.pid === root) self = stat;
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [stat]);
    else siblings.push(stat);
  }
  if (self === undefined) throw new Error(`process ${root} is not running`);
  const found = [self];
  // The list grows while it is walked: breadth first.
  for (const process of found) found.push(...(children.get(process.pid) ?? []));
  return found;
}

/** Undefined when the process ended between the listing and the reading. */
function readStat(pid: string): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}
