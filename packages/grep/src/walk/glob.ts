/** File name patterns as fnmatch(3) reads them without flags: `*` and `?` match slashes and leading dots too. */

/** Does `name` match? Both are byte strings; in UTF-8 `?` and brackets take whole characters. */
export type GlobMatcher = (name: string) => boolean;

type Element =
  | { readonly kind: "any-run" }
  | { readonly kind: "one"; readonly accepts: (character: number) => boolean };

/** True when a pattern is more than a name: an unescaped `?`, `*` or `[` stands in it. */
export function isGlob(pattern: string): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === "\\") i++;
    else if (character === "?" || character === "*" || character === "[") return true;
  }
  return false;
}

/** What a name that is no pattern stands for: without its backslashes. */
export function unescapeGlob(name: string): string {
  return name.replace(/\\(.)/gs, "$1");
}

export function globMatcher(pattern: string, utf8: boolean): GlobMatcher {
  const elements = parse(characters(pattern, utf8));
  if (elements === undefined) return () => false;
  return (name) => matches(elements, characters(name, utf8));
}

/** Code points of well-formed UTF-8, else bytes. */
function characters(text: string, utf8: boolean): number[] {
  let high = false;
  const bytes = Array.from(text, (character) => {
    const byte = character.charCodeAt(0);
    high ||= byte > 0x7f;
    return byte;
  });
  if (!utf8 || !high) return bytes;
  try {
    const decoded = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
    return Array.from(decoded, (character) => character.codePointAt(0)!);
  } catch {
    return bytes;
  }
}

/** Runs of `*` are tried from short to long; only the last run met needs to be tried again. */
function matches(elements: readonly Element[], name: readonly number[]): boolean {
  let element = 0;
  let at = 0;
  let runElement = -1;
  let runStart = 0;
  while (at < name.length || element < elements.length) {
    const wanted = elements[element];
    if (wanted?.kind === "any-run") {
      runElement = element++;
      runStart = at;
    } else if (wanted !== undefined && at < name.length && wanted.accepts(name[at]!)) {
      element++;
      at++;
    } else if (runElement !== -1 && runStart < name.length) {
      element = runElement + 1;
      at = ++runStart;
    } else return false;
  }
  return true;
}

const [STAR, QUESTION, OPEN, BACKSLASH] = [0x2a, 0x3f, 0x5b, 0x5c];

/** Undefined for a pattern that matches nothing: one that ends in a backslash. */
function parse(pattern: readonly number[]): Element[] | undefined {
  const elements: Element[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === STAR) elements.push({ kind: "any-run" });
    else if (character === QUESTION) elements.push({ kind: "one", accepts: () => true });
    else if (character === OPEN) {
      const bracket = parseBracket(pattern, at + 1);
      // Without its end it is an ordinary character.
      elements.push(bracket === undefined ? literal(OPEN) : { kind: "one", accepts: bracket.accepts });
      if (bracket !== undefined) at = bracket.last;
    } else if (character === BACKSLASH) {
      if (++at === pattern.length) return undefined;
      elements.push(literal(pattern[at]!));
    } else elements.push(literal(character));
  }
  return elements;
}

function literal(wanted: number): Element {
  return { kind: "one", accepts: (character) => character === wanted };
}

const [EXCLAMATION, CARET, CLOSE, DASH, COLON, DOT, EQUALS] = [0x21, 0x5e, 0x5d, 0x2d, 0x3a, 0x2e, 0x3d];

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /^\p{L}$/u,
  digit: /^[0-9]$/,
  alnum: /^[\p{L}\p{Nd}]$/u,
  upper: /^\p{Lu}$/u,
  lower: /^\p{Ll}$/u,
  space: /^[ \t\n\v\f\r]$/,
  blank: /^[ \t]$/,
  punct: /^[\p{P}\p{S}]$/u,
  print: /^\P{C}$/u,
  graph: /^[^\p{C}\p{Z}]$/u,
  cntrl: /^\p{Cc}$/u,
  xdigit: /^[0-9A-Fa-f]$/,
};

interface Bracket {
  readonly accepts: (character: number) => boolean;
  /** Where its `]` stands. */
  readonly last: number;
}

/** `at` is just past the `[`. Undefined when there is no `]` for it. */
function parseBracket(pattern: readonly number[], at: number): Bracket | undefined {
  const negated = pattern[at] === EXCLAMATION || pattern[at] === CARET;
  const first = negated ? at + 1 : at;
  const tests: ((character: number) => boolean)[] = [];
  for (let i = first; i < pattern.length; i++) {
    if (pattern[i] === CLOSE && i > first) {
      return { last: i, accepts: (character) => tests.some((test) => test(character)) !== negated };
    }
    const item = parseItem(pattern, i);
    if (item === undefined) return undefined;
    i = item.last;
    if (item.test !== undefined) {
      tests.push(item.test);
      continue;
    }
    const from = item.character;
    if (pattern[i + 1] === DASH && pattern[i + 2] !== CLOSE && i + 2 < pattern.length) {
      const end = parseItem(pattern, i + 2);
      if (end === undefined) return undefined;
      const to = end.character;
      tests.push((character) => character >= from && character <= to);
      i = end.last;
    } else tests.push((character) => character === from);
  }
  return undefined;
}

interface BracketItem {
  readonly character: number;
  readonly test: ((character: number) => boolean) | undefined;
  readonly last: number;
}

/** A character, `[:class:]`, `[.x.]` or `[=x=]`. */
function parseItem(pattern: readonly number[], at: number): BracketItem | undefined {
  const character = pattern[at]!;
  if (character === BACKSLASH) {
    const escaped = pattern[at + 1];
    return escaped === undefined ? undefined : { character: escaped, test: undefined, last: at + 1 };
  }
  const kind = pattern[at + 1];
  if (character !== OPEN || (kind !== COLON && kind !== DOT && kind !== EQUALS))
    return { character, test: undefined, last: at };
  let close = at + 2;
  while (close + 1 < pattern.length && !(pattern[close] === kind && pattern[close + 1] === CLOSE)) close++;
  if (close + 1 >= pattern.length) return { character, test: undefined, last: at };
  const name = String.fromCodePoint(...pattern.slice(at + 2, close));
  if (kind !== COLON) return { character: pattern[at + 2]!, test: undefined, last: close + 1 };
  const members = Object.hasOwn(CLASSES, name) ? CLASSES[name]! : undefined;
  const test = (candidate: number): boolean => members?.test(String.fromCodePoint(candidate)) ?? false;
  return { character, test, last: close + 1 };
}
