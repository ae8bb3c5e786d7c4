/** Runs the same random commands here and on the original, and tells where the answers differ. */
import { EngineUnderTest, parseReply, type Reply, seededRandom } from "../engine-client.ts";
import type { Original } from "../original.ts";
import type { Difference } from "./compare-collections.ts";
import type { Draw } from "./draw.ts";

export interface Comparison {
  /** Commands that come before, on both sides. */
  readonly setup?: readonly (readonly string[])[];
  readonly next: (draw: Draw) => string[];
  /** What is to be equal of a reply: without what depends on the moment. */
  readonly canonical?: (words: readonly string[], reply: Reply) => Reply;
  /** Whether the difference is one between 7.0, which is installed, and 7.4. */
  readonly isKnown?: (words: readonly string[], ours: Reply, theirs: Reply) => boolean;
}

/** What a generator of commands exports. */
export type ComparisonOf = () => Comparison;

export interface Run {
  readonly protocol: "2" | "3";
  readonly seed: number;
  readonly commands: number;
}

/** A few differences are as good as many: each makes others follow. */
const MOST_DIFFERENCES = 5;

/** The first differences in the commands, beyond those between the versions. */
export async function compareCommands(theirs: Original, comparison: Comparison & Run): Promise<Difference[]> {
  const { canonical = (_, reply) => reply, isKnown = () => false } = comparison;
  const world = new EngineUnderTest();
  const ours = world.connect();
  for (const first of [
    ["FLUSHALL"],
    ["HELLO", comparison.protocol],
    ["SET", "str", "v"],
    ...(comparison.setup ?? []),
  ]) {
    ours.raw(...first);
    await theirs.raw(first);
  }
  const { integer } = seededRandom(comparison.seed);
  const differences: Difference[] = [];
  for (let at = 0; at < comparison.commands && differences.length < MOST_DIFFERENCES; at++) {
    const words = comparison.next(integer);
    let answer = ours.raw(...words);
    if (answer === "") {
      // It waits; a second is longer than any timeout that is drawn.
      world.advance(1000);
      answer = ours.output();
    }
    const a = canonical(words, parseReply(answer));
    const b = canonical(words, parseReply(await theirs.raw(words)));
    if (same(a, b) || isKnown(words, a, b)) continue;
    differences.push({ at, words, ours: a, theirs: b });
  }
  return differences;
}

function same(a: Reply, b: Reply): boolean {
  return JSON.stringify(a, errorsAsText) === JSON.stringify(b, errorsAsText);
}

function errorsAsText(_: string, value: unknown): unknown {
  return value instanceof Error ? `-${value.message}` : value;
}
