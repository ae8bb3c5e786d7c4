/** Random patterns of each dialect, as byte strings: mostly right, sometimes not. */
import { type ByteString, fromText, isAscii } from "../../src/byte-string.ts";
import { confusesCopies } from "./copied-groups.ts";
import type { Chance } from "./random.ts";

export type Dialect = "bre" | "ere" | "fixed" | "perl";

/** Characters that the texts have too; capitals, and letters whose cases differ in length. */
const LETTERS: readonly string[] = [..."aaabbbccABC1_ -", "é", "É", "k", "K", "ſ", "ı", "i", "ß", "ж", "Ж", "漢"].map(
  fromText,
);
const PLAIN: readonly string[] = [..."abcABC1_ -"];
const BROKEN: readonly ByteString[] = ["\xff", "\xc3", "\x80", "\xe6\xbc"];
const CLASSES = ["alpha", "digit", "upper", "lower", "space", "punct", "alnum", "xdigit"] as const;

export function randomPattern(chance: Chance, dialect: Dialect): ByteString {
  for (;;) {
    const pattern = anyPattern(chance, dialect);
    if ((dialect !== "bre" && dialect !== "ere") || !confusesCopies(pattern, dialect)) return pattern;
  }
}

function anyPattern(chance: Chance, dialect: Dialect): ByteString {
  const pattern = new PatternMaker(chance, dialect).pattern();
  // PCRE refuses what is not UTF-8 before it reads it, and then says nothing of the rest.
  const divisible = dialect !== "perl" || isAscii(pattern);
  return divisible && chance.oneIn(12) ? damaged(pattern, chance) : pattern;
}

class PatternMaker {
  readonly #chance: Chance;
  readonly #dialect: Dialect;
  #groups = 0;

  constructor(chance: Chance, dialect: Dialect) {
    this.#chance = chance;
    this.#dialect = dialect;
  }

  pattern(): ByteString {
    if (this.#dialect === "fixed") return this.#word(1 + this.#chance.below(4));
    return this.#alternation(2);
  }

  #word(length: number): ByteString {
    return this.#chance.times(length, () => this.#letter()).join("");
  }

  #letter(): ByteString {
    if (this.#dialect !== "perl" && this.#chance.oneIn(60)) return this.#chance.pick(BROKEN);
    return this.#chance.pick(LETTERS);
  }

  #alternation(depth: number): ByteString {
    const branches = this.#chance.oneIn(4) ? 2 + this.#chance.below(2) : 1;
    const bar = this.#dialect === "bre" ? "\\|" : "|";
    return this.#chance.times(branches, () => this.#branch(depth)).join(bar);
  }

  #branch(depth: number): ByteString {
    const pieces = this.#chance.oneIn(20) ? 0 : 1 + this.#chance.below(3);
    const body = this.#chance.times(pieces, () => this.#piece(depth)).join("");
    const before = this.#chance.oneIn(8) ? "^" : "";
    const after = this.#chance.oneIn(8) ? "$" : "";
    return before + body + after;
  }

  #piece(depth: number): ByteString {
    const atom = this.#atom(depth);
    return this.#chance.oneIn(3) ? atom + this.#repeat() : atom;
  }

  #repeat(): ByteString {
    const chance = this.#chance;
    const least = chance.below(3);
    const most = least + chance.below(3);
    const bounds = chance.pick([
      `${least}`,
      `${least},`,
      `${least},${most}`,
      ...(this.#dialect === "perl" ? [] : [`,${most}`]),
    ]);
    const basic = chance.pick(["*", "*", "\\+", "\\?", `\\{${bounds}\\}`]);
    if (this.#dialect === "bre") return basic;
    const repeat = chance.pick(["*", "*", "+", "?", `{${bounds}}`]);
    return this.#dialect === "perl" && chance.oneIn(4) ? `${repeat}?` : repeat;
  }

  #atom(depth: number): ByteString {
    const chance = this.#chance;
    const kind = chance.below(20);
    if (kind < 9) return this.#letter();
    if (kind < 11) return ".";
    if (kind < 14) return this.#bracket();
    if (kind < 16 && depth > 0) return this.#group(depth);
    if (kind === 16) return chance.pick(["\\w", "\\W", "\\s", "\\S"]);
    if (kind === 17)
      return this.#dialect === "perl"
        ? chance.pick(["\\b", "\\B", "\\d", "\\D"])
        : chance.pick(["\\<", "\\>", "\\b", "\\B"]);
    if (kind === 18 && this.#groups > 0 && chance.oneIn(2)) return `\\${1 + chance.below(this.#groups)}`;
    if (kind === 19) return chance.pick(["\\.", "\\*", "\\[", "\\]", "\\\\", "\\$", "\\^"]);
    return this.#letter();
  }

  #group(depth: number): ByteString {
    if (this.#dialect === "perl" && this.#chance.oneIn(3))
      return `${this.#chance.pick(["(?:", "(?=", "(?!", "(?i:"])}${this.#alternation(depth - 1)})`;
    const inside = this.#alternation(depth - 1);
    this.#groups++;
    return this.#dialect === "bre" ? `\\(${inside}\\)` : `(${inside})`;
  }

  #bracket(): ByteString {
    const chance = this.#chance;
    const items = chance.times(1 + chance.below(3), () => {
      const kind = chance.below(8);
      if (kind === 0) return `[:${chance.pick(CLASSES)}:]`;
      if (kind === 1 && this.#dialect !== "perl") return chance.pick(["[.a.]", "[=b=]", "[.-.]"]);
      if (kind === 2) return chance.pick(["a-c", "A-C", "a-b", "0-9", "b-b"]);
      return kind < 5 ? chance.pick(PLAIN).replace("-", "a") : this.#letter().replace("-", "c");
    });
    const edge = this.#dialect !== "perl" && chance.oneIn(8) ? chance.pick(["]", "-"]) : "";
    return `[${chance.oneIn(4) ? "^" : ""}${edge}${items.join("")}]`;
  }
}

/** With a character too many, too few, or another. */
function damaged(pattern: ByteString, chance: Chance): ByteString {
  const at = chance.below(pattern.length + 1);
  const insert = chance.pick([
    "",
    "[",
    "]",
    "(",
    ")",
    "\\",
    "{",
    "}",
    "*",
    "^",
    "$",
    "\\(",
    "\\)",
    "\\{",
    "+",
    "?",
    "|",
  ]);
  return pattern.slice(0, at) + insert + pattern.slice(at + chance.below(2));
}
