/** Random programs and scripts through EVAL, in redis-server and in our engine. */
import { collectGarbage } from "../../src/heap.ts";
import type { Original } from "../original.ts";
import { EngineUnderTest } from "../engine-client.ts";
import { randomProgram } from "./program-generator.ts";
import { randomScript } from "./script-generator.ts";

const COLLECT_EVERY = 2000;

export interface EvalDifference {
  readonly seed: number;
  readonly script: string;
  readonly original: string;
  readonly ours: string;
}

/** A program that prints, as a script that returns what was printed, and the error that ended it. */
function asScript(program: string): string {
  return `local out={} local function print(...) local t={} for i=1,select('#',...) do t[i]=tostring((select(i,...))) end out[#out+1]=table.concat(t,'\\t') end
local ok,e=pcall(function() ${program}
end) return {table.concat(out,'\\n'),ok or tostring(e)}`;
}

/** What replies may differ in: addresses, a NaN's sign, -0 where 0 is a constant too, names of operands in errors (see differential.ts). */
function comparable(reply: string): string {
  return (
    reply
      .replace(/0x[0-9a-f]{6,}/g, "0x…")
      .replace(/-?nan/g, "nan")
      .replace(/(?<![\w.])-0(?![\w.])/g, "0")
      .replace(/(attempt to [a-z ]+) (?:global|local|upvalue|field|method) '[^']*' \((an? \w+ value)\)/g, "$1 $2")
      // Lengths go with the texts.
      .replace(/\$\d+\r\n/g, "$\r\n")
  );
}

async function differences(
  original: Original,
  seeds: readonly number[],
  script: (seed: number) => string,
  fresh: number,
): Promise<EvalDifference[]> {
  const found: EvalDifference[] = [];
  const ours = new EngineUnderTest().connect();
  await original.raw(["SCRIPT", "FLUSH"]);
  for (const [at, seed] of seeds.entries()) {
    if (at % COLLECT_EVERY === 0) collectGarbage(); // V8 keeps what it compiled until it must
    if (at % fresh === 0) {
      await original.raw(["FLUSHALL"]);
      ours.raw("FLUSHALL");
    }
    const request = ["EVAL", script(seed), "1", "s", "arg"] as const;
    const theirs = await original.raw(request);
    const reply = ours.raw(...request);
    if (comparable(theirs) !== comparable(reply))
      found.push({ seed, script: request[1], original: theirs, ours: reply });
  }
  return found;
}

function seedsFrom(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

/** Differences among `count` programs of the language. */
export function programDifferences(original: Original, from: number, count: number): Promise<EvalDifference[]> {
  return differences(original, seedsFrom(from, count), (seed) => asScript(randomProgram(seed)), Infinity);
}

/** Differences among `count` scripts that call the server, each on what those before it left. */
export function scriptDifferences(original: Original, from: number, count: number): Promise<EvalDifference[]> {
  return differences(original, seedsFrom(from, count), randomScript, 40);
}
