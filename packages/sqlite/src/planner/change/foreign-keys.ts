/**
 * Foreign keys of a statement: on the one side a row's parents are looked up, on the other its children are counted, and actions on children are
 * programs as triggers are.
 */
import { SqlError } from "../../errors.ts";
import {
  countViolation,
  inTurn,
  prepareChildScan,
  prepareOrphanLeaves,
  prepareParentLookup,
} from "../../runtime/change/foreign-keys.ts";
import type { FiredProgram } from "../../runtime/change/fire.ts";
import type { ForeignKeyOperations, ForeignKeyWork } from "../../runtime/change/row-delete.ts";
import { fold, type ForeignKey, ROWID, type Table } from "../../schema/table.ts";
import type * as ast from "../../sql/ast.ts";
import { lowerQuery } from "../lower/query.ts";
import type { RoutineCompiler } from "../../compile/program.ts";
import { bindSelect } from "./binding.ts";
import { type ChangeCompiler, runs } from "./compiler.ts";
import { actionProgram, allOf, oneTable } from "./foreign-key-action.ts";
import { mismatch, type ParentKey, parentKey, type Reference, referencesTo } from "./foreign-key-match.ts";
import { type RowScope, shapeOf } from "./row-scope.ts";
import type { Found } from "./target.ts";
import { cachedProgram } from "./triggers.ts";

type FoundTable = Found & { readonly table: Table };
type Preparation = (compiler: RoutineCompiler) => ForeignKeyWork;

const NOTHING: ForeignKeyOperations = { actions: [] };

/** `fresh`: the register of the new row. `refuses`: the statement does nothing before it adds its only row. */
export function foreignKeysOfInsert(
  found: FoundTable,
  fresh: number,
  refuses: boolean,
  compiler: ChangeCompiler,
): ForeignKeyOperations {
  if (!compiler.context.foreignKeys) return NOTHING;
  const checker = new KeyChecker(found, compiler);
  return {
    added: together([...checker.parents(fresh, 1, undefined, refuses), ...checker.children(fresh, -1, undefined)]),
    actions: [],
  };
}

/** `old`: the register of the row that goes. `dropping`: with its whole table, which is refused for no mismatch. */
export function foreignKeysOfDelete(
  found: FoundTable,
  old: number,
  compiler: ChangeCompiler,
  dropping = false,
): ForeignKeyOperations {
  if (!compiler.context.foreignKeys) return NOTHING;
  const checker = new KeyChecker(found, compiler, dropping);
  const removed = [...checker.parents(old, -1, undefined), ...checker.children(old, 1, undefined)];
  return { removed: together(removed), actions: checker.actions("DELETE", undefined) };
}

/** `old`: the register of the row as it was; as it will be it comes behind. */
export function foreignKeysOfUpdate(
  found: FoundTable,
  old: number,
  changed: ReadonlySet<number>,
  compiler: ChangeCompiler,
): ForeignKeyOperations {
  const { context } = compiler;
  const { table, database } = found;
  if (!context.foreignKeys) return NOTHING;
  const isConcerned =
    table.foreignKeys.some((key) => childChanges(key, changed)) ||
    referencesTo(table, context.databases[database]!).some(({ key }) => parentChanges(key, table, changed));
  if (!isConcerned) return NOTHING;
  const fresh = old + table.columns.length + 1;
  const checker = new KeyChecker(found, compiler);
  return {
    removed: together([...checker.parents(old, -1, changed), ...checker.children(old, 1, changed)]),
    added: together([...checker.parents(fresh, 1, changed), ...checker.children(fresh, -1, changed)]),
    actions: checker.actions("UPDATE", changed),
  };
}

/** Whether foreign keys have a word in what becomes of a table's rows. */
export function hasForeignKeys({ table, database }: FoundTable, { context }: ChangeCompiler): boolean {
  if (!context.foreignKeys) return false;
  return table.foreignKeys.length > 0 || referencesTo(table, context.databases[database]!).length > 0;
}

