/**
 * --include, --exclude, --exclude-from and --exclude-dir: an ordered list of which the last rule that fits decides.
 *
 * A name that no rule fits is left out when the first rule is an --include, and taken otherwise. A file that a recursion meets is known by
 * its last component; one that the command line names by any of its trailing parts (`a/b/c`, `b/c`, `c`).
 */
import { fromBytes } from "../byte-string.ts";
import { type GlobMatcher, globMatcher, isGlob, unescapeGlob } from "./glob.ts";

/** What a rule says of the names that fit. */
export type Verdict = "include" | "exclude";

interface Rule {
  readonly verdict: Verdict;
  readonly pattern: string;
  /** Made when the locale is known. */
  fits: GlobMatcher | undefined;
}

export class ExclusionRules {
  readonly #rules: Rule[] = [];
  #utf8 = false;

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** Whether names are UTF-8 or bytes. */
  set utf8(value: boolean) {
    this.#utf8 = value;
    for (const rule of this.#rules) rule.fits = undefined;
  }

  /** `pattern` is a byte string. */
  add(pattern: string, verdict: Verdict): void {
    this.#rules.push({ verdict, pattern, fits: undefined });
  }

  /** A file of --exclude-from: a pattern a line, without the blanks after it. */
  addFile(content: Uint8Array): void {
    for (const line of fromBytes(content).split("\n")) {
      const pattern = line.replace(/[ \t\v\f\r]+$/, "");
      if (pattern !== "") this.add(pattern, "exclude");
    }
  }

  /** Is `name` (a byte string) left out? `named`: it stands on the command line. */
  excludes(name: string, named: boolean): boolean {
    const first = this.#rules[0];
    if (first === undefined) return false;
    for (let i = this.#rules.length - 1; i >= 0; i--) {
      const rule = this.#rules[i]!;
      rule.fits ??= matcherOf(rule.pattern, this.#utf8);
      if (named ? someTail(name, rule.fits) : rule.fits(name)) return rule.verdict === "exclude";
    }
    return first.verdict === "include";
  }
}

function matcherOf(pattern: string, utf8: boolean): GlobMatcher {
  if (isGlob(pattern)) return globMatcher(pattern, utf8);
  const plain = unescapeGlob(pattern);
  return (name) => name === plain;
}

function someTail(name: string, fits: GlobMatcher): boolean {
  if (fits(name)) return true;
  for (let slash = name.indexOf("/"); slash !== -1; slash = name.indexOf("/", slash + 1))
    if (slash + 1 < name.length && name[slash + 1] !== "/" && fits(name.slice(slash + 1))) return true;
  return false;
}
