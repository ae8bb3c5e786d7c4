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
}

/** Gets the effects of one unit of execution, in order; `Args` are its own to keep. */
export type EffectListener = (effects: readonly Effect[]) => void;

export class Effects {
  readonly #listeners: EffectListener[] = [];
  #unit: Effect[] = [];
  #spoken = false;

  get active(): boolean {
    return this.#listeners.length > 0;
  }

  /** Whether something of an unfinished command, MULTI or script was not sent yet. */
  get unsent(): boolean {
    return this.#unit.length > 0;
  }

  subscribe(listener: EffectListener): () => void {
    this.#listeners.push(listener);
    return () => {
      const index = this.#listeners.indexOf(listener);
      if (index >= 0) this.#listeners.splice(index, 1);
    };
  }

  /** A handler says what it did. */
  add(database: number, command: readonly EffectPart[]): void {
    this.#spoken = true;
    if (this.active) this.#unit.push({ database, command: Args.from(command) });
  }

  /** Something that happened beside the command: the removal of an expired key. */
  addBeside(database: number, command: readonly EffectPart[]): void {
    if (this.active) this.#unit.push({ database, command: Args.from(command) });
  }

  suppress(): void {
    this.#spoken = true;
  }

  /** After each command: its request is its effect, if it changed something and said nothing else. */
  commandDone(database: number, request: Args, changed: boolean): void {
    if (changed && !this.#spoken && this.active) this.#unit.push({ database, command: request.copy() });
    this.#spoken = false;
  }

  /** At the end of a command, MULTI or script: sends what was gathered. */
  unitDone(): void {
    if (this.#unit.length === 0) return;
    const unit = this.#unit;
    this.#unit = [];
    const effects =
      unit.length === 1
        ? unit
        : [
            { database: unit[0]!.database, command: Args.from(["MULTI"]) },
            ...unit,
            { database: unit.at(-1)!.database, command: Args.from(["EXEC"]) },
          ];
    for (const listener of this.#listeners) listener(effects);
  }
}
