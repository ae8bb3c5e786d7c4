import type { Buffer } from "node:buffer";
import { COLLECTION_OVERHEAD, POINTER, STRING_OVERHEAD, TABLE_ENTRY } from "./heap-size.ts";
import type { Lookahead } from "../keyspace/lookahead.ts";
import { latin1 } from "./latin1.ts";
import { ScoreTree } from "./score-tree.ts";
import type { CollectionSettings } from "./settings.ts";
import { StringTable } from "./string-table.ts";
import { Collection } from "./value.ts";

/** A bound of a range by score. */
export interface ScoreBound {
  readonly score: number;
  readonly exclusive: boolean;
}

/** A bound of a range by name; "min" and "max", written - and +, are before and after every member. */
export interface LexBound {
  readonly member: string;
  readonly kind: "inclusive" | "exclusive" | "min" | "max";
}

export type ScoreVisitor = (member: string, score: number) => void;

/**
 * The sorted set: members with scores, in the order of score and then of bytes.
 *
 * Small ones are two arrays in order, searched from one end as a listpack is. Large ones have a table from member to score
 * and a ScoreTree for the order. All ranges, by rank, score or name, are ranges of ranks: `scoreRange` and `lexRange`
 * translate, `forRange` reads.
 *
 * Scores are doubles, infinities included; NaN must not come in. A compact set holds 0 for -0, as the original's does.
 */
export class SortedSetValue extends Collection {
  readonly type = "zset";
  readonly #settings: Readonly<CollectionSettings>;
  /** In order, while compact. */
  #members: string[] = [];
  #scores: number[] = [];
  #large: LargeSortedSet | undefined;
  /** Characters of all members. */
  #characters = 0;

  /** An empty sorted set that expects about `expected` members, the longest of `longest` bytes; they decide how it begins. */
  constructor(settings: Readonly<CollectionSettings>, expected = 0, longest = 0) {
    super();
    this.#settings = settings;
    if (expected > settings.zsetMaxListpackEntries || longest > settings.zsetMaxListpackValue) this.#toLarge();
  }

  get size(): number {
    return this.#large === undefined ? this.#members.length : this.#large.table.size;
  }

  encoding(): "listpack" | "skiplist" {
    return this.#large === undefined ? "listpack" : "skiplist";
  }

  score(member: string): number | undefined {
    if (this.#large !== undefined) {
      const id = this.#large.table.find(member);
      return id < 0 ? undefined : this.#large.scores[id];
    }
    const at = this.#members.indexOf(member);
    return at < 0 ? undefined : this.#scores[at];
  }

  /** Where `member` is, for `scoreAt` and `put`, or -1; good until the next write. */
  find(member: string): number {
    return this.#large === undefined ? this.#members.indexOf(member) : this.#large.table.find(member);
  }

