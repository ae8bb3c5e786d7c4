/** Chooses what answers for a list of parsed patterns. */
import type { WordRules } from "./automata/assertions.ts";
import type { Lookalikes } from "./automata/byte-graph.ts";
import { lineAutomaton } from "./automata/line-automaton.ts";
import type { LineAutomaton } from "./automata/line-walker.ts";
import { isNullable, isRegular, setOfNode } from "./automata/node-language.ts";
import { PosixCaptures } from "./automata/posix-captures.ts";
import { RegularMatcher, type RegularOptions } from "./automata/regular-matcher.ts";
import { sizeBound } from "./automata/size-bound.ts";
import { BacktrackMatcher } from "./backtrack/backtrack-matcher.ts";
import { BacktrackMachine } from "./backtrack/machine.ts";
import { compileProgram } from "./backtrack/program.ts";
import { relaxed } from "./backtrack/relaxed.ts";
import { CombinedMatcher, DeferredMatcher, FilteredMatcher } from "./combined-matcher.ts";
import { requiredLiterals, type RequiredLiterals } from "./literals/required-literals.ts";
import { InvalidStartMatcher } from "./invalid-start.ts";
import type { Matcher } from "./matcher.ts";
import type { CompileOptions, RegexLimits } from "./options.ts";
import type { Span } from "./regex.ts";
import { type Node, type ParsedPattern, alternation, assertion, concatenation } from "./syntax/ast.ts";
import { hasAny, hasRawByte, readsBytes } from "./syntax/byte-reading.ts";
import { type LineRule, isForLines, ruleOf } from "./syntax/line-reading.ts";
import { PatternProblem } from "./syntax/problem.ts";
import type { Alphabet } from "./unicode/alphabet.ts";
import { asciiFolding, simpleFolding, unicodeFolding } from "./unicode/folding.ts";
import { type CutOffMatch, WordMatcher } from "./word-matcher.ts";

export interface Engines {
  readonly lines: Matcher;
  readonly places: Matcher;
  /** What a scanner of many lines is made of; undefined where no automaton decides lines. */
  readonly lineProgram: LineProgram | undefined;
  readonly guarantee: "linear" | "bounded";
  readonly name: string;
  /** Finds matches in lines, whether or not those are selected: what grep -o and --color show. */
  readonly spans: Matcher;
  /** Instructions of the byte automaton. */
  states(): number;
  /** What the groups captured in the match [start, end) of the line. */
  captures(
    bytes: Uint8Array,
    lineStart: number,
    lineEnd: number,
    start: number,
    end: number,
  ): { readonly captures: readonly (Span | undefined)[]; readonly patternIndex: number };
}

/** What decides whether a line matches, in the form that KernelScanner takes. */
export interface LineProgram {
  /** False: what it selects are candidates, which `Engines.lines` confirms. */
  readonly certain: boolean;
  readonly literals: RequiredLiterals | undefined;
  automaton(): LineAutomaton;
}

/** `rule`: what decides lines where that is not what finds places (line-reading.ts). Throws PatternProblem("ESIZE"). */
export function buildEngines(
  parsed: readonly ParsedPattern[],
  options: CompileOptions,
  limits: RegexLimits,
  rule?: LineRule,
): Engines {
  return new EngineBuilder(options, limits).build(parsed, rule);
}

/** Instructions beyond which a relaxed pattern (relaxed.ts) is not worth its automaton. */
const RELAXED_PROGRAM_SIZE = 50_000;

/** What decides lines: one by one, and in the form for many. */
interface LineDecision {
  readonly matcher: Matcher;
  readonly program: LineProgram | undefined;
}

/** How patterns are turned into an automaton. */
type Reading = Pick<RegularOptions, "bytewise" | "lookalikes"> & Partial<Pick<RegularOptions, "programSize">>;

/** As gnulib's matcher reads them. */
const STRICT: Reading = { bytewise: false };

class EngineBuilder {
  readonly #options: CompileOptions;
  readonly #limits: RegexLimits;
  readonly #encoding: "utf8" | "bytes";
  readonly #semantics: "longest" | "first";
  readonly #rules: WordRules;
  readonly #alphabet: Alphabet;
  readonly #terminator: number;

