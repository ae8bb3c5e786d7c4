/**
 * One-byte strings with ids: the dictionary of large sets, hashes and sorted sets, and of whatever else needs SCAN's
 * guarantee and random elements in O(1) (a `Map` has neither).
 *
 * An owner that keeps something beside each member (a hash its values, a sorted set its scores) keeps it in an array of its
 * own, indexed by id; ids are small, stable while the member lives, and reused after.
 */
import { ChainTable, ENTRY_HASH, ENTRY_NEXT, SEGMENT_BITS, SEGMENT_MASK } from "./chain-table.ts";
import { hashBytes, hashString, type HashSeed } from "./hash.ts";

const STRIDE = 2;

export class MemberTable extends ChainTable {
  readonly #seed: HashSeed;
  #members: (string | undefined)[][] = [];

  constructor(seed: HashSeed) {
    super(STRIDE);
    this.#seed = seed;
    this.clearChains();
  }

  /** Id of `member`; 0 when it is not there. */
  find(member: string): number {
    if (this.rehashing) this.rehashStep(1);
    const hash = hashString(member, this.#seed);
    const found = this.#search(this.head(hash), hash, member);
    if (found !== 0 || !this.rehashing) return found;
    return this.#search(this.oldHead(hash), hash, member);
  }

  #search(id: number, hash: number, member: string): number {
    while (id !== 0) {
      const segment = this.segments[id >> SEGMENT_BITS]!;
      const at = (id & SEGMENT_MASK) * STRIDE;
      if (segment[at + ENTRY_HASH] === hash && this.member(id) === member) return id;
      id = segment[at + ENTRY_NEXT]!;
    }
    return 0;
  }

  /** As `find`, from bytes where they lie, without making a string. */
  findBytes(bytes: Uint8Array, start: number, end: number): number {
    if (this.rehashing) this.rehashStep(1);
    const hash = hashBytes(bytes, start, end, this.#seed);
    const found = this.#searchBytes(this.head(hash), hash, bytes, start, end);
    if (found !== 0 || !this.rehashing) return found;
    return this.#searchBytes(this.oldHead(hash), hash, bytes, start, end);
  }

  #searchBytes(id: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    while (id !== 0) {
      const segment = this.segments[id >> SEGMENT_BITS]!;
      const at = (id & SEGMENT_MASK) * STRIDE;
      if (segment[at + ENTRY_HASH] === hash) {
        const member = this.member(id);
        if (member.length === end - start) {
          let i = 0;
          while (i < member.length && member.charCodeAt(i) === bytes[start + i]) i++;
          if (i === member.length) return id;
        }
      }
      id = segment[at + ENTRY_NEXT]!;
    }
    return 0;
  }

  /** Adds a member that is not there (the caller has looked); returns its id. */
  insert(member: string): number {
    const id = this.link(hashString(member, this.#seed));
    this.#members[id >> SEGMENT_BITS]![id & SEGMENT_MASK] = member;
    return id;
  }

  remove(id: number): void {
    this.#members[id >> SEGMENT_BITS]![id & SEGMENT_MASK] = undefined;
    this.unlink(id);
  }

  /** The member of an id in use. */
  member(id: number): string {
    return this.#members[id >> SEGMENT_BITS]![id & SEGMENT_MASK]!;
  }

  isUsed(id: number): boolean {
    return this.#members[id >> SEGMENT_BITS]?.[id & SEGMENT_MASK] !== undefined;
  }

  clear(): void {
    this.#members = [];
    this.clearChains();
  }

  protected reserve(segment: number, capacity: number): void {
    const members: (string | undefined)[] = new Array<string | undefined>(capacity).fill(undefined);
    const before = this.#members[segment];
    if (before !== undefined) for (let i = 0; i < before.length; i++) members[i] = before[i];
    this.#members[segment] = members;
  }
}
