/** What the explainer shows of a pattern. Everything happens in the browser, with the engine that needs no WebAssembly. */
import { compile, type Outline, outline, type Plan, type Regex, RegexError } from "@tenon/regex";
import type { SearchSyntax } from "../../../src/tools/search-wire.ts";

export interface Explanation {
  readonly tree: Outline;
  readonly plan: Plan;
  readonly groups: number;
  readonly warnings: readonly string[];
  /** The sample's lines; what is between matches and, at odd indices, the matches. */
  readonly lines: readonly (readonly string[])[];
  /** Why the lines end before the sample does. */
  readonly trouble?: string;
}

export interface Wrong {
  readonly error: string;
}

/** So that a pattern of the bounded kind keeps the page waiting for a moment only. */
const BACKTRACK_STEPS = 200_000;
const MAX_SAMPLE = 20_000;

export function explain(
  pattern: string,
  syntax: SearchSyntax,
  ignoreCase: boolean,
  sample: string,
): Explanation | Wrong {
  const options = {
    syntax,
    ignoreCase,
    perlClasses: true,
    engine: "js",
    limits: { backtrackSteps: BACKTRACK_STEPS },
  } as const;
  let regex: Regex;
  let tree: Outline;
  try {
    regex = compile(pattern, options);
    tree = outline(pattern, options);
  } catch (error) {
    if (error instanceof RegexError) return { error: error.message };
    throw error;
  }
  const { plan, captureCount: groups, warnings } = regex;
  return { tree, plan, groups, warnings, ...matches(regex, sample.slice(0, MAX_SAMPLE).split("\n")) };
}

function matches(regex: Regex, sample: readonly string[]): Pick<Explanation, "lines" | "trouble"> {
  const lines: string[][] = [];
  try {
    for (const line of sample) lines.push(marked(line, regex.findAll(line)));
  } catch (error) {
    if (error instanceof RegexError) return { lines, trouble: `line ${lines.length + 1}: ${error.message}` };
    throw error;
  }
  return { lines };
}

function marked(line: string, spans: Iterable<{ readonly start: number; readonly end: number }>): string[] {
  const bytes = new TextEncoder().encode(line);
  const text = (start: number, end: number): string => new TextDecoder().decode(bytes.subarray(start, end));
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (end === start) continue;
    parts.push(text(at, start), text(start, end));
    at = end;
  }
  parts.push(text(at, bytes.length));
  return parts;
}
