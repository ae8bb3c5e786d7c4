/** Perl's escapes and character classes, as PCRE2 reads them. */
import type { CharacterClass, ClassItem, ClassName, Node } from "./ast.ts";
import { assertion, concatenation } from "./ast.ts";
import type { Flags, PerlReader } from "./perl-reader.ts";
import { isKnownProperty } from "../unicode/properties.ts";
import { isRawByte } from "./pattern-text.ts";

/** What an escape outside a class stands for, when it is no character, group reference or the like. */
const CLASS_ESCAPES: Readonly<Record<string, ClassName>> = {
  d: "digit",
  w: "word",
  s: "space",
  h: "horizontalSpace",
  v: "verticalSpace",
};

const CONTROLS: Readonly<Record<string, number>> = { a: 0x07, e: 0x1b, f: 0x0c, n: 0x0a, r: 0x0d, t: 0x09 };

const POSIX_NAMES: ReadonlySet<string> = new Set<ClassName>([
  "alpha",
  "lower",
  "upper",
  "alnum",
  "ascii",
  "blank",
  "cntrl",
  "digit",
  "graph",
  "print",
  "punct",
  "space",
  "word",
  "xdigit",
]);

/** \d and its kin, \p; undefined, and nothing taken, for other escapes. The backslash has been taken. */
export function classEscape(reader: PerlReader): ClassItem | undefined {
  const letter = reader.peek();
  const lower = letter.toLowerCase();
  if (Object.hasOwn(CLASS_ESCAPES, lower)) {
    reader.at++;
    return { type: "named", name: CLASS_ESCAPES[lower]!, negated: letter !== lower };
  }
  if (lower !== "p") return undefined;
  reader.at++;
  return property(reader, letter === "P");
}

function property(reader: PerlReader, upper: boolean): ClassItem {
  let negated = upper;
  let name = reader.match(/[A-Za-z]/)?.[0];
  if (name === undefined) {
    const braced = reader.match(/\{\s*(\^?)\s*([A-Za-z0-9_&=: -]+)\}/);
    if (braced === undefined) reader.fail("propertyForm");
    if (braced[1] === "^") negated = !negated;
    name = braced[2]!;
  }
  if (!isKnownProperty(name)) reader.fail("property");
  return { type: "property", name, negated };
}

/**
 * The character that an escape stands for; undefined, and nothing taken, when it is none. The backslash has been taken.
 * `references`: how many digits-only escapes may be back-references is up to the caller; here they are octal.
 */
export function characterEscape(reader: PerlReader, encoding: "utf8" | "bytes"): number | undefined {
  const letter = reader.peek();
  const character = reader.text[reader.at];
  if (character === undefined) reader.fail("endEscape");
  if (letter === "" || !/[A-Za-z0-9]/.test(letter)) {
    reader.at++;
    return character;
  }
  if (Object.hasOwn(CONTROLS, letter)) {
    reader.at++;
    return CONTROLS[letter];
  }
  switch (letter) {
    case "x":
      reader.at++;
      return hexadecimal(reader, encoding);
    case "o": {
      reader.at++;
      if (!reader.eat("{")) reader.fail("octalBrace");
      const digits = reader.match(/[^}]*(?=\})/)?.[0] ?? reader.fail("octalDigits");
      if (digits === "") reader.fail("emptyNumber");
      if (!/^[0-7]+$/.test(digits)) reader.fail("octalDigits");
      reader.at++;
      return codePoint(reader, Number.parseInt(digits, 8), encoding);
    }
    case "c": {
      const next = reader.text[reader.at + 1];
      if (next === undefined) reader.fail("endControl");
      if (next < 0x20 || next > 0x7e) reader.fail("badControl");
      reader.at += 2;
      return String.fromCharCode(next).toUpperCase().charCodeAt(0) ^ 0x40;
    }
    case "0": {
      const digits = reader.match(/[0-7]{1,3}/)![0]; // at least the nought itself
      return codePoint(reader, Number.parseInt(digits, 8), encoding);
    }
    case "N": {
      const found = reader.match(/N\{U\+([0-9A-Fa-f]+)\}/);
      if (found !== undefined && encoding === "bytes") reader.fail("unicodeOnly");
      if (found !== undefined) return codePoint(reader, Number.parseInt(found[1]!, 16), encoding);
      if (reader.peek(1) === "{" && !/^\{\d*,?\d*\}/.test(textFrom(reader, 1))) reader.fail("unsupportedEscape");
      return undefined;
    }
    case "F":
    case "L":
    case "l":
    case "U":
    case "u":
      return reader.fail("unsupportedEscape");
    default:
      return undefined;
  }
}

function textFrom(reader: PerlReader, ahead: number): string {
  return String.fromCharCode(
    ...reader.text.slice(reader.at + ahead, reader.at + ahead + 32).map((character) => Math.min(character, 0x80)),
  );
}

