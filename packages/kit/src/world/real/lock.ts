/**
 * Advisory locks between processes, without native code (Node has no `flock`).
 *
 * A lock is a directory. Every contender puts a claim of its own into it, a file whose name says who it is:
 * `<kind>-<pid>-<start>-<token>`. Only then it looks at the others' claims. Of two contenders at least the later one sees the
 * earlier one's claim, so two can never both believe to be alone; and since nobody ever takes over anybody else's
 * file, there is no moment of stealing to race for. A claim that lost is removed again.
 *
 * A claim is empty while its owner is still looking, and holds a byte once it has won. Meeting a claim that has won,
 * a contender gives up; meeting one that is still looking, both withdraw and try again after a random pause.
 *
 * A claim whose process is gone counts for nothing, and whoever sees it removes it. A process is known by its id
 * and, where /proc tells, the time it started, so that a reused id is not mistaken for the owner.
 * This holds between the processes of one machine (one pid namespace), on a local file system.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import type { DiskLock } from "../disk.ts";

/** How often a contender tries again when it met another that was undecided too. */
const MAX_ATTEMPTS = 20;

/** When the process started, in clock ticks since boot (proc(5), field 22 of stat); `undefined` when it is not running. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return undefined;
  }
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return "0"; // no /proc: the id alone has to do
  }
  // The second field, the program's name in parentheses, may contain anything, so count from behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}

interface Claim {
  readonly name: string;
  readonly shared: boolean;
  readonly won: boolean;
}

function liveClaims(directory: string): Claim[] {
  const claims: Claim[] = [];
  for (const name of readdirSync(directory)) {
    const match = /^(shared|exclusive)-(\d+)-(\d+)-[0-9a-f]+$/.exec(name);
    if (match === null) continue;
    const started = startOf(Number(match[2]));
    if (started === undefined || (started !== match[3] && started !== "0")) {
      ignoring(["ENOENT"], () => unlinkSync(`${directory}/${name}`));
      continue;
    }
    const size = statSync(`${directory}/${name}`, { throwIfNoEntry: false })?.size;
    if (size !== undefined) claims.push({ name, shared: match[1] === "shared", won: size > 0 });
  }
  return claims;
}

function ignoring(codes: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Puts an empty claim into the lock's directory, which a holder that leaves may be removing at the same moment. */
function putClaim(directory: string, name: string): void {
  for (;;) {
    ignoring(["EEXIST"], () => mkdirSync(directory));
    try {
      writeFileSync(`${directory}/${name}`, "", { flag: "wx" });
      return;
    } catch (error) {
      // ENOENT: the directory went away since; a parent that is missing has made mkdir throw already.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function withdraw(directory: string, name: string): void {
  ignoring(["ENOENT"], () => unlinkSync(`${directory}/${name}`));
  ignoring(["ENOENT", "ENOTEMPTY", "EEXIST"], () => rmdirSync(directory)); // others' claims keep it
}

function pauseBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 4);
}

/** Takes the lock at `directory`, or returns `undefined` when a running process has it in a conflicting kind. */
export function takeLock(directory: string, kind: "shared" | "exclusive"): DiskLock | undefined {
  const name = `${kind}-${process.pid}-${startOf(process.pid)}-${randomBytes(8).toString("hex")}`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    putClaim(directory, name);
    const rivals = liveClaims(directory).filter((claim) => claim.name !== name && !(kind === "shared" && claim.shared));
    if (rivals.length === 0) {
      writeFileSync(`${directory}/${name}`, "1");
      let held = true;
      return {
        release: () => {
          if (held) withdraw(directory, name);
          held = false;
        },
      };
    }
    withdraw(directory, name);
    if (rivals.some((claim) => claim.won)) return undefined;
    pauseBriefly();
  }
  return undefined;
}
