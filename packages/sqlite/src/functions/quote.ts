/** SQL literals: quote(), unistr_quote(), and %q, %Q and %w of printf (https://www.sqlite.org/printf.html). */
import { realText } from "../values/real-text.ts";
import { BLOB, type Cells, INTEGER, NULL, type RawText, REAL } from "../values/value.ts";
import { payloadAt, tagAt } from "./arguments.ts";
import { hexText } from "./hex.ts";
import { beforeNul } from "./utf8.ts";
import { fromBinary, toBinary } from "./binary-string.ts";

/** The literal of a value. With `unistr`, a text with control characters becomes a call of unistr(). */
export function quotedValue(cells: Cells, at: number, unistr: boolean): string | RawText {
  const payload = payloadAt(cells, at);
  switch (tagAt(cells, at)) {
    case NULL:
      return "NULL";
    case INTEGER:
      return String(payload);
    case REAL:
      return quotedReal(payload as number);
    case BLOB:
      return `X'${hexText(payload as Uint8Array)}'`;
    default: {
      const text = payload as string | RawText; // the one tag that is left
      if (typeof text === "string") return quotedText(beforeNul(text), unistr);
      return fromBinary(quotedText(beforeNul(toBinary(text)), unistr));
    }
  }
}

/** Infinity is the number that reads as such. */
function quotedReal(value: number): string {
  if (value === Infinity) return "9.0e+999";
  return value === -Infinity ? "-9.0e+999" : realText(value);
}

/** In quotes, its own ones doubled. */
export function quotedText(text: string, unistr: boolean): string {
  if (unistr && CONTROL.test(text)) return `unistr('${escapedControls(text)}')`;
  return `'${text.replaceAll("'", "''")}'`;
}

const CONTROL = /[\x01-\x1f]/;

/** As unistr() reads it, quotes doubled. */
export function escapedControls(text: string): string {
  return text.replace(/[\x01-\x1f\\']/g, (one) => {
    if (one === "'") return "''";
    return one === "\\" ? "\\\\" : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
