/**
 * DEBUG DIGEST: a signature of what is stored, for comparing servers. Byte for byte the original's (debug.c), so that ours and a real server's
 * can be held side by side.
 *
 * Two operations on 20 bytes: `xor` takes SHA-1 of some bytes into the digest whatever the order, for sets, fields and keys; `mix` does
 * that and hashes the digest itself again, so that order counts, for lists and streams.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Database } from "../keyspace/database.ts";
import { HashValue } from "../types/hash.ts";
import { ListValue } from "../types/list.ts";
import { formatDouble } from "../types/numbers.ts";
import { SetValue } from "../types/set.ts";
import { StreamValue } from "../types/stream.ts";
import { MAX_ID, MIN_ID } from "../types/stream-id.ts";
import { Collection, type Value } from "../types/value.ts";
import { SortedSetValue } from "../types/zset.ts";

const BYTES = 20;
/** The original's numbers for types. */
const TYPE_NUMBERS = { string: 0, list: 1, set: 2, zset: 3, hash: 4, stream: 6 } as const;

function sha1(bytes: Uint8Array): Buffer {
  return createHash("sha1").update(bytes).digest();
}

class Digest {
  bytes: Buffer = Buffer.alloc(BYTES);

  /** One-byte characters, or bytes. */
  xor(data: string | Uint8Array): void {
    const hash = sha1(typeof data === "string" ? Buffer.from(data, "latin1") : data);
    for (let i = 0; i < BYTES; i++) this.bytes[i]! ^= hash[i]!;
  }

  mix(data: string | Uint8Array): void {
    this.xor(data);
    this.bytes = sha1(this.bytes);
  }

  mixNumber(number: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(number);
    this.mix(bytes);
  }

  /** Parts that belong together, as one thing whose place does not count. */
  xorParts(...parts: readonly string[]): void {
    const inner = new Digest();
    for (const part of parts) inner.mix(part);
    this.xor(inner.bytes);
  }

  get hex(): string {
    return this.bytes.toString("hex");
  }
}

function addValue(digest: Digest, value: Value): void {
  if (!(value instanceof Collection)) {
    digest.mixNumber(TYPE_NUMBERS.string);
    digest.mix(typeof value === "number" ? String(value) : value);
    return;
  }
  digest.mixNumber(TYPE_NUMBERS[value.type]);
  if (value instanceof ListValue) for (const element of value) digest.mix(element);
  else if (value instanceof SetValue) for (const member of value.members) digest.xor(member);
  else if (value instanceof SortedSetValue) {
    value.forEach((member, score) => digest.xorParts(member, formatDouble(score)));
  } else if (value instanceof HashValue) value.forEach((field, text) => addField(digest, value, field, text));
  else if (value instanceof StreamValue) addStream(digest, value);
}

/** That a field expires counts, when does not. */
function addField(digest: Digest, hash: HashValue, field: string, text: string): void {
  const inner = new Digest();
  inner.mix(field);
  inner.mix(text);
  if (hash.expiresAt(field) >= 0) inner.xor("!!hexpire!!");
  digest.xor(inner.bytes);
}

function addStream(digest: Digest, stream: StreamValue): void {
  stream.forRange(MIN_ID, MAX_ID, ({ id, fields, values }) => {
    digest.mix(`${id.ms}.${id.seq}`);
    fields.forEach((field, i) => {
      digest.mix(field);
      digest.mix(values[i]!);
    });
    return true;
  });
}

function addEntry(digest: Digest, database: Database, id: number): void {
  addValue(digest, database.value(id));
  if (database.keys.hasExpiry(id)) digest.xor("!!expire!!");
}

/** Of everything in `databases`, expired keys that were not removed included. */
export function datasetDigest(databases: readonly Database[]): string {
  const all = new Digest();
  for (const database of databases) {
    if (database.size === 0) continue;
    all.mixNumber(database.index);
    for (const id of database.keys.ids()) {
      const entry = new Digest();
      entry.mix(database.keys.key(id));
      addEntry(entry, database, id);
      all.xor(entry.bytes);
    }
  }
  return all.hex;
}

/** Of one key's value; zeros when it is missing. */
export function valueDigest(database: Database, key: string): string {
  const digest = new Digest();
  const id = database.peekId(key);
  if (id !== 0) addEntry(digest, database, id);
  return digest.hex;
}
