/** Keys added up by what their names have in common. No code of one side only: the page merges what the server sends. */
import type { WireBytes } from "../../protocol.ts";
import type { MemoryGroup } from "./wire.ts";

/** Groups of one answer; keys of further patterns are counted as one. */
const MAX_GROUPS = 500;
/** A pattern says no more than this many segments: `a:b:c:d:…`. */
const MAX_SEGMENTS = 4;
const REST = "everything else";
const BINARY = "binary names";

/** Numbers, hexadecimal digits, UUIDs, long tokens with digits: what tells one key of a kind from the next. */
const VARYING = /^(?:\d[\d.,-]*|[0-9a-f]{8,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[^\d]*\d)[\w-]{16,})$/i;
const SEPARATORS = /([:/|.])/;

/** What a key's name has in common with those of its kind: `user:1001:cart` → `user:*:cart`. */
export function keyPattern(name: WireBytes): string {
  if (typeof name !== "string") return BINARY;
  const parts = name.split(SEPARATORS);
  const shown = parts.slice(0, 2 * MAX_SEGMENTS - 1).map((part) => (VARYING.test(part) ? "*" : withoutNumbers(part)));
  return shown.join("") + (parts.length > shown.length ? `${parts[shown.length]}…` : "");
}

/** `session42` → `session*`; a name that has digits elsewhere stays. */
function withoutNumbers(part: string): string {
  return part.replace(/([a-z_-])\d+$/i, "$1*");
}

/** Adds up groups. */
export class MemoryGroups {
  readonly #groups = new Map<string, MemoryGroup>();

  add(name: WireBytes, type: string, expires: boolean, bytes: number): void {
    const pattern = keyPattern(name);
    this.#merge({ pattern, type, keys: 1, expiring: expires ? 1 : 0, bytes, largest: { name, bytes } });
  }

  #merge(group: MemoryGroup): void {
    const id = `${group.type} ${group.pattern}`;
    const known = this.#groups.get(id);
    if (known !== undefined) this.#groups.set(id, mergedGroup(known, group));
    else if (this.#groups.size < MAX_GROUPS) this.#groups.set(id, group);
    else if (group.pattern !== REST) this.#merge({ ...group, pattern: REST });
    else this.#groups.set(id, group);
  }

  list(): MemoryGroup[] {
    return [...this.#groups.values()];
  }
}

/** Two groups of one pattern and type. */
export function mergedGroup(a: MemoryGroup, b: MemoryGroup): MemoryGroup {
  return {
    pattern: a.pattern,
    type: a.type,
    keys: a.keys + b.keys,
    expiring: a.expiring + b.expiring,
    bytes: a.bytes + b.bytes,
    largest: a.largest.bytes >= b.largest.bytes ? a.largest : b.largest,
  };
}
