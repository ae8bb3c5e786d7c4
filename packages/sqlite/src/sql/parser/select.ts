/** SELECT, VALUES and WITH: everything that makes rows, with the sources and windows inside. */
import type {
  CommonTable,
  CompoundOperator,
  Expression,
  Frame,
  FrameBound,
  From,
  IndexHint,
  Join,
  OrderingTerm,
  ResultColumn,
  Select,
  SelectCore,
  Source,
  Values,
  Window,
  With,
} from "../ast.ts";
import { TOKEN } from "../tokens.ts";
import { ExpressionParser, type SelectParser } from "./expression.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Weight of `enter`. */
const SUBQUERY = 6;

export class SelectGrammar implements SelectParser {
  readonly #cursor: TokenCursor;
  readonly expressions: ExpressionParser;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
    this.expressions = new ExpressionParser(cursor, this);
  }

  /** A whole SELECT, with its WITH if there is one. The height of `expressions` is that of its highest expression. */
  select(): Select {
    return this.selectAfter(this.with());
  }

  /** The SELECT behind a WITH that has been read. */
  selectAfter(withClause: With | undefined): Select {
    const cursor = this.#cursor;
    cursor.enter(SUBQUERY);
    const { start: offset } = cursor;
    const cores: (SelectCore | Values)[] = [];
    const operators: CompoundOperator[] = [];
    let height = 0;
    let orderBy: OrderingTerm[] = [];
    let limit: Limit = {};
    let misplaced: string | undefined;
    for (;;) {
      const core = this.#core();
      cores.push(core);
      if (core.kind === "select") {
        height = Math.max(height, this.expressions.height);
        orderBy = this.#orderBy();
        height = Math.max(height, this.expressions.height);
        limit = this.#limit();
        height = Math.max(height, this.expressions.height);
      }
      const operator = this.#compoundOperator();
      if (operator === undefined) break;
      const early = orderBy.length > 0 ? "ORDER BY" : limit.limit === undefined ? undefined : "LIMIT";
      if (early !== undefined) misplaced ??= `${early} clause should come after ${operator} not before`;
      operators.push(operator);
    }
    if (misplaced !== undefined) cursor.complain(misplaced);
    if (operators.length >= cursor.limits.compoundSelect) cursor.complain("too many terms in compound SELECT");
    cursor.leave(SUBQUERY);
    this.expressions.height = height;
    return { ...(withClause && { with: withClause }), cores, operators, orderBy, ...limit, offset };
  }

  /** `WITH [RECURSIVE] …` when it stands here. */
  with(): With | undefined {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.WITH)) return undefined;
    const recursive = cursor.accept(TOKEN.RECURSIVE);
    const tables: CommonTable[] = [];
    do {
      const { start } = cursor;
      const name = cursor.name();
      const columns = cursor.kind === TOKEN.LEFT_PAREN ? this.columnNames() : undefined;
      cursor.expect(TOKEN.AS);
      const not = cursor.accept(TOKEN.NOT);
      if (not && cursor.kind !== TOKEN.MATERIALIZED) cursor.fail();
      const materialized = cursor.accept(TOKEN.MATERIALIZED) ? !not : undefined;
      cursor.expect(TOKEN.LEFT_PAREN);
      const select = this.select();
      cursor.expect(TOKEN.RIGHT_PAREN);
      if (tables.some((table) => table.name.toLowerCase() === name.toLowerCase()))
        cursor.complain(`duplicate WITH table name: ${name}`, start);
      tables.push({ name, ...(columns && { columns }), select, ...(materialized !== undefined && { materialized }) });
    } while (cursor.accept(TOKEN.COMMA));
    return { recursive, tables };
  }

  /**
   * `(a, b)` where columns are named. Old versions allowed a collation and an order behind each name, which files from then may hold;
   * `sqlite_schema` is the only place where they still count for nothing instead of being refused.
   */
  columnNames(): string[] {
    const cursor = this.#cursor;
    const names: string[] = [];
    cursor.expect(TOKEN.LEFT_PAREN);
    do {
      const { start } = cursor;
      const name = cursor.name();
      names.push(name);
      const isCollated = cursor.accept(TOKEN.COLLATE);
      if (isCollated) cursor.name();
      if (isCollated || cursor.accept(TOKEN.ASC) || cursor.accept(TOKEN.DESC))
        cursor.complain(`syntax error after column name "${name}"`, start);
    } while (cursor.accept(TOKEN.COMMA));
    cursor.expect(TOKEN.RIGHT_PAREN);
    return names;
  }

  orderingTerms(): OrderingTerm[] {
    const cursor = this.#cursor;
    const terms: OrderingTerm[] = [];
    let height = 0;
    do {
      const expression = this.expressions.expression();
      height = Math.max(height, this.expressions.height);
      const descending = !cursor.accept(TOKEN.ASC) && cursor.accept(TOKEN.DESC);
      let nulls: "FIRST" | "LAST" | undefined;
      if (cursor.accept(TOKEN.NULLS)) {
        if (cursor.kind !== TOKEN.FIRST && cursor.kind !== TOKEN.LAST) cursor.fail();
        nulls = cursor.kind === TOKEN.FIRST ? "FIRST" : "LAST";
        cursor.advance();
      }
      terms.push({ expression, descending, ...(nulls && { nulls }) });
    } while (cursor.accept(TOKEN.COMMA));
    this.expressions.height = height;
    return terms;
  }

  /** What stands in the parentheses behind OVER, or behind `name AS`. */
  window(): Window {
    const cursor = this.#cursor;
    let base: string | undefined;
    const begins: readonly number[] = [TOKEN.PARTITION, TOKEN.ORDER, TOKEN.ROWS, TOKEN.RANGE, TOKEN.GROUPS];
    if (cursor.atName && !begins.includes(cursor.kind)) base = cursor.takeName();
    let partitionBy: Expression[] = [];
    if (cursor.accept(TOKEN.PARTITION)) {
      cursor.expect(TOKEN.BY);
      partitionBy = this.expressions.list();
    }
    const orderBy = this.#orderBy();
    const frame = this.#frame();
    return { ...(base !== undefined && { base }), partitionBy, orderBy, ...(frame && { frame }) };
  }

  /** `RETURNING a, b` or what stands behind SELECT. */
  resultColumns(): ResultColumn[] {
    const cursor = this.#cursor;
    const columns: ResultColumn[] = [];
    let height = 0;
    do {
      columns.push(this.#resultColumn());
      height = Math.max(height, this.expressions.height);
    } while (cursor.accept(TOKEN.COMMA));
    this.expressions.height = height;
    return columns;
  }

  /** `FROM …` when it stands here. */
  from(): From {
    return this.#cursor.accept(TOKEN.FROM) ? this.#joins() : [];
  }

  where(): Expression | undefined {
    return this.#cursor.accept(TOKEN.WHERE) ? this.expressions.expression() : undefined;
  }

  /** `INDEXED BY x` gives x, `NOT INDEXED` null, nothing undefined. */
  indexHint(): IndexHint | undefined {
    const cursor = this.#cursor;
    if (cursor.kind === TOKEN.NOT) {
      cursor.advance();
      cursor.expect(TOKEN.INDEXED);
      return null;
    }
    if (!cursor.accept(TOKEN.INDEXED)) return undefined;
    cursor.expect(TOKEN.BY);
    return cursor.name();
  }

  #core(): SelectCore | Values {
    const cursor = this.#cursor;
    if (cursor.kind === TOKEN.VALUES) return this.#values();
    const { start: offset } = cursor;
    cursor.expect(TOKEN.SELECT);
    const distinct = cursor.accept(TOKEN.DISTINCT);
    if (!distinct) cursor.accept(TOKEN.ALL);
    let height = 0;
    const note = <T>(parsed: T): T => {
      height = Math.max(height, this.expressions.height);
      return parsed;
    };
    this.expressions.height = 0;
    const columns = note(this.resultColumns());
    const from = note(this.from());
    const where = note(this.where());
    let groupBy: Expression[] = [];
    if (cursor.accept(TOKEN.GROUP)) {
      cursor.expect(TOKEN.BY);
      groupBy = note(this.expressions.list());
    }
    const having = cursor.accept(TOKEN.HAVING) ? note(this.expressions.expression()) : undefined;
    const windows = note(this.#windows());
    this.expressions.height = height;
    return {
      kind: "select",
      distinct,
      columns,
      from,
      ...(where && { where }),
      groupBy,
      ...(having && { having }),
      windows,
      offset,
    };
  }

  #values(): Values {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    cursor.advance();
    const rows: Expression[][] = [];
    do {
      cursor.expect(TOKEN.LEFT_PAREN);
      const row = this.expressions.list();
      cursor.expect(TOKEN.RIGHT_PAREN);
      if (rows.length > 0 && rows[0]!.length !== row.length)
        cursor.complain("all VALUES must have the same number of terms");
      rows.push(row);
    } while (cursor.accept(TOKEN.COMMA));
    return { kind: "values", rows, offset };
  }

  #compoundOperator(): CompoundOperator | undefined {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.UNION)) return cursor.accept(TOKEN.ALL) ? "UNION ALL" : "UNION";
    if (cursor.accept(TOKEN.INTERSECT)) return "INTERSECT";
    return cursor.accept(TOKEN.EXCEPT) ? "EXCEPT" : undefined;
  }

  #orderBy(): OrderingTerm[] {
    const cursor = this.#cursor;
    this.expressions.height = 0;
    if (!cursor.accept(TOKEN.ORDER)) return [];
    cursor.expect(TOKEN.BY);
    return this.orderingTerms();
  }

  #limit(): Limit {
    const cursor = this.#cursor;
    this.expressions.height = 0;
    if (!cursor.accept(TOKEN.LIMIT)) return {};
    const first = this.expressions.expression();
    if (cursor.accept(TOKEN.OFFSET)) return { limit: first, limitOffset: this.expressions.expression() };
    if (cursor.accept(TOKEN.COMMA)) return { limit: this.expressions.expression(), limitOffset: first };
    return { limit: first };
  }

  #resultColumn(): ResultColumn {
    const cursor = this.#cursor;
    const { start } = cursor;
    if (cursor.accept(TOKEN.STAR)) return { kind: "star", offset: start };
    if (cursor.atName && cursor.peek(1) === TOKEN.DOT && cursor.peek(2) === TOKEN.STAR) {
      const table = cursor.takeName();
      cursor.advance();
      cursor.advance();
      return { kind: "star", table, offset: start };
    }
    const expression = this.expressions.expression();
    const text = cursor.textFrom(start);
    const alias = this.#alias();
    return { kind: "expression", expression, ...(alias !== undefined && { alias }), text };
  }

  /** `AS x`, or `x` alone. */
  #alias(): string | undefined {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.AS)) return cursor.name();
    return cursor.atAlias && cursor.kind !== TOKEN.INDEXED ? cursor.takeName() : undefined;
  }

  #joins(): From {
    const cursor = this.#cursor;
    const joins: Join[] = [];
    let operator: JoinOperator | undefined = { operator: ",", natural: false, cross: false, left: false, right: false };
    while (operator !== undefined) {
      const source = this.#source();
      const isFirst = joins.length === 0;
      const constraint: { on?: Expression; using?: string[] } = {};
      if (cursor.kind === TOKEN.ON || cursor.kind === TOKEN.USING) {
        const word = cursor.word();
        if (cursor.accept(TOKEN.ON)) constraint.on = this.expressions.expression();
        else {
          cursor.advance();
          constraint.using = this.nameList();
        }
        if (isFirst) cursor.complain(`a JOIN clause is required before ${word}`);
      }
      joins.push({ ...operator, source, ...constraint });
      operator = this.#joinOperator();
    }
    return joins;
  }

  /** `(a, b)` without anything behind the names. */
  nameList(): string[] {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.LEFT_PAREN);
    const names = [cursor.name()];
    while (cursor.accept(TOKEN.COMMA)) names.push(cursor.name());
    cursor.expect(TOKEN.RIGHT_PAREN);
    return names;
  }

  #joinOperator(): JoinOperator | undefined {
    const cursor = this.#cursor;
    const join = { operator: "JOIN", natural: false, cross: false, left: false, right: false } as const;
    if (cursor.accept(TOKEN.COMMA)) return { ...join, operator: "," };
    if (cursor.accept(TOKEN.JOIN)) return join;
    if (cursor.kind !== TOKEN.JOIN_KIND) return undefined;
    const { start } = cursor;
    const words: string[] = [];
    while (words.length < 3 && !cursor.at(TOKEN.JOIN)) {
      if (!cursor.atName) cursor.fail();
      words.push(cursor.text.slice(cursor.start, cursor.end));
      cursor.advance();
    }
    cursor.expect(TOKEN.JOIN);
    const has = (word: string): boolean => words.some((other) => other.toUpperCase() === word);
    const isOuter = has("OUTER") || has("LEFT") || has("RIGHT") || has("FULL");
    const isInner = has("INNER") || has("CROSS");
    const isKnown = words.every((word) => JOIN_WORDS.has(word.toUpperCase()));
    const onlyOuter = has("OUTER") && !has("LEFT") && !has("RIGHT") && !has("FULL");
    if (!isKnown || (isInner && isOuter) || onlyOuter) cursor.complain(`unknown join type: ${words.join(" ")}`, start);
    return {
      operator: "JOIN",
      natural: has("NATURAL"),
      cross: has("CROSS"),
      left: has("LEFT") || has("FULL"),
      right: has("RIGHT") || has("FULL"),
    };
  }

  #source(): Source {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    if (cursor.accept(TOKEN.LEFT_PAREN)) {
      const isSelect = cursor.kind === TOKEN.SELECT || cursor.kind === TOKEN.VALUES || cursor.kind === TOKEN.WITH;
      if (isSelect) {
        const select = this.select();
        cursor.expect(TOKEN.RIGHT_PAREN);
        return { kind: "subquery", select, ...named(this.#alias()), offset };
      }
      cursor.enter(SUBQUERY);
      const from = this.#joins();
      cursor.leave(SUBQUERY);
      cursor.expect(TOKEN.RIGHT_PAREN);
      return { kind: "joined", from, ...named(this.#alias()), offset };
    }
    let name = cursor.name();
    let schema: string | undefined;
    if (cursor.accept(TOKEN.DOT)) {
      schema = name;
      name = cursor.name();
    }
    const table = { kind: "table", ...(schema !== undefined && { schema }), name, offset } as const;
    if (cursor.accept(TOKEN.LEFT_PAREN)) {
      const list = cursor.kind === TOKEN.RIGHT_PAREN ? [] : this.expressions.list();
      cursor.expect(TOKEN.RIGHT_PAREN);
      return { ...table, arguments: list, ...named(this.#alias()) };
    }
    const alias = named(this.#alias());
    const indexedBy = this.indexHint();
    return { ...table, ...alias, ...(indexedBy !== undefined && { indexedBy }) };
  }

  #windows(): { name: string; window: Window }[] {
    const cursor = this.#cursor;
    const windows: { name: string; window: Window }[] = [];
    if (!cursor.accept(TOKEN.WINDOW)) return windows;
    do {
      const name = cursor.name();
      cursor.expect(TOKEN.AS);
      cursor.expect(TOKEN.LEFT_PAREN);
      windows.push({ name, window: this.window() });
      cursor.expect(TOKEN.RIGHT_PAREN);
    } while (cursor.accept(TOKEN.COMMA));
    return windows;
  }

  #frame(): Frame | undefined {
    const cursor = this.#cursor;
    const unit = cursor.word();
    if (unit !== "ROWS" && unit !== "RANGE" && unit !== "GROUPS") return undefined;
    cursor.advance();
    let start: FrameBound;
    let end: FrameBound = { kind: "current-row" };
    if (cursor.accept(TOKEN.BETWEEN)) {
      start = this.#frameBound("start");
      cursor.expect(TOKEN.AND);
      end = this.#frameBound("end");
    } else {
      start = this.#frameBound("only");
    }
    const exclude = this.#exclude();
    return { unit, start, end, ...(exclude && { exclude }) };
  }

  #frameBound(place: "start" | "end" | "only"): FrameBound {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.UNBOUNDED)) {
      if (place !== "end" && cursor.accept(TOKEN.PRECEDING)) return { kind: "unbounded-preceding" };
      if (place === "end" && cursor.accept(TOKEN.FOLLOWING)) return { kind: "unbounded-following" };
      cursor.fail();
    }
    if (cursor.accept(TOKEN.CURRENT)) {
      cursor.expect(TOKEN.ROW);
      return { kind: "current-row" };
    }
    const offset = this.expressions.expression();
    if (cursor.accept(TOKEN.PRECEDING)) return { kind: "preceding", offset };
    if (place === "only") cursor.fail();
    cursor.expect(TOKEN.FOLLOWING);
    return { kind: "following", offset };
  }

  #exclude(): Frame["exclude"] | undefined {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.EXCLUDE)) return undefined;
    if (cursor.accept(TOKEN.NO)) {
      cursor.expect(TOKEN.OTHERS);
      return "NO OTHERS";
    }
    if (cursor.accept(TOKEN.CURRENT)) {
      cursor.expect(TOKEN.ROW);
      return "CURRENT ROW";
    }
    if (cursor.accept(TOKEN.GROUP)) return "GROUP";
    cursor.expect(TOKEN.TIES);
    return "TIES";
  }
}

type JoinOperator = Omit<Join, "source" | "on" | "using">;
type Limit = Pick<Select, "limit" | "limitOffset">;

const JOIN_WORDS: ReadonlySet<string> = new Set(["NATURAL", "LEFT", "OUTER", "RIGHT", "FULL", "INNER", "CROSS"]);

function named(alias: string | undefined): { alias?: string } {
  return alias === undefined ? {} : { alias };
}
