/**
 * The structure of a file, looked at whole: every page is used once, cells and free blocks fill their pages without overlapping, rowids rise, leaves
 * are equally deep, the free list and the pointer maps are true. What is wrong is said in the original's words (PRAGMA integrity_check); a damaged
 * file makes nothing throw.
 */
import { SqliteError } from "../errors.ts";
import type { Page } from "../pager/page.ts";
import type { Btree } from "./btree.ts";
import { CellParser } from "./cell.ts";
import {
  cellCount,
  contentStart,
  firstFreeBlock,
  fragmentedBytes,
  headerOf,
  isLeaf,
  isTable,
  nodeKind,
  NODE_KIND,
  pointersOf,
  rightChild,
} from "./node.ts";
import { POINTER } from "./page-allocator.ts";

/** The highest rowid, and what no rowid is above. */
const MAX_ROWID = 2n ** 63n - 1n;

export interface IntegrityReport {
  /** One line each. */
  readonly problems: readonly string[];
  /** Entries of each tree, in the order of the roots. */
  readonly entries: readonly number[];
}

/**
 * Looks at the trees of these roots, and when they are all (`whole`) at what belongs to none of them. Stops when it has found `most` problems.
 */
export function checkIntegrity(tree: Btree, roots: readonly number[], most: number, whole = true): IntegrityReport {
  const check = new Check(tree, most);
  return check.run(roots, whole);
}

class Check {
  readonly #tree: Btree;
  readonly #parser: CellParser;
  readonly #problems: string[] = [];
  readonly #most: number;
  readonly #seen: Uint8Array;
  readonly #hasMaps: boolean;
  #root = 0;
  #prefix = "";
  #entries = 0;

  constructor(tree: Btree, most: number) {
    this.#tree = tree;
    this.#most = most;
    this.#parser = new CellParser(tree.geometry);
    this.#seen = new Uint8Array(tree.pager.pageCount + 1);
    this.#hasMaps = tree.pager.pageCount > 0 && tree.allocator.hasPointerMaps;
  }

