/**
 * The algorithm of RFC 1034 §4.3.2 from a question to the sections of its answer, with RFC 2181, 2308, 4592, 6672, 8482 and 9471.
 *
 * Where Knot and NSD differ and the RFCs leave it open, the simpler answer is given: ANY is answered with the set of the lowest type
 * (RFC 8482 §4.1), an alias that comes back to a name of its chain ends it without an error, and glue of other delegations in the zone
 * comes along where there is room.
 */
import { FLAG } from "../message/message.ts";
import { RCODES } from "../message/rcodes.ts";
import { MAX_NAME_BYTES } from "../name/limits.ts";
import { TYPE } from "../rdata/types.ts";
import { type ByteArena, offsetOf } from "../zone/byte-arena.ts";
import { LookupName } from "../zone/lookup-name.ts";
import { MATCH, ZoneMatch } from "../zone/match.ts";
import { APEX, NO_NODE, NODE_FLAG } from "../zone/name-index.ts";
import {
  findSet,
  firstSet,
  read16,
  read32,
  RECORD_HEADER_BYTES,
  SET_HEADER_BYTES,
  ttlOf,
} from "../zone/record-block.ts";
import type { ZoneData } from "../zone/zone-data.ts";
import type { ServedZone, ZoneSet } from "../zone/zone-set.ts";
import { targetOffset } from "./rdata-names.ts";
import { QUESTION_AT, type ResponseWriter, SECTION } from "./response-writer.ts";

/** Aliases that one answer follows. */
export const MAX_ALIASES = 16;
/** Sets of addresses of one answer, for not writing one twice. */
const MAX_ADDRESS_SETS = 256;

/** The zone that answers for `name`: the one with the longest name, but for DS at its apex the one above (RFC 4035 §3.1.4.1). */
export function zoneFor(zones: ZoneSet, name: LookupName, type: number): ServedZone | undefined {
  const zone = zones.find(name, 0);
  if (type !== TYPE.DS || zone === undefined || name.labelCount !== zone.origin.labelCount || name.labelCount === 0) {
    return zone;
  }
  return zones.find(name, 1) ?? zone;
}

export class Composer {
  readonly #writer: ResponseWriter;
  readonly #minimal: boolean;
  /** Whether the answer came from more than the data of the first match. */
  dependent = false;
  /** Whether the answer holds for this very name only, though others match what it matched. */
  personal = false;

  /** What stood for the question's name. */
  #wildcard = NO_NODE;
  readonly #match = new ZoneMatch();
  readonly #alias = new LookupName();
  readonly #target = new LookupName();
  readonly #targetMatch = new ZoneMatch();
  /** An alias's target as it is written, in its own letters. */
  readonly #targetWire = new Uint8Array(MAX_NAME_BYTES + 1);
  /** What a DNAME makes of a name. */
  readonly #synthesised = new Uint8Array(MAX_NAME_BYTES + 1);
  /** Where the chain's names stand in the message. */
  readonly #chain = new Uint16Array(MAX_ALIASES + 1);
  /** DNAME sets in the answer: addresses of their blocks, and the arenas of these. */
  readonly #dnames = new Int32Array(MAX_ALIASES + 1);
  readonly #dnameArenas = new Int32Array(MAX_ALIASES + 1);
  #dnameCount = 0;
  /** Addresses in the message: where the owner's name stands, times two, plus one for AAAA. */
  readonly #addresses = new Int32Array(MAX_ADDRESS_SETS);
  #addressCount = 0;

  constructor(writer: ResponseWriter, minimal: boolean) {
    this.#writer = writer;
    this.#minimal = minimal;
  }

