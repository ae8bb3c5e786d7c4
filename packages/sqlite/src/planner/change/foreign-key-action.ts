/** ON DELETE and ON UPDATE of a foreign key, written as the trigger that does the same. */
import type { Program } from "../../compile/program.ts";
import type { Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { ChangeCompiler } from "./compiler.ts";
import type { ParentKey } from "./foreign-key-match.ts";
import { shapeOf } from "./row-scope.ts";
import { firedRows, triggerProgram } from "./triggers.ts";

export interface ForeignKeyActionParts {
  readonly action: ast.ForeignKeyAction;
  readonly event: "DELETE" | "UPDATE";
  readonly key: ParentKey;
  readonly child: Table;
  readonly parent: Table;
  readonly database: number;
}

export function actionProgram(parts: ForeignKeyActionParts, compiler: ChangeCompiler): Program {
  const { event, key, parent, database } = parts;
  const names = key.parent.map((column) => parent.columns[column]!.name);
  const rows = firedRows(shapeOf(parent), event);
  const firing = { database, rows, conflict: "ABORT", trigger: undefined } as const;
  const unchanged = names.map((name) => binary("IS", column("old", name), column("new", name)));
  const when: ast.Expression = { kind: "unary", operator: "NOT", operand: allOf(unchanged), offset: -1 };
  return triggerProgram({ ...(event === "UPDATE" ? { when } : {}), steps: [step(parts, names)] }, firing, compiler);
}

function step({ action, event, key, child }: ForeignKeyActionParts, names: readonly string[]): ast.TriggerStep {
  const target: ast.ChangeTarget = { name: child.name, offset: -1 };
  // OLD's column on the left: its collation counts.
  const where = allOf(
    names.map((name, at) => binary("=", column("old", name), column(child.name, child.columns[key.child[at]!]!.name))),
  );
  if (action === "RESTRICT") {
    const raise: ast.Expression = {
      kind: "raise",
      action: "ABORT",
      message: { kind: "literal", type: "string", text: "FOREIGN KEY constraint failed", offset: -1 },
      offset: -1,
    };
    return { kind: "select-step", select: oneTable(undefined, child.name, where, raise) };
  }
  if (action === "CASCADE" && event === "DELETE") return { kind: "delete", table: target, where };
  const set = key.child.map((at, place): ast.Assignment => {
    const { name, default: value } = child.columns[at]!;
    const nothing: ast.Expression = { kind: "literal", type: "null", text: "NULL", offset: -1 };
    const next =
      action === "CASCADE"
        ? column("new", names[place]!)
        : action === "SET DEFAULT"
          ? (value?.expression ?? nothing)
          : nothing;
    return { columns: [name], row: false, value: next };
  });
  return { kind: "update", table: target, set, from: [], where };
}

function column(table: string, name: string): ast.Expression {
  return { kind: "column", table, name, offset: -1 };
}

function binary(operator: ast.BinaryOperator, left: ast.Expression, right: ast.Expression): ast.Expression {
  return { kind: "binary", operator, left, right, offset: -1 };
}

export function allOf(terms: readonly ast.Expression[]): ast.Expression {
  return terms.reduce((left, right) => binary("AND", left, right));
}

/** `SELECT value FROM table WHERE …`. */
export function oneTable(
  schema: string | undefined,
  name: string,
  where: ast.Expression,
  value: ast.Expression,
): ast.Select {
  const source: ast.TableSource = { kind: "table", name, offset: -1, ...(schema === undefined ? {} : { schema }) };
  const core: ast.SelectCore = {
    kind: "select",
    distinct: false,
    columns: [{ kind: "expression", expression: value, text: "" }],
    from: [{ operator: ",", natural: false, cross: false, left: false, right: false, source }],
    where,
    groupBy: [],
    windows: [],
    offset: -1,
  };
  return { cores: [core], operators: [], orderBy: [], offset: -1 };
}