  run(roots: readonly number[], whole: boolean): IntegrityReport {
    const { pager } = this.#tree;
    const entries: number[] = [];
    if (pager.pageCount === 0) return { problems: [], entries: roots.map(() => 0) };
    if (pager.lockPage <= pager.pageCount) this.#seen[pager.lockPage] = 1;
    this.#prefix = "Freelist: ";
    this.#checkFreeList(pager.headerField("firstFreelistPage"), pager.headerField("freelistCount"));
    this.#prefix = "";
    if (whole) this.#checkHeader(roots);
    for (const root of roots) {
      this.#entries = 0;
      if (root !== 0 && !this.#isFull) {
        if (this.#hasMaps && root > 1 && whole) this.#checkPointer(root, POINTER.root, 0);
        this.#root = root;
        this.#checkNode(root, MAX_ROWID);
        this.#prefix = "";
      }
      entries.push(this.#entries);
    }
    if (whole) this.#checkUnused();
    return { problems: this.#problems, entries };
  }

  get #isFull(): boolean {
    return this.#problems.length >= this.#most;
  }

  #say(problem: string): void {
    if (!this.#isFull) this.#problems.push(this.#prefix + problem);
  }

  #checkHeader(roots: readonly number[]): void {
    const { pager } = this.#tree;
    if (this.#hasMaps) {
      const highest = Math.max(0, ...roots);
      const said = pager.headerField("largestRootPage");
      if (highest !== said) this.#say(`max rootpage (${highest}) disagrees with header (${said})`);
    } else if (pager.headerField("incrementalVacuum") !== 0) {
      this.#say("incremental_vacuum enabled with a max rootpage of zero");
    }
  }

  #checkUnused(): void {
    const { pager, allocator } = this.#tree;
    for (let page = 1; page <= pager.pageCount && !this.#isFull; page++) {
      const isMap = this.#hasMaps && allocator.pointerMapOf(page) === page;
      if (this.#seen[page] === 0 && !isMap) this.#say(`Page ${page}: never used`);
      if (this.#seen[page] === 1 && isMap) this.#say(`Page ${page}: pointer map referenced`);
    }
  }

  /** False: it is no page, or somebody else's. */
  #use(page: number): boolean {
    if (page === 0 || page > this.#tree.pager.pageCount) this.#say(`invalid page number ${page}`);
    else if (this.#seen[page] === 1) this.#say(`2nd reference to page ${page}`);
    else {
      this.#seen[page] = 1;
      return true;
    }
    return false;
  }

  #checkPointer(page: number, kind: number, parent: number): void {
    let found: { readonly kind: number; readonly parent: number };
    try {
      found = this.#tree.allocator.pointer(page);
      if (found.kind < 1 || found.kind > 5) throw new SqliteError("SQLITE_CORRUPT", "no kind of page");
    } catch {
      this.#say(`Failed to read ptrmap key=${page}`);
      return;
    }
    if (found.kind !== kind || found.parent !== parent)
      this.#say(`Bad ptr map entry key=${page} expected=(${kind},${parent}) got=(${found.kind},${found.parent})`);
  }

  #checkFreeList(first: number, expected: number): void {
    const { geometry } = this.#tree;
    const before = this.#problems.length;
    let left = expected;
    for (let number = first; number !== 0 && !this.#isFull;) {
      if (!this.#use(number)) break;
      left -= 1;
      const page = this.#page(number);
      if (page === undefined) {
        this.#say(`failed to get page ${number}`);
        break;
      }
      if (this.#hasMaps) this.#checkPointer(number, POINTER.free, 0);
      const leaves = page.view.getUint32(4);
      if (leaves > Math.floor(geometry.usableSize / 4) - 2) {
        this.#say(`freelist leaf count too big on page ${number}`);
        left -= 1;
      } else {
        for (let at = 0; at < leaves; at++) {
          const leaf = page.view.getUint32(8 + 4 * at);
          if (this.#hasMaps) this.#checkPointer(leaf, POINTER.free, 0);
          this.#use(leaf);
        }
        left -= leaves;
      }
      number = page.view.getUint32(0);
    }
    this.#checkLength("size", expected, left, before);
  }

  #checkOverflow(first: number, expected: number): void {
    const before = this.#problems.length;
    let left = expected;
    for (let number = first; number !== 0 && !this.#isFull;) {
      if (!this.#use(number)) break;
      left -= 1;
      const page = this.#page(number);
      if (page === undefined) {
        this.#say(`failed to get page ${number}`);
        break;
      }
      const next = page.view.getUint32(0);
      // Of a list that is too long the original looks at the end, too.
      if (this.#hasMaps && left !== 0) this.#checkPointer(next, POINTER.overflowNext, number);
      number = next;
    }
    this.#checkLength("overflow list length", expected, left, before);
  }

  #checkLength(what: string, expected: number, left: number, before: number): void {
    if (left !== 0 && this.#problems.length === before)
      this.#say(`${what} is ${(expected - left) >>> 0} but should be ${expected}`);
  }

  #page(number: number): Page | undefined {
    try {
      return this.#tree.pager.read(number);
    } catch {
      return undefined;
    }
  }

  /** Looks at a node and at what is below it, whose rowids are at most `highest`; gives how deep it is and its least rowid. */
  #checkNode(number: number, highest: bigint): { depth: number; least: bigint } {
    const nothing = { depth: 0, least: highest };
    if (!this.#use(number)) return nothing;
    const where = `Tree ${this.#root} page ${number}`;
    this.#prefix = `${where}: `;
    const page = this.#page(number);
    if (page === undefined) {
      this.#say("unable to get the page. error code=11");
      return nothing;
    }
    const { usableSize } = this.#tree.geometry;
    if (!isNode(page, usableSize)) {
      this.#say("btreeInitPage() returns error code 11");
      return nothing;
    }
    if (!hasSoundSpace(page, usableSize)) {
      this.#say("free space corruption");
      return nothing;
    }
    return new NodeCheck(this, page, where, highest).run();
  }

  // What NodeCheck needs.

  get parser(): CellParser {
    return this.#parser;
  }

  get usableSize(): number {
    return this.#tree.geometry.usableSize;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get hasMaps(): boolean {
    return this.#hasMaps;
  }

  countEntries(count: number): void {
    this.#entries += count;
  }

  say(prefix: string, problem: string): void {
    this.#prefix = prefix;
    this.#say(problem);
  }

  below(prefix: string, parent: number, child: number, highest: bigint): { depth: number; least: bigint } {
    this.#prefix = prefix;
    if (this.#hasMaps) this.#checkPointer(child, POINTER.child, parent);
    return this.#checkNode(child, highest);
  }

  overflow(prefix: string, owner: number, first: number, pages: number): void {
    this.#prefix = prefix;
    if (this.#hasMaps) this.#checkPointer(first, POINTER.overflow, owner);
    this.#checkOverflow(first, pages);
  }
}

/** One node: its cells from the last to the first, then whether they and the free blocks fill the page. */
class NodeCheck {
  readonly #check: Check;
  readonly #page: Page;
  readonly #where: string;
  #highest: bigint;
  /** The rightmost rowid may be the parent's own. */
  #mayEqual = true;
  /** Of the nodes below; a leaf has none. */
  #depth = -1;
  #isWhole = true;
  /** First and last byte of every cell. */
  readonly #spans: { readonly first: number; readonly last: number }[] = [];

  constructor(check: Check, page: Page, where: string, highest: bigint) {
    this.#check = check;
    this.#page = page;
    this.#where = where;
    this.#highest = highest;
  }

  run(): { depth: number; least: bigint } {
    const page = this.#page;
    const count = cellCount(page);
    if (isLeaf(page) || !isTable(page)) this.#check.countEntries(count);
    if (!isLeaf(page)) {
      const { depth, least } = this.#check.below(
        this.#check.hasMaps ? `${this.#where} right child: ` : `${this.#where} cell 0: `,
        page.number,
        rightChild(page),
        this.#highest,
      );
      this.#depth = depth;
      this.#highest = least;
      this.#mayEqual = false;
    }
    for (let index = count - 1; index >= 0 && !this.#check.isFull; index--) this.#checkCell(index);
    if (this.#isWhole && !this.#check.isFull) this.#checkCoverage();
    return { depth: this.#depth + 1, least: this.#highest };
  }

  #checkCell(index: number): void {
    const { parser, usableSize } = this.#check;
    const page = this.#page;
    // Of an interior node in a file with pointer maps the original speaks of the right child throughout.
    const isRight = this.#check.hasMaps && !isLeaf(page);
    const prefix = `${this.#where} ${isRight ? "right child" : `cell ${index}`}: `;
    const at = page.view.getUint16(pointersOf(page) + 2 * index);
    const start = contentStart(page);
    if (at < start || at > usableSize - 4) {
      this.#check.say(prefix, `Offset ${at} out of range ${start}..${usableSize - 4}`);
      this.#isWhole = false;
      return;
    }
    if (!parses(parser, page, at) || at + parser.size > usableSize) {
      this.#check.say(prefix, "Extends off end of page");
      this.#isWhole = false;
      return;
    }
    const { size, payloadLength, localLength, overflowPage } = parser;
    if (isTable(page)) {
      const rowid = BigInt(parser.rowid);
      if (this.#mayEqual ? rowid > this.#highest : rowid >= this.#highest)
        this.#check.say(prefix, `Rowid ${rowid} out of order`);
      this.#highest = rowid;
      this.#mayEqual = false;
    }
    if (payloadLength > localLength) {
      const pages = Math.ceil((payloadLength - localLength) / (usableSize - 4));
      this.#check.overflow(prefix, page.number, overflowPage, pages);
    }
    this.#spans.push({ first: at, last: at + size - 1 });
    if (isLeaf(page)) return;
    const { depth, least } = this.#check.below(prefix, page.number, page.view.getUint32(at), this.#highest);
    this.#highest = least;
    this.#mayEqual = false;
    if (depth !== this.#depth) {
      this.#check.say(prefix, "Child page depth differs");
      this.#depth = depth;
    }
  }

  #checkCoverage(): void {
    const page = this.#page;
    const { usableSize } = this.#check;
    const spans = this.#spans;
    for (let block = firstFreeBlock(page); block > 0; block = page.view.getUint16(block))
      spans.push({ first: block, last: block + page.view.getUint16(block + 2) - 1 });
    spans.sort((a, b) => a.first - b.first || a.last - b.last);
    let last = contentStart(page) - 1;
    let fragments = 0;
    for (const span of spans) {
      if (last >= span.first) {
        this.#check.say("", `Multiple uses for byte ${span.first} of page ${page.number}`);
        // What is lost is counted only when nothing is left to look at.
        if (span !== spans.at(-1)) return;
        break;
      }
      fragments += span.first - last - 1;
      last = span.last;
    }
    fragments += usableSize - last - 1;
    const said = fragmentedBytes(page);
    if (fragments !== said)
      this.#check.say("", `Fragmentation of ${fragments} bytes reported as ${said} on page ${page.number}`);
  }
}

const KINDS: ReadonlySet<number> = new Set(Object.values(NODE_KIND));

/** Whether a page's header can be a node's. */
function isNode(page: Page, usableSize: number): boolean {
  return KINDS.has(page.bytes[headerOf(page)]!) && cellCount(page) <= Math.floor((usableSize - 8) / 6);
}

/** Whether free blocks rise, do not touch, and together with the gap and the fragments fit into the page. */
function hasSoundSpace(page: Page, usableSize: number): boolean {
  const start = contentStart(page);
  let free = fragmentedBytes(page) + start;
  let block = firstFreeBlock(page);
  if (block > 0) {
    if (block < start) return false;
    for (;;) {
      if (block > usableSize - 4) return false;
      const next = page.view.getUint16(block);
      const size = page.view.getUint16(block + 2);
      free += size;
      if (next > block + size + 3) {
        block = next;
        continue;
      }
      if (next > 0 || size < 4 || block + size > usableSize) return false;
      break;
    }
  }
  return free <= usableSize && free >= pointersOf(page) + 2 * cellCount(page);
}

function parses(parser: CellParser, page: Page, at: number): boolean {
  try {
    parser.parse(page, at, nodeKind(page));
    return true;
  } catch {
    return false;
  }
}
