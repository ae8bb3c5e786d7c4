/**
 * Where the text of a CREATE statement means a table by its name. Names are followed as the language has them: an alias or a common table of the same
 * name hides the table, and `t.x` means the table only where `t` does.
 */
import { fold } from "../../schema/table.ts";
import type {
  CreateTrigger,
  Expression,
  From,
  QualifiedColumn,
  Select,
  Source,
  Statement,
  TableName,
  TableSource,
  With,
} from "../../sql/ast.ts";
import { parseStatement } from "../../sql/parser/parse.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { TOKEN } from "../../sql/tokens.ts";
import { quotedName } from "./names.ts";

/** `isMeant`: a name without a schema in front means the table; with `schema` in front it does anyway. */
export function replaceTableName(sql: string, from: string, to: string, schema: string, isMeant: boolean): string {
  const { statement } = parseStatement(sql);
  if (statement === undefined) return sql;
  const finder = new ReferenceFinder(sql, from, schema, isMeant);
  finder.statement(statement);
  let text = sql;
  for (const at of [...finder.places].toSorted((a, b) => b - a)) {
    const tokenizer = new Tokenizer(sql, at);
    tokenizer.next();
    text = text.slice(0, at) + quotedName(to) + text.slice(tokenizer.end);
  }
  return text;
}

/** What a name in front of a column means: the table itself, or something else of that name. */
type Meaning = "table" | "other";

class ReferenceFinder {
  /** Offsets of the names. */
  readonly places = new Set<number>();
  readonly #sql: string;
  readonly #name: string;
  readonly #schema: string;
  readonly #isMeant: boolean;
  /** The innermost last; undefined: the scope has nothing of that name. */
  readonly #scopes: (Meaning | undefined)[] = [];
  /** How many common tables around have the name. */
  #hidden = 0;

  constructor(sql: string, name: string, schema: string, isMeant: boolean) {
    this.#sql = sql;
    this.#name = fold(name);
    this.#schema = fold(schema);
    this.#isMeant = isMeant;
  }