  constructor(options: CompileOptions, limits: RegexLimits) {
    const encoding = options.encoding ?? "utf8";
    const perl = options.syntax === "perl";
    this.#options = options;
    this.#limits = limits;
    this.#encoding = encoding;
    this.#semantics = options.semantics ?? (perl ? "first" : "longest");
    this.#rules = encoding === "bytes" ? "bytes" : perl ? "ascii" : "unicode";
    this.#alphabet = alphabetOf(options);
    this.#terminator = options.lineTerminator ?? 10;
  }

  build(parsed: readonly ParsedPattern[], rule: LineRule | undefined): Engines {
    let capturers: ((line: LineOf, start: number, end: number) => Captures | undefined)[] | undefined;
    const { regular, machines, matcher: places } = this.#finders(parsed, (root) => this.#surround(root));
    const roots = parsed.map(({ root }) => root);
    const lines = this.#lines(roots, places, machines === 0 ? regular : undefined, rule);
    // What -x demands is demanded of lines; GNU grep shows matches of any length in lines that were not selected (-v).
    const isBare = this.#options.whole !== "line" || this.#options.syntax === "perl";
    return {
      lines: lines.matcher,
      places,
      spans: isBare ? places : new DeferredMatcher(() => this.#finders(parsed, (root) => root).matcher),
      lineProgram: lines.program,
      guarantee: machines === 0 ? "linear" : "bounded",
      name: machines === 0 ? "automaton" : regular === undefined ? "backtracking" : "automaton and backtracking",
      states: () => regular?.nfa.size ?? 0,
      captures: (bytes, lineStart, lineEnd, start, end) => {
        capturers ??= parsed.map((pattern) => this.#capturer(pattern));
        for (const [patternIndex, capturer] of capturers.entries()) {
          const captures = capturer({ bytes, lineStart, lineEnd }, start, end);
          if (captures !== undefined) return { captures, patternIndex };
        }
        return { captures: [{ start, end }], patternIndex: 0 };
      },
    };
  }

  /** What finds the patterns' matches: one automaton for all that are regular, and a backtracking machine for each of the others. */
  #finders(parsed: readonly ParsedPattern[], surround: (root: Node) => Node): Finders {
    const backtracking = parsed.filter(({ root }) => !isRegular(root));
    const machines = backtracking.map((pattern) => this.#backtracker(pattern, surround));
    const roots = parsed.map(({ root }) => root).filter(isRegular);
    if (roots.length === 0 && machines.length > 0)
      return { regular: undefined, machines: machines.length, matcher: this.#oneOf(machines) };
    const bytewise = this.#readsBytes(roots);
    const reading: Reading = { bytewise, lookalikes: this.#lookalikes(bytewise) };
    const regular = this.#automaton(this.#wantsWords ? roots : roots.map(surround), reading);
    const cutOff: CutOffMatch = (bytes, start, end, at) => regular.simulation.matchCutOff(bytes, start, end, at);
    const finder = this.#wantsWords ? new WordMatcher(regular, cutOff, this.#rules) : regular;
    return { regular, machines: machines.length, matcher: this.#oneOf([finder, ...machines]) };
  }

  #oneOf(matchers: readonly Matcher[]): Matcher {
    const one = matchers.length === 1 ? matchers[0]! : new CombinedMatcher(matchers, this.#semantics);
    return this.#options.syntax === "perl" && this.#encoding === "utf8" ? new InvalidStartMatcher(one) : one;
  }

  /** grep -w, as GNU grep's second matcher goes about it. */
  get #wantsWords(): boolean {
    return this.#options.whole === "word" && this.#options.syntax !== "perl";
  }

  get #readsGlibcUtf8(): boolean {
    return this.#encoding === "utf8" && this.#options.syntax !== "perl";
  }

  #readsBytes(patterns: readonly Node[]): boolean {
    return this.#readsGlibcUtf8 && this.#options.ignoreCase !== true && patterns.every(readsBytes);
  }

  #lookalikes(bytewise: boolean): Lookalikes | undefined {
    return this.#readsGlibcUtf8 ? (bytewise ? "shaped" : "decoded") : undefined;
  }

  /** `automaton`: what is behind `places`, where no machine is. */
  #lines(
    roots: readonly Node[],
    places: Matcher,
    automaton: RegularMatcher | undefined,
    rule: LineRule | undefined,
  ): LineDecision {
    if (rule?.root !== undefined) {
      const filter = this.#automaton([rule.root], STRICT);
      if (rule.alone) return this.#certain(filter);
      return { matcher: new FilteredMatcher(filter, places), program: this.#lineProgram(filter, false) };
    }
    if (rule !== undefined) return { matcher: places, program: undefined };
    const matcher = this.#strictly(roots, places);
    if (automaton === undefined) return { matcher, program: this.#candidates(roots) };
    if (this.#options.syntax === "perl") {
      // An empty match at a byte that begins no character is none.
      const certain = this.#encoding === "bytes" || !roots.some(isNullable);
      return { matcher, program: this.#lineProgram(automaton, certain) };
    }
    const known = roots.every((root) => isForLines(root, this.#encoding));
    // GNU grep asks for words by classes, which in UTF-8 are its second matcher's business, and so are empty words.
    const byWords = this.#wantsWords && (this.#encoding === "utf8" || !known);
    if (byWords && roots.some(isNullable)) return { matcher: places, program: undefined };
    const surrounded = roots.map((root) => this.#surround(root));
    if (roots.some(hasRawByte)) {
      // Which the automaton would also find between the bytes of a character.
      const reading: Reading = { bytewise: false, lookalikes: this.#lookalikes(true) };
      return { matcher, program: this.#lineProgram(this.#automaton(surrounded, reading), false) };
    }
    if (matcher !== places) {
      const undecided = this.#automaton(surrounded, { bytewise: false, lookalikes: "undecided" });
      return { matcher, program: this.#lineProgram(undecided, true) };
    }
    const alone = known && !byWords;
    if (!this.#wantsWords && (this.#encoding === "bytes" || !alone || !roots.some(hasAny)))
      return this.#certain(automaton);
    const lookalikes = alone ? undefined : this.#lookalikes(false);
    return this.#certain(this.#automaton(surrounded, { bytewise: false, lookalikes }));
  }

  /**
   * `places` for lines. Where the C library decides alone, `.` is more than a character: what only looks like one as well. Lines that
   * need that have not got past GNU grep's filter.
   */
  #strictly(roots: readonly Node[], places: Matcher): Matcher {
    if (!this.#readsGlibcUtf8 || !roots.some(hasAny)) return places;
    const { alone, root } = ruleOf(alternation(roots.map((each) => this.#surround(each))), this.#encoding);
    return alone || root === undefined ? places : new FilteredMatcher(this.#automaton([root], STRICT), places);
  }

  #certain(matcher: RegularMatcher): LineDecision {
    return { matcher, program: this.#lineProgram(matcher, true) };
  }

  /** An automaton for lines that back-references, or what only Perl has, may match. */
  #candidates(roots: readonly Node[]): LineProgram | undefined {
    const loose = roots.map((root) => relaxed(this.#surround(root)));
    const automaton = loose.includes(undefined) ? undefined : this.#loosely(loose as Node[], true); // none is undefined, as just seen
    return automaton && this.#lineProgram(automaton, false);
  }

  /** An automaton of relaxed patterns; undefined where it would be too large. */
  #loosely(roots: readonly Node[], bytewise: boolean): RegularMatcher | undefined {
    try {
      const lookalikes = this.#lookalikes(bytewise);
      return this.#automaton(roots, { bytewise: false, lookalikes, programSize: RELAXED_PROGRAM_SIZE });
    } catch (error) {
      if (error instanceof PatternProblem) return undefined;
      throw error;
    }
  }

  #lineProgram(matcher: RegularMatcher, certain: boolean): LineProgram {
    const alphabet = this.#alphabet;
    const terminator = this.#terminator;
    let literals: RequiredLiterals | undefined | "unknown" = "unknown";
    return {
      certain,
      get literals() {
        if (literals === "unknown")
          literals = requiredLiterals(matcher.roots, {
            encoding: alphabet.encoding,
            terminator,
            charactersOf: (node) => setOfNode(node, alphabet),
          });
        return literals;
      },
      automaton: () =>
        lineAutomaton(matcher.nfa, {
          rules: matcher.unicodeWords ? "unicode" : this.#rules,
          terminator,
          cacheBytes: this.#limits.dfaCacheBytes,
        }),
    };
  }

  #automaton(roots: readonly Node[], reading: Reading): RegularMatcher {
    return new RegularMatcher(roots, {
      alphabet: this.#alphabet,
      lineTerminator: this.#terminator,
      programSize: this.#limits.programSize,
      rules: this.#rules,
      semantics: this.#semantics,
      cacheBytes: this.#limits.dfaCacheBytes,
      ...reading,
    });
  }

  #machine(root: Node, groups: number, bytewise: boolean): BacktrackMachine {
    const lookalikes = this.#lookalikes(bytewise);
    return new BacktrackMachine(compileProgram(root, groups, this.#alphabet, this.#limits.programSize, lookalikes), {
      semantics: this.#semantics,
      encoding: this.#encoding,
      rules: this.#rules,
      folding: () => this.#alphabet.folding(),
      steps: this.#limits.backtrackSteps,
      lineTerminator: this.#terminator,
    });
  }

  #backtracker(pattern: ParsedPattern, surround: (root: Node) => Node): Matcher {
    const bytewise = this.#readsBytes([pattern.root]);
    const root = this.#wantsWords ? pattern.root : surround(pattern.root);
    const make = (): Matcher => {
      const machine = this.#machine(root, pattern.groups, bytewise);
      const loose = relaxed(root);
      const matcher = new BacktrackMatcher(machine, loose && this.#loosely([loose], bytewise));
      if (!this.#wantsWords) return matcher;
      const cutOff: CutOffMatch = (bytes, start, end, at) => {
        machine.begin(bytes, start, end, at);
        return machine.matchAt(at) ? machine.matchEnd - at : -1;
      };
      return new WordMatcher(matcher, cutOff, this.#rules);
    };
    return sizeBound(root) > this.#limits.programSize ? make() : new DeferredMatcher(make);
  }

  /** grep's -x and -w. */
  #surround(root: Node): Node {
    const { whole } = this.#options;
    if (whole === undefined) return root;
    const [before, behind] =
      whole === "line" ? (["lineStart", "lineEnd"] as const) : (["notAfterWord", "notBeforeWord"] as const);
    return concatenation([assertion(before), { type: "group", index: 0, body: root }, assertion(behind)]);
  }

  /** What finds out what a pattern's groups captured; made when first asked for. */
  #capturer({ root, groups }: ParsedPattern): (line: LineOf, start: number, end: number) => Captures | undefined {
    if (this.#semantics === "longest" && isRegular(root)) {
      const captures = new PosixCaptures(root, groups, {
        alphabet: this.#alphabet,
        rules: this.#rules,
        lineTerminator: this.#terminator,
        programSize: this.#limits.programSize,
        lookalikes: this.#lookalikes(this.#readsBytes([root])),
      });
      return ({ bytes, lineStart, lineEnd }, start, end) => {
        const found = captures.captures(bytes, lineStart, lineEnd, start, end);
        return found && spans(groups, (group) => [found[2 * group]!, found[2 * group + 1]!]);
      };
    }
    const machine = this.#machine(this.#surround(root), groups, this.#readsBytes([root]));
    return ({ bytes, lineStart, lineEnd }, start, end) => {
      machine.begin(bytes, lineStart, lineEnd, start);
      for (let at = start; at >= lineStart; at--) {
        // \K puts the start behind where the search found it.
        if (machine.matchAt(at) && machine.matchStart === start && machine.matchEnd === end) {
          const captures = spans(groups, (group) => [machine.captureStart(group), machine.captureEnd(group)]);
          return [{ start, end }, ...captures.slice(1)];
        }
        if (isRegular(root)) return undefined;
      }
      return undefined;
    };
  }
}

interface Finders {
  /** Undefined when there are machines only. */
  readonly regular: RegularMatcher | undefined;
  /** How many. */
  readonly machines: number;
  readonly matcher: Matcher;
}

interface LineOf {
  readonly bytes: Uint8Array;
  readonly lineStart: number;
  readonly lineEnd: number;
}

type Captures = readonly (Span | undefined)[];

function spans(groups: number, spanOf: (group: number) => readonly [number, number]): Captures {
  return Array.from({ length: groups + 1 }, (_, group) => {
    const [start, end] = spanOf(group);
    return end === -1 ? undefined : { start, end };
  });
}

/** The alphabet that the options mean. */
function alphabetOf(options: CompileOptions): Alphabet {
  const encoding = options.encoding ?? "utf8";
  const dottedI = options.dottedI ?? false;
  const collation = encoding === "utf8" ? options.collation : undefined;
  return {
    ...(collation !== undefined && {
      collationRange: (low: number, high: number) => collation.between(collation.place(low)!, collation.place(high)!), // the parser asked both
      equivalents: (codePoint: number) => collation.equivalents(codePoint)!, // likewise
    }),
    encoding,
    perl: options.syntax === "perl",
    folding: () => {
      if (encoding === "bytes") return asciiFolding();
      return options.syntax === "perl" ? simpleFolding() : unicodeFolding(dottedI);
    },
  };
}