/** Whether an UPDATE has to write rows anew for the sake of foreign keys: those of the table to itself, and those with ON UPDATE. */
export function rewritesRows(
  { table, database }: FoundTable,
  changed: ReadonlySet<number>,
  { context }: ChangeCompiler,
): boolean {
  if (!context.foreignKeys) return false;
  if (table.foreignKeys.some((key) => fold(key.table) === fold(table.name) && childChanges(key, changed))) return true;
  return referencesTo(table, context.databases[database]!).some(
    ({ key }) => key.onUpdate !== "NO ACTION" && parentChanges(key, table, changed),
  );
}

function together(preparations: readonly Preparation[]): Preparation | undefined {
  if (preparations.length === 0) return undefined;
  return (compiler) => inTurn(preparations.map((prepare) => prepare(compiler)))!; // there is one at least
}

function childChanges({ from }: ForeignKey, changed: ReadonlySet<number>): boolean {
  return from.some((column) => changed.has(column));
}

function parentChanges({ to }: ForeignKey, { columns }: Table, changed: ReadonlySet<number>): boolean {
  return columns.some(({ name, primaryKeyPosition }, at) => {
    if (!changed.has(at)) return false;
    return to === undefined ? primaryKeyPosition > 0 : to.some((one) => fold(one) === fold(name));
  });
}

class KeyChecker {
  readonly #table: Table;
  readonly #database: number;
  readonly #compiler: ChangeCompiler;
  readonly #dropping: boolean;
  readonly #references: readonly Reference[];

  constructor({ table, database }: FoundTable, compiler: ChangeCompiler, dropping = false) {
    this.#table = table;
    this.#database = database;
    this.#compiler = compiler;
    this.#dropping = dropping;
    this.#references = referencesTo(table, compiler.context.databases[database]!);
  }

