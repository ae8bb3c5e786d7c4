/** ON CONFLICT clauses of an INSERT: which index each is about, and what it does with the row that is there. */
import { SqlError } from "../../errors.ts";
import type { UpsertRule } from "../../runtime/change/constraints.ts";
import { RowUpdate } from "../../runtime/change/row-update.ts";
import { checkOrder } from "../../runtime/change/table-order.ts";
import { EXPRESSION, type Index, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import type { BoundExpression } from "../expression.ts";
import { lowerExpression } from "../lower/expressions.ts";
import { collationOf, equalExpressions } from "../walk.ts";
import { bindExpression, truthOf } from "./binding.ts";
import type { ChangeCompiler } from "./compiler.ts";
import type { Returning } from "./returning.ts";
import type { RowScope } from "./row-scope.ts";
import type { Found } from "./target.ts";
import { assignmentsOf, bindAssignments, lowerAssignments, updatePlan } from "./update-plan.ts";

export interface LoweredUpserts {
  readonly rules: readonly UpsertRule[];
  /** A single DO NOTHING without a target. */
  readonly isAlwaysIgnored: boolean;
}

/** `inserted`: the row that was to be inserted, `excluded` to the clauses. */
export function lowerUpserts(
  statement: ast.Insert,
  found: Found & { readonly table: Table },
  inserted: RowScope,
  { returning, givesRowid }: { readonly returning: Returning | undefined; readonly givesRowid: boolean },
  compiler: ChangeCompiler,
): LoweredUpserts {
  const { upserts } = statement;
  if (upserts.length === 1 && upserts[0]!.target === undefined && upserts[0]!.update === undefined)
    return { rules: [], isAlwaysIgnored: true };
  const hasUnique = found.table.indexes.some(({ unique }) => unique);
  const rules = upserts.map((clause, at): UpsertRule => {
    const target = clause.target && conflictTarget(clause.target, found.table, inserted, compiler);
    if (clause.target !== undefined && target === undefined) {
      const which = upserts.length === 1 ? "" : `${ordinal(at + 1)} `;
      throw new SqlError(`${which}ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint`);
    }
    // A conflict that cannot be is not looked at any closer.
    const canBe = target === undefined ? hasUnique || givesRowid : target !== "rowid" || givesRowid;
    if (!canBe) return { target, update: undefined };
    return {
      target,
      update: clause.update && lowerDoUpdate(statement, clause.update, found, inserted, returning, compiler),
    };
  });
  return { rules, isAlwaysIgnored: false };
}

function ordinal(number: number): string {
  const teen = number % 100 > 10 && number % 100 < 20;
  return `${number}${teen ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th")}`;
}

function lowerDoUpdate(
  statement: ast.Insert,
  { set, where }: NonNullable<ast.Upsert["update"]>,
  found: Found & { readonly table: Table },
  inserted: RowScope,
  returning: Returning | undefined,
  compiler: ChangeCompiler,
): NonNullable<UpsertRule["update"]> {
  const first = compiler.rowRegisters(inserted.shape.columns.length, 2);
  const row = { ...inserted, first };
  const excluded: RowScope = { ...inserted, name: "excluded", qualifiedOnly: true, traits: "none" };
  const scopes = [row, excluded];
  const assignments = assignmentsOf(set, found, row.shape);
  const fresh = first + inserted.shape.columns.length + 1;
  const bound = bindAssignments({ assignments, scopes, with: statement.with }, compiler);
  const assign = lowerAssignments(bound, fresh, compiler);
  const { plan } = updatePlan({ found, assignments, assign, row, conflict: "ABORT", returning }, compiler);
  const condition = where && truthOf(lowerExpression(bindExpression(where, scopes, compiler, {}), compiler.lowering));
  return (routines) => {
    const update = new RowUpdate(plan, routines);
    const holds = condition && routines.expression(condition);
    return (frame, stored) => {
      update.old.load(frame, stored);
      if (holds === undefined || holds(frame) === 1) update.run(frame, stored);
    };
  };
}

/** The index that the target names, column by column in any order; undefined: there is none. */
function conflictTarget(
  { columns, where }: NonNullable<ast.Upsert["target"]>,
  table: Table,
  row: RowScope,
  compiler: ChangeCompiler,
): Index | "rowid" | undefined {
  const scope = [{ ...row, changes: false }];
  const bind = (e: ast.Expression): BoundExpression => bindExpression(e, scope, compiler, {});
  const wanted = columns.map(({ expression }) => bind(expression));
  const [only] = wanted;
  if (!table.withoutRowid && wanted.length === 1 && only?.kind === "register" && only.register === row.first)
    return "rowid";
  const condition = where && bind(where);
  return checkOrder(table.indexes).find((index) => {
    if (!index.unique || index.keyColumns !== wanted.length) return false;
    if (index.where !== undefined && (condition === undefined || !equalExpressions(bind(index.where), condition)))
      return false;
    return index.columns.slice(0, index.keyColumns).every((part) => {
      const bound = part.column === EXPRESSION ? bind(part.expression!) : undefined;
      return wanted.some((one) => {
        const { operand, collation } = withoutCollation(one);
        if (collation !== undefined && collation.toUpperCase() !== part.collation.toUpperCase()) return false;
        if (bound !== undefined) return equalExpressions(operand, withoutCollation(bound).operand);
        // As in the original, the column that is the rowid is not found in an index.
        if (part.column === table.rowidAlias) return false;
        const register = part.column < 0 ? row.first : row.first + 1 + part.column;
        return operand.kind === "register" && operand.register === register;
      });
    });
  });
}

/** Without COLLATE around it, if there is any. */
function withoutCollation(e: BoundExpression): { operand: BoundExpression; collation: string | undefined } {
  if (e.kind !== "collate") return { operand: e, collation: undefined };
  return { operand: e.operand, collation: collationOf(e)?.name };
}
