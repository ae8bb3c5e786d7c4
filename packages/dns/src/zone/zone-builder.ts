/**
 * Records, in any order → the names and blocks of a zone.
 *
 * Records of one name usually come together and become a block at once. When a name comes back later, its new records wait until the end,
 * so that no order of the records makes more work than another.
 */
import { Name } from "../name/name.ts";
import { TYPE } from "../rdata/types.ts";
import { ByteArena, offsetOf } from "./byte-arena.ts";
import { ZoneError } from "./errors.ts";
import { LookupName } from "./lookup-name.ts";
import { APEX, NameIndex, NODE_FLAG } from "./name-index.ts";
import { BlockBuilder, findSet } from "./record-block.ts";

export const MAX_ZONE_RECORDS = 10_000_000;

export class ZoneBuilder {
  readonly arena: ByteArena = new ByteArena();
  readonly index: NameIndex;
  readonly #origin: Name;
  readonly #class: number;
  readonly #apex = new LookupName();
  readonly #owner = new LookupName();
  /** The letters of the owner whose records are gathered. */
  readonly #ownerWire = new Uint8Array(256);
  #ownerLength = 0;
  readonly #block = new BlockBuilder();
  /** Records of names that have come back, by node. */
  readonly #later = new Map<number, Uint8Array[]>();
  #added = 0;
  #recordCount = 0;

  /** `names`: about how many will come. */
  constructor(origin: Name, zoneClass: number, names = 0) {
    this.index = NameIndex.empty(this.arena, names);
    this.#origin = origin;
    this.#class = zoneClass;
    this.#apex.readWire(origin.wire);
    this.index.insert(this.#apex, origin.labelCount, origin.wire, 0);
  }

  /** What `finish` found, duplicates not counted. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /** Owner and rdata in wire form, uncompressed, at the beginning of their arrays. Nothing of the arguments is kept. Throws ZoneError. */
  add(owner: Uint8Array, ownerLength: number, type: number, ttl: number, rdata: Uint8Array, length: number): void {
    if (!this.#isOwner(owner, ownerLength)) this.#turnTo(owner, ownerLength);
    if (type === TYPE.SOA && this.#owner.length !== this.#apex.length) {
      throw new ZoneError("misplaced-soa", `a SOA below the zone's apex: ${this.#ownerName().toString()}`);
    }
    if (++this.#added > MAX_ZONE_RECORDS) throw new ZoneError("too-large", `more than ${MAX_ZONE_RECORDS} records`);
    this.#block.add(type, this.#class, ttl, rdata, length);
  }

  /** Everything has come. Throws ZoneError. */
  finish(): void {
    this.#flush();
    for (const [node, pieces] of this.#later) {
      const address = this.index.data(node);
      this.#block.addBlock(this.arena.chunkOf(address), offsetOf(address));
      this.#recordCount -= this.#block.recordCount;
      for (const piece of pieces) this.#block.addRecords(piece, 0, piece.length);
      this.#write(node);
    }
    this.#later.clear();
    this.index.fit();
  }

  #flush(): void {
    if (this.#block.recordCount === 0) return;
    const node = this.index.insert(this.#owner, this.#apex.labelCount, this.#ownerWire, 0);
    if (this.index.data(node) === 0) return this.#write(node);
    const pieces = this.#later.get(node);
    const piece = this.#block.view().slice();
    this.#block.clear();
    if (pieces === undefined) this.#later.set(node, [piece]);
    else pieces.push(piece);
  }

  #write(node: number): void {
    const address = this.#block.write(this.arena, () => this.index.nameOf(node));
    this.#recordCount += this.#block.recordCount;
    this.#block.clear();
    this.index.setData(node, address, blockFlags(this.arena, address));
  }

  #isOwner(owner: Uint8Array, length: number): boolean {
    const known = this.#ownerWire;
    if (length !== this.#ownerLength) return false;
    for (let i = 0; i < length; i++) {
      if (owner[i] !== known[i]) return false;
    }
    return true;
  }

  #turnTo(owner: Uint8Array, length: number): void {
    this.#flush();
    this.#owner.read(owner, 0, length);
    for (let i = 0; i < length; i++) this.#ownerWire[i] = owner[i]!;
    this.#ownerLength = length;
    const label = this.#owner.labelCount - this.#apex.labelCount;
    if (label < 0 || this.#owner.hashes[label] !== this.#apex.hashes[0] || this.index.find(this.#owner, label) !== APEX)
      throw new ZoneError(
        "outside",
        `${this.#ownerName().toString()} is outside of the zone ${this.#origin.toString()}`,
      );
  }

  #ownerName(): Name {
    return Name.fromWire(this.#ownerWire.slice(0, this.#ownerLength));
  }
}

/** What a name's block says about it at a glance. */
export function blockFlags(arena: ByteArena, address: number): number {
  if (address === 0) return 0;
  const chunk = arena.chunkOf(address);
  const at = offsetOf(address);
  return (
    (findSet(chunk, at, TYPE.NS) === -1 ? 0 : NODE_FLAG.NS) |
    (findSet(chunk, at, TYPE.DNAME) === -1 ? 0 : NODE_FLAG.DNAME) |
    (findSet(chunk, at, TYPE.CNAME) === -1 ? 0 : NODE_FLAG.CNAME)
  );
}
