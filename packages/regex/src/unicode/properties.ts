/** \p{…}: general categories, scripts and binary properties, as the runtime's own regular expressions know them. */
import { type CodePointSet, MAX_CODE_POINT, UNICODE, intersection, setOf } from "./code-point-set.ts";

const sources = new Map<string, string | undefined>();
const sets = new Map<string, CodePointSet>();

/** PCRE2's own, and names that it has and JavaScript spells in another way. */
const SPECIAL: Readonly<Record<string, string>> = {
  any: String.raw`[^]`,
  "l&": String.raw`[\p{Lu}\p{Ll}\p{Lt}]`,
  xan: String.raw`[\p{L}\p{N}]`,
  xsp: String.raw`[\p{Z}\t\n\v\f\r]`,
  xps: String.raw`[\p{Z}\t\n\v\f\r]`,
  xwd: String.raw`[\p{L}\p{N}_]`,
  xuc: String.raw`[$@\x60\u{a0}-\u{d7ff}\u{e000}-\u{10ffff}]`,
};

export function isKnownProperty(name: string): boolean {
  return sourceOf(name) !== undefined;
}

/** Throws TypeError for a name that isKnownProperty() does not know. */
export function propertySet(name: string): CodePointSet {
  let set = sets.get(name);
  if (set === undefined) {
    const source = sourceOf(name);
    if (source === undefined) throw new TypeError(`no such property: ${name}`);
    set = collect(new RegExp(`${source}+`, "gu"));
    sets.set(name, set);
  }
  return set;
}

/** The property as part of a JavaScript expression; names are read without regard to case, spaces, hyphens and underscores. */
function sourceOf(name: string): string | undefined {
  if (sources.has(name)) return sources.get(name);
  const source = findSource(name);
  sources.set(name, source);
  return source;
}

function findSource(name: string): string | undefined {
  const plain = name.replaceAll(/[\s_-]/g, "");
  const special = SPECIAL[plain.toLowerCase()];
  if (special !== undefined) return special;
  const [, kind, value = ""] = /^(?:(sc|script|scx|scriptextensions)[=:])?(.*)$/i.exec(plain)!; // matches whatever there is
  if (kind === undefined) {
    const category = value.charAt(0).toUpperCase() + value.slice(1).toLowerCase();
    if (category.length <= 2 && isValid(String.raw`\p{${category}}`)) return String.raw`\p{${category}}`;
    for (const spelling of spellings(name)) {
      // Script_Extensions is what PCRE2 takes a bare script for.
      if (isValid(String.raw`\p{scx=${spelling}}`)) return String.raw`\p{scx=${spelling}}`;
      if (spelling.length > 2 && isValid(String.raw`\p{${spelling}}`)) return String.raw`\p{${spelling}}`;
    }
    return undefined;
  }
  const property = /x|extensions/i.test(kind) ? "scx" : "sc";
  return spellings(name.replace(/^[^=:]*[=:]/, ""))
    .map((spelling) => String.raw`\p{${property}=${spelling}}`)
    .find(isValid);
}

/** The ways in which JavaScript may write a name: Old_Italic, Uppercase, and as it stands. */
function spellings(name: string): string[] {
  const words = name.trim().split(/[\s_-]+/);
  const title = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join("_");
  return [title, name.trim()];
}

function isValid(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

/** Applies the expression to all of Unicode, in pieces. */
function collect(expression: RegExp): CodePointSet {
  const ranges: number[] = [];
  const piece = 0x4000;
  for (let first = 0; first <= MAX_CODE_POINT; first += piece) {
    const codePoints: number[] = [];
    for (let c = first; c < first + piece; c++) if (c < 0xd800 || c > 0xdfff) codePoints.push(c);
    const width = first < 0x10000 ? 1 : 2;
    for (const found of String.fromCodePoint(...codePoints).matchAll(expression)) {
      const index = found.index / width;
      ranges.push(codePoints[index]!, codePoints[index + found[0].length / width - 1]!);
    }
  }
  return intersection(setOf(ranges), UNICODE);
}
