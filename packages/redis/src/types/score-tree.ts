/**
 * The order of a large sorted set: a counted B+-tree over (score, member), by score and then by the member's bytes.
 *
 * Every inner node knows how many entries lie under each child, so an entry's rank, and the entry at a rank, are found on
 * one way down. Ranges by score and by name are turned into ranges of ranks. Leaves are linked, so that a range is read
 * without the tree.
 *
 * Why not the skip list with spans that Redis has: it costs a pointer chase per level and an object per entry; here a leaf
 * holds up to 64 entries in two arrays side by side. Measured in bench/collections.bench.ts.
 *
 * Members are unique in the tree's owner, so that (score, member) is a total order; NaN must not come in.
 */

const LEAF_CAPACITY = 64;
const FANOUT = 64;

class Leaf {
  scores: number[];
  members: string[];
  prev: Leaf | undefined = undefined;
  next: Leaf | undefined = undefined;

  constructor(scores: number[], members: string[]) {
    this.scores = scores;
    this.members = members;
  }
}

class Inner {
  /** All leaves, or all inner nodes: the level says which. */
  children: Node[];
  /** Entries under each child. */
  counts: number[];
  /** For child i > 0 a bound: not above its least entry, above everything in child i - 1. Index 0 is unused. */
  boundScores: number[];
  boundMembers: string[];

  constructor(children: Node[], counts: number[], boundScores: number[], boundMembers: string[]) {
    this.children = children;
    this.counts = counts;
    this.boundScores = boundScores;
    this.boundMembers = boundMembers;
  }
}

type Node = Leaf | Inner;

/** A node that a split made, to be put to the right of the one that was split. */
interface Split {
  node: Node;
  count: number;
  score: number;
  member: string;
}

