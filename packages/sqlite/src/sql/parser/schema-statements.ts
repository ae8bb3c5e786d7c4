/** CREATE, DROP and ALTER. */
import type {
  AlterTable,
  ColumnConstraint,
  ColumnDefinition,
  CreateIndex,
  CreateTable,
  CreateTrigger,
  CreateView,
  CreateVirtualTable,
  Drop,
  Expression,
  ForeignKeyAction,
  ForeignKeyClause,
  ConflictResolution,
  Statement,
  TableConstraint,
  TableName,
  TriggerStep,
} from "../ast.ts";
import { TOKEN, type TokenKind } from "../tokens.ts";
import type { ChangeGrammar } from "./changes.ts";
import type { SelectGrammar } from "./select.ts";
import type { TokenCursor } from "./token-cursor.ts";

const TABLE_CONSTRAINTS: readonly TokenKind[] = [
  TOKEN.CONSTRAINT,
  TOKEN.PRIMARY,
  TOKEN.UNIQUE,
  TOKEN.CHECK,
  TOKEN.FOREIGN,
];

export class SchemaGrammar {
  readonly #cursor: TokenCursor;
  readonly #selects: SelectGrammar;
  readonly #changes: ChangeGrammar;

  constructor(cursor: TokenCursor, selects: SelectGrammar, changes: ChangeGrammar) {
    this.#cursor = cursor;
    this.#selects = selects;
    this.#changes = changes;
  }

  create(): Statement {
    const cursor = this.#cursor;
    cursor.advance();
    if (cursor.kind === TOKEN.UNIQUE || cursor.kind === TOKEN.INDEX) return this.#createIndex();
    if (cursor.accept(TOKEN.VIRTUAL)) return this.#createVirtualTable();
    const temporary = cursor.accept(TOKEN.TEMP);
    if (cursor.accept(TOKEN.TABLE)) return this.#createTable(temporary);
    if (cursor.accept(TOKEN.VIEW)) return this.#createView(temporary);
    if (cursor.accept(TOKEN.TRIGGER)) return this.#createTrigger(temporary);
    return cursor.fail();
  }

  drop(): Drop {
    const cursor = this.#cursor;
    cursor.advance();
    const what = DROPPED.get(cursor.kind);
    if (what === undefined) return cursor.fail();
    cursor.advance();
    const ifExists = cursor.accept(TOKEN.IF);
    if (ifExists) cursor.expect(TOKEN.EXISTS);
    return { kind: "drop", what, ifExists, name: this.tableName() };
  }

  alter(): AlterTable {
    const cursor = this.#cursor;
    cursor.advance();
    cursor.expect(TOKEN.TABLE);
    const table = this.tableName();
    return { kind: "alter-table", table, action: this.#alteration() };
  }

  /** `name` or `schema.name`; the offset is the name's own. */
  tableName(): TableName {
    const cursor = this.#cursor;
    const { start } = cursor;
    const first = cursor.name();
    if (!cursor.accept(TOKEN.DOT)) return { name: first, offset: start };
    const { start: offset } = cursor;
    return { schema: first, name: cursor.name(), offset };
  }

  #ifNotExists(): boolean {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.IF)) return false;
    cursor.expect(TOKEN.NOT);
    cursor.expect(TOKEN.EXISTS);
    return true;
  }

