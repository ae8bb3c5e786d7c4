/** The rival of ScoreTree: a skip list with spans, as Redis has it (William Pugh 1990), one object for each entry. */
const MAX_LEVEL = 32;
/** Of the entries of one level, the share that is also on the next. */
const PROMOTION = 0.25;

interface SkipNode {
  readonly score: number;
  readonly member: string;
  readonly next: (SkipNode | undefined)[];
  /** How many entries each `next` steps over. */
  readonly spans: number[];
}

export class SkipList {
  readonly #head: SkipNode = {
    score: -Infinity,
    member: "",
    next: Array.from({ length: MAX_LEVEL }, () => undefined),
    spans: Array.from({ length: MAX_LEVEL }, () => 0),
  };
  readonly #random: () => number;
  #levels = 1;
  #size = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  insert(score: number, member: string): void {
    const before: SkipNode[] = [];
    const ranks: number[] = [];
    let node = this.#head;
    for (let level = this.#levels - 1; level >= 0; level--) {
      let rank = level === this.#levels - 1 ? 0 : ranks[level + 1]!;
      for (let next = node.next[level]; next !== undefined && isBefore(next, score, member); next = node.next[level]) {
        rank += node.spans[level]!;
        node = next;
      }
      ranks[level] = rank;
      before[level] = node;
    }
    let height = 1;
    while (height < MAX_LEVEL && this.#random() < PROMOTION) height++;
    for (let level = this.#levels; level < height; level++) {
      ranks[level] = 0;
      before[level] = this.#head;
      this.#head.spans[level] = this.#size;
    }
    this.#levels = Math.max(this.#levels, height);
    const made: SkipNode = { score, member, next: [], spans: [] };
    for (let level = 0; level < this.#levels; level++) {
      const left = before[level]!;
      if (level >= height) {
        left.spans[level]!++;
        continue;
      }
      const passed = ranks[0]! - ranks[level]!;
      made.next[level] = left.next[level];
      made.spans[level] = left.spans[level]! - passed;
      left.next[level] = made;
      left.spans[level] = passed + 1;
    }
    this.#size++;
  }

  rank(score: number, member: string): number {
    let node = this.#head;
    let rank = 0;
    for (let level = this.#levels - 1; level >= 0; level--) {
      for (let next = node.next[level]; next !== undefined && isBefore(next, score, member); next = node.next[level]) {
        rank += node.spans[level]!;
        node = next;
      }
    }
    return rank;
  }
}

function isBefore(node: SkipNode, score: number, member: string): boolean {
  return node.score < score || (node.score === score && node.member < member);
}
