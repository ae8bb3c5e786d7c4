/** unistr(): `\XXXX`, `\uXXXX`, `\+XXXXXX` and `\UXXXXXXXX` are characters, `\\` is a backslash (https://www.sqlite.org/lang_corefunc.html#unistr). */
import { SqliteError } from "../errors.ts";
import type { RawText } from "../values/value.ts";
import { pushUtf8, utf8Bytes, utf8Text } from "./utf8.ts";

const BACKSLASH = 0x5c;
const ESCAPE = /^\\(?:(\\)|([0-9A-Fa-f]{4})|u([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|U([0-9A-Fa-f]{8}))/;

/** Throws on any other use of a backslash. */
export function unescapeUnistr(text: string | RawText): string | RawText {
  if (typeof text === "string" && !text.includes("\\")) return text;
  const bytes = utf8Bytes(text);
  const result: number[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] !== BACKSLASH) {
      result.push(bytes[at]!);
      at += 1;
      continue;
    }
    const match = ESCAPE.exec(String.fromCharCode(...bytes.subarray(at, at + 10)));
    if (match === null) throw new SqliteError("SQLITE_ERROR", "invalid Unicode escape");
    at += match[0].length;
    if (match[1] !== undefined) result.push(BACKSLASH);
    else pushUtf8(result, Number.parseInt(match[2] ?? match[3] ?? match[4] ?? match[5]!, 16));
  }
  return utf8Text(Uint8Array.from(result));
}
