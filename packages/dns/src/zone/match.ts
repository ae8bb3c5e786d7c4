/**
 * Where a name leads in a zone: steps 3.a to 3.c of RFC 1034 §4.3.2, with RFC 4592's wildcards, RFC 6672's DNAME, and everything below a
 * zone cut or a DNAME out of sight.
 */
import { TYPE } from "../rdata/types.ts";
import type { LookupName } from "./lookup-name.ts";
import { APEX, type NameIndex, NO_NODE, NODE_FLAG } from "./name-index.ts";

export const MATCH = {
  /** The name itself; it may be without records. */
  EXACT: 0,
  /** `*` below the closest encloser stands for it. */
  WILDCARD: 1,
  /** A zone cut at the name or above it. */
  REFERRAL: 2,
  /** A DNAME above it. */
  DNAME: 3,
  /** There is no such name. */
  NOTHING: 4,
} as const;

/** What a name was found to be; one object, used again. */
export class ZoneMatch {
  kind: number = MATCH.NOTHING;
  /** Of the name, the wildcard, the cut or the DNAME's owner. */
  node: number = NO_NODE;
  /** The label of the name that the node's own name, or the wildcard's parent's, begins with. */
  label = 0;

  /** Looks for `name`, which is at or below the apex. Questions for DS do not look below the cut that they are about. */
  find(index: NameIndex, name: LookupName, type: number): void {
    let label = 0;
    let node = index.find(name, 0);
    while (node === NO_NODE || !index.exists(node)) {
      label += 1;
      // The apex always exists, so this ends there.
      node = index.find(name, label);
    }
    this.node = node;
    this.label = label;
    this.kind = label === 0 ? MATCH.EXACT : MATCH.NOTHING;
    this.#hide(index, node, label, type);
    if (this.kind !== MATCH.NOTHING) return;
    const wildcard = index.findWildcard(name, label, node);
    if (wildcard === NO_NODE || !index.exists(wildcard)) return;
    this.node = wildcard;
    this.kind = MATCH.WILDCARD;
  }

  /** The topmost cut or DNAME on the way down to `deepest` wins. */
  #hide(index: NameIndex, deepest: number, deepestLabel: number, type: number): void {
    const exact = deepestLabel === 0;
    let label = deepestLabel;
    for (let node = deepest; ; node = index.parent(node), label++) {
      const flags = index.flags(node);
      if (node !== APEX && (flags & NODE_FLAG.NS) !== 0) {
        if (!(exact && node === deepest && type === TYPE.DS)) this.#is(MATCH.REFERRAL, node, label);
      } else if ((flags & NODE_FLAG.DNAME) !== 0 && !(exact && node === deepest)) {
        this.#is(MATCH.DNAME, node, label);
      }
      if (node === APEX) return;
    }
  }

  #is(kind: number, node: number, label: number): void {
    this.kind = kind;
    this.node = node;
    this.label = label;
  }
}
