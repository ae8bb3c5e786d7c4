/**
 * The size of the radix tree (rax) in which the original finds macro nodes by their IDs, which XINFO STREAM shows.
 *
 * Keys are the 16 bytes of an ID. A node with one child swallows the bytes up to the next fork, so there are: the forks, the runs between
 * them, and an empty node at the end of each key.
 */
import { Buffer } from "node:buffer";
import type { StreamId } from "./stream-id.ts";

const KEY_BYTES = 16;

/** Nodes of the tree that holds `ids`, in ascending order. */
export function radixNodes(ids: readonly StreamId[]): number {
  const keys = ids.map((id) => {
    const key = Buffer.allocUnsafe(KEY_BYTES);
    key.writeBigUInt64BE(BigInt(id.ms), 0);
    key.writeBigUInt64BE(BigInt(id.seq), 8);
    return key;
  });
  return keys.length === 0 ? 1 : countNodes(keys, 0, keys.length, 0);
}

/** Nodes for keys [from, to), which agree in the bytes before `depth`. */
function countNodes(keys: readonly Buffer[], from: number, to: number, depth: number): number {
  if (to - from === 1) return depth === KEY_BYTES ? 1 : 2;
  const [first, last] = [keys[from]!, keys[to - 1]!];
  let fork = depth;
  while (first[fork] === last[fork]) fork++;
  let nodes = fork > depth ? 2 : 1;
  for (let start = from; start < to;) {
    let end = start + 1;
    while (end < to && keys[end]![fork] === keys[start]![fork]) end++;
    nodes += countNodes(keys, start, end, fork + 1);
    start = end;
  }
  return nodes;
}
