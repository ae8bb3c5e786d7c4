/** Faults that a simulated disk is told to have. */
import { pathSegments, systemError } from "../paths.ts";
import type { SeededRandom } from "./random.ts";
import type { DiskOperation } from "./tree.ts";

export interface DiskFault {
  readonly on: DiskOperation | readonly DiskOperation[];
  /**
   * What goes wrong:
   * - an error code such as `EIO` or `ENOSPC`: the operation fails with it. After a failed `sync` an arbitrary part of the file's pending
   *   changes is durable and the rest never will be, although it can still be read and the next sync succeeds. That is
   *   what Linux does: it marks pages clean whose write-back failed (Rebello et al., "Can Applications Recover from
   *   fsync Failures?", USENIX ATC 2020).
   * - `short-read`: a read returns fewer bytes than there are, at least one.
   * - `bit-flip`: a read returns one bit wrong; the medium itself is fine.
   */
  readonly effect: "EIO" | "ENOSPC" | "EROFS" | "EACCES" | "EMFILE" | "EDQUOT" | "short-read" | "bit-flip";
  /** Only this path, or paths that match; from the root of the disk, beginning with `/`. Default: every path. */
  readonly path?: string | RegExp;
  /** How many operations that match pass unharmed first. Default 0. */
  readonly after?: number;
  /** How many are hit. Default 1. */
  readonly times?: number;
  /** How likely each is hit. Default 1. */
  readonly probability?: number;
}

/** A fault in force. */
export interface InjectedFault {
  /** How often it struck so far. */
  readonly hits: number;
  remove(): void;
}

interface Plan {
  readonly fault: DiskFault;
  passed: number;
  hits: number;
}

/** `/a/b` for any way to write that path. */
export function canonicalPath(path: string): string {
  return `/${pathSegments(path, "open").join("/")}`;
}

export class FaultPlan {
  readonly #plans = new Set<Plan>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  inject(fault: DiskFault): InjectedFault {
    const plan: Plan = { fault, passed: 0, hits: 0 };
    this.#plans.add(plan);
    return {
      get hits() {
        return plan.hits;
      },
      remove: () => void this.#plans.delete(plan),
    };
  }

  clear(): void {
    this.#plans.clear();
  }

  /** The error that this operation meets, if any. */
  error(operation: DiskOperation, path: string): Error | undefined {
    const effect = this.#strike(operation, path, (candidate) => !isReadEffect(candidate));
    return effect === undefined ? undefined : systemError(effect, operation, path);
  }

  /** Does to the `count` bytes that were read what the plan says; returns how many are left. */
  spoil(path: string, into: Uint8Array, count: number): number {
    if (this.#plans.size === 0 || count === 0) return count;
    const random = this.#random;
    if (this.#strike("read", path, (effect) => effect === "bit-flip") !== undefined) {
      const at = random.integer(count);
      into[at] = into[at]! ^ (1 << random.integer(8));
    }
    if (count > 1 && this.#strike("read", path, (effect) => effect === "short-read") !== undefined) {
      return 1 + random.integer(count - 1);
    }
    return count;
  }

  #strike(
    operation: DiskOperation,
    path: string,
    wanted: (effect: DiskFault["effect"]) => boolean,
  ): DiskFault["effect"] | undefined {
    for (const plan of this.#plans) {
      const { on, effect, path: only, after = 0, times = 1, probability = 1 } = plan.fault;
      if (!wanted(effect) || plan.hits >= times) continue;
      if (typeof on === "string" ? on !== operation : !on.includes(operation)) continue;
      if (only !== undefined) {
        const at = canonicalPath(path);
        if (typeof only === "string" ? canonicalPath(only) !== at : !only.test(at)) continue;
      }
      if (plan.passed++ < after || !(probability >= 1 || this.#random.chance(probability))) continue;
      plan.hits++;
      return effect;
    }
    return undefined;
  }
}

function isReadEffect(effect: DiskFault["effect"]): boolean {
  return effect === "short-read" || effect === "bit-flip";
}
