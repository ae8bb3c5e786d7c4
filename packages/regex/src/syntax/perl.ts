/**
 * Perl's syntax as PCRE2 10.42 reads it for grep -P. What is regular in it runs on the automata like everything else (automata/); the rest,
 * from lookaround to recursion, is left to backtrack/. Not here, and refused by name: the verbs that steer backtracking (*COMMIT, *PRUNE,
 * *SKIP, *THEN), \X, \C in lookbehind, callouts, and start-of-pattern settings.
 *
 * Nesting is limited to 250 as in PCRE2, so that the parser may recurse.
 */
import { type Condition, EMPTY, type Node, type RepeatMode, alternation, assertion, concatenation } from "./ast.ts";
import { characterEscape, classEscape, looksLikePosixClass, octalEscape, perlClass } from "./perl-escapes.ts";
import { type Flags, PerlReader } from "./perl-reader.ts";
import { fixedLength } from "./fixed-length.ts";
import { PerlGroups } from "./perl-groups.ts";
import { isRawByte } from "./pattern-text.ts";

export interface PerlOptions {
  readonly ignoreCase: boolean;
  /** What is searched can hold newlines, so that \Z has to look for one at the end. */
  readonly newlines: boolean;
  readonly encoding: "utf8" | "bytes";
}

export interface PerlPattern {
  readonly root: Node;
  readonly groups: number;
  readonly groupNames: ReadonlyMap<string, readonly number[]>;
}

/** PCRE2's default limit. */
const DEEPEST_NESTING = 250;
const LARGEST_QUANTIFIER = 65535;
/** What \\R takes one of. */
const NEWLINES: readonly number[] = [0x0a, 0x0b, 0x0c, 0x0d, 0x85, 0x2028, 0x2029];

/** \Z: at the end, or before a newline there. */
const BEFORE_LAST_NEWLINE: Node = {
  type: "look",
  ahead: true,
  negated: false,
  body: concatenation([
    {
      type: "repeat",
      body: { type: "character", codePoint: 0x0a, ignoreCase: false },
      min: 0,
      max: 1,
      mode: "greedy",
    },
    assertion("lineEnd"),
  ]),
};

const LOOKS: Readonly<Record<string, { readonly ahead: boolean; readonly negated: boolean }>> = {
  "?=": { ahead: true, negated: false },
  "?!": { ahead: true, negated: true },
  "?<=": { ahead: false, negated: false },
  "?<!": { ahead: false, negated: true },
  "*pla:": { ahead: true, negated: false },
  "*positive_lookahead:": { ahead: true, negated: false },
  "*nla:": { ahead: true, negated: true },
  "*negative_lookahead:": { ahead: true, negated: true },
  "*plb:": { ahead: false, negated: false },
  "*positive_lookbehind:": { ahead: false, negated: false },
  "*nlb:": { ahead: false, negated: true },
  "*negative_lookbehind:": { ahead: false, negated: true },
};

export class PerlParser {
  readonly #reader: PerlReader;
  readonly #options: PerlOptions;
  readonly #groups: PerlGroups;
  #flags: Flags;
  #depth = 0;
  #insideLook = 0;

  constructor(text: readonly number[], options: PerlOptions) {
    this.#reader = new PerlReader(text);
    this.#groups = new PerlGroups(this.#reader);
    this.#options = options;
    this.#flags = { i: options.ignoreCase, m: false, n: false, s: false, x: false, J: false };
  }

