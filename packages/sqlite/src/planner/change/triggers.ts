/** Triggers: which ones a change fires, and the programs that they are. */
import type { Block, Program } from "../../compile/program.ts";
import type { FiredProgram } from "../../runtime/change/fire.ts";
import { COUNT_CHANGES } from "../../runtime/change/statement-end.ts";
import { columnNamed, fold, type Trigger } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { CompileContext } from "../context.ts";
import { bindExpression, bindRows, truthOf } from "./binding.ts";
import { ChangeCompiler, type FiringContext, runs } from "./compiler.ts";
import { lowerStep } from "./lower-step.ts";
import type { RowScope, RowShape } from "./row-scope.ts";
import { type Found, TEMP } from "./target.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { lowerQuery } from "../lower/query.ts";
import { assignAll } from "../lower/steps.ts";

export interface Firing {
  readonly before: readonly Trigger[];
  readonly after: readonly Trigger[];
  readonly insteadOf: readonly Trigger[];
}

/** The triggers that fire for `event` on a table or view, in their order. Of UPDATE: those that look at one of the `changed` columns. */
export function triggersFor(
  { database, table }: Found,
  event: ast.CreateTrigger["event"],
  context: CompileContext,
  changed?: ReadonlySet<number>,
  columns: readonly { readonly name: string }[] = table.kind === "table" ? table.columns : [],
): Firing {
  const all = allTriggers({ database, table }, context).filter(({ definition }) => {
    if (definition.event !== event) return false;
    if (changed === undefined || definition.columns === undefined) return true;
    return definition.columns.some((name) => changed.has(columnNamed(columns, name)));
  });
  const at = (time: ast.CreateTrigger["time"]): Trigger[] => all.filter(({ definition }) => definition.time === time);
  return { before: at("BEFORE"), after: at("AFTER"), insteadOf: at("INSTEAD OF") };
}

export function hasTriggers(firing: Firing): boolean {
  return firing.before.length + firing.after.length + firing.insteadOf.length > 0;
}

/** Those of temp, the oldest first, go before the table's own, of which the youngest is the first. */
function allTriggers({ database, table }: Found, context: CompileContext): Trigger[] {
  const { databases } = context;
  const own = databases[database]!.catalogue.triggersOn(table.name);
  if (database === TEMP || databases[TEMP] === undefined) return own;
  const temporary = databases[TEMP].catalogue.triggersOn(table.name).toReversed();
  return [...temporary.filter(({ definition }) => isOn(definition.table, database, context)), ...own];
}

/** Whether a trigger of temp means the table of that database. */
function isOn({ schema, name }: ast.TableName, database: number, { databases }: CompileContext): boolean {
  if (schema !== undefined) return fold(databases[database]!.name) === fold(schema);
  const order = [TEMP, 0, ...databases.keys().filter((at) => at > TEMP)];
  return order.find((at) => databases[at]?.catalogue.table(name) !== undefined) === database;
}

/** The programs of triggers on a row of that shape, made ready: what they cannot do is told when the statement is compiled. */
export function firedPrograms(
  triggers: readonly Trigger[],
  { database }: Found,
  shape: RowShape,
  conflict: ast.ConflictResolution | undefined,
  compiler: ChangeCompiler,
): FiredProgram[] {
  const { context } = compiler;
  return triggers.map((trigger) => {
    const isTemporary = context.databases[TEMP]?.catalogue.trigger(trigger.name) === trigger;
    const firing: FiringContext = {
      database: isTemporary ? undefined : database,
      rows: firedRows(shape, trigger.definition.event),
      conflict,
      trigger,
    };
    const program = cachedProgram(trigger, conflict ?? "", compiler, () =>
      triggerProgram(trigger.definition, firing, compiler),
    );
    return { trigger, program, recursive: context.recursiveTriggers, maxDepth: context.triggerDepth };
  });
}

/** OLD and NEW, where a program of a trigger has them. */
export function firedRows(shape: RowShape, event: ast.CreateTrigger["event"]): RowScope[] {
  const width = shape.columns.length + 1;
  const old = { name: "old", shape, first: 0, qualifiedOnly: true, changes: false, traits: "collation" } as const;
  const fresh = { name: "new", shape, first: width, qualifiedOnly: true, changes: false, traits: "collation" } as const;
  if (event === "INSERT") return [fresh];
  return event === "DELETE" ? [old] : [old, fresh];
}

/** A program that is compiled once for all who fire it, and may fire itself. */
export function cachedProgram(
  key: object,
  kind: string,
  compiler: ChangeCompiler,
  compile: () => Program,
): () => Program {
  const { programs, latest } = compiler;
  const kinds = programs.get(key) ?? new Map<string, Program | undefined>();
  programs.set(key, kinds);
  if (!kinds.has(kind)) {
    kinds.set(kind, undefined); // while it is compiled
    latest.key = key;
    latest.kind = kind;
    kinds.set(kind, compile());
  }
  return () => kinds.get(kind)!; // nothing is fired before everything is compiled
}

/** WHEN, and the statements one after the other. */
export function triggerProgram(
  { when, steps }: Pick<ast.CreateTrigger, "when" | "steps">,
  firing: FiringContext,
  parent: ChangeCompiler,
): Program {
  const compiler = new ChangeCompiler(parent.context, parent, firing);
  const { lowering, builder } = compiler;
  const width = firing.rows[0]!.shape.columns.length + 1;
  builder.registers.allocate(2 * width); // OLD and NEW, whatever the event
  const condition = when && truthOf(lowerExpression(bindExpression(when, firing.rows, compiler, {}), lowering));
  const body = steps.flatMap((step) => lowerTriggerStep(step, compiler));
  const main: Block = condition === undefined ? body : [{ kind: "if", condition, then: body }];
  const program = compiler.finish(main, [], false);
  for (const database of program.reads) compiler.reads.add(database);
  return program;
}

function lowerTriggerStep(step: ast.TriggerStep, compiler: ChangeCompiler): Block {
  if (step.kind === "select-step") {
    const { lowering } = compiler;
    // Its values are nobody's, but evaluating them may raise something.
    const query = bindRows(step.select, compiler);
    const first = compiler.builder.registers.allocate(query.columns.length);
    return lowerQuery(query, (values) => assignAll(first, values), lowering);
  }
  return [...lowerStep(step, compiler).block, runs(COUNT_CHANGES)];
}
