/** Chooses what answers for a list of parsed patterns. */
import { CHARACTER_START, type WordRules } from "./automata/assertions.ts";
import { DfaMatcher } from "./automata/dfa-matcher.ts";
import { lineAutomaton } from "./automata/line-automaton.ts";
import type { LineAutomaton } from "./automata/line-walker.ts";
import type { Nfa } from "./automata/nfa.ts";
import { compileNfa, setOfNode } from "./automata/nfa-compiler.ts";
import { Simulation } from "./automata/simulation.ts";
import { requiredLiterals, type RequiredLiterals } from "./literals/required-literals.ts";
import type { Matcher } from "./matcher.ts";
import type { CompileOptions, RegexLimits } from "./options.ts";
import type { Span } from "./regex.ts";
import { type Node, type ParsedPattern, assertion, concatenation } from "./syntax/ast.ts";
import type { Alphabet } from "./unicode/character-class.ts";
import { asciiFolding, unicodeFolding } from "./unicode/folding.ts";

export interface Engines {
  readonly lines: Matcher;
  readonly places: Matcher;
  /** What a scanner of many lines is made of; undefined where no automaton decides lines. */
  readonly lineProgram: LineProgram | undefined;
  readonly guarantee: "linear" | "bounded";
  readonly name: string;
  /** Instructions of the byte automaton. */
  readonly states: number;
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
  readonly literals: RequiredLiterals | undefined;
  automaton(): LineAutomaton;
}

/** Throws PatternProblem("ESIZE"). */
export function buildEngines(parsed: readonly ParsedPattern[], options: CompileOptions, limits: RegexLimits): Engines {
  const encoding = options.encoding ?? "utf8";
  const perl = options.syntax === "perl";
  const alphabet: Alphabet = {
    encoding,
    perl,
    folding: () => (encoding === "bytes" ? asciiFolding() : unicodeFolding(options.dottedI ?? false)),
  };
  const rules: WordRules = encoding === "bytes" ? "bytes" : perl ? "ascii" : "unicode";
  const semantics = options.semantics ?? (perl ? "first" : "longest");
  const nfaOptions = {
    alphabet,
    lineTerminator: options.lineTerminator ?? 10,
    direction: "forward",
    captures: false,
    programSize: limits.programSize,
  } as const;
  const surrounded = (roots: readonly Node[]): Node[] => roots.map((root) => surround(root, options.whole));
  const matcher = (nfa: Nfa, roots: readonly Node[]): Matcher => {
    const simulation = new Simulation(nfa, { rules, encoding, semantics });
    // Whether a byte stands between the bytes of a character takes looking at more than its neighbours.
    if ((nfa.assertions & CHARACTER_START) !== 0) return simulation;
    return new DfaMatcher(nfa, () => compileNfa(roots, { ...nfaOptions, direction: "reverse" }), simulation, {
      semantics,
      encoding,
      unicodeWords: rules === "unicode",
      lineTerminator: nfaOptions.lineTerminator,
      cacheBytes: limits.dfaCacheBytes,
    });
  };
  const placeRoots = surrounded(parsed.map(({ root }) => root));
  const placesNfa = compileNfa(placeRoots, nfaOptions);
  const places = matcher(placesNfa, placeRoots);
  // GNU grep asks for words by classes, which in UTF-8 are its second matcher's business.
  const oneReader = options.whole === "word" && encoding === "utf8";
  const differs = !oneReader && parsed.some(({ lineRoot }) => lineRoot !== undefined);
  const lineRoots = differs ? surrounded(parsed.map(({ root, lineRoot }) => lineRoot ?? root)) : placeRoots;
  const linesNfa = differs ? compileNfa(lineRoots, nfaOptions) : placesNfa;
  const lines = differs ? matcher(linesNfa, lineRoots) : places;
  return {
    lines,
    places,
    lineProgram: {
      literals: requiredLiterals(lineRoots, { encoding, charactersOf: (node) => setOfNode(node, alphabet) }),
      automaton: () =>
        lineAutomaton(linesNfa, { rules, terminator: nfaOptions.lineTerminator, cacheBytes: limits.dfaCacheBytes }),
    },
    guarantee: "linear",
    name: "automaton",
    states: placesNfa.size,
    captures: (_bytes, _lineStart, _lineEnd, start, end) => ({ captures: [{ start, end }], patternIndex: 0 }),
  };
}

/** grep's -x and -w. */
function surround(root: Node, whole: "line" | "word" | undefined): Node {
  if (whole === undefined) return root;
  const [before, behind] =
    whole === "line" ? (["lineStart", "lineEnd"] as const) : (["notAfterWord", "notBeforeWord"] as const);
  return concatenation([assertion(before), root, assertion(behind)]);
}
