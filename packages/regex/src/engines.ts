/** Chooses what answers for a list of parsed patterns. */
import type { WordRules } from "./automata/assertions.ts";
import { compileNfa } from "./automata/nfa-compiler.ts";
import { Simulation } from "./automata/simulation.ts";
import type { Matcher } from "./matcher.ts";
import type { CompileOptions, RegexLimits } from "./options.ts";
import type { Span } from "./regex.ts";
import { type Node, type ParsedPattern, assertion, concatenation } from "./syntax/ast.ts";
import type { Alphabet } from "./unicode/character-class.ts";
import { asciiFolding, unicodeFolding } from "./unicode/folding.ts";

export interface Engines {
  readonly lines: Matcher;
  readonly places: Matcher;
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
  const build = (roots: readonly Node[]): Simulation =>
    new Simulation(
      compileNfa(
        roots.map((root) => surround(root, options.whole)),
        nfaOptions,
      ),
      {
        rules,
        encoding,
        semantics,
      },
    );
  const places = build(parsed.map(({ root }) => root));
  const differs = parsed.some(({ lineRoot }) => lineRoot !== undefined);
  const lines = differs ? build(parsed.map(({ root, lineRoot }) => lineRoot ?? root)) : places;
  return {
    lines,
    places,
    guarantee: "linear",
    name: "simulation",
    states: places.states,
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
