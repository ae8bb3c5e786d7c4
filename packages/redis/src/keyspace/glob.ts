/**
 * Redis' glob patterns over one-byte strings: `*`, `?`, `[abc]`, `[^a-z]`, `\` before a literal.
 *
 * A pattern is compiled into steps once. Matching keeps only the last `*` to come back to (everything before it is settled), so the
 * time is at most the product of the two lengths, whatever the pattern: recursion per star is exponential (CVE-2022-36021).
 */
const ANY_RUN = -1;
const ANY_ONE = -2;

/** A character code, ANY_RUN, ANY_ONE, or a set of codes. */
type Step = number | Uint8Array;

export class Glob {
  readonly #steps: Step[] = [];
  /** The pattern is `*`, which lists everything where the original does not even look (KEYS, SCAN); see `matches` for "". */
  readonly all: boolean;
  /** When the pattern has no special characters: the one string that it matches. */
  readonly literal: string | undefined;

  /** With `foldCase`, letters match in either case (CONFIG GET). */
  constructor(pattern: string, foldCase = false) {
    const text = foldCase ? pattern.toLowerCase() : pattern;
    let special = false;
    let literal = "";
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (character === "*") {
        if (this.#steps.at(-1) !== ANY_RUN) this.#steps.push(ANY_RUN);
        special = true;
      } else if (character === "?") {
        this.#steps.push(ANY_ONE);
        special = true;
      } else if (character === "[") {
        const set = new Uint8Array(256);
        at = parseSet(text, at + 1, set);
        this.#steps.push(set);
        special = true;
      } else {
        if (character === "\\" && at + 1 < text.length) at++;
        this.#steps.push(text.charCodeAt(at));
        literal += text[at]!;
      }
    }
    this.all = text === "*";
    this.literal = special || foldCase ? undefined : literal;
    this.#foldCase = foldCase;
  }

  readonly #foldCase: boolean;

  /** As the original's stringmatchlen: nothing but the empty pattern matches the empty string, not even `*`. */
  matches(candidate: string): boolean {
    if (candidate === "") return this.#steps.length === 0;
    if (this.all) return true;
    if (this.literal !== undefined) return candidate === this.literal;
    const text = this.#foldCase ? candidate.toLowerCase() : candidate;
    const steps = this.#steps;
    let step = 0;
    let at = 0;
    let starStep = -1;
    let starAt = 0;
    while (at < text.length) {
      const wanted = steps[step];
      if (wanted === ANY_RUN) {
        starStep = step++;
        starAt = at;
        continue;
      }
      if (wanted !== undefined && stepMatches(wanted, text.charCodeAt(at))) {
        step++;
        at++;
        continue;
      }
      if (starStep < 0) return false;
      // The last star takes one more character.
      step = starStep + 1;
      at = ++starAt;
    }
    while (steps[step] === ANY_RUN) step++;
    return step === steps.length;
  }
}

function stepMatches(step: Step, code: number): boolean {
  if (typeof step === "number") return step === code || step === ANY_ONE;
  return step[code & 0xff] === 1;
}

/** Reads a set behind its `[` into `set`; returns the index of its `]`, or of the pattern's last character when that is missing. */
function parseSet(text: string, from: number, set: Uint8Array): number {
  let at = from;
  const negated = text[at] === "^";
  if (negated) at++;
  for (; ; at++) {
    if (at >= text.length) {
      at = text.length - 1;
      break;
    }
    const character = text[at]!;
    if (character === "\\" && at + 1 < text.length) set[text.charCodeAt(++at)] = 1;
    else if (character === "]") break;
    else if (text[at + 1] === "-" && at + 2 < text.length) {
      let low = text.charCodeAt(at);
      let high = text.charCodeAt(at + 2);
      if (low > high) [low, high] = [high, low];
      for (let code = low; code <= high; code++) set[code] = 1;
      at += 2;
    } else set[text.charCodeAt(at)] = 1;
  }
  if (negated) for (let code = 0; code < 256; code++) set[code] = set[code] === 1 ? 0 : 1;
  return at;
}
