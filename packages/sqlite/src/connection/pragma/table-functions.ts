/**
 * Pragmas as tables (https://www.sqlite.org/pragma.html#pragfunc): `pragma_table_info('t')` in FROM.
 *
 * What a pragma tells is known when the statement is compiled, so that its rows are written into the statement as VALUES, and the statement is
 * compiled anew each time it runs. An argument that is known only then (`pragma_table_info(m.name)`) becomes a condition on a column `arg` of the
 * rows for every name that there is.
 */
import { fold } from "../../schema/table.ts";
import type {
  Expression,
  From,
  Join,
  ResultColumn,
  Select,
  SelectCore,
  Statement,
  TableSource,
} from "../../sql/ast.ts";
import { Cells } from "../../values/value.ts";
import { type Connection, MAIN } from "../connection.ts";
import type { ActionRow } from "../plan.ts";
import { PRAGMAS } from "./pragma.ts";

const PREFIX = "pragma_";

/** Whether a text may have such tables at all. */
export function mayNamePragmas(sql: string): boolean {
  return sql.toLowerCase().includes(PREFIX);
}

/** The statement with VALUES where it names pragmas; undefined when it names none. */
export function withPragmaRows<S extends Statement>(connection: Connection, statement: S): S | undefined {
  const rewriter = new Rewriter(connection);
  const rewritten = rewriter.node(statement) as S; // of the same form
  return rewriter.found ? rewritten : undefined;
}

interface PragmaRows {
  readonly columns: readonly string[];
  readonly rows: readonly ActionRow[];
}

class Rewriter {
  found = false;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  node(node: unknown): unknown {
    if (typeof node !== "object" || node === null) return node;
    if (Array.isArray(node)) return node.map((one) => this.node(one));
    const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.node(value)]));
    return isCore(node) ? this.#core(copy as unknown as SelectCore) : copy;
  }

  #core(core: SelectCore): SelectCore {
    const conditions: Expression[] = [];
    /** Columns of sources that have `arg` beside them, which `*` does not show. */
    const shown = new Map<string, readonly string[]>();
    const from = core.from.map((join) => this.#join(join, conditions, shown));
    if (from.every((join, at) => join === core.from[at])) return core;
    const where = allOf([...(core.where === undefined ? [] : [core.where]), ...conditions]);
    const columns = shown.size === 0 ? core.columns : core.columns.flatMap((column) => expandStar(column, from, shown));
    return { ...core, from, columns, ...(where !== undefined && { where }) };
  }

  #join(join: Join, conditions: Expression[], shown: Map<string, readonly string[]>): Join {
    const { source } = join;
    if (source.kind !== "table") return join;
    const name = pragmaOf(this.#connection, source);
    if (name === undefined) return join;
    this.found = true;
    const alias = source.alias ?? source.name;
    const [argument, schema] = source.arguments ?? [];
    const known = argument === undefined ? undefined : textOf(argument);
    const schemaName = schema === undefined ? undefined : textOf(schema);
    if (argument === undefined || known !== undefined) {
      const { columns, rows } = this.#rows(name, known, schemaName);
      return { ...join, source: { kind: "subquery", select: valuesOf(columns, rows), alias, offset: source.offset } };
    }
    const { columns, rows } = this.#rowsOfAll(name, schemaName);
    shown.set(fold(alias), columns);
    const select = valuesOf([...columns, "arg"], rows);
    const condition = equalNames({ kind: "column", table: alias, name: "arg", offset: -1 }, argument);
    const rewritten: Join = { ...join, source: { kind: "subquery", select, alias, offset: source.offset } };
    if (!join.left && !join.right) {
      conditions.push(condition);
      return rewritten;
    }
    return { ...rewritten, on: join.on === undefined ? condition : and(join.on, condition) };
  }

  /** For every name of a table, a view or an index, which stands behind the row. */
  #rowsOfAll(name: string, schema: string | undefined): PragmaRows {
    const names = new Set<string>();
    for (const { catalogue } of this.#connection.databases) {
      for (const table of catalogue.tables()) {
        names.add(table.name);
        if (table.kind === "table") for (const index of table.indexes) names.add(index.name);
      }
    }
    let columns: readonly string[] = [];
    const rows: ActionRow[] = [];
    for (const value of [...names, ""]) {
      const one = this.#rows(name, value, schema);
      columns = one.columns;
      rows.push(...one.rows.map((row) => [...row, value]));
    }
    return { columns, rows };
  }

  #rows(name: string, value: string | undefined, schema: string | undefined): PragmaRows {
    const connection = this.#connection;
    const at = schema === undefined ? MAIN : connection.databaseNamed(schema);
    const handler = PRAGMAS.get(name)!; // pragmaOf has looked
    const action = handler({ connection, database: Math.max(MAIN, at), isNamed: schema !== undefined, value });
    for (const database of action.reads ?? []) connection.databases[database]!.beginRead();
    const rows = [...(action.run(connection, new Cells(0)) ?? [])];
    connection.transactions.relax();
    return { columns: action.columns ?? [], rows };
  }
}