  /** As `find`, of the member `bytes[start, end)`. Hot: ZADD. */
  findBytes(bytes: Buffer, start: number, end: number): number {
    if (this.#large !== undefined) return this.#large.table.findBytes(bytes, start, end);
    return this.#members.indexOf(latin1(bytes, start, end));
  }

  /** Gives `member` that score; returns whether it is new. */
  set(member: string, score: number): boolean {
    const at = this.find(member);
    this.put(at, member, score);
    return at < 0;
  }

  /** As `set`, when `find` has already said where the member is: commands look at the old score first. */
  put(at: number, member: string, score: number): void {
    if (this.#large !== undefined) {
      if (at < 0) this.#addLarge(this.#large, member, score);
      else moveLarge(this.#large, at, member, score);
      return;
    }
    if (at >= 0) {
      if (this.#scores[at] === score) return;
      this.#members.splice(at, 1);
      this.#scores.splice(at, 1);
    } else {
      const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#settings;
      if (this.#members.length + 1 > zsetMaxListpackEntries || member.length > zsetMaxListpackValue) {
        this.#addLarge(this.#toLarge(), member, score);
        return;
      }
      this.#characters += member.length;
    }
    this.#insertCompact(member, score);
  }

  /** To be called before one command adds `members`: many at once make it large from the start. */
  prepareToAdd(members: number): void {
    if (this.#large === undefined && members > this.#settings.zsetMaxListpackEntries) this.#toLarge();
  }

  delete(member: string): boolean {
    if (this.#large !== undefined) {
      const { table, scores, tree } = this.#large;
      const id = table.find(member);
      if (id < 0) return false;
      tree.remove(scores[id]!, member);
      table.remove(id);
      const last = scores.pop()!;
      if (id < scores.length) scores[id] = last;
    } else {
      const at = this.#members.indexOf(member);
      if (at < 0) return false;
      this.#members.splice(at, 1);
      this.#scores.splice(at, 1);
    }
    this.#characters -= member.length;
    return true;
  }

  /** Members before this one, or undefined when it is not there. */
  rank(member: string): number | undefined {
    if (this.#large === undefined) {
      const at = this.#members.indexOf(member);
      return at < 0 ? undefined : at;
    }
    const score = this.score(member);
    return score === undefined ? undefined : this.#large.tree.rank(score, member);
  }

  /** Ranks [from, to) of the members whose score lies between the bounds; from ≥ to when there is none. */
  scoreRange(min: ScoreBound, max: ScoreBound): { from: number; to: number } {
    const from = this.#countBefore((score) => (min.exclusive ? score > min.score : score >= min.score));
    const to = this.#countBefore((score) => (max.exclusive ? score >= max.score : score > max.score));
    return { from, to };
  }

  /** Ranks [from, to) of the members between the bounds in byte order; meaningful only when all scores are equal. */
  lexRange(min: LexBound, max: LexBound): { from: number; to: number } {
    return { from: this.#lexRank(min, "inclusive"), to: this.#lexRank(max, "exclusive") };
  }

  /** Visits ranks `from` … `to` (inclusive, within the set), in order. Do not write while visiting. */
  forRange(from: number, to: number, visit: ScoreVisitor): void {
    if (this.#large !== undefined) return this.#large.tree.forRange(from, to, visit);
    for (let i = from; i <= to; i++) visit(this.#members[i]!, this.#scores[i]!);
  }

  /** Visits ranks `from` down to `to`. */
  forRangeBackwards(from: number, to: number, visit: ScoreVisitor): void {
    if (this.#large !== undefined) return this.#large.tree.forRangeBackwards(from, to, visit);
    for (let i = from; i >= to; i--) visit(this.#members[i]!, this.#scores[i]!);
  }

  /** Removes ranks `from` … `to` (inclusive, within the set); `visit` sees each, in order, before any is removed. */
  removeRange(from: number, to: number, visit?: ScoreVisitor): void {
    const doomed: string[] = [];
    this.forRange(from, to, (member, score) => {
      doomed.push(member);
      visit?.(member, score);
    });
    if (this.#large === undefined) {
      this.#members.splice(from, doomed.length);
      this.#scores.splice(from, doomed.length);
      for (const member of doomed) this.#characters -= member.length;
    } else {
      for (const member of doomed) this.delete(member);
    }
  }

  /** All members, in no particular order when the set is large: quicker than `forRange` where order does not matter. */
  forEach(visit: ScoreVisitor): void {
    const members = this.#large === undefined ? this.#members : this.#large.table.keys;
    const scores = this.#large === undefined ? this.#scores : this.#large.scores;
    for (let i = 0; i < members.length; i++) visit(members[i]!, scores[i]!);
  }

  /** The member at `index`, 0 … size - 1, in the order of `forEach`: for sampling. */
  memberAt(index: number): string {
    return this.#large === undefined ? this.#members[index]! : this.#large.table.keys[index]!;
  }

  scoreAt(index: number): number {
    return this.#large === undefined ? this.#scores[index]! : this.#large.scores[index]!;
  }

  /** One step of ZSCAN; see HashValue.scan. */
  scan(cursor: number, count: number, visit: ScoreVisitor): number {
    if (this.#large === undefined) {
      this.forEach(visit);
      return 0;
    }
    const { table, scores } = this.#large;
    return table.scanAtLeast(cursor, count, (id) => visit(table.keys[id]!, scores[id]!));
  }

  /** Reported as skiplist from now on, however small. */
  becomeLarge(): void {
    if (this.#large === undefined) this.#toLarge();
  }

  /** Reported as listpack again if it fits: results that were built as large, such as ZUNIONSTORE's, are settled so. */
  compactIfSmall(): void {
    const large = this.#large;
    const { zsetMaxListpackEntries, zsetMaxListpackValue } = this.#settings;
    if (large === undefined || large.table.size > zsetMaxListpackEntries) return;
    if (large.table.keys.some((member) => member.length > zsetMaxListpackValue)) return;
    large.tree.forRange(0, large.table.size - 1, (member, score) => {
      this.#members.push(member);
      this.#scores.push(score + 0);
    });
    this.#large = undefined;
  }

  /** In ZADD the member is the third argument, behind the score; in most others the second. */
  override lookAhead(ahead: Lookahead): number {
    if (this.#large === undefined) return 0;
    return this.#large.table.lookAhead(ahead, ahead.thirds.starts[0]! < 0 ? ahead.seconds : ahead.thirds);
  }

  clone(): SortedSetValue {
    const copy = new SortedSetValue(this.#settings);
    copy.#characters = this.#characters;
    copy.#members = this.#members.slice();
    copy.#scores = this.#scores.slice();
    const large = this.#large;
    if (large === undefined) {
      copy.#large = undefined;
      return copy;
    }
    const tree = new ScoreTree();
    large.tree.forRange(0, large.tree.size - 1, (member, score) => tree.insert(score, member));
    copy.#large = { table: large.table.clone(), scores: large.scores.slice(), tree };
    return copy;
  }

  memoryBytes(): number {
    const perMember = STRING_OVERHEAD + POINTER * 2 + (this.#large === undefined ? 0 : TABLE_ENTRY + POINTER * 3);
    return COLLECTION_OVERHEAD + this.#characters + this.size * perMember;
  }

  #addLarge({ table, scores, tree }: LargeSortedSet, member: string, score: number): void {
    table.findOrAdd(member);
    scores.push(score);
    tree.insert(score, member);
    this.#characters += member.length;
  }

  #insertCompact(member: string, score: number): void {
    const members = this.#members;
    const scores = this.#scores;
    let at = members.length;
    while (at > 0 && (scores[at - 1]! > score || (scores[at - 1] === score && members[at - 1]! > member))) at--;
    members.splice(at, 0, member);
    // A listpack keeps whole scores as integers, and so does not know -0.
    scores.splice(at, 0, score + 0);
  }

  #countBefore(isAfter: (score: number, member: string) => boolean): number {
    if (this.#large !== undefined) return this.#large.tree.countBefore(isAfter);
    const count = this.#members.length;
    for (let i = 0; i < count; i++) if (isAfter(this.#scores[i]!, this.#members[i]!)) return i;
    return count;
  }

  /** Members before the bound; `own` says whether a member equal to a bound of that kind is behind it. */
  #lexRank(bound: LexBound, own: "inclusive" | "exclusive"): number {
    if (bound.kind === "min") return 0;
    if (bound.kind === "max") return this.size;
    const limit = bound.member;
    return this.#countBefore(bound.kind === own ? (_, member) => member >= limit : (_, member) => member > limit);
  }

  #toLarge(): LargeSortedSet {
    const table = new StringTable(this.#settings.hashSeed);
    const tree = new ScoreTree();
    for (let i = 0; i < this.#members.length; i++) {
      table.findOrAdd(this.#members[i]!);
      tree.insert(this.#scores[i]!, this.#members[i]!);
    }
    this.#large = { table, scores: this.#scores, tree };
    this.#members = [];
    this.#scores = [];
    return this.#large;
  }
}

interface LargeSortedSet {
  readonly table: StringTable;
  /** By the table's ids. */
  readonly scores: number[];
  readonly tree: ScoreTree;
}

function moveLarge({ scores, tree }: LargeSortedSet, id: number, member: string, score: number): void {
  const before = scores[id]!;
  // As in the original, 0 and -0 are the same score: the one that came first stays.
  if (before === score) return;
  tree.remove(before, member);
  tree.insert(score, member);
  scores[id] = score;
}
