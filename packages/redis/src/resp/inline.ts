/**
 * Words of an inline command or a line of redis.conf: separated by spaces, with `"…"` (escapes `\xHH \n \r \t \b \a` and
 * `\` before anything else) and `'…'` (only `\'`). A closing quote must be followed by a space or the end.
 */

const SPACE = /\s/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", a: "\x07" };

/** The words of a one-byte string; undefined when a quote is not closed or not followed by a space. */
export function splitInline(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && SPACE.test(line[at]!)) at++;
    if (at >= line.length) return words;
    let word = "";
    while (at < line.length && !SPACE.test(line[at]!)) {
      const character = line[at]!;
      if (character !== '"' && character !== "'") {
        word += character;
        at++;
        continue;
      }
      at++;
      let closed = false;
      while (at < line.length) {
        const inner = line[at]!;
        if (inner === character) {
          closed = true;
          at++;
          break;
        }
        if (inner === "\\" && character === '"') {
          const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4));
          if (hex !== null) {
            word += String.fromCharCode(parseInt(hex[1]!, 16));
            at += 4;
          } else if (at + 1 < line.length) {
            const escaped = line[at + 1]!;
            word += ESCAPES[escaped] ?? escaped;
            at += 2;
          } else {
            word += inner;
            at++;
          }
        } else if (inner === "\\" && line[at + 1] === "'") {
          word += "'";
          at += 2;
        } else {
          word += inner;
          at++;
        }
      }
      if (!closed || (at < line.length && !SPACE.test(line[at]!))) return undefined;
      break;
    }
    words.push(word);
  }
}