  statement(statement: Statement): void {
    switch (statement.kind) {
      case "create-table":
        this.#ownName(statement.table);
        this.#references();
        this.#within(this.#isTable(statement.table) ? "table" : undefined, () =>
          this.#everything(statement.columns, statement.constraints),
        );
        break;
      case "create-index":
        this.#indexedTable();
        this.#within("table", () => this.#everything(statement.columns, statement.where));
        break;
      case "create-view":
        this.#select(statement.select);
        break;
      case "create-trigger":
        this.#trigger(statement);
        break;
      default:
    }
  }

  #trigger({ table, when, steps }: CreateTrigger): void {
    const isOn = this.#isTable(table);
    if (isOn) this.places.add(table.offset);
    this.#within(isOn ? "table" : undefined, () => {
      if (when !== undefined) this.#expression(when);
      for (const step of steps) {
        if (step.kind === "select-step") this.#select(step.select);
        else this.#change(step);
      }
    });
  }

  #change(step: Exclude<CreateTrigger["steps"][number], { kind: "select-step" }>): void {
    this.#with(step.with, () => {
      const { table } = step;
      const isTarget = this.#isTable(table);
      if (isTarget) this.places.add(table.offset);
      const shown = fold(table.alias ?? table.name) === this.#name;
      const from = step.kind === "update" ? step.from : [];
      const meaning = shown ? (isTarget && table.alias === undefined ? "table" : "other") : this.#meaningOf(from);
      this.#within(meaning, () => {
        this.#from(from);
        if (step.kind === "insert") {
          if (step.source !== undefined) this.#select(step.source);
          this.#everything(step.upserts, step.returning);
        } else if (step.kind === "update") this.#everything(step.set, step.where, step.returning);
        else this.#everything(step.where, step.returning);
      });
    });
  }

  #select(select: Select): void {
    this.#with(select.with, () => {
      for (const core of select.cores) {
        if (core.kind === "values") {
          this.#everything(core.rows);
          continue;
        }
        this.#within(this.#meaningOf(core.from), () => {
          this.#from(core.from);
          for (const column of core.columns) {
            if (column.kind === "expression") this.#expression(column.expression);
            else if (column.table !== undefined && fold(column.table) === this.#name && this.#current() === "table")
              this.places.add(column.offset);
          }
          this.#everything(core.where, core.groupBy, core.having, core.windows);
          if (select.cores.length === 1) this.#everything(select.orderBy);
        });
      }
      if (select.cores.length > 1) this.#everything(select.orderBy);
      this.#everything(select.limit, select.limitOffset);
    });
  }

  #with(clause: With | undefined, body: () => void): void {
    const names = clause?.tables.filter(({ name }) => fold(name) === this.#name).length ?? 0;
    this.#hidden += names;
    for (const { select } of clause?.tables ?? []) this.#select(select);
    body();
    this.#hidden -= names;
  }

  #from(from: From): void {
    for (const { source, on } of from) {
      this.#source(source);
      if (on !== undefined) this.#expression(on);
    }
  }

  #source(source: Source): void {
    if (source.kind === "subquery") this.#select(source.select);
    else if (source.kind === "joined") this.#from(source.from);
    else {
      if (this.#isTable(source)) this.places.add(this.#nameOffset(source));
      this.#everything(source.arguments);
    }
  }

  /** What the name means in front of a column, by the sources of a SELECT. */
  #meaningOf(from: From): Meaning | undefined {
    for (const { source } of from) {
      if (source.kind === "joined" && source.alias === undefined) {
        const inside = this.#meaningOf(source.from);
        if (inside !== undefined) return inside;
      } else if (source.alias !== undefined) {
        if (fold(source.alias) === this.#name) return "other";
      } else if (source.kind === "table" && fold(source.name) === this.#name)
        return this.#isTable(source) ? "table" : "other";
    }
    return undefined;
  }

  #expression(expression: Expression): void {
    this.#everything(expression);
  }

  /** Goes through plain trees, and into queries with scopes of their own. */
  #everything(...nodes: readonly unknown[]): void {
    for (const node of nodes) {
      if (typeof node !== "object" || node === null) continue;
      if (Array.isArray(node)) this.#everything(...node);
      else if (isSelect(node)) this.#select(node);
      else if (isColumn(node)) this.#column(node);
      else if (isIn(node) && isSource(node.among)) {
        this.#source(node.among);
        this.#expression(node.operand);
      } else this.#everything(...Object.values(node));
    }
  }

  #column(column: QualifiedColumn): void {
    if (fold(column.table) !== this.#name || this.#current() !== "table") return;
    if (column.schema !== undefined && fold(column.schema) !== this.#schema) return;
    this.places.add(column.schema === undefined ? column.offset : this.#behindDot(column.offset));
  }

  /** What the name means here: the innermost scope that has it says. */
  #current(): Meaning | undefined {
    return this.#scopes.findLast((meaning) => meaning !== undefined);
  }

  #within(meaning: Meaning | undefined, body: () => void): void {
    this.#scopes.push(meaning);
    body();
    this.#scopes.pop();
  }

  #isTable({ schema, name }: { readonly schema?: string; readonly name: string }): boolean {
    if (fold(name) !== this.#name) return false;
    return schema === undefined ? this.#isMeant && this.#hidden === 0 : fold(schema) === this.#schema;
  }

  #ownName(table: TableName): void {
    if (this.#isTable(table)) this.places.add(table.offset);
  }

  #nameOffset({ schema, offset }: TableSource): number {
    return schema === undefined ? offset : this.#behindDot(offset);
  }

  #behindDot(offset: number): number {
    const tokenizer = new Tokenizer(this.#sql, offset);
    while (tokenizer.next() !== TOKEN.DOT);
    tokenizer.next();
    return tokenizer.start;
  }

  /** Foreign keys' parents, which the tree does not say the place of. */
  #references(): void {
    this.#namesBehind(TOKEN.REFERENCES);
  }

  #indexedTable(): void {
    this.#namesBehind(TOKEN.ON, 1);
  }

  #namesBehind(keyword: number, most = Infinity): void {
    if (!this.#isMeant) return;
    const tokenizer = new Tokenizer(this.#sql);
    let left = most;
    for (let kind = tokenizer.next(); kind !== TOKEN.END_OF_INPUT && left > 0; kind = tokenizer.next()) {
      if (kind !== keyword) continue;
      tokenizer.next();
      left -= 1;
      if (fold(unquoted(this.#sql.slice(tokenizer.start, tokenizer.end))) === this.#name)
        this.places.add(tokenizer.start);
    }
  }
}

function unquoted(token: string): string {
  const quote = token[0]!; // tokens are not empty
  if (quote === "[") return token.slice(1, -1);
  if (quote !== '"' && quote !== "'" && quote !== "`") return token;
  return token.slice(1, -1).replaceAll(quote + quote, quote);
}

function isSelect(node: object): node is Select {
  return "cores" in node;
}

function isColumn(node: object): node is QualifiedColumn {
  return "kind" in node && node.kind === "column" && "table" in node;
}

function isIn(node: object): node is Extract<Expression, { kind: "in" }> {
  return "kind" in node && node.kind === "in";
}

function isSource(among: Extract<Expression, { kind: "in" }>["among"]): among is TableSource {
  return "kind" in among && among.kind === "table";
}