  /** The table is the child: its row's parents. */
  parents(
    row: number,
    delta: 1 | -1,
    changed: ReadonlySet<number> | undefined,
    refuses: boolean = false,
  ): Preparation[] {
    const table = this.#table;
    return table.foreignKeys.toReversed().flatMap((key): Preparation[] => {
      const isOwn = fold(key.table) === fold(table.name);
      if (changed !== undefined && !isOwn && !childChanges(key, changed)) return [];
      const parent = this.#parentOf(key);
      const found = parent && parentKey(key, parent);
      const { deferred } = key;
      if (delta > 0 && parent !== undefined && found !== undefined && this.#isSetNull(key)) return [];
      if (parent === undefined || found === undefined) {
        if (!this.#dropping) throw mismatch(table, key);
        const child = key.from.map((column) => this.#registerOf(row, column));
        return parent === undefined ? [() => prepareOrphanLeaves(child, deferred)] : [];
      }
      const { context } = this.#compiler;
      if (delta > 0 && !deferred) this.#compiler.outlook.mayAbort = true;
      const lookup = {
        database: this.#database,
        parent,
        index: found.index,
        child: found.child.map((column) => this.#registerOf(row, column)),
        itself: isOwn && delta > 0 ? found.parent.map((column) => this.#registerOf(row, column)) : undefined,
        deferred,
        delta,
        refuses: refuses && !deferred,
        binary: context.collation("BINARY")!, // every connection has it
      };
      return [() => prepareParentLookup(lookup)];
    });
  }

  /**
   * Whether the program that was begun last is the key's own SET NULL: the original does not look for parents there, and, by an oversight, neither
   * behind it in a REPLACE of a table that refers to itself.
   */
  #isSetNull(key: ForeignKey): boolean {
    const { latest } = this.#compiler;
    return latest.key === key && (latest.kind === "DELETE" ? key.onDelete : key.onUpdate) === "SET NULL";
  }

  /** The table is the parent: its row's children. */
  children(row: number, delta: 1 | -1, changed: ReadonlySet<number> | undefined): Preparation[] {
    return this.#references.flatMap(({ key, child }): Preparation[] => {
      if (changed !== undefined && !parentChanges(key, this.#table, changed)) return [];
      const found = parentKey(key, this.#table);
      if (found === undefined) {
        if (this.#dropping) return [];
        throw mismatch(child, key);
      }
      const action = changed === undefined ? key.onDelete : key.onUpdate;
      if (delta > 0 && !key.deferred && action !== "CASCADE" && action !== "SET NULL")
        this.#compiler.outlook.mayAbort = true;
      const steps = this.#scan(found, child, row, key.deferred, delta);
      return [(routines) => prepareChildScan({ steps, deferred: key.deferred, delta }, routines)];
    });
  }

  actions(event: "DELETE" | "UPDATE", changed: ReadonlySet<number> | undefined): FiredProgram[] {
    const compiler = this.#compiler;
    const { context } = compiler;
    return this.#references.flatMap(({ key, child }): FiredProgram[] => {
      const action = event === "DELETE" ? key.onDelete : key.onUpdate;
      if (changed !== undefined && !parentChanges(key, this.#table, changed)) return [];
      if (action === "NO ACTION" || (action === "RESTRICT" && context.deferForeignKeys)) return [];
      const found = parentKey(key, this.#table);
      if (found === undefined) return [];
      const program = cachedProgram(key, event, compiler, () =>
        actionProgram({ action, event, key: found, child, parent: this.#table, database: this.#database }, compiler),
      );
      return [{ trigger: undefined, program, recursive: true, maxDepth: context.triggerDepth }];
    });
  }

  #parentOf({ table: name }: ForeignKey): Table | undefined {
    const schema = this.#compiler.context.databases[this.#database]!;
    const parent = schema.catalogue.table(name);
    if (parent === undefined && !this.#dropping) throw new SqlError(`no such table: ${schema.name}.${name}`);
    return parent?.kind === "table" ? parent : undefined;
  }

  #registerOf(row: number, column: number): number {
    return column === this.#table.rowidAlias || column === ROWID ? row : row + 1 + column;
  }

  /** Counts the rows of `child` that have the parent's key; of the parent itself all but the row. */
  #scan(found: ParentKey, child: Table, row: number, deferred: boolean, delta: 1 | -1): ReturnType<typeof lowerQuery> {
    const compiler = this.#compiler;
    const parent = this.#table;
    const scope: RowScope = {
      name: "the parent's row", // which nothing in a schema is called
      shape: shapeOf(parent),
      first: row,
      qualifiedOnly: true,
      changes: true,
    };
    const ofParent = (name: string): ast.Expression => ({ kind: "column", table: scope.name, name, offset: -1 });
    const ofChild = (name: string): ast.Expression => ({ kind: "column", table: child.name, name, offset: -1 });
    const terms = found.parent.map((column, at): ast.Expression => ({
      kind: "binary",
      operator: "=",
      left: ofParent(parent.columns[column]!.name),
      right: ofChild(child.columns[found.child[at]!]!.name),
      offset: -1,
    }));
    if (child === parent && delta > 0) terms.push(isAnother(parent, ofParent, ofChild));
    const { name } = compiler.context.databases[this.#database]!;
    const query = bindSelect(oneTable(name, child.name, allOf(terms), NOTHING_SELECTED), [scope], compiler);
    compiler.lowering.uses.noteQuery(query);
    const count = {
      name: "count-child",
      prepare: () => (frame: Parameters<ForeignKeyWork>[0]) => countViolation(frame, deferred, delta),
    };
    return lowerQuery(query, () => [runs(count)], compiler.lowering);
  }
}

const NOTHING_SELECTED: ast.Expression = { kind: "literal", type: "null", text: "NULL", offset: -1 };

function isAnother(
  table: Table,
  ofRow: (name: string) => ast.Expression,
  ofOther: (name: string) => ast.Expression,
): ast.Expression {
  if (!table.withoutRowid) {
    const name = table.columns[table.rowidAlias]?.name ?? "rowid";
    return { kind: "binary", operator: "<>", left: ofRow(name), right: ofOther(name), offset: -1 };
  }
  const same = table.columns.flatMap(({ name, primaryKeyPosition }): ast.Expression[] =>
    primaryKeyPosition === 0
      ? []
      : [{ kind: "binary", operator: "IS", left: ofRow(name), right: ofOther(name), offset: -1 }],
  );
  return { kind: "unary", operator: "NOT", operand: allOf(same), offset: -1 };
}
