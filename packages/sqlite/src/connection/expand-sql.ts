/** The text of a statement with its parameters' values in their places, as sqlite3_expanded_sql gives it. */
import { quotedValue } from "../functions/quote.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { TOKEN } from "../sql/tokens.ts";
import { type Cells, RawText } from "../values/value.ts";

/** `parameters`: names by number from 1 at 0. */
export function expandSql(sql: string, bindings: Cells, parameters: readonly (string | undefined)[]): string {
  if (parameters.length === 0) return sql;
  const tokenizer = new Tokenizer(sql);
  let expanded = "";
  let copied = 0;
  let highest = 0;
  for (let kind = tokenizer.next(); kind !== TOKEN.END_OF_INPUT; kind = tokenizer.next()) {
    if (kind !== TOKEN.VARIABLE) continue;
    const name = sql.slice(tokenizer.start, tokenizer.end);
    let number = highest + 1;
    if (name.length > 1) number = name.startsWith("?") ? Number(name.slice(1)) : parameters.indexOf(name) + 1;
    highest = Math.max(highest, number);
    const value = quotedValue(bindings, number - 1, false);
    expanded += sql.slice(copied, tokenizer.start);
    expanded += value instanceof RawText ? new TextDecoder().decode(value.bytes) : value;
    copied = tokenizer.end;
  }
  return expanded + sql.slice(copied);
}
