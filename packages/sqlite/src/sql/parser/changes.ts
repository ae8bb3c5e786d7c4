/** INSERT, UPDATE and DELETE, as statements and as steps of a trigger. */
import type {
  Assignment,
  ChangeTarget,
  ConflictResolution,
  Delete,
  Expression,
  IndexedColumn,
  Insert,
  ResultColumn,
  TriggerStep,
  Update,
  Upsert,
  With,
} from "../ast.ts";
import { TOKEN } from "../tokens.ts";
import type { SelectGrammar } from "./select.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Where the change stands: triggers know fewer forms. */
type Place = "statement" | "trigger";

export class ChangeGrammar {
  readonly #cursor: TokenCursor;
  readonly #selects: SelectGrammar;

  constructor(cursor: TokenCursor, selects: SelectGrammar) {
    this.#cursor = cursor;
    this.#selects = selects;
  }

  /** A step of a trigger, without the semicolon behind it. */
  step(): TriggerStep {
    const cursor = this.#cursor;
    const withClause = this.#selects.with();
    if (withClause === undefined) {
      const change = this.change(undefined, "trigger");
      if (change !== undefined) return change;
    }
    if (cursor.kind !== TOKEN.SELECT && cursor.kind !== TOKEN.VALUES) cursor.fail();
    return { kind: "select-step", select: this.#selects.selectAfter(withClause) };
  }

  /** The change that stands here behind `withClause`; undefined when something else does. */
  change(withClause: With | undefined, place: Place): Insert | Update | Delete | undefined {
    const cursor = this.#cursor;
    switch (cursor.kind) {
      case TOKEN.INSERT:
      case TOKEN.REPLACE:
        return this.#insert(withClause, place);
      case TOKEN.UPDATE:
        return this.#update(withClause, place);
      case TOKEN.DELETE:
        return this.#delete(withClause, place);
      default:
        return undefined;
    }
  }

  /** `ROLLBACK`, `ABORT`, `FAIL`, `IGNORE` or `REPLACE`. */
  resolution(): ConflictResolution {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (word !== "ROLLBACK" && word !== "ABORT" && word !== "FAIL" && word !== "IGNORE" && word !== "REPLACE")
      return cursor.fail();
    cursor.advance();
    return word;
  }

  /** `a COLLATE x DESC, b + 1` in parentheses. NULLS FIRST and LAST are for ORDER BY only. */
  indexedColumns(): IndexedColumn[] {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.LEFT_PAREN);
    const columns = this.indexedColumnList();
    cursor.expect(TOKEN.RIGHT_PAREN);
    return columns;
  }