  /** Throws PatternProblem. */
  parse(): PerlPattern {
    const root = this.#alternatives();
    if (!this.#reader.atEnd) this.#reader.fail("unmatchedParenthesis", "EPAREN");
    this.#groups.resolve();
    return { root, groups: this.#groups.count, groupNames: this.#groups.names };
  }

  /** Up to the closing parenthesis or the end. */
  #alternatives(): Node {
    const branches: Node[] = [];
    do branches.push(this.#branch());
    while (this.#reader.eat("|"));
    return alternation(branches);
  }

  #branch(): Node {
    const reader = this.#reader;
    const parts: Node[] = [];
    for (;;) {
      this.#skipIgnored();
      const next = reader.peek();
      if (reader.atEnd || next === "|" || next === ")") return concatenation(parts);
      if (reader.eat("\\Q")) {
        this.#quoted(parts);
        continue;
      }
      const atom = this.#atom();
      if (atom === undefined) continue;
      parts.push(atom.repeatable ? this.#quantified(atom.node) : this.#notQuantified(atom.node));
    }
  }

  /** Comments, and blanks where (?x) says so. */
  #skipIgnored(): void {
    const reader = this.#reader;
    for (;;) {
      if (reader.eat("(?#")) {
        while (!reader.atEnd && reader.peek() !== ")") reader.at++;
        if (!reader.eat(")")) reader.fail("comment");
      } else if (reader.eat("\\E")) {
        continue;
      } else if (this.#flags.x && /^\s$/.test(reader.peek())) {
        reader.at++;
      } else if (this.#flags.x && reader.peek() === "#") {
        while (!reader.atEnd && reader.peek() !== "\n") reader.at++;
      } else return;
    }
  }

  #quoted(parts: Node[]): void {
    const reader = this.#reader;
    while (!reader.atEnd && !reader.eat("\\E")) {
      const node = this.#character(reader.text[reader.at++]!);
      const last = reader.atEnd || (reader.peek() === "\\" && reader.peek(1) === "E");
      if (last) reader.eat("\\E");
      parts.push(last ? this.#quantified(node) : node);
      if (last) return;
    }
  }

  #character(codePoint: number): Node {
    // A pattern's byte that is no character can match nothing in text that is UTF-8.
    return isRawByte(codePoint) ? assertion("never") : { type: "character", codePoint, ignoreCase: this.#flags.i };
  }

  #notQuantified(node: Node): Node {
    this.#skipIgnored();
    if (this.#quantifier() !== undefined) this.#reader.fail("nothingToRepeat", "BADRPT");
    return node;
  }

  #quantified(node: Node): Node {
    this.#skipIgnored();
    const quantifier = this.#quantifier();
    if (quantifier === undefined) return node;
    this.#skipIgnored();
    const next = this.#reader.peek();
    if (next === "*" || next === "+" || next === "?" || this.#looksLikeInterval()) {
      this.#reader.fail("nothingToRepeat", "BADRPT");
    }
    return { type: "repeat", body: node, ...quantifier };
  }

  #looksLikeInterval(): boolean {
    const { at } = this.#reader;
    const found = this.#reader.match(/\{\d+(?:,\d*)?\}/) !== undefined;
    this.#reader.at = at;
    return found;
  }

