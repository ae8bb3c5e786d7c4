/**
 * A set of characters as a small graph over bytes. Groups of edges [low, high, target group or -1 for the end of the character], a group
 * after those that it leads to; the last is where a character begins. Equal groups are one, so that all of [[:alpha:]] takes a few hundred edges.
 */
import type { CodePointSet } from "../unicode/code-point-set.ts";
import { MAX_CODE_POINT } from "../unicode/code-point-set.ts";
import { RAW_BYTE, utf8Sequences } from "../unicode/utf8.ts";

export type ByteGraph = readonly (readonly number[])[];

const cache = new WeakMap<CodePointSet, Partial<Record<string, ByteGraph>>>();

/**
 * What has the form of UTF-8 and is none, as far as glibc takes it for a character: "decoded" by mbrtowc(), which goes beyond U+10FFFF in
 * up to six bytes; "shaped" where patterns are read as bytes (byte-reading.ts), surrogates too.
 */
export type Lookalikes = "decoded" | "shaped";

/** [low, high] per byte, but for the last, which is any continuation byte. */
const SURROGATES: readonly (readonly [number, number])[] = [
  [0xed, 0xed],
  [0xa0, 0xbf],
];
const BEYOND_UNICODE: readonly (readonly (readonly [number, number])[])[] = [
  [
    [0xf4, 0xf4],
    [0x90, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf5, 0xf7],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf8, 0xf8],
    [0x88, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf9, 0xfb],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xfc, 0xfc],
    [0x84, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xfd, 0xfd],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
];

/** The graph of what only looks like UTF-8. */
export function lookalikeGraph(kind: Lookalikes, direction: "forward" | "reverse"): ByteGraph {
  const groups: number[][] = [];
  const entry: number[] = [];
  for (const lookalike of kind === "shaped" ? [SURROGATES, ...BEYOND_UNICODE] : BEYOND_UNICODE) {
    const ranges = [...lookalike, [0x80, 0xbf] as const];
    if (direction === "forward") ranges.reverse();
    let target = -1;
    for (const [i, [low, high]] of ranges.entries()) {
      if (i === ranges.length - 1) entry.push(low, high, target);
      else target = groups.push([low, high, target]) - 1;
    }
  }
  groups.push(entry);
  return groups;
}

export function byteGraph(set: CodePointSet, encoding: "utf8" | "bytes", direction: "forward" | "reverse"): ByteGraph {
  let known = cache.get(set);
  if (known === undefined) {
    known = {};
    cache.set(set, known);
  }
  return (known[encoding + direction] ??= build(set, encoding, direction));
}

function build(set: CodePointSet, encoding: "utf8" | "bytes", direction: "forward" | "reverse"): ByteGraph {
  if (encoding === "bytes" || (set.at(-1) ?? 0) < 0x80) return [singleBytes(set)];
  const characters: number[] = [];
  const rawBytes: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! >= RAW_BYTE) rawBytes.push(set[i]! - RAW_BYTE, set[i + 1]! - RAW_BYTE, -1);
    else characters.push(set[i]!, Math.min(set[i + 1]!, MAX_CODE_POINT));
  }
  const groups = direction === "forward" ? forward(characters) : reverse(characters);
  if (rawBytes.length > 0) groups.push([...(groups.pop() ?? []), ...rawBytes]);
  return groups;
}

function singleBytes(set: CodePointSet): number[] {
  const edges: number[] = [];
  for (let i = 0; i < set.length; i += 2) edges.push(set[i]!, set[i + 1]!, -1);
  return edges;
}

/** A trie whose equal branches are merged. Sequences come in order, so each byte range is either the last one's or a new one. */
function forward(set: CodePointSet): number[][] {
  const groups: number[][] = [];
  const known = new Map<string, number>();
  const intern = (edges: number[]): number => {
    const key = edges.join();
    let index = known.get(key);
    if (index === undefined) {
      index = groups.push(edges) - 1;
      known.set(key, index);
    }
    return index;
  };
  /** Edges of the unfinished groups, one per depth. */
  const open: number[][] = [[], [], [], []];
  let lastLows: readonly number[] = [];
  let lastHighs: readonly number[] = [];
  const finish = (depth: number): void => {
    for (let level = lastLows.length - 1; level > depth; level--) {
      const index = intern(open[level]!);
      open[level] = [];
      open[level - 1]!.push(lastLows[level - 1]!, lastHighs[level - 1]!, index);
    }
  };
  utf8Sequences(set, (lows, highs) => {
    let shared = 0;
    while (shared < lows.length - 1 && lows[shared] === lastLows[shared] && highs[shared] === lastHighs[shared])
      shared++;
    finish(shared);
    lastLows = lows;
    lastHighs = highs;
    open[lows.length - 1]!.push(lows.at(-1)!, highs.at(-1)!, -1);
  });
  finish(0);
  groups.push(open[0]!);
  return groups;
}

/** Sequences back to front, with equal tails (the lead bytes) merged. */
function reverse(set: CodePointSet): number[][] {
  const groups: number[][] = [];
  const known = new Map<string, number>();
  const entry: number[] = [];
  const entered = new Set<string>();
  utf8Sequences(set, (lows, highs) => {
    let target = -1;
    for (let i = 0; i < lows.length - 1; i++) {
      const edge = [lows[i]!, highs[i]!, target];
      const key = edge.join();
      let index = known.get(key);
      if (index === undefined) {
        index = groups.push(edge) - 1;
        known.set(key, index);
      }
      target = index;
    }
    const first = [lows.at(-1)!, highs.at(-1)!, target];
    if (entered.has(first.join())) return;
    entered.add(first.join());
    entry.push(...first);
  });
  groups.push(entry);
  return groups;
}
