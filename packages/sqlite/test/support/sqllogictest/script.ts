/**
 * sqllogictest's files (https://www.sqlite.org/sqllogictest/doc/trunk/about.wiki): records apart by blank lines, each a statement that succeeds or
 * fails, or a query with its types, how its rows are sorted, and its values or their MD5.
 */

export interface StatementRecord {
  readonly kind: "statement";
  readonly line: number;
  readonly sql: string;
  readonly succeeds: boolean;
}

export interface QueryRecord {
  readonly kind: "query";
  readonly line: number;
  readonly sql: string;
  /** A letter a column: T, I or R. */
  readonly types: string;
  readonly sort: SortMode;
  /** Queries of the same label have the same result. */
  readonly label: string | undefined;
  /** The values, or `N values hashing to MD5`. */
  readonly expected: readonly string[];
}

export type SortMode = "nosort" | "rowsort" | "valuesort";

export type ScriptRecord = StatementRecord | QueryRecord;

export interface Script {
  readonly records: readonly ScriptRecord[];
  /** Records that are for other databases only. */
  readonly left: number;
}

/** Reads the records that are for SQLite, up to `halt`. */
export function readScript(text: string): Script {
  const lines = text.split(/\r?\n/);
  const records: ScriptRecord[] = [];
  let left = 0;
  let at = 0;
  let mine = true;
  while (at < lines.length) {
    const line = lines[at]!;
    const words = line.trim().split(/\s+/);
    const first = at + 1;
    at += 1;
    switch (words[0]) {
      case "onlyif":
        mine &&= words[1] === "sqlite";
        continue;
      case "skipif":
        mine &&= words[1] !== "sqlite";
        continue;
      case "halt":
        if (mine) return { records, left };
        break;
      case "statement":
      case "query": {
        const end = lines.indexOf("", at) === -1 ? lines.length : lines.indexOf("", at);
        const body = lines.slice(at, end);
        at = end;
        if (mine) records.push(words[0] === "statement" ? statement(words, body, first) : query(words, body, first));
        else left += 1;
        break;
      }
      case "hash-threshold":
      case "":
        break;
      default:
        if (!line.startsWith("#")) throw new Error(`line ${String(first)}: no record of sqllogictest: ${line}`);
        continue; // A comment may stand between `skipif` and its record.
    }
    mine = true;
  }
  return { records, left };
}

function statement(words: readonly string[], body: readonly string[], line: number): StatementRecord {
  return { kind: "statement", line, sql: body.join("\n"), succeeds: words[1] === "ok" };
}

function query(words: readonly string[], body: readonly string[], line: number): QueryRecord {
  const [, types = "", sort = "nosort", label] = words;
  const dashes = body.indexOf("----");
  const sql = body.slice(0, dashes === -1 ? body.length : dashes).join("\n");
  const expected = dashes === -1 ? [] : body.slice(dashes + 1);
  return { kind: "query", line, sql, types, sort: sort as SortMode, label, expected };
}
