/**
 * Cells: `[left child (4)] [payload length] [rowid] [payload] [first overflow page (4)]`, of which each kind of node has its own parts.
 *
 * A payload that is too long for its page leaves a piece there and goes on in overflow pages. How long the piece is follows from the format,
 * so that four keys fit on every index page (https://www.sqlite.org/fileformat2.html §1.6).
 */
import { corrupt } from "../pager/pager.ts";
import type { Page } from "../pager/page.ts";
import { readRowid, readVarint, varintEnd } from "../record/varint.ts";
import { NODE_KIND } from "./node.ts";

/** What a page's size makes of payloads. */
export interface Geometry {
  readonly usableSize: number;
  /** Longest payload that stays on a table's leaf; on any page of an index. */
  readonly maxTableLocal: number;
  readonly maxIndexLocal: number;
  /** Shortest piece of a longer one. */
  readonly minLocal: number;
}

export function geometryOf(usableSize: number): Geometry {
  return {
    usableSize,
    maxTableLocal: usableSize - 35,
    maxIndexLocal: Math.floor(((usableSize - 12) * 64) / 255) - 23,
    minLocal: Math.floor(((usableSize - 12) * 32) / 255) - 23,
  };
}

/** Bytes of a payload that stay on the page. */
export function localLength(payloadLength: number, maxLocal: number, { usableSize, minLocal }: Geometry): number {
  if (payloadLength <= maxLocal) return payloadLength;
  const surplus = minLocal + ((payloadLength - minLocal) % (usableSize - 4));
  return surplus <= maxLocal ? surplus : minLocal;
}

/** What a cell says, filled anew by each `parse`. */
export class CellParser {
  readonly #geometry: Geometry;
  /** Of tables. */
  rowid: number | bigint = 0;
  payloadLength = 0;
  payloadStart = 0;
  /** Bytes of the payload that are here. */
  localLength = 0;
  /** The page where it goes on; 0: nowhere. */
  overflowPage = 0;
  /** Bytes of the cell. */
  size = 0;

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
  }

  /** Reads the cell at `at` of `page`. Throws SQLITE_CORRUPT when it reaches beyond the page. */
  parse(page: Page, at: number, kind: number): void {
    this.parseBytes(page.bytes, page.view, at, kind);
  }

  /** Reads a cell of a node of this kind. */
  parseBytes(bytes: Uint8Array, view: DataView, at: number, kind: number): void {
    if (kind === NODE_KIND.tableInterior) {
      this.rowid = readRowid(bytes, at + 4);
      this.payloadLength = this.localLength = this.overflowPage = 0;
      this.payloadStart = varintEnd;
      this.size = varintEnd - at;
      return;
    }
    const geometry = this.#geometry;
    const length = readVarint(bytes, kind === NODE_KIND.indexInterior ? at + 4 : at);
    let start = varintEnd;
    let maxLocal = geometry.maxIndexLocal;
    if (kind === NODE_KIND.tableLeaf) {
      this.rowid = readRowid(bytes, start);
      start = varintEnd;
      ({ maxTableLocal: maxLocal } = geometry);
    }
    this.payloadLength = length;
    this.payloadStart = start;
    if (length <= maxLocal) {
      this.localLength = length;
      this.overflowPage = 0;
      // Space that is given back has to hold the head of a free block.
      this.size = Math.max(4, start + length - at);
      if (start + length > geometry.usableSize) throw corrupt();
      return;
    }
    const local = localLength(length, maxLocal, geometry);
    if (start + local + 4 > geometry.usableSize || length > MAX_PAYLOAD) throw corrupt();
    this.localLength = local;
    this.overflowPage = view.getUint32(start + local);
    this.size = start + local + 4 - at;
  }
}

/** No row and no key is longer. */
const MAX_PAYLOAD = 0x7fff_ffff;