export class ScoreTree {
  #root: Node = new Leaf(doubles(), []);
  /** 0 while the root is a leaf. */
  #height = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an entry that is not there yet. */
  insert(score: number, member: string): void {
    const split = this.#insertUnder(this.#root, this.#height, score, member);
    this.#size++;
    if (split === undefined) return;
    this.#root = new Inner([this.#root, split.node], [this.#size - split.count, split.count], doubles(0, split.score), [
      "",
      split.member,
    ]);
    this.#height++;
  }

  /** Removes an entry; false if it is not there. */
  remove(score: number, member: string): boolean {
    if (!this.#removeUnder(this.#root, this.#height, score, member)) return false;
    this.#size--;
    while (this.#height > 0 && (this.#root as Inner).children.length === 1) {
      this.#root = (this.#root as Inner).children[0]!;
      this.#height--;
    }
    return true;
  }

  /** How many entries come before (score, member): the rank of that entry, if it is there. */
  rank(score: number, member: string): number {
    let node = this.#root;
    let before = 0;
    for (let level = this.#height; level > 0; level--) {
      const inner = node as Inner;
      const child = childFor(inner, score, member);
      for (let i = 0; i < child; i++) before += inner.counts[i]!;
      node = inner.children[child]!;
    }
    return before + lowerBound(node as Leaf, score, member);
  }

  /**
   * How many entries come before the first one for which `isAfter` holds. The test must be monotone in the tree's order:
   * false for some entries from the left, then true.
   */
  countBefore(isAfter: (score: number, member: string) => boolean): number {
    let node = this.#root;
    let before = 0;
    for (let level = this.#height; level > 0; level--) {
      const inner = node as Inner;
      let low = 1;
      let high = inner.children.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (isAfter(inner.boundScores[middle]!, inner.boundMembers[middle]!)) high = middle;
        else low = middle + 1;
      }
      for (let i = 0; i < low - 1; i++) before += inner.counts[i]!;
      node = inner.children[low - 1]!;
    }
    const leaf = node as Leaf;
    let low = 0;
    let high = leaf.members.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(leaf.scores[middle]!, leaf.members[middle]!)) high = middle;
      else low = middle + 1;
    }
    return before + low;
  }

  /** Calls `visit` with the entries of ranks `from` … `to` (inclusive, within the tree), in order. */
  forRange(from: number, to: number, visit: (member: string, score: number) => void): void {
    if (from > to) return;
    const place = this.#seek(from);
    let left = to - from + 1;
    let index = place.index;
    for (let leaf: Leaf | undefined = place.leaf; leaf !== undefined && left > 0; leaf = leaf.next) {
      const end = Math.min(leaf.members.length, index + left);
      left -= end - index;
      for (; index < end; index++) visit(leaf.members[index]!, leaf.scores[index]!);
      index = 0;
    }
  }

  /** The same from rank `from` down to rank `to`. */
  forRangeBackwards(from: number, to: number, visit: (member: string, score: number) => void): void {
    if (from < to) return;
    const place = this.#seek(from);
    let left = from - to + 1;
    let index = place.index;
    for (let leaf: Leaf | undefined = place.leaf; leaf !== undefined && left > 0;) {
      for (; index >= 0 && left > 0; index--, left--) visit(leaf.members[index]!, leaf.scores[index]!);
      leaf = leaf.prev;
      if (leaf !== undefined) index = leaf.members.length - 1;
    }
  }

  /** Throws if an invariant does not hold. For tests. */
  check(): void {
    const counted = checkUnder(this.#root, this.#height, true);
    if (counted !== this.#size) throw new Error(`the tree holds ${counted} entries but says ${this.#size}`);
  }

  #seek(rank: number): { leaf: Leaf; index: number } {
    let node = this.#root;
    let left = rank;
    for (let level = this.#height; level > 0; level--) {
      const inner = node as Inner;
      let child = 0;
      while (left >= inner.counts[child]!) left -= inner.counts[child++]!;
      node = inner.children[child]!;
    }
    return { leaf: node as Leaf, index: left };
  }

  #insertUnder(node: Node, level: number, score: number, member: string): Split | undefined {
    if (level === 0) return insertIntoLeaf(node as Leaf, score, member);
    const inner = node as Inner;
    const child = childFor(inner, score, member);
    inner.counts[child]!++;
    const split = this.#insertUnder(inner.children[child]!, level - 1, score, member);
    if (split === undefined) return undefined;
    inner.counts[child]! -= split.count;
    inner.children.splice(child + 1, 0, split.node);
    inner.counts.splice(child + 1, 0, split.count);
    inner.boundScores.splice(child + 1, 0, split.score);
    inner.boundMembers.splice(child + 1, 0, split.member);
    if (inner.children.length <= FANOUT) return undefined;
    // Growing at the right edge, as in rising order, leaves the left part full; otherwise in half.
    const last = inner.children.length - 1;
    return splitInner(inner, child + 1 === last ? last - 1 : inner.children.length >> 1);
  }

  #removeUnder(node: Node, level: number, score: number, member: string): boolean {
    if (level === 0) {
      const leaf = node as Leaf;
      const at = lowerBound(leaf, score, member);
      if (leaf.members[at] !== member || leaf.scores[at] !== score) return false;
      leaf.scores.splice(at, 1);
      leaf.members.splice(at, 1);
      return true;
    }
    const inner = node as Inner;
    const child = childFor(inner, score, member);
    if (!this.#removeUnder(inner.children[child]!, level - 1, score, member)) return false;
    inner.counts[child]!--;
    if (inner.children.length > 1) rebalance(inner, child, level - 1);
    return true;
  }
}

/** An empty array whose elements V8 keeps as unboxed doubles from the start, also when whole numbers come first. */
function doubles(...initial: number[]): number[] {
  const array = [0.5, ...initial];
  array.shift();
  return array;
}

function isBefore(score: number, member: string, otherScore: number, otherMember: string): boolean {
  return score < otherScore || (score === otherScore && member < otherMember);
}