  /** The same without the parentheses. */
  indexedColumnList(): IndexedColumn[] {
    return this.#selects.orderingTerms().map(({ expression, descending, nulls }) => {
      if (nulls !== undefined) this.#cursor.complain(`unsupported use of NULLS ${nulls}`, expression.offset);
      return { expression, descending };
    });
  }

  #insert(withClause: With | undefined, place: Place): Insert {
    const cursor = this.#cursor;
    let conflict: ConflictResolution | undefined;
    if (cursor.accept(TOKEN.REPLACE)) conflict = "REPLACE";
    else {
      cursor.advance();
      conflict = this.#orConflict();
    }
    cursor.expect(TOKEN.INTO);
    const table = this.#target(place);
    const columns = cursor.kind === TOKEN.LEFT_PAREN ? this.#selects.nameList() : undefined;
    const head = {
      kind: "insert",
      ...(withClause && { with: withClause }),
      ...(conflict && { conflict }),
      table,
      ...(columns && { columns }),
    } as const;
    if (place === "statement" && cursor.accept(TOKEN.DEFAULT)) {
      cursor.expect(TOKEN.VALUES);
      return { ...head, upserts: [], ...this.#returning(place) };
    }
    const source = this.#selects.select();
    const upserts = this.#upserts();
    return { ...head, source, upserts, ...this.#returning(place) };
  }

  #update(withClause: With | undefined, place: Place): Update {
    const cursor = this.#cursor;
    cursor.advance();
    const conflict = this.#orConflict();
    const table = this.#targetWithHint(place);
    cursor.expect(TOKEN.SET);
    const set = this.#assignments();
    const from = this.#selects.from();
    const where = this.#selects.where();
    return {
      kind: "update",
      ...(withClause && { with: withClause }),
      ...(conflict && { conflict }),
      table,
      set,
      from,
      ...(where && { where }),
      ...(place === "statement" && this.#returning(place)),
    };
  }

  #delete(withClause: With | undefined, place: Place): Delete {
    const cursor = this.#cursor;
    cursor.advance();
    cursor.expect(TOKEN.FROM);
    const table = this.#targetWithHint(place);
    const where = this.#selects.where();
    return {
      kind: "delete",
      ...(withClause && { with: withClause }),
      table,
      ...(where && { where }),
      ...(place === "statement" && this.#returning(place)),
    };
  }

  #orConflict(): ConflictResolution | undefined {
    return this.#cursor.accept(TOKEN.OR) ? this.resolution() : undefined;
  }

  #target(place: Place): ChangeTarget {
    const cursor = this.#cursor;
    const { start: offset } = cursor;
    let name = cursor.name();
    let schema: string | undefined;
    if (cursor.accept(TOKEN.DOT)) {
      schema = name;
      name = cursor.name();
      if (place === "trigger") {
        cursor.complain(
          "qualified table names are not allowed on INSERT, UPDATE, and DELETE statements within triggers",
          offset,
        );
      }
    }
    const alias = place === "statement" && cursor.accept(TOKEN.AS) ? cursor.name() : undefined;
    return { ...(schema !== undefined && { schema }), name, ...(alias !== undefined && { alias }), offset };
  }

  #targetWithHint(place: Place): ChangeTarget {
    const target = this.#target(place);
    const { start } = this.#cursor;
    const indexedBy = this.#selects.indexHint();
    if (indexedBy === undefined) return target;
    if (place === "trigger") {
      const clause = indexedBy === null ? "NOT INDEXED" : "INDEXED BY";
      this.#cursor.complain(
        `the ${clause} clause is not allowed on UPDATE or DELETE statements within triggers`,
        start,
      );
    }
    return { ...target, indexedBy };
  }

  #assignments(): Assignment[] {
    const cursor = this.#cursor;
    const assignments: Assignment[] = [];
    do {
      const row = cursor.kind === TOKEN.LEFT_PAREN;
      const columns = row ? this.#selects.nameList() : [cursor.name()];
      cursor.expect(TOKEN.EQUAL);
      const value = this.#selects.expressions.expression();
      assignments.push({ columns, row, value });
    } while (cursor.accept(TOKEN.COMMA));
    return assignments;
  }

  /** `ON CONFLICT …` as often as it comes; without a target it can only be the last. */
  #upserts(): Upsert[] {
    const cursor = this.#cursor;
    const upserts: Upsert[] = [];
    while (cursor.kind === TOKEN.ON) {
      cursor.advance();
      cursor.expect(TOKEN.CONFLICT);
      let target: Upsert["target"];
      if (cursor.at(TOKEN.LEFT_PAREN)) {
        const columns = this.indexedColumns();
        const where = this.#selects.where();
        target = { columns, ...(where && { where }) };
      }
      cursor.expect(TOKEN.DO);
      let update: { set: Assignment[]; where?: Expression } | undefined;
      if (!cursor.accept(TOKEN.NOTHING)) {
        cursor.expect(TOKEN.UPDATE);
        cursor.expect(TOKEN.SET);
        const set = this.#assignments();
        const where = this.#selects.where();
        update = { set, ...(where && { where }) };
      }
      upserts.push({ ...(target && { target }), ...(update && { update }) });
      if (target === undefined) break;
    }
    return upserts;
  }

  #returning(place: Place): { returning?: ResultColumn[] } {
    const cursor = this.#cursor;
    const { start } = cursor;
    if (!cursor.accept(TOKEN.RETURNING)) return {};
    const returning = this.#selects.resultColumns();
    if (place === "trigger") cursor.complain("cannot use RETURNING in a trigger", start);
    return { returning };
  }
}