  #createTable(temporary: boolean): CreateTable {
    const cursor = this.#cursor;
    const ifNotExists = this.#ifNotExists();
    const table = this.tableName();
    const head = { kind: "create-table", temporary, ifNotExists, table } as const;
    if (cursor.accept(TOKEN.AS)) {
      return { ...head, columns: [], constraints: [], options: [], select: this.#selects.select() };
    }
    cursor.expect(TOKEN.LEFT_PAREN);
    const columns = [this.#column()];
    const constraints: TableConstraint[] = [];
    while (cursor.accept(TOKEN.COMMA)) {
      if (TABLE_CONSTRAINTS.includes(cursor.kind)) {
        this.#tableConstraints(constraints);
        break;
      }
      columns.push(this.#column());
    }
    cursor.expect(TOKEN.RIGHT_PAREN);
    return { ...head, columns, constraints, options: this.#tableOptions() };
  }

  #tableOptions(): CreateTable["options"] {
    const cursor = this.#cursor;
    const options: { name: string; without: boolean; offset: number }[] = [];
    if (cursor.kind !== TOKEN.WITHOUT && cursor.kind !== TOKEN.COMMA && !cursor.atName) return options;
    cursor.accept(TOKEN.COMMA); // The grammar lets the list begin with one.
    do {
      const { start: offset } = cursor;
      const without = cursor.accept(TOKEN.WITHOUT);
      options.push({ name: cursor.name(), without, offset });
    } while (cursor.accept(TOKEN.COMMA));
    return options;
  }

  #column(): ColumnDefinition {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    const name = cursor.name();
    // GENERATED ALWAYS is a keyword only where no type can stand, and a type may be of any words.
    const type = this.#selects.expressions.typeName().replace(/(?:^|\s+)generated\s+always$/i, "");
    const constraints: ColumnConstraint[] = [];
    for (;;) {
      const constraint = this.#columnConstraint();
      if (constraint === undefined) return { name, type, constraints, offset };
      constraints.push(constraint);
    }
  }

  /** The next constraint of a column, with the name in front of it; a name with nothing behind it is passed over. */
  #columnConstraint(): ColumnConstraint | undefined {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    let named: { name?: string } = {};
    while (cursor.accept(TOKEN.CONSTRAINT)) named = { name: cursor.name() };
    const head = { ...named, offset };
    switch (cursor.kind) {
      case TOKEN.DEFAULT:
        return { ...head, kind: "default", ...this.#default() };
      case TOKEN.NULL:
        cursor.advance();
        this.#onConflict();
        return { ...head, kind: "null" };
      case TOKEN.NOT:
        if (cursor.peek(1) === TOKEN.DEFERRABLE) return { ...head, kind: "deferrable", deferred: this.#deferrable()! };
        cursor.advance();
        cursor.expect(TOKEN.NULL);
        return { ...head, kind: "not-null", ...this.#onConflict() };
      case TOKEN.PRIMARY: {
        cursor.advance();
        cursor.expect(TOKEN.KEY);
        const descending = !cursor.accept(TOKEN.ASC) && cursor.accept(TOKEN.DESC);
        const conflict = this.#onConflict();
        return {
          ...head,
          kind: "primary-key",
          descending,
          ...conflict,
          autoincrement: cursor.accept(TOKEN.AUTOINCREMENT),
        };
      }
      case TOKEN.UNIQUE:
        cursor.advance();
        return { ...head, kind: "unique", ...this.#onConflict() };
      case TOKEN.CHECK:
        cursor.advance();
        return { ...head, kind: "check", ...this.#inParentheses() };
      case TOKEN.REFERENCES:
        return { ...head, kind: "references", clause: this.#references() };
      case TOKEN.DEFERRABLE:
        return { ...head, kind: "deferrable", deferred: this.#deferrable()! };
      case TOKEN.COLLATE:
        cursor.advance();
        if (!cursor.atAlias) cursor.fail();
        return { ...head, kind: "collate", collation: cursor.takeName() };
      case TOKEN.GENERATED:
        cursor.advance();
        cursor.expect(TOKEN.ALWAYS);
        if (!cursor.at(TOKEN.AS)) cursor.fail();
        return { ...head, kind: "generated", ...this.#generated() };
      case TOKEN.AS:
        return { ...head, kind: "generated", ...this.#generated() };
      default:
        return undefined;
    }
  }

  #generated(): { expression: Expression; storage: string | undefined } {
    const cursor = this.#cursor;
    cursor.advance();
    const { expression } = this.#inParentheses();
    return { expression, storage: cursor.atIdentifier && !cursor.at(TOKEN.GENERATED) ? cursor.takeName() : undefined };
  }

  /** An expression in parentheses, and its text without them and the space around it. */
  #inParentheses(): { expression: Expression; text: string } {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.LEFT_PAREN);
    const { start } = cursor;
    const expression = this.#selects.expressions.expression();
    const text = cursor.textFrom(start);
    cursor.expect(TOKEN.RIGHT_PAREN);
    return { expression, text };
  }

  /** Behind DEFAULT: a literal with or without a sign, an expression in parentheses, or a bare word. */
  #default(): { expression: Expression; text: string } {
    const cursor = this.#cursor;
    cursor.advance();
    if (cursor.kind === TOKEN.LEFT_PAREN) return this.#inParentheses();
    const { start } = cursor;
    const sign = cursor.kind === TOKEN.PLUS ? "+" : cursor.kind === TOKEN.MINUS ? "-" : undefined;
    if (sign !== undefined) cursor.advance();
    let expression: Expression;
    if (cursor.kind === TOKEN.CURRENT_TIME) expression = this.#selects.expressions.currentTime();
    else if (sign === undefined && cursor.atIdentifier && cursor.kind !== TOKEN.JOIN_KIND) {
      const offset = cursor.start;
      // A bare word is a string with that text; `true` and `false` are what they say.
      const name = cursor.takeName();
      expression = /^(?:true|false)$/i.test(name)
        ? { kind: "identifier", name, quoted: false, offset }
        : { kind: "literal", type: "string", text: name, offset };
    } else expression = this.#selects.expressions.literal();
    const text = cursor.textFrom(start);
    if (sign === "-") expression = { kind: "unary", operator: "-", operand: expression, offset: start };
    return { expression, text };
  }

  #onConflict(): { conflict?: ConflictResolution } {
    const cursor = this.#cursor;
    if (!cursor.accept(TOKEN.ON)) return {};
    cursor.expect(TOKEN.CONFLICT);
    return { conflict: this.#changes.resolution() };
  }

  #references(): ForeignKeyClause {
    const cursor = this.#cursor;
    cursor.advance();
    const table = cursor.name();
    const columns = cursor.kind === TOKEN.LEFT_PAREN ? this.#selects.columnNames() : undefined;
    let onDelete: ForeignKeyAction = "NO ACTION";
    let onUpdate: ForeignKeyAction = "NO ACTION";
    let match: string | undefined;
    for (;;) {
      if (cursor.accept(TOKEN.MATCH)) {
        match = cursor.name();
        continue;
      }
      if (!cursor.accept(TOKEN.ON)) break;
      const { kind } = cursor;
      if (kind !== TOKEN.INSERT && kind !== TOKEN.DELETE && kind !== TOKEN.UPDATE) cursor.fail();
      cursor.advance();
      const action = this.#foreignKeyAction();
      if (kind === TOKEN.DELETE) onDelete = action;
      if (kind === TOKEN.UPDATE) onUpdate = action;
    }
    const references = {
      table,
      ...(columns && { columns }),
      onDelete,
      onUpdate,
      ...(match !== undefined && { match }),
    };
    return { ...references, deferred: false };
  }

  #foreignKeyAction(): ForeignKeyAction {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.CASCADE)) return "CASCADE";
    if (cursor.accept(TOKEN.RESTRICT)) return "RESTRICT";
    if (cursor.accept(TOKEN.NO)) {
      cursor.expect(TOKEN.ACTION);
      return "NO ACTION";
    }
    cursor.expect(TOKEN.SET);
    if (cursor.accept(TOKEN.NULL)) return "SET NULL";
    cursor.expect(TOKEN.DEFAULT);
    return "SET DEFAULT";
  }

  /** `[NOT] DEFERRABLE [INITIALLY …]` when it stands here: whether constraints wait for the commit. */
  #deferrable(): boolean | undefined {
    const cursor = this.#cursor;
    const not = cursor.kind === TOKEN.NOT && cursor.peek(1) === TOKEN.DEFERRABLE;
    if (not) cursor.advance();
    if (!cursor.accept(TOKEN.DEFERRABLE)) return undefined;
    if (!cursor.accept(TOKEN.INITIALLY)) return false;
    if (cursor.accept(TOKEN.IMMEDIATE)) return false;
    cursor.expect(TOKEN.DEFERRED);
    return !not;
  }

  /** The constraints behind the columns; the commas between them may be missing. */
  #tableConstraints(constraints: TableConstraint[]): void {
    const cursor = this.#cursor;
    do {
      const { start: offset } = cursor;
      let named: { name?: string } = {};
      while (cursor.accept(TOKEN.CONSTRAINT)) {
        named = { name: cursor.name() };
        cursor.accept(TOKEN.COMMA);
      }
      const constraint = this.#tableConstraint({ ...named, offset });
      if (constraint === undefined) {
        if (named.name === undefined) cursor.fail();
        return;
      }
      constraints.push(constraint);
      cursor.accept(TOKEN.COMMA);
    } while (cursor.kind !== TOKEN.RIGHT_PAREN || this.#afterComma());
  }

  /** A comma in front of the closing parenthesis is an error about the parenthesis. */
  #afterComma(): boolean {
    const { text, previousEnd } = this.#cursor;
    return text[previousEnd - 1] === ",";
  }

  #tableConstraint(head: { name?: string; offset: number }): TableConstraint | undefined {
    const cursor = this.#cursor;
    switch (cursor.kind) {
      case TOKEN.PRIMARY: {
        cursor.advance();
        cursor.expect(TOKEN.KEY);
        cursor.expect(TOKEN.LEFT_PAREN);
        const columns = this.#changes.indexedColumnList();
        const autoincrement = cursor.accept(TOKEN.AUTOINCREMENT);
        cursor.expect(TOKEN.RIGHT_PAREN);
        return { ...head, kind: "primary-key", columns, autoincrement, ...this.#onConflict() };
      }
      case TOKEN.UNIQUE:
        cursor.advance();
        return { ...head, kind: "unique", columns: this.#changes.indexedColumns(), ...this.#onConflict() };
      case TOKEN.CHECK:
        cursor.advance();
        return { ...head, kind: "check", ...this.#inParentheses(), ...this.#onConflict() };
      case TOKEN.FOREIGN: {
        cursor.advance();
        cursor.expect(TOKEN.KEY);
        const columns = this.#selects.columnNames();
        if (!cursor.at(TOKEN.REFERENCES)) cursor.fail();
        const clause = this.#references();
        const deferred = this.#deferrable() ?? false;
        if (cursor.accept(TOKEN.NOT)) cursor.fail(); // Only DEFERRABLE could have followed.
        return { ...head, kind: "foreign-key", columns, clause: { ...clause, deferred } };
      }
      default:
        return undefined;
    }
  }

  #createIndex(): CreateIndex {
    const cursor = this.#cursor;
    const unique = cursor.accept(TOKEN.UNIQUE);
    cursor.expect(TOKEN.INDEX);
    const ifNotExists = this.#ifNotExists();
    const index = this.tableName();
    cursor.expect(TOKEN.ON);
    const table = cursor.name();
    const columns = this.#changes.indexedColumns();
    const where = this.#selects.where();
    return { kind: "create-index", unique, ifNotExists, index, table, columns, ...(where && { where }) };
  }

  #createView(temporary: boolean): CreateView {
    const cursor = this.#cursor;
    const ifNotExists = this.#ifNotExists();
    const view = this.tableName();
    const columns = cursor.kind === TOKEN.LEFT_PAREN ? this.#selects.columnNames() : undefined;
    cursor.expect(TOKEN.AS);
    const select = this.#selects.select();
    return { kind: "create-view", temporary, ifNotExists, view, ...(columns && { columns }), select };
  }

  #createTrigger(temporary: boolean): CreateTrigger {
    const cursor = this.#cursor;
    const ifNotExists = this.#ifNotExists();
    const trigger = this.tableName();
    const time = this.#triggerTime();
    const { event, columns } = this.#triggerEvent();
    cursor.expect(TOKEN.ON);
    const table = this.tableName();
    if (cursor.accept(TOKEN.FOR)) {
      cursor.expect(TOKEN.EACH);
      cursor.expect(TOKEN.ROW);
    }
    const when = cursor.accept(TOKEN.WHEN) ? this.#selects.expressions.expression() : undefined;
    cursor.expect(TOKEN.BEGIN);
    const steps: TriggerStep[] = [];
    do {
      steps.push(this.#changes.step());
      cursor.expect(TOKEN.SEMICOLON);
    } while (!cursor.accept(TOKEN.END));
    return {
      kind: "create-trigger",
      temporary,
      ifNotExists,
      trigger,
      time,
      event,
      ...(columns && { columns }),
      table,
      ...(when && { when }),
      steps,
    };
  }

  #triggerTime(): CreateTrigger["time"] {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.AFTER)) return "AFTER";
    if (cursor.accept(TOKEN.INSTEAD)) {
      cursor.expect(TOKEN.OF);
      return "INSTEAD OF";
    }
    cursor.accept(TOKEN.BEFORE);
    return "BEFORE";
  }

  #triggerEvent(): Pick<CreateTrigger, "event" | "columns"> {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.INSERT)) return { event: "INSERT" };
    if (cursor.accept(TOKEN.DELETE)) return { event: "DELETE" };
    cursor.expect(TOKEN.UPDATE);
    if (!cursor.accept(TOKEN.OF)) return { event: "UPDATE" };
    const columns = [cursor.name()];
    while (cursor.accept(TOKEN.COMMA)) columns.push(cursor.name());
    return { event: "UPDATE", columns };
  }

