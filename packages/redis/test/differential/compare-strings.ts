import { EngineUnderTest, seededRandom } from "../engine-client.ts";
import type { Original } from "../original.ts";
import { stringCommand } from "./strings.ts";

/**
 * Replies whose elements come in no particular order, sorted; and where 7.0 differs from 7.4: a short list is a "listpack"
 * since 7.2. One difference is ours: an integer beyond 2^53 is reported as "int" after INCRBYFLOAT too.
 */
function canonical(words: readonly string[], reply: string): string {
  const renamed = reply.replaceAll("quicklist", "listpack").replaceAll("$9", "$8");
  return words[0] === "KEYS" || words[0] === "EXEC" ? renamed.split("\r\n").toSorted().join("\r\n") : renamed;
}

export interface StringRun {
  readonly protocol: "2" | "3";
  readonly seed: number;
  readonly commands: number;
}

/** Sends the same random commands to `theirs` and to an engine of ours; returns the first five differences. */
export async function compareStrings(theirs: Original, { protocol, seed, commands }: StringRun): Promise<unknown[]> {
  const world = new EngineUnderTest();
  // The clock stands where the original's is: times that are given absolutely must lie on the same side of it.
  world.now = Date.now();
  const ours = world.connect();
  for (const first of [["FLUSHALL"], ["HELLO", protocol]]) {
    await theirs.raw(first);
    ours.raw(...first);
  }
  const { integer } = seededRandom(seed);
  const differences: unknown[] = [];
  for (let i = 0; i < commands && differences.length < 5; i++) {
    const words = stringCommand(integer);
    world.now = Date.now();
    const a = canonical(words, ours.raw(...words));
    const b = canonical(words, await theirs.raw(words));
    if (a === b) continue;
    if (words[0] === "OBJECT" && a === "$3\r\nint\r\n" && b === "$6\r\nembstr\r\n") continue;
    const at = Array.from(a).findIndex((character, index) => character !== b[index]);
    const around = (reply: string): string => reply.slice(Math.max(0, at - 40), at + 80);
    differences.push({ i, words: words.map((word) => word.slice(0, 80)), ours: around(a), theirs: around(b) });
  }
  return differences;
}
