/** Random patterns of each dialect, and texts in which they have something to find. Everything comes from one seed. */

/** Numbers in [0, 1) from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

const LETTERS = [
  "a",
  "b",
  "c",
  "A",
  "B",
  "_",
  "1",
  "-",
  " ",
  "é",
  "É",
  "ж",
  "Ж",
  "ſ",
  "k",
  "K",
  "猫",
  "ß",
  "i",
  "ı",
  "İ",
  ".",
];
const RAW = ["\u00ff", "\u00c3", "\u0080", "\u00e9"]; // as bytes

const CLASSES = [
  "alpha",
  "digit",
  "alnum",
  "upper",
  "lower",
  "space",
  "blank",
  "punct",
  "print",
  "graph",
  "cntrl",
  "xdigit",
];

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const utf8 = (text: string): string => latin1(new TextEncoder().encode(text));

/** A pattern as a string of bytes (each character is one). */
export function randomPattern(random: Random, syntax: "bre" | "ere" | "fixed", backReferences: boolean): string {
  for (;;) {
    const pattern = anyPattern(random, syntax, backReferences);
    if (!mayConfuseCopies(pattern, syntax)) return pattern;
  }
}

/**
 * glibc takes one copy of a repeated group for another, where there are assertions or back-references; the patterns where it may are left
 * out, and some more.
 */
function mayConfuseCopies(pattern: string, syntax: "bre" | "ere" | "fixed"): boolean {
  const [repeated, copied] =
    syntax === "bre" ? [/\\\)(?:\*|\\[+?{])/, /\\\)(?:\*|\\\?)*\\[+{]/] : [/\)[*+?{]/, /\)[*?]*[+{]/];
  return (
    (copied.test(pattern) && /[\^$]|\\[<>bB`']/.test(pattern)) || (repeated.test(pattern) && /\\[1-9]/.test(pattern))
  );
}

function anyPattern(random: Random, syntax: "bre" | "ere" | "fixed", backReferences: boolean): string {
  const bare = syntax === "ere";
  const op = (text: string): string => (bare ? text : `\\${text}`);
  const character = (): string =>
    random.chance(0.03)
      ? random.pick(RAW)
      : utf8(random.pick(LETTERS.slice(0, random.chance(0.7) ? 3 : LETTERS.length)));
  if (syntax === "fixed") return Array.from({ length: random.below(4) }, character).join("");
  let groups = 0;
  const bracket = (): string => {
    let items = random.chance(0.1) ? "]" : "";
    for (let i = random.below(3); i >= 0; i--) {
      const kind = random.below(12);
      if (kind < 5) items += character();
      else if (kind < 7)
        items += random.pick(["a-c", "A-Z", "0-9", "a-z", "b-a", "_-a", "Z-a", "!-/", "a-é", "é-ж"].map(utf8));
      else if (kind < 9) items += `[:${random.pick(CLASSES)}:]`;
      else if (kind < 10) items += random.pick(["[.a.]", "[=b=]", "[.-.]", "[=é=]", "[.space.]"].map(utf8));
      else if (kind < 11) items += random.pick(["\\", "[", "^", "*", ".", "$"]);
      else items += "-";
    }
    return `[${random.chance(0.3) ? "^" : ""}${items}]`;
  };
  const atom = (depth: number): string => {
    const kind = random.below(24);
    if (kind < 9) return character();
    if (kind < 11) return ".";
    if (kind < 13) return bracket();
    if (kind < 17 && depth > 0) {
      groups++;
      return `${op("(")}${alternation(depth - 1)}${op(")")}`;
    }
    if (kind < 19) return random.pick(["\\w", "\\W", "\\s", "\\S"]);
    if (kind < 21) return random.pick(["\\b", "\\B", "\\<", "\\>", "\\`", "\\'", "^", "$", "^", "$"]);
    if (kind < 22 && backReferences && groups > 0)
      return `\\${1 + random.below(Math.min(9, groups + (random.chance(0.1) ? 1 : 0)))}`;
    if (kind < 23)
      return random.pick([
        "\\.",
        "\\*",
        "\\[",
        "\\\\",
        "\\]",
        "\\}",
        "\\-",
        "\\d",
        "\\^",
        "\\$",
        "\\{",
        "\\|",
        "{",
        "}",
        ")",
        "+",
        "?",
        "*",
        "|",
        "\\(",
        "\\)",
      ]);
    return utf8(random.pick(LETTERS));
  };
  const repeated = (depth: number): string => {
    let text = atom(depth);
    while (random.chance(0.28)) {
      text += random.pick([
        "*",
        "*",
        op("+"),
        op("?"),
        `${op("{")}${random.below(3)}${op("}")}`,
        `${op("{")}${random.below(2)},${random.below(4)}${op("}")}`,
        `${op("{")},${random.below(3)}${op("}")}`,
        `${op("{")}${random.below(3)},${op("}")}`,
        ...(random.chance(0.1)
          ? [`${op("{")}1`, `${op("{")}a${op("}")}`, `${op("{")}${op("}")}`, `${op("{")},${op("}")}`]
          : []),
      ]);
    }
    return text;
  };
  const concatenation = (depth: number): string =>
    Array.from({ length: random.below(4) + (random.chance(0.9) ? 1 : 0) }, () => repeated(depth)).join("");
  const alternation = (depth: number): string => {
    let text = concatenation(depth);
    while (random.chance(0.22)) text += `${op("|")}${concatenation(depth)}`;
    return text;
  };
  return alternation(3);
}

/** A line of text, as a string of bytes, without newline. */
export function randomLine(random: Random): string {
  let line = "";
  for (let i = random.below(9); i > 0; i--) {
    if (random.chance(0.05)) line += random.pick([...RAW, "\u00e2\u0082", "\u00ed\u00a0\u0080"]);
    else line += utf8(random.pick(LETTERS.slice(0, random.chance(0.7) ? 5 : LETTERS.length)));
  }
  return line;
}
