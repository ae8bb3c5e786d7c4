/**
 * Crash tests: the power goes at every operation in turn, and what is found afterwards has to be right.
 *
 * The scenario is run once to count its changing operations (writes, syncs, changes of names), then once per operation with
 * the power cut there, and once more with the power cut after the end. For each of these points the disk is found again
 * in several states, by seed, and `check` looks at each: opens the store as a restarted process would, and compares
 * it with what `run` had been promised before the power went.
 *
 * A recovery writes too, and the power may go again meanwhile. So each check also runs once with the power cut somewhere
 * inside it, and what is found then is checked again.
 *
 * `run` must do the same operations each time. It keeps note of what was acknowledged in the `acknowledged` object, which
 * is made anew for each run.
 */
import { PowerLossError, SimulatedDisk, type SimulatedDiskOptions } from "./disk.ts";
import { SeededRandom } from "./random.ts";

export interface CrashScenario<Acknowledged> {
  /** Puts on the disk what is there before the test; it counts as durable. Runs once; the points start from copies. */
  readonly setup?: (disk: SimulatedDisk) => void | Promise<void>;
  /** An empty note of what the store has promised. */
  readonly acknowledge: () => Acknowledged;
  /** The work. Errors count as the power's doing when the power is off, as failures otherwise. */
  readonly run: (disk: SimulatedDisk, acknowledged: Acknowledged) => void | Promise<void>;
  /**
   * Throws when the disk does not hold what was acknowledged. Leaves `acknowledged` alone, since it is used again, and
   * does not mind what an earlier check wrote that was cut short.
   */
  readonly check: (disk: SimulatedDisk, acknowledged: Acknowledged) => void | Promise<void>;
  /** Outcomes looked at per crash point. Default 8. */
  readonly outcomes?: number;
  /** The most crash points that are tried, spread over the run; the first and last among them. Default: all. */
  readonly maxPoints?: number;
  /** Whether the power also goes during recovery. Default true. */
  readonly crashRecovery?: boolean;
  /** Names the whole series. Default 0. */
  readonly seed?: number;
  /** Replays one outcome, as a `CrashTestError` names it. */
  readonly only?: { readonly point: number; readonly outcome: number };
  readonly disk?: Omit<SimulatedDiskOptions, "seed">;
}

export interface CrashReport {
  /** Changing operations of an undisturbed run. */
  readonly operations: number;
  readonly points: number;
  /** States of the disk that were checked, those after a second crash included. */
  readonly outcomes: number;
}

/** A state that the store could not recover from. `cause` is what `check` (or `run`) threw. */
export class CrashTestError extends Error {
  override readonly name = "CrashTestError";
  readonly point: number;
  readonly outcome: number;

  constructor(where: string, point: number, outcome: number, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`${where} (replay with only: { point: ${point}, outcome: ${outcome} }): ${why}`, { cause });
    this.point = point;
    this.outcome = outcome;
  }
}

/** Lets the power go at every point of the scenario. Rejects with `CrashTestError` at the first state that fails. */
export async function everyCrashPoint<Acknowledged>(scenario: CrashScenario<Acknowledged>): Promise<CrashReport> {
  const { outcomes = 8, crashRecovery = true, seed = 0, only } = scenario;
  const before = new SimulatedDisk({ ...scenario.disk, seed });
  await scenario.setup?.(before);
  before.syncAll();

  const undisturbed = before.clone();
  await scenario.run(undisturbed, scenario.acknowledge());
  const total = undisturbed.operations;

  let checked = 0;
  let points = 0;
  for (const point of only === undefined ? spread(total + 1, scenario.maxPoints) : [only.point]) {
    points++;
    const disk = before.clone();
    disk.powerOffAfter(point);
    const acknowledged = scenario.acknowledge();
    await untilPowerLoss(
      disk,
      () => scenario.run(disk, acknowledged),
      (cause) => {
        throw new CrashTestError(`run failed before the power went, at operation ${disk.operations}`, point, 0, cause);
      },
    );
    const where =
      point > total ? "power lost after the run" : `power lost at ${point} of ${total}, ${disk.lastOperation}`;
    for (const outcome of only === undefined ? Array(outcomes).keys() : [only.outcome]) {
      const random = new SeededRandom(`${seed}/${point}/${outcome}`);
      const found = disk.crash(`${seed}/${point}/${outcome}`);
      const again = crashRecovery ? found.clone() : undefined;
      const fail = (during: string) => (cause: unknown) => {
        throw new CrashTestError(where + during, point, outcome, cause);
      };
      await attempt(() => scenario.check(found, acknowledged), fail(""));
      checked++;
      if (again === undefined || found.operations === 0) continue;
      const second = 1 + random.integer(found.operations);
      again.powerOffAfter(second);
      const during = `, and again at ${second} of the recovery's ${found.operations}`;
      await untilPowerLoss(again, () => scenario.check(again, acknowledged), fail(during));
      await attempt(() => scenario.check(again.crash(`${seed}/${point}/${outcome}/2`), acknowledged), fail(during));
      checked++;
    }
  }
  return { operations: total, points, outcomes: checked };
}

async function attempt(action: () => void | Promise<void>, fail: (cause: unknown) => never): Promise<void> {
  try {
    await action();
  } catch (cause) {
    fail(cause);
  }
}

/** Code under test may wrap the loss of power in an error of its own, or swallow it; the disk knows. */
function untilPowerLoss(
  disk: SimulatedDisk,
  action: () => void | Promise<void>,
  fail: (cause: unknown) => never,
): Promise<void> {
  return attempt(action, (cause) => {
    if (!disk.powered || cause instanceof PowerLossError) return undefined as never;
    return fail(cause);
  });
}

/** The numbers 1 … count, or `limit` of them, evenly spread with both ends. */
function spread(count: number, limit: number = count): number[] {
  if (limit >= count) return Array.from({ length: count }, (_, index) => index + 1);
  const step = limit > 1 ? (count - 1) / (limit - 1) : 0;
  return Array.from({ length: limit }, (_, index) => 1 + Math.round(index * step));
}