function hexadecimal(reader: PerlReader, encoding: "utf8" | "bytes"): number {
  if (!reader.eat("{")) return Number.parseInt(`0${reader.match(/[0-9A-Fa-f]{1,2}/)?.[0] ?? ""}`, 16);
  const digits = reader.match(/[0-9A-Fa-f]*/)![0]; // none is found too
  if (!reader.eat("}")) reader.fail(digits === "" && reader.atEnd ? "emptyNumber" : "hexDigits");
  if (digits === "") reader.fail("emptyNumber");
  return codePoint(reader, Number.parseInt(digits, 16), encoding);
}

function codePoint(reader: PerlReader, value: number, encoding: "utf8" | "bytes"): number {
  if (value > (encoding === "bytes" ? 0xff : 0x10ffff)) reader.fail("hexSize");
  if (encoding === "utf8" && value >= 0xd800 && value <= 0xdfff) reader.fail("surrogate");
  return value;
}

/** Octal of \1 to \777 where it is no reference. */
export function octalEscape(reader: PerlReader, encoding: "utf8" | "bytes"): number | undefined {
  const digits = reader.match(/[0-7]{1,3}/)?.[0];
  if (digits === undefined) return undefined;
  const value = Number.parseInt(digits, 8);
  return encoding === "bytes" ? value & 0xff : value;
}

/** A bracketed class; the opening bracket has been taken. */
export function perlClass(reader: PerlReader, flags: Flags, encoding: "utf8" | "bytes"): Node {
  const start = reader.at;
  const negated = reader.eat("^");
  const items: ClassItem[] = [];
  const rawBytes: number[] = [];
  let quoted = false;
  for (let first = true; ; first = false) {
    if (reader.atEnd) reader.fail("classEnd");
    if (reader.eat(quoted ? "\\E" : "\\Q")) {
      quoted = !quoted;
      continue;
    }
    if (!quoted && reader.eat("\\E")) continue;
    if (!quoted && !first && reader.peek() === "]") break;
    const low = element(reader, quoted, encoding);
    if (!quoted && reader.peek() === "-" && reader.peek(1) !== "]" && reader.at + 1 < reader.text.length) {
      const mark = reader.at++;
      if (reader.eat("\\Q")) quoted = true;
      const high = element(reader, quoted, encoding);
      if (typeof low !== "number" || typeof high !== "number") {
        // A hyphen beside a class is itself only at an end.
        reader.at = mark;
        reader.fail("classRange");
      }
      if (high < low) reader.fail("classOrder");
      items.push({ type: "range", low, high });
    } else if (typeof low !== "number") items.push(low);
    else if (isRawByte(low)) rawBytes.push(low);
    else items.push({ type: "range", low, high: low });
  }
  reader.at++;
  if (start === reader.at) reader.fail("classEnd");
  const node: CharacterClass = { type: "class", negated, items, ignoreCase: flags.i };
  return rawBytes.length === 0 ? node : concatenation([node, assertion("never")]);
}

/** A character, or something that has many. */
function element(reader: PerlReader, quoted: boolean, encoding: "utf8" | "bytes"): number | ClassItem {
  if (reader.atEnd) reader.fail("classEnd");
  if (!quoted && reader.peek() === "[") {
    const posix = posixClass(reader);
    if (posix !== undefined) return posix;
  }
  if (quoted || reader.peek() !== "\\") return reader.text[reader.at++]!;
  reader.at++;
  if (reader.atEnd) reader.fail("endEscape");
  const item = classEscape(reader);
  if (item !== undefined) return item;
  const letter = reader.peek();
  if (letter === "b") {
    reader.at++;
    return 0x08;
  }
  if (/[1-9]/.test(letter)) {
    const octal = octalEscape(reader, encoding);
    if (octal !== undefined) return octal;
    reader.at++;
    return letter.charCodeAt(0);
  }
  const character = characterEscape(reader, encoding);
  if (character !== undefined) return character;
  if (letter === "N") reader.fail("classNewline");
  if (/[BRX]/.test(letter)) reader.fail("classEscape");
  return reader.fail("unknownEscape");
}

function posixClass(reader: PerlReader): ClassItem | undefined {
  const delimiter = reader.peek(1);
  if (!/[:.=]/.test(delimiter)) return undefined;
  // Whatever stands between [: and :] is a name, though it be none.
  const found = /^\[([:.=])(\^?)((?:\\[\\\]]|(?!\[\1|\1\])[^\]])*)\1\]/.exec(textFrom(reader, 0));
  if (found === null) return undefined;
  if (delimiter !== ":") reader.fail("posixCollating");
  const name = found[3]!;
  if (!POSIX_NAMES.has(name)) reader.fail("posixName");
  reader.at += found[0].length;
  return { type: "named", name: name as ClassName, negated: found[2] === "^" }; // one of the set
}

/** Whether a [:name:] begins here, outside a class, which PCRE2 refuses. */
export function looksLikePosixClass(reader: PerlReader): boolean {
  return /^\[([:.=])[^\]\\]*\1\]/.test(textFrom(reader, 0));
}