  #createVirtualTable(): CreateVirtualTable {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.TABLE);
    const ifNotExists = this.#ifNotExists();
    const table = this.tableName();
    cursor.expect(TOKEN.USING);
    const module = cursor.name();
    const list: string[] = [];
    if (cursor.accept(TOKEN.LEFT_PAREN)) {
      do list.push(this.#moduleArgument());
      while (cursor.accept(TOKEN.COMMA));
      cursor.expect(TOKEN.RIGHT_PAREN);
      if (list.length === 1 && list[0] === "") list.pop();
    }
    return { kind: "create-virtual-table", ifNotExists, table, module, arguments: list };
  }

  /** Any tokens with parentheses in balance, up to the next comma or the end. */
  #moduleArgument(): string {
    const cursor = this.#cursor;
    const { start } = cursor;
    let depth = 0;
    while (depth > 0 || (cursor.kind !== TOKEN.COMMA && cursor.kind !== TOKEN.RIGHT_PAREN)) {
      if (cursor.kind === TOKEN.END_OF_INPUT || cursor.kind === TOKEN.ILLEGAL) cursor.fail();
      if (cursor.kind === TOKEN.LEFT_PAREN) depth += 1;
      if (cursor.kind === TOKEN.RIGHT_PAREN) depth -= 1;
      cursor.advance();
    }
    return cursor.previousEnd <= start ? "" : cursor.textFrom(start);
  }

  #alteration(): AlterTable["action"] {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.RENAME)) return this.#renaming();
    if (cursor.accept(TOKEN.DROP)) {
      if (cursor.accept(TOKEN.CONSTRAINT)) return { kind: "drop-constraint", constraint: cursor.name() };
      cursor.accept(TOKEN.COLUMN);
      return { kind: "drop-column", column: cursor.name() };
    }
    if (cursor.accept(TOKEN.ALTER)) return this.#columnAlteration();
    cursor.expect(TOKEN.ADD);
    if (cursor.kind === TOKEN.CONSTRAINT || cursor.kind === TOKEN.CHECK) {
      const name = cursor.accept(TOKEN.CONSTRAINT) ? cursor.name() : undefined;
      cursor.expect(TOKEN.CHECK);
      const check = this.#inParentheses();
      this.#onConflict();
      return { kind: "add-check", ...(name !== undefined && { name }), ...check };
    }
    cursor.accept(TOKEN.COLUMN);
    const { start } = cursor;
    const column = this.#column();
    return { kind: "add-column", column, text: cursor.textFrom(start) };
  }

  #renaming(): AlterTable["action"] {
    const cursor = this.#cursor;
    if (cursor.accept(TOKEN.TO)) return { kind: "rename-table", to: cursor.name() };
    cursor.accept(TOKEN.COLUMN);
    const column = cursor.name();
    cursor.expect(TOKEN.TO);
    const quoted = cursor.startsWith('"') || cursor.startsWith("'") || cursor.startsWith("`") || cursor.startsWith("[");
    return { kind: "rename-column", column, to: cursor.name(), quoted };
  }

  #columnAlteration(): AlterTable["action"] {
    const cursor = this.#cursor;
    cursor.accept(TOKEN.COLUMN);
    const column = cursor.name();
    if (cursor.accept(TOKEN.DROP)) {
      cursor.expect(TOKEN.NOT);
      cursor.expect(TOKEN.NULL);
      return { kind: "drop-not-null", column };
    }
    cursor.expect(TOKEN.SET);
    cursor.expect(TOKEN.NOT);
    cursor.expect(TOKEN.NULL);
    return { kind: "set-not-null", column, ...this.#onConflict() };
  }
}

const DROPPED: ReadonlyMap<TokenKind, Drop["what"]> = new Map([
  [TOKEN.TABLE, "table"],
  [TOKEN.INDEX, "index"],
  [TOKEN.VIEW, "view"],
  [TOKEN.TRIGGER, "trigger"],
]);
