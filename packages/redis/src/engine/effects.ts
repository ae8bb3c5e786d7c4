/**
 * What commands did, as commands: what an append-only file and replicas need.
 *
 * A command is propagated as it came, if it changed something, unless its handler said its effect in other words (SPOP becomes
 * SREM, a relative expiry an absolute one) or that there is none. The effects of one command, MULTI or script leave together, between
 * MULTI and EXEC when there are several.
 */
import { Args } from "../resp/args.ts";

export type EffectPart = string | number | Uint8Array;

export interface Effect {
  /** Database number. */
  readonly database: number;
  readonly command: Args;
  /** Who gets it: EFFECT_TARGET bits. */
  readonly targets: number;
}

/** Who gets effects; a script chooses by redis.set_repl. */
export const EFFECT_TARGET = { none: 0, aof: 1, replicas: 2, all: 3 } as const;

/** Gets the effects of one unit of execution, in order; `Args` are its own to keep. */
export type EffectListener = (effects: readonly Effect[]) => void;

interface Subscription {
  readonly listener: EffectListener;
  readonly target: number;
}

export class Effects {
  /** Who gets what is added: EFFECT_TARGET bits. */
  targets: number = EFFECT_TARGET.all;
  /** While a file is loaded: what is done again was told when it was done. */
  paused = false;
  readonly #subscriptions: Subscription[] = [];
  #unit: Effect[] = [];
  /** Not everything in the unit is for everybody. */
  #divided = false;
  #spoken = false;

  get active(): boolean {
    return this.#subscriptions.length > 0 && !this.paused;
  }

  /** Whether something of an unfinished command, MULTI or script was not sent yet. */
  get unsent(): boolean {
    return this.#unit.length > 0;
  }

  /** Has `listener` told of what is for `target` (default: of everything) until the function that is returned is called. */
  subscribe(listener: EffectListener, target: number = EFFECT_TARGET.all): () => void {
    const subscription = { listener, target };
    this.#subscriptions.push(subscription);
    return () => {
      const index = this.#subscriptions.indexOf(subscription);
      if (index >= 0) this.#subscriptions.splice(index, 1);
    };
  }

  #push(database: number, command: Args, targets: number): void {
    if (targets === EFFECT_TARGET.none) return;
    if (targets !== EFFECT_TARGET.all) this.#divided = true;
    this.#unit.push({ database, command, targets });
  }

  /** A handler says what it did, and whom that concerns at most. */
  add(database: number, command: readonly EffectPart[], targets: number = EFFECT_TARGET.all): void {
    // What is said to nobody must not silence the next command.
    if (!this.active) return;
    this.#spoken = true;
    this.#push(database, Args.from(command), targets & this.targets);
  }

  /** Something that happened beside the command: the removal of an expired key. */
  addBeside(database: number, command: readonly EffectPart[]): void {
    if (this.active) this.#push(database, Args.from(command), EFFECT_TARGET.all);
  }

  suppress(): void {
    this.#spoken = this.active;
  }

  /** After each command: its request is its effect, if it changed something and said nothing else. */
  commandDone(database: number, request: Args, changed: boolean): void {
    if (changed && !this.#spoken && this.active) this.#push(database, request.copy(), this.targets);
    this.#spoken = false;
  }

  /** At the end of a command, MULTI or script: sends what was gathered. */
  unitDone(): void {
    if (this.#unit.length === 0) return;
    const unit = this.#unit;
    this.#unit = [];
    if (!this.#divided) {
      const effects = asTransaction(unit);
      for (const { listener } of this.#subscriptions) listener(effects);
      return;
    }
    this.#divided = false;
    for (const { listener, target } of this.#subscriptions) {
      const effects = unit.filter(({ targets }) => (targets & target) !== 0);
      if (effects.length > 0) listener(asTransaction(effects));
    }
  }
}

/** Several effects between MULTI and EXEC. */
function asTransaction(unit: readonly Effect[]): readonly Effect[] {
  if (unit.length === 1) return unit;
  const { all } = EFFECT_TARGET;
  return [
    { database: unit[0]!.database, command: Args.from(["MULTI"]), targets: all },
    ...unit,
    { database: unit.at(-1)!.database, command: Args.from(["EXEC"]), targets: all },
  ];
}