  #quantifier(): { readonly min: number; readonly max: number; readonly mode: RepeatMode } | undefined {
    const reader = this.#reader;
    let min = 0;
    let max = Infinity;
    if (reader.eat("*")) min = 0;
    else if (reader.eat("+")) min = 1;
    else if (reader.eat("?")) max = 1;
    else {
      const found = reader.match(/\{(\d+)(?:(,)(\d*))?\}/);
      if (found === undefined) return undefined;
      min = Number(found[1]);
      if (found[2] === undefined) max = min;
      else if (found[3] !== "") max = Number(found[3]);
      if (min > LARGEST_QUANTIFIER || (max !== Infinity && max > LARGEST_QUANTIFIER))
        reader.fail("quantifierSize", "ESIZE");
      if (max < min) reader.fail("quantifierOrder", "BADBR");
    }
    const mode = reader.eat("?") ? "lazy" : reader.eat("+") ? "possessive" : "greedy";
    return { min, max, mode };
  }

  /** One thing that a quantifier may follow, or not; undefined for what only changes settings. */
  #atom(): { readonly node: Node; readonly repeatable: boolean } | undefined {
    const reader = this.#reader;
    const { m, s, i } = this.#flags;
    switch (reader.peek()) {
      case "^":
        reader.at++;
        return { node: assertion(m ? "multilineStart" : "lineStart"), repeatable: false };
      case "$":
        reader.at++;
        return { node: assertion(m ? "multilineEnd" : "lineEnd"), repeatable: false };
      case ".":
        reader.at++;
        return { node: { type: "any", newline: s }, repeatable: true };
      case "[":
        if (looksLikePosixClass(reader)) reader.fail("posixOutside");
        reader.at++;
        return { node: perlClass(reader, this.#flags, this.#options.encoding), repeatable: true };
      case "(":
        return this.#parenthesis();
      case "\\":
        reader.at++;
        return this.#escape(i);
      case "*":
      case "+":
      case "?":
        return reader.fail("nothingToRepeat", "BADRPT");
      case "{":
        if (this.#looksLikeInterval()) reader.fail("nothingToRepeat", "BADRPT");
        reader.at++;
        return { node: this.#character(0x7b), repeatable: true };
      default:
        return { node: this.#character(reader.text[reader.at++]!), repeatable: true };
    }
  }

  #escape(ignoreCase: boolean): { readonly node: Node; readonly repeatable: boolean } {
    const reader = this.#reader;
    const item = classEscape(reader);
    if (item !== undefined) {
      return { node: { type: "class", negated: false, items: [item], ignoreCase, escape: true }, repeatable: true };
    }
    const letter = reader.peek();
    if (/[1-9]/.test(letter)) {
      const reference = this.#groups.digits(ignoreCase);
      const octal = (): Node => this.#character(octalEscape(reader, this.#options.encoding)!); // it begins with 1 to 7
      return { node: reference ?? octal(), repeatable: true };
    }
    const place = this.#placeEscape(letter);
    if (place !== undefined) return { node: place, repeatable: false };
    const many = this.#manyEscape(letter);
    if (many !== undefined) return { node: many, repeatable: true };
    const character = characterEscape(reader, this.#options.encoding);
    if (character !== undefined) return { node: this.#character(character), repeatable: true };
    switch (letter) {
      case "N":
        reader.at++;
        return { node: { type: "any", newline: false }, repeatable: true };
      case "k":
        reader.at++;
        return { node: this.#groups.namedReference(ignoreCase), repeatable: true };
      case "g":
        reader.at++;
        return { node: this.#groups.gReference(ignoreCase), repeatable: true };
      default:
        return reader.fail("unknownEscape", "EESCAPE");
    }
  }

  /** Zero-width escapes. */
  #placeEscape(letter: string): Node | undefined {
    const reader = this.#reader;
    if (letter === "K") {
      if (this.#insideLook > 0) reader.fail("keepInLook");
      reader.at++;
      return { type: "keep" };
    }
    if (letter === "Z" && this.#options.newlines) {
      reader.at++;
      return BEFORE_LAST_NEWLINE;
    }
    const kind = {
      A: "lineStart",
      Z: "lineEnd",
      z: "lineEnd",
      b: "wordBoundary",
      B: "notWordBoundary",
      G: "searchStart",
    } as const;
    if (!Object.hasOwn(kind, letter)) return undefined;
    reader.at++;
    return assertion(kind[letter as keyof typeof kind]); // a key of the table, as just seen
  }

  /** Escapes that stand for more than a set of characters. */
  #manyEscape(letter: string): Node | undefined {
    const reader = this.#reader;
    if (letter === "X") reader.unsupported("\\X");
    if (letter === "C") {
      reader.at++;
      return { type: "anyByte" };
    }
    if (letter !== "R") return undefined;
    reader.at++;
    const newlines = NEWLINES.filter((newline) => this.#options.encoding === "utf8" || newline < 0x100);
    const one: Node = {
      type: "class",
      negated: false,
      items: newlines.map((newline) => ({ type: "range", low: newline, high: newline })),
      ignoreCase: false,
    };
    const pair = concatenation([0x0d, 0x0a].map((codePoint) => ({ type: "character", codePoint, ignoreCase: false })));
    return { type: "atomic", body: alternation([pair, one]) };
  }

  #parenthesis(): { readonly node: Node; readonly repeatable: boolean } | undefined {
    const reader = this.#reader;
    for (const [opening, look] of Object.entries(LOOKS)) {
      if (reader.eat(`(${opening}`)) return { node: this.#look(look), repeatable: true };
    }
    if (reader.eat("(?>") || reader.eat("(*atomic:")) {
      return { node: { type: "atomic", body: this.#body() }, repeatable: true };
    }
    if (reader.peek(1) === "*" && /[A-Za-z:]/.test(reader.peek(2))) return { node: this.#verb(), repeatable: false };
    if (reader.eat("(?|")) return { node: { type: "group", index: 0, body: this.#sharedNumbers() }, repeatable: true };
    if (reader.eat("(?(")) return { node: this.#conditional(), repeatable: true };
    if (reader.peek(1) === "?") {
      reader.at += 2;
      return this.#special();
    }
    reader.at++;
    if (this.#flags.n) return { node: { type: "group", index: 0, body: this.#body() }, repeatable: true };
    return { node: this.#capture(), repeatable: true };
  }

  #capture(name?: string): Node {
    const index = this.#groups.open(name, this.#flags.J);
    const body = this.#body();
    return name === undefined ? { type: "group", index, body } : { type: "group", index, name, body };
  }

  /** What stands behind (? when it is none of the simpler kinds. */
  #special(): { readonly node: Node; readonly repeatable: boolean } | undefined {
    const reader = this.#reader;
    if (reader.atEnd) reader.fail("missingParenthesis", "EPAREN");
    if (reader.eat("R") || reader.eat("0")) return this.#closedCall(() => this.#groups.call(0));
    if (reader.eat("&") || reader.eat("P>"))
      return { node: this.#groups.callByName(reader.name(")")), repeatable: true };
    if (reader.eat("P=")) return { node: this.#groups.byName(reader.name(")"), this.#flags.i), repeatable: true };
    const call = reader.match(/([+-]?)(\d+)/);
    if (call !== undefined)
      return this.#closedCall(() => this.#groups.call(this.#groups.relative(call[1]!, Number(call[2]))));
    if (reader.eat("P<") || reader.eat("<")) return { node: this.#capture(reader.name(">")), repeatable: true };
    if (reader.eat("'")) return { node: this.#capture(reader.name("'")), repeatable: true };
    if (reader.eat("P")) {
      if (reader.atEnd) reader.fail("missingParenthesis", "EPAREN");
      reader.fail("badNamedGroup");
    }
    if (reader.peek() === "C") reader.unsupported("a callout");
    return this.#settings();
  }

  #closedCall(node: () => Node): { readonly node: Node; readonly repeatable: boolean } {
    const made = node();
    if (!this.#reader.eat(")")) this.#reader.fail(this.#reader.atEnd ? "missingParenthesis" : "relativeZero", "EPAREN");
    return { node: made, repeatable: true };
  }

  /** (?i-x) for the rest of the group, (?i-x:…) for a group of its own. */
  #settings(): { readonly node: Node; readonly repeatable: boolean } | undefined {
    const reader = this.#reader;
    const before = this.#flags;
    const flags: Record<keyof Flags, boolean> = { ...before };
    if (reader.eat("^")) flags.i = flags.m = flags.n = flags.s = flags.x = false;
    let value = true;
    for (;;) {
      const letter = reader.peek();
      if (reader.atEnd) reader.fail("missingParenthesis", "EPAREN");
      if (letter === ":" || letter === ")") break;
      reader.at++;
      if (letter === "-" && value) value = false;
      else if (Object.hasOwn(flags, letter)) flags[letter as keyof Flags] = value;
      else {
        reader.at--;
        reader.fail("badGroup");
      }
    }
    const group = reader.eat(":");
    if (!group) reader.at++;
    this.#flags = flags;
    if (group) {
      const node: Node = { type: "group", index: 0, body: this.#body() };
      this.#flags = before;
      return { node, repeatable: true };
    }
    this.#skipIgnored();
    if (/^[*+?]$/.test(reader.peek()) || this.#looksLikeInterval()) reader.fail("nothingToRepeat", "BADRPT");
    return undefined;
  }

  /** The inside of a group, and its closing parenthesis. Settings made inside end there. */
  #body(): Node {
    const flags = this.#flags;
    if (++this.#depth > DEEPEST_NESTING) this.#reader.fail("tooDeep", "EDEPTH");
    const body = this.#alternatives();
    this.#depth--;
    if (!this.#reader.eat(")")) this.#reader.fail("missingParenthesis", "EPAREN");
    this.#flags = flags;
    return body;
  }

  /** (?|a(b)|c(d)): every branch counts its groups from the same number. */
  #sharedNumbers(): Node {
    const reader = this.#reader;
    const flags = this.#flags;
    if (++this.#depth > DEEPEST_NESTING) reader.fail("tooDeep", "EDEPTH");
    const first = this.#groups.count;
    let most = first;
    const branches: Node[] = [];
    do {
      this.#groups.count = first;
      branches.push(this.#branch());
      most = Math.max(most, this.#groups.count);
    } while (reader.eat("|"));
    this.#groups.count = most;
    this.#depth--;
    if (!reader.eat(")")) reader.fail("missingParenthesis", "EPAREN");
    this.#flags = flags;
    return alternation(branches);
  }

  #look(look: { readonly ahead: boolean; readonly negated: boolean }): Node & { readonly type: "look" } {
    this.#insideLook++;
    const body = this.#body();
    this.#insideLook--;
    if (!look.ahead) this.#checkLookbehind(body);
    return { type: "look", ...look, body };
  }

  #checkLookbehind(body: Node): void {
    for (const branch of body.type === "alternation" ? body.branches : [body]) {
      if (containsByte(branch)) this.#reader.fail("lookbehindByte");
      if (fixedLength(branch) === undefined) this.#reader.fail("lookbehindLength");
    }
  }

  #verb(): Node {
    const reader = this.#reader;
    const found = reader.match(/\(\*([A-Za-z0-9_]*)(?:([:=])[^)]*)?\)/);
    if (found === undefined) return reader.fail("verb");
    const [, name = "", hasArgument] = found;
    switch (name) {
      case "ACCEPT":
        return { type: "accept" };
      case "F":
      case "FAIL":
        return assertion("never");
      case "MARK":
      case "":
        if (hasArgument === undefined) reader.fail("verb");
        return EMPTY;
      case "UTF":
      case "UTF8":
      case "NO_START_OPT":
      case "NO_JIT":
      case "NO_AUTO_POSSESS":
      case "NO_DOTSTAR_ANCHOR":
        return EMPTY;
      case "COMMIT":
      case "PRUNE":
      case "SKIP":
      case "THEN":
      case "UCP":
      case "ANYCRLF":
      case "BSR_ANYCRLF":
      case "BSR_UNICODE":
      case "CR":
      case "LF":
      case "CRLF":
      case "ANY":
      case "NUL":
      case "NOTEMPTY":
      case "NOTEMPTY_ATSTART":
      case "LIMIT_MATCH":
      case "LIMIT_DEPTH":
      case "LIMIT_HEAP":
        return reader.unsupported(`(*${name})`);
      default:
        return reader.fail("verb");
    }
  }

  #conditional(): Node {
    const reader = this.#reader;
    const condition = this.#condition();
    const flags = this.#flags;
    if (++this.#depth > DEEPEST_NESTING) reader.fail("tooDeep", "EDEPTH");
    const branches: Node[] = [this.#branch()];
    while (reader.eat("|")) branches.push(this.#branch());
    this.#depth--;
    if (!reader.eat(")")) reader.fail("missingParenthesis", "EPAREN");
    this.#flags = flags;
    const most = condition.type === "define" ? 1 : 2;
    if (branches.length > most) {
      // References are looked at first.
      this.#groups.check(() => reader.fail(most === 1 ? "defineBranches" : "conditionBranches"));
    }
    return { type: "conditional", condition, yes: branches[0]!, no: branches[1] ?? EMPTY };
  }

  /** Behind (?( up to the closing parenthesis of the condition. */
  #condition(): Condition {
    const reader = this.#reader;
    for (const [opening, look] of Object.entries(LOOKS)) {
      if (reader.eat(opening)) return this.#look(look);
    }
    if (reader.atEnd) reader.fail("missingParenthesis", "EPAREN");
    const number = reader.match(/([+-]?)(\d+)/);
    if (number !== undefined) {
      const index = this.#groups.relative(number[1]!, Number(number[2]));
      if (!reader.eat(")")) reader.fail("conditionEnd", "EPAREN");
      this.#groups.check(() => [index]);
      return { type: "group", indices: [index] };
    }
    if (reader.eat("DEFINE)")) return { type: "define" };
    if (reader.eat("R)")) return { type: "recursion", index: -1 };
    const recursion = reader.match(/R(\d+)\)/);
    if (recursion !== undefined) {
      const index = Number(recursion[1]);
      this.#groups.check(() => [index]);
      return { type: "recursion", index };
    }
    if (reader.eat("R&")) {
      const indices = this.#groups.named(reader.name(")"));
      const condition = { type: "recursion" as const, index: 0 };
      this.#groups.check(() => {
        condition.index = indices[0] ?? 0;
        return indices;
      });
      return condition;
    }
    const name = reader.eat("<") ? reader.name(">)") : reader.eat("'") ? reader.name("')") : reader.name(")");
    const indices = this.#groups.named(name);
    return { type: "group", indices };
  }
}

function containsByte(node: Node): boolean {
  switch (node.type) {
    case "anyByte":
      return true;
    case "group":
    case "atomic":
    case "repeat":
      return containsByte(node.body);
    case "concatenation":
      return node.parts.some(containsByte);
    case "alternation":
      return node.branches.some(containsByte);
    default:
      return false;
  }
}