  /**
   * Writes the sections for a question whose first match is known. Returns AA, TC and the rcode as they stand in a header.
   */
  compose(zones: ZoneSet, zone: ZoneData, match: ZoneMatch, name: LookupName, type: number): number {
    this.dependent = false;
    this.personal = match.kind === MATCH.DNAME;
    this.#wildcard = match.kind === MATCH.WILDCARD ? match.node : NO_NODE;
    this.#dnameCount = 0;
    this.#addressCount = 0;
    let at = zone;
    let found = match;
    let owner: Uint8Array | undefined;
    let current = name;
    this.#chain[0] = QUESTION_AT;
    for (let aliases = 0; ; aliases++) {
      if (found.kind === MATCH.REFERRAL) return this.#referral(at, found.node) | (aliases > 0 ? FLAG.AA : 0);
      if (found.kind === MATCH.NOTHING) return this.#negative(at, RCODES.NXDOMAIN);
      if (found.kind === MATCH.DNAME) {
        const flags = this.#redirect(at, found, current, owner);
        if (flags !== 0) return flags;
        // What was asked for is there, made or not; so say Knot, NSD and BIND.
        if (type === TYPE.CNAME) return FLAG.AA;
      } else {
        const { arena, index } = at.store;
        const address = index.data(found.node);
        if (address === 0) return this.#negative(at, RCODES.NOERROR);
        const chunk = arena.chunkOf(address);
        const block = offsetOf(address);
        const set = type === TYPE.ANY ? firstSet(block) : findSet(chunk, block, type);
        if (set !== -1) {
          // A DNAME that has led here is in the answer already.
          const isSaid = read16(chunk, set) === TYPE.DNAME && this.#hasDname(arena, address);
          if (!isSaid && !this.#answer(chunk, set, owner)) return FLAG.AA | FLAG.TC;
          this.#accompany(at, chunk, set, owner, found.node, type);
          return FLAG.AA;
        }
        const alias = findSet(chunk, block, TYPE.CNAME);
        if (alias === -1) return this.#negative(at, RCODES.NOERROR);
        if (!this.#answer(chunk, alias, owner)) return FLAG.AA | FLAG.TC;
        this.#readTarget(chunk, alias);
      }
      if (aliases + 1 === MAX_ALIASES) return FLAG.AA;
      // The names of a chain: one that comes again would go round for ever.
      const alias = this.#alias;
      alias.read(this.#targetWire, 0, this.#target.length);
      for (let i = 0; i <= aliases; i++) {
        if (!this.#writer.isNameAt(this.#chain[i]!, alias)) continue;
        if (i === 0 && this.#wildcard !== NO_NODE) this.personal = true;
        return FLAG.AA;
      }
      const place = this.#writer.find(alias);
      this.#chain[aliases + 1] = place === -1 ? QUESTION_AT : place;
      this.dependent = true;
      const served = zoneFor(zones, alias, type);
      if (served === undefined) return FLAG.AA;
      if (served.current === undefined) return RCODES.SERVFAIL;
      at = served.current;
      found = this.#match;
      found.find(at.store.index, alias, type);
      // Asked about this alias itself, its wildcard would end the chain earlier.
      if (found.kind === MATCH.WILDCARD && match.kind === MATCH.WILDCARD && found.node === match.node)
        this.personal = true;
      owner = this.#targetWire;
      current = alias;
    }
  }

  /** The SOA, with the TTL of a negative answer (RFC 2308 §3 and §5). */
  #negative(zone: ZoneData, rcode: number): number {
    const { arena, index } = zone.store;
    const address = index.data(APEX);
    const chunk = arena.chunkOf(address);
    const set = findSet(chunk, offsetOf(address), TYPE.SOA);
    const rdata = set + SET_HEADER_BYTES + RECORD_HEADER_BYTES;
    const minimum = read32(chunk, rdata + read16(chunk, rdata - 2) - 4);
    const ttl = Math.min(ttlOf(chunk, set), minimum);
    const isWritten = this.#writer.set(SECTION.AUTHORITY, chunk, set, zone.origin.wire, 0, ttl);
    return FLAG.AA | rcode | (isWritten ? 0 : FLAG.TC);
  }

  #answer(chunk: Uint8Array, set: number, owner: Uint8Array | undefined): boolean {
    if (owner === undefined) return this.#writer.questionSet(SECTION.ANSWER, chunk, set);
    return this.#writer.set(SECTION.ANSWER, chunk, set, owner, 0);
  }

  /** What comes along with a set that answers: the zone's servers unless answers are minimal, and the addresses of hosts. */
  #accompany(
    zone: ZoneData,
    chunk: Uint8Array,
    set: number,
    owner: Uint8Array | undefined,
    node: number,
    asked: number,
  ): void {
    // Nothing does with what is minimal anyway (ANY), or stands at a cut (DS); as with NSD.
    if (asked === TYPE.ANY || asked === TYPE.DS || (this.#minimal && asked !== TYPE.NS)) return;
    const type = read16(chunk, set);
    this.#noteAddresses(type, owner);
    this.dependent = true;
    const { arena, index } = zone.store;
    const address = index.data(APEX);
    const apex = arena.chunkOf(address);
    const servers = findSet(apex, offsetOf(address), TYPE.NS);
    const isThere =
      !this.#minimal &&
      servers !== -1 &&
      !(node === APEX && type === TYPE.NS) &&
      this.#writer.set(SECTION.AUTHORITY, apex, servers, zone.origin.wire, 0);
    this.#additional(zone, chunk, set, NO_NODE, NO_NODE);
    if (isThere) this.#additional(zone, apex, servers, NO_NODE, NO_NODE);
  }

  /**
   * The NS set of a cut, and the addresses of its servers: those below the cut have to be there or TC says that they are not (RFC 9471
   * §3.1), the others of the zone come along where they fit.
   */
  #referral(zone: ZoneData, cut: number): number {
    const { arena, index } = zone.store;
    const address = index.data(cut);
    const chunk = arena.chunkOf(address);
    const set = findSet(chunk, offsetOf(address), TYPE.NS);
    const nameAddress = index.nameAddress(cut);
    const owner = arena.chunkOf(nameAddress);
    if (!this.#writer.set(SECTION.AUTHORITY, chunk, set, owner, offsetOf(nameAddress) + 1)) return FLAG.TC;
    const complete = this.#additional(zone, chunk, set, cut, NO_NODE);
    this.#additional(zone, chunk, set, NO_NODE, cut);
    return complete ? 0 : FLAG.TC;
  }

  /** A CNAME made of a DNAME. 0 when the chain goes on, with its target read; else what the header says. */
  #redirect(zone: ZoneData, found: ZoneMatch, name: LookupName, owner: Uint8Array | undefined): number {
    const { arena, index } = zone.store;
    const address = index.data(found.node);
    const chunk = arena.chunkOf(address);
    const set = findSet(chunk, offsetOf(address), TYPE.DNAME);
    if (!this.#hasDname(arena, address)) {
      const nameAddress = index.nameAddress(found.node);
      const at = offsetOf(nameAddress) + 1;
      if (!this.#writer.set(SECTION.ANSWER, chunk, set, arena.chunkOf(nameAddress), at)) return FLAG.AA | FLAG.TC;
      this.#dnameArenas[this.#dnameCount] = arena.id;
      this.#dnames[this.#dnameCount++] = address;
    }
    // The labels in front of the DNAME's owner, then its target. The letters are those of whoever wrote the name before.
    const rdata = set + SET_HEADER_BYTES + RECORD_HEADER_BYTES;
    const before = name.starts[found.label]!;
    const length = read16(chunk, rdata - 2);
    if (before + length > MAX_NAME_BYTES) return FLAG.AA | RCODES.YXDOMAIN;
    const target = this.#synthesised;
    const letters = owner ?? this.#writer.out;
    const lettersAt = owner === undefined ? QUESTION_AT : 0;
    for (let i = 0; i < before; i++) target[i] = letters[lettersAt + i]!;
    for (let i = 0; i < length; i++) target[before + i] = chunk[rdata + i]!;
    if (!this.#writer.alias(owner, zone.class, ttlOf(chunk, set), target)) return FLAG.AA | FLAG.TC;
    this.#setTarget(target, 0);
    return 0;
  }

  #hasDname({ id }: ByteArena, address: number): boolean {
    for (let i = 0; i < this.#dnameCount; i++) {
      if (this.#dnames[i] === (address | 0) && this.#dnameArenas[i] === id) return true;
    }
    return false;
  }

  #readTarget(chunk: Uint8Array, set: number): void {
    this.#setTarget(chunk, set + SET_HEADER_BYTES + RECORD_HEADER_BYTES);
  }

  #setTarget(bytes: Uint8Array, at: number): void {
    this.#target.read(bytes, at, bytes.length);
    for (let i = 0; i < this.#target.length; i++) this.#targetWire[i] = bytes[at + i]!;
  }

  /**
   * The addresses of the hosts that a set names, as far as the zone has them: of all, of those at or below the cut `within`, or of those
   * that are not at or below `outside`. False when one did not fit.
   */
  #additional(zone: ZoneData, chunk: Uint8Array, set: number, within: number, outside: number): boolean {
    const type = read16(chunk, set);
    const offset = targetOffset(type);
    if (offset === -1) return true;
    let complete = true;
    let at = set + SET_HEADER_BYTES;
    for (let left = read16(chunk, set + 2); left > 0; left--) {
      const rdata = at + RECORD_HEADER_BYTES;
      at = rdata + read16(chunk, at + 10);
      if (!this.#addressesOf(zone, type, chunk, rdata + offset, within, outside)) complete = false;
    }
    return complete;
  }

  #addressesOf(
    zone: ZoneData,
    type: number,
    owner: Uint8Array,
    ownerAt: number,
    within: number,
    outside: number,
  ): boolean {
    const target = this.#target;
    const { arena, index } = zone.store;
    target.read(owner, ownerAt, owner.length);
    const apexLabel = target.labelCount - zone.origin.labelCount;
    if (apexLabel < 0 || index.find(target, apexLabel) !== APEX) return true;
    this.dependent = true;
    const found = this.#targetMatch;
    found.find(index, target, TYPE.A);
    const isWithin = found.kind === MATCH.REFERRAL && found.node === within;
    if (within !== NO_NODE ? !isWithin : found.kind === MATCH.REFERRAL && found.node === outside) return true;
    let { node } = found;
    if (found.kind === MATCH.REFERRAL) {
      // Glue lies below its cut, and is for finding name servers only.
      if (type !== TYPE.NS) return true;
      node = index.find(target, 0);
    } else if (found.kind !== MATCH.EXACT && found.kind !== MATCH.WILDCARD) {
      return true;
    }
    if (node === NO_NODE || (index.flags(node) & NODE_FLAG.CNAME) !== 0) return true;
    const address = index.data(node);
    if (address === 0) return true;
    // Asked about this host itself, the wildcard's answer would have its addresses already.
    if (found.kind === MATCH.WILDCARD && node === this.#wildcard) this.personal = true;
    const chunk = arena.chunkOf(address);
    const isFirst = this.#addressSet(chunk, offsetOf(address), TYPE.A, owner, ownerAt);
    return this.#addressSet(chunk, offsetOf(address), TYPE.AAAA, owner, ownerAt) && isFirst;
  }

  /** Writes a set of addresses of `#target` unless it is in the message. False when it does not fit. */
  #addressSet(chunk: Uint8Array, block: number, type: number, owner: Uint8Array, ownerAt: number): boolean {
    const set = findSet(chunk, block, type);
    if (set === -1) return true;
    const place = this.#placeOf(this.#target);
    const key = place * 2 + (type === TYPE.AAAA ? 1 : 0);
    for (let i = 0; place !== -1 && i < this.#addressCount; i++) if (this.#addresses[i] === key) return true;
    if (!this.#writer.set(SECTION.ADDITIONAL, chunk, set, owner, ownerAt)) return false;
    if (place !== -1 && this.#addressCount < MAX_ADDRESS_SETS) this.#addresses[this.#addressCount++] = key;
    return true;
  }

  /** Where a name stands in the message; -1 when nowhere that is remembered. */
  #placeOf(name: LookupName): number {
    return this.#writer.isNameAt(QUESTION_AT, name) ? QUESTION_AT : this.#writer.find(name);
  }

  /** What the answer section says need not be said again. */
  #noteAddresses(type: number, owner: Uint8Array | undefined): void {
    if (type !== TYPE.A && type !== TYPE.AAAA) return;
    const place = owner === undefined ? QUESTION_AT : this.#placeOf(this.#alias);
    if (place !== -1) this.#addresses[this.#addressCount++] = place * 2 + (type === TYPE.AAAA ? 1 : 0);
  }
}