/** The pragma that a source is; undefined: it is none, or a table has the name. */
function pragmaOf(connection: Connection, { name, schema }: TableSource): string | undefined {
  const folded = fold(name);
  if (schema !== undefined || !folded.startsWith(PREFIX)) return undefined;
  const pragma = folded.slice(PREFIX.length);
  if (!PRAGMAS.has(pragma)) return undefined;
  return connection.databases.some(({ catalogue }) => catalogue.table(name) !== undefined) ? undefined : pragma;
}

/** The text of a literal. */
function textOf(expression: Expression): string | undefined {
  return expression.kind === "literal" && expression.type !== "blob" && expression.type !== "null"
    ? expression.text
    : undefined;
}

function isCore(node: object): node is SelectCore {
  return "kind" in node && node.kind === "select" && "from" in node;
}

function and(left: Expression, right: Expression): Expression {
  return { kind: "binary", operator: "AND", left, right, offset: -1 };
}

function allOf(terms: readonly Expression[]): Expression | undefined {
  return terms.length === 0 ? undefined : terms.reduce(and);
}

function equalNames(left: Expression, operand: Expression): Expression {
  const right: Expression = { kind: "collate", operand, collation: "NOCASE", offset: -1 };
  return { kind: "binary", operator: "=", left: { ...right, operand: left }, right, offset: -1 };
}

/** `*` without the columns that are not shown. */
function expandStar(column: ResultColumn, from: From, shown: ReadonlyMap<string, readonly string[]>): ResultColumn[] {
  if (column.kind !== "star") return [column];
  const { table, offset } = column;
  if (table !== undefined) return starOf(table, offset, shown) ?? [column];
  return from.flatMap(({ source }): ResultColumn[] => {
    const name =
      "alias" in source && source.alias !== undefined
        ? source.alias
        : source.kind === "table"
          ? source.name
          : undefined;
    if (name === undefined) return [];
    return starOf(name, offset, shown) ?? [{ kind: "star", table: name, offset }];
  });
}

function starOf(
  table: string,
  offset: number,
  shown: ReadonlyMap<string, readonly string[]>,
): ResultColumn[] | undefined {
  return shown.get(fold(table))?.map((name) => ({
    kind: "expression",
    expression: { kind: "column", table, name, offset },
    text: name,
  }));
}

/** A query for these rows. */
function valuesOf(columns: readonly string[], rows: readonly ActionRow[]): Select {
  const shell = { operators: [], orderBy: [], offset: -1 } as const;
  const literalRows = rows.length === 0 ? [columns.map(() => null)] : rows;
  const values: Select = {
    ...shell,
    cores: [{ kind: "values", rows: literalRows.map((row) => row.map(literalOf)), offset: -1 }],
  };
  const core: SelectCore = {
    kind: "select",
    distinct: false,
    columns: columns.map((alias, at) => ({
      kind: "expression",
      expression: { kind: "identifier", name: `column${at + 1}`, quoted: false, offset: -1 },
      alias,
      text: alias,
    })),
    from: [
      {
        operator: ",",
        natural: false,
        cross: false,
        left: false,
        right: false,
        source: { kind: "subquery", select: values, offset: -1 },
      },
    ],
    ...(rows.length === 0 && { where: literalOf(0) }),
    groupBy: [],
    windows: [],
    offset: -1,
  };
  return { ...shell, cores: [core] };
}

function literalOf(value: ActionRow[number]): Expression {
  if (value === null) return { kind: "literal", type: "null", text: "NULL", offset: -1 };
  if (typeof value === "string") return { kind: "literal", type: "string", text: value, offset: -1 };
  const literal: Expression = {
    kind: "literal",
    type: "integer",
    text: String(value < 0 ? -value : value),
    offset: -1,
  };
  return value < 0 ? { kind: "unary", operator: "-", operand: literal, offset: -1 } : literal;
}
