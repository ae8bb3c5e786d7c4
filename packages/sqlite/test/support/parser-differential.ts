/** The same SQL given to our parser and to `node:sqlite`'s: what one refuses, the other refuses in the same words. */
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { SqliteError } from "../../src/errors.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { randomBelow } from "./random-below.ts";

/** A statement a line: every form that the grammar has. */
export const STATEMENTS: readonly string[] = readFileSync(
  fileURLToPath(new URL("statements.sql", import.meta.url)),
  "utf8",
)
  .split("\n")
  .filter((line) => line !== "");

/** What a parser says. All else that preparing can fail of (unknown tables, wrong numbers of columns) is found later here. */
const SYNTAX = new RegExp(
  [
    "syntax error",
    "incomplete input",
    "unrecognized token",
    "Recursion limit",
    "Expression tree is too large",
    "too many terms in compound",
    "all VALUES must have",
    "unknown join type",
    "clause should come after",
    "a JOIN clause is required",
    "variable number must be",
    "unsupported use of NULLS",
    "not allowed on INSERT, UPDATE, and DELETE",
    "clause is not allowed on UPDATE",
    "cannot use RETURNING in a trigger",
    "duplicate WITH table name",
    "too many arguments on function",
    "too many SQL variables",
  ].join("|"),
);

const WORDS: readonly string[] = [
  ...new Set(STATEMENTS.join(" ").match(/[A-Za-z_]+|\S/g)),
  ..."'x'|\"y\"|[z]|1.5|x'00'|?1|:n|--c\n|/**/|WITHOUT|OVER|FILTER|WINDOW|INDEXED|NOT|NULL|end|within|cross|natural".split(
    "|",
  ),
];

export class ParserDifferential {
  readonly #original = new DatabaseSync(":memory:");

  constructor() {
    this.#original.exec("CREATE TABLE t(a, b, c); CREATE TABLE u(a, b)");
  }

  /** How the two differ about `sql`; undefined when they do not, or the original refuses it for what it means rather than how it is written. */
  difference(sql: string): string | undefined {
    const theirs = message(() => this.#original.prepare(sql));
    const ours = message(() => parseStatement(sql));
    if (ours === theirs || (theirs !== undefined && !SYNTAX.test(theirs))) return undefined;
    return `${JSON.stringify(sql)}\n  the original: ${theirs ?? "prepares it"}\n  here: ${ours ?? "parses it"}`;
  }

  /** Whether there is no difference, for statements too long to be shown. */
  agree(sql: string): boolean {
    return this.difference(sql) === undefined;
  }

  /** Differences in `count` statements made by changing one to three tokens of known ones. */
  mutated(seed: number, count: number): string[] {
    const below = randomBelow(seed);
    const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
    const differences: string[] = [];
    for (let n = 0; n < count; n++) {
      let tokens = pick(STATEMENTS).match(/\s+|[A-Za-z_0-9]+|'[^']*'|\S/g)!;
      for (let changes = 1 + below(3); changes > 0; changes--) {
        const at = below(tokens.length + 1);
        const change = below(4);
        if (change === 0) tokens.splice(at, 1);
        else if (change === 1) tokens.splice(at, 0, ` ${pick(WORDS)} `);
        else if (change === 2) tokens[at] = `${pick(WORDS)} `;
        else tokens = [...tokens.slice(0, at + 1), ...tokens.slice(below(tokens.length))] as RegExpMatchArray; // an array of strings
      }
      const sql = tokens.join("");
      // `prepare` of Node passes over empty statements in front, which is no business of the parser.
      if (/^(?:\s|--.*\n|\/\*.*?\*\/)*(?:;|(?:--.*)?$)/.test(sql)) continue;
      const difference = this.difference(sql);
      if (difference !== undefined) differences.push(difference);
    }
    return differences;
  }

  close(): void {
    this.#original.close();
  }
}

function message(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof SqliteError || (error instanceof Error && "errcode" in error)) return error.message;
    throw error;
  }
}
