/**
 * Whether a program will go along many rows, so that being compiled to source pays in its very first run: it has a scan without bounds over a tree
 * whose root has many children.
 */
import { cellCount, isLeaf, rightChild } from "../btree/node.ts";
import type { Environment } from "../runtime/frame.ts";
import { SqliteError } from "../errors.ts";
import type { Program } from "./program.ts";
import { visitBlock } from "./uses.ts";

/** Leaves of some fifty rows each: about where closures begin to cost more than compiling does. */
const MIN_CHILDREN = 20;

interface Scan {
  readonly database: number;
  readonly root: number;
}

export class LongScans {
  readonly #scans: readonly Scan[];

  constructor(program: Program) {
    const scans: Scan[] = [];
    for (const block of [program.main, ...program.routines]) {
      visitBlock(block, (step) => {
        if (step.kind !== "scan-table" && step.kind !== "scan-index") return;
        if (step.low !== undefined || step.high !== undefined) return;
        const layout = program.sources[step.source];
        if (layout?.kind !== "table" && layout?.kind !== "index") return;
        const { database, table } = layout;
        if (step.kind === "scan-table")
          scans.push({ database, root: layout.kind === "index" ? layout.index.rootPage : table.rootPage });
        else if (step.equal.length === 0)
          scans.push({
            database,
            root: table.withoutRowid && step.index.origin === "pk" ? table.rootPage : step.index.rootPage,
          });
      });
    }
    this.#scans = scans;
  }

  /** While the databases may be read. */
  areIn(environment: Environment): boolean {
    return this.#scans.some(({ database, root }) => {
      const { pager } = environment.btree(database);
      if (root < 1 || root > pager.pageCount) return false;
      try {
        const page = pager.read(root);
        // One cell of a root stands for a whole leaf at least, and for much more where there are two levels below.
        return !isLeaf(page) && (cellCount(page) >= MIN_CHILDREN || !isLeaf(pager.read(rightChild(page))));
      } catch (error) {
        // Whoever walks along the tree will say so.
        if (error instanceof SqliteError) return false;
        throw error;
      }
    });
  }
}