/** The child under which (score, member) belongs: the last whose bound is not above it. */
function childFor(inner: Inner, score: number, member: string): number {
  const { boundScores, boundMembers } = inner;
  let low = 1;
  let high = boundScores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(score, member, boundScores[middle]!, boundMembers[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

/** The index of the first entry of the leaf that is not before (score, member). */
function lowerBound(leaf: Leaf, score: number, member: string): number {
  const { scores, members } = leaf;
  let low = 0;
  let high = scores.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(scores[middle]!, members[middle]!, score, member)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insertIntoLeaf(leaf: Leaf, score: number, member: string): Split | undefined {
  const at = lowerBound(leaf, score, member);
  const { scores, members } = leaf;
  if (at === members.length) {
    if (at === LEAF_CAPACITY && leaf.next === undefined) {
      // Rising scores, the usual way in which leaderboards and files are loaded: leave this leaf full, begin another.
      const fresh = linkAfter(leaf, new Leaf(doubles(score), [member]));
      return { node: fresh, count: 1, score, member };
    }
    scores.push(score);
    members.push(member);
  } else {
    scores.splice(at, 0, score);
    members.splice(at, 0, member);
  }
  return members.length > LEAF_CAPACITY ? splitLeaf(leaf) : undefined;
}

function splitLeaf(leaf: Leaf): Split {
  const half = leaf.members.length >> 1;
  const right = linkAfter(leaf, new Leaf(leaf.scores.splice(half), leaf.members.splice(half)));
  return { node: right, count: right.members.length, score: right.scores[0]!, member: right.members[0]! };
}

function linkAfter(leaf: Leaf, fresh: Leaf): Leaf {
  fresh.prev = leaf;
  fresh.next = leaf.next;
  if (leaf.next !== undefined) leaf.next.prev = fresh;
  leaf.next = fresh;
  return fresh;
}

/** Cuts off the children from `at` on. */
function splitInner(inner: Inner, at: number): Split {
  const right = new Inner(
    inner.children.splice(at),
    inner.counts.splice(at),
    inner.boundScores.splice(at),
    inner.boundMembers.splice(at),
  );
  let count = 0;
  for (const under of right.counts) count += under;
  return { node: right, count, score: right.boundScores[0]!, member: right.boundMembers[0]! };
}

/** When child `child` is less than a quarter full, joins it with a neighbour; too much for one node is shared evenly. */
function rebalance(inner: Inner, child: number, level: number): void {
  const capacity = level === 0 ? LEAF_CAPACITY : FANOUT;
  if (widthOf(inner.children[child]!, level) * 4 >= capacity) return;
  const left = child > 0 ? child - 1 : child;
  const a = inner.children[left]!;
  const b = inner.children[left + 1]!;
  if (level === 0) {
    const into = a as Leaf;
    const from = b as Leaf;
    for (const score of from.scores) into.scores.push(score);
    for (const member of from.members) into.members.push(member);
    into.next = from.next;
    if (from.next !== undefined) from.next.prev = into;
  } else {
    const into = a as Inner;
    const from = b as Inner;
    from.boundScores[0] = inner.boundScores[left + 1]!;
    from.boundMembers[0] = inner.boundMembers[left + 1]!;
    into.children.push(...from.children);
    into.counts.push(...from.counts);
    into.boundScores.push(...from.boundScores);
    into.boundMembers.push(...from.boundMembers);
  }
  inner.counts[left]! += inner.counts[left + 1]!;
  const width = widthOf(a, level);
  if (width * 4 > capacity * 3) {
    const split = level === 0 ? splitLeaf(a as Leaf) : splitInner(a as Inner, width >> 1);
    inner.counts[left]! -= split.count;
    inner.children[left + 1] = split.node;
    inner.counts[left + 1] = split.count;
    inner.boundScores[left + 1] = split.score;
    inner.boundMembers[left + 1] = split.member;
    return;
  }
  inner.children.splice(left + 1, 1);
  inner.counts.splice(left + 1, 1);
  inner.boundScores.splice(left + 1, 1);
  inner.boundMembers.splice(left + 1, 1);
}

function widthOf(node: Node, level: number): number {
  return level === 0 ? (node as Leaf).members.length : (node as Inner).children.length;
}

function checkUnder(node: Node, level: number, isRoot: boolean): number {
  const width = widthOf(node, level);
  if (width === 0 && !isRoot) throw new Error("a node below the root is empty");
  if (width > (level === 0 ? LEAF_CAPACITY : FANOUT)) throw new Error("a node is overfull");
  if (level === 0) {
    const { scores, members } = node as Leaf;
    for (let i = 1; i < width; i++) {
      if (!isBefore(scores[i - 1]!, members[i - 1]!, scores[i]!, members[i]!))
        throw new Error("a leaf is out of order");
    }
    return width;
  }
  const inner = node as Inner;
  let total = 0;
  for (let i = 0; i < width; i++) {
    const counted = checkUnder(inner.children[i]!, level - 1, false);
    if (counted !== inner.counts[i]) throw new Error("a child's count is wrong");
    total += counted;
  }
  return total;
}
