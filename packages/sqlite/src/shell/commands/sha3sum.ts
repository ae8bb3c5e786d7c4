/** .sha3sum: a hash of what tables hold, whatever the file looks like. */
import { createHash, type Hash } from "node:crypto";
import { BLOB, INTEGER, NULL, REAL } from "../../values/value.ts";
import { isOption } from "../arguments.ts";
import { type DotCommand, wholeText } from "../command.ts";
import { columnBytes, quotedText, type Row } from "../format/values.ts";
import type { Shell } from "../shell.ts";

const HELP: DotCommand["help"] = [
  "sha3sum ...",
  "Compute a SHA3 hash of database content",
  "    Options:",
  "      --schema              Also hash the sqlite_schema table",
  "      --sha3-224            Use the sha3-224 algorithm",
  "      --sha3-256            Use the sha3-256 algorithm (default)",
  "      --sha3-384            Use the sha3-384 algorithm",
  "      --sha3-512            Use the sha3-512 algorithm",
  "    Any other argument is a LIKE pattern for tables to hash",
];

/** Feeds rows of a query as the original's sha3_query(): the text of it, then per row `R` and per value its type and bytes. */
function hashQuery(shell: Shell, hash: Hash, sql: string): void {
  const { statement } = shell.database.connection.prepareFirst(sql, 0);
  hash.update(`S${Buffer.byteLength(statement.sql)}:`).update(statement.sql);
  const execution = statement.start();
  try {
    while (execution.step()) {
      hash.update("R");
      const row: Row = { cells: execution.row, encoding: statement.encoding };
      for (let at = 0; at < statement.columns.length; at++) hashValue(hash, row, at);
    }
  } finally {
    execution.close();
  }
}

const number = new DataView(new ArrayBuffer(8));

function hashValue(hash: Hash, row: Row, at: number): void {
  const payload = row.cells.payloads[at]!;
  switch (row.cells.tags[at]) {
    case NULL:
      hash.update("N");
      return;
    case INTEGER:
      number.setBigInt64(0, BigInt(payload as number | bigint));
      hash.update("I").update(number);
      return;
    case REAL:
      number.setFloat64(0, payload as number);
      hash.update("F").update(number);
      return;
    default: {
      const bytes = columnBytes(row, at);
      hash.update(`${row.cells.tags[at] === BLOB ? "B" : "T"}${bytes.length}:`).update(bytes);
    }
  }
}

function run(shell: Shell, words: readonly string[]): boolean {
  let size = 224; // whatever the help says, which is the original's
  let pattern: string | undefined;
  let withSchema = false;
  let separate = false;
  for (const word of words.slice(1)) {
    const named = /^--?sha3-(224|256|384|512)$/.exec(word);
    if (named !== null) size = Number(named[1]);
    else if (isOption(word, "schema")) withSchema = true;
    else if (isOption(word, "debug")) continue;
    else if (word.startsWith("-")) {
      shell.complain(`Unknown option "${word}" on "sha3sum"\n`);
      return false;
    } else if (pattern !== undefined) {
      shell.complain("Usage: .sha3sum ?OPTIONS? ?LIKE-PATTERN?\n");
      shell.print(wholeText(HELP));
      return false;
    } else {
      pattern = word;
      separate = true;
      if (/^sqlite\\?_%?/i.test(word)) withSchema = true;
    }
  }
  const condition = withSchema ? "" : " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  const tables = shell.rows(
    `SELECT lower(name) AS tname FROM sqlite_schema WHERE type='table' AND coalesce(rootpage,0)>1${condition}
     ${withSchema ? "UNION ALL SELECT 'sqlite_schema'" : ""} ORDER BY 1 COLLATE nocase`,
  );
  const sums: string[] = [];
  const all = createHash(`sha3-${size}`);
  for (const [name] of tables) {
    const table = String(name);
    if (pattern !== undefined && shell.rows("SELECT ?1 LIKE ?2", table, pattern)[0]![0] !== 1) continue;
    const hash = separate ? createHash(`sha3-${size}`) : all;
    hashQuery(shell, hash, queryOf(table));
    if (separate) sums.push(`(${quotedText(hash.digest("hex"))},${quotedText(table)})`);
  }
  if (!separate && tables.length > 0) shell.execute(`SELECT '${all.digest("hex")}' AS hash`);
  if (sums.length > 0) shell.execute(`SELECT column1 AS hash, column2 AS label FROM (VALUES${sums.join(",")})`);
  return true;
}

function queryOf(table: string): string {
  if (table === "sqlite_schema") return "SELECT type,name,tbl_name,sql FROM sqlite_schema ORDER BY name;";
  if (table === "sqlite_sequence") return "SELECT name,seq FROM sqlite_sequence ORDER BY name;";
  if (table === "sqlite_stat1") return "SELECT tbl,idx,stat FROM sqlite_stat1 ORDER BY tbl,idx;";
  if (table === "sqlite_stat4") return "SELECT * FROM sqlite_stat4 ORDER BY tbl, idx, rowid;\n";
  return `SELECT * FROM "${table.replaceAll('"', '""')}" NOT INDEXED;`;
}

export const SHA3SUM_COMMANDS: readonly DotCommand[] = [
  {
    name: "sha3sum",
    least: 4,
    help: HELP,
    run,
  },
];
