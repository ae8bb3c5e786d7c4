/** Firing triggers: programs of their own, on copies of OLD and NEW, whose counts stay among themselves. */
import type { Program, RoutineCompiler } from "../../compile/program.ts";
import { SqliteError } from "../../errors.ts";
import type { Trigger } from "../../schema/table.ts";
import type { Frame } from "../frame.ts";
import { RaisedIgnore } from "../raise.ts";

/** False: RAISE(IGNORE), and nothing more happens with the row. */
export type Fire = (frame: Frame) => boolean;

export interface FiredProgram {
  /** Undefined: a foreign key's action, which may be active many times whatever the settings are. */
  readonly trigger: Trigger | undefined;
  /** The same one at each call. Its first registers get OLD and NEW. */
  readonly program: () => Program;
  /** Whether it may fire while it is active: PRAGMA recursive_triggers. */
  readonly recursive: boolean;
  readonly maxDepth: number;
}

/** OLD and NEW stand in registers next to each other: from `first` on, `count` of them. */
export function prepareFiring(
  programs: readonly FiredProgram[],
  first: number,
  count: number,
  compiler: RoutineCompiler,
): Fire | undefined {
  if (programs.length === 0) return undefined;
  const firings = programs.map((fired) => prepareOne(fired, first, count, compiler));
  if (firings.length === 1) return firings[0];
  return (frame) => firings.every((fire) => fire(frame));
}

function prepareOne(fired: FiredProgram, first: number, count: number, compiler: RoutineCompiler): Fire {
  const { trigger, recursive, maxDepth } = fired;
  const run = compiler.program(fired.program);
  return (frame) => {
    const { statement, registers } = frame;
    const { active } = statement;
    if (!recursive && trigger !== undefined && active.includes(trigger)) return true;
    if (active.length >= maxDepth || (active.length > SHALLOW && !hasStack())) throw tooDeep();
    const { changes: counters } = frame.environment;
    const { rows } = statement;
    const { changes, lastInsertRowid } = counters;
    statement.rows = 0;
    active.push(trigger);
    try {
      run(frame, registers.tags.subarray(first, first + count), registers.payloads.slice(first, first + count), count);
      return true;
    } catch (error) {
      if (error instanceof RaisedIgnore) return false;
      throw error instanceof RangeError ? tooDeep() : error;
    } finally {
      active.pop();
      statement.rows = rows;
      counters.changes = changes;
      counters.lastInsertRowid = lastInsertRowid;
    }
  };
}

function tooDeep(): SqliteError {
  return new SqliteError("SQLITE_ERROR", "too many levels of trigger recursion");
}

/** Programs within programs for which every stack of JavaScript has room. */
const SHALLOW = 100;
/** Calls within calls that one more program may need, down to the pages of the file. */
const CALLS = 800;

/** Whether there is room for one more program: an overflow in the middle of a change would leave a page half written in memory. */
function hasStack(): boolean {
  try {
    return callsWithin(CALLS) >= 0;
  } catch {
    return false;
  }
}

function callsWithin(depth: number): number {
  return depth === 0 ? 0 : callsWithin(depth - 1) + 1;
}

/** At the end of each INSERT, UPDATE and DELETE in a trigger: what changes() says to the steps behind it. */
export function endStep({ statement, environment }: Frame): void {
  environment.changes.count(statement.rows);
  statement.rows = 0;
}
