/** Records between the wire's form and the page's text. */
import {
  classText,
  DnsError,
  Name,
  rdataFromText,
  rdataText,
  type ResourceRecord,
  type TsigKey,
  tsigKey,
  typeCode,
  typeText,
} from "@tenon/dns";
import { bad, Fields } from "../../api-error.ts";
import type { WireRecord } from "./wire.ts";

const MAX_TTL = 0x7fff_ffff;
const MAX_DATA_CHARACTERS = 100_000;
const IN = 1;

export function wireRecord({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): WireRecord {
  return {
    name: name.toString(),
    ttl,
    class: classText(recordClass),
    type: typeText(type),
    data: rdataText(type, rdata),
  };
}

/** What a page sent as a record, names relative to `origin`. Throws a 400 that says what it cannot be. */
export function readRecord(value: unknown, origin: Name): ResourceRecord {
  const fields = new Fields(value);
  const type = readType(fields.text("type", 64));
  const name = readName(fields.text("name"), origin);
  const ttl = fields.integer("ttl", 0, MAX_TTL);
  return {
    name,
    type,
    class: IN,
    ttl,
    rdata: orBad(`data of ${typeText(type)}`, () =>
      rdataFromText(type, fields.text("data", MAX_DATA_CHARACTERS), origin),
    ),
  };
}

export function readName(text: string, origin?: Name): Name {
  return orBad("name", () => Name.parse(text, origin));
}

/** A mnemonic or `TYPEn`. */
export function readType(text: string): number {
  const type = typeCode(text.toUpperCase());
  if (type === undefined) throw bad(`there is no type ${text}`);
  return type;
}

export function readKey(value: unknown): TsigKey | undefined {
  if (value === undefined) return undefined;
  const fields = new Fields(value);
  return orBad("key", () => tsigKey(fields.text("name"), fields.text("algorithm", 64), fields.text("secret", 4096)));
}

function orBad<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DnsError) throw bad(`${what}: ${error.message}`);
    throw error;
  }
}
