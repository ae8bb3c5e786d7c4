/**
 * A message field by field, with the bytes that each field takes: what an analyser shows beside a hex dump.
 *
 * It reads what `decodeMessage` refuses too. A field that breaks its format says what is wrong; when its bounds are known (rdata, an EDNS
 * option), reading goes on behind them, else what is left of the message stays one field. A message has a problem somewhere in its tree
 * exactly when `decodeMessage` throws. Work and memory grow with the message's length.
 */
import { opcodeText, optionText, rcodeText } from "../dig/print.ts";
import type { Name } from "../name/name.ts";
import { CLASS, classText, TYPE, typeText } from "../rdata/types.ts";
import { MAX_TTL } from "../text/duration.ts";
import { WireReader } from "../wire/reader.ts";
import { MAX_MESSAGE_BYTES } from "../wire/writer.ts";
import { describeRdata } from "./describe-rdata.ts";
import { FieldReader, leftOver, type MessageField, problemOf } from "./field-reader.ts";
import { DNSSEC_OK, FLAG, HEADER_BYTES, OPCODE } from "./message.ts";
import { checkOption, optionName } from "./options.ts";

/** The message's tree; never throws, whatever the bytes. */
export function describeMessage(bytes: Uint8Array): MessageField {
  return new MessageDescriber(bytes).message();
}

/** What is there of a section while it is read. */
type Draft = { -readonly [K in keyof MessageField]: MessageField[K] };

const SECTIONS = ["question", "answer", "authority", "additional"] as const;
const UPDATE_SECTIONS = ["zone", "prerequisite", "update", "additional"] as const;

class MessageDescriber {
  readonly #reader: WireReader;
  readonly #fields: FieldReader;
  #sawOpt = false;
  /** The upper bits of the rcode. */
  #extendedRcode = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new WireReader(bytes);
    this.#fields = new FieldReader(this.#reader);
  }

  message(): MessageField {
    const reader = this.#reader;
    const { length } = reader.bytes;
    const children: MessageField[] = [];
    const counts = this.#header(children);
    let rcode = "";
    if (counts !== undefined) {
      const sections = counts.opcode === OPCODE.UPDATE ? UPDATE_SECTIONS : SECTIONS;
      for (const [i, name] of sections.entries()) {
        if (!this.#fields.isBroken && counts.records[i]! > 0) children.push(this.#section(name, i, counts.records[i]!));
      }
      rcode = rcodeText((this.#extendedRcode << 4) | counts.rcode);
      if (!this.#fields.isBroken && reader.remaining > 0) {
        children.push(leftOver(reader, `${reader.remaining} bytes after the last record`));
      }
    }
    return {
      label: "message",
      value:
        counts === undefined ? "" : `${counts.response ? "response" : "query"} ${opcodeText(counts.opcode)} ${rcode}`,
      start: 0,
      end: length,
      children,
      ...(length > MAX_MESSAGE_BYTES && { problem: "a message above 65535 bytes" }),
    };
  }

  #header(
    into: MessageField[],
  ):
    | { readonly response: boolean; readonly opcode: number; readonly rcode: number; readonly records: number[] }
    | undefined {
    const reader = this.#reader;
    const fields = this.#fields;
    const header: Draft = { label: "header", value: "", start: 0, end: 0, children: [] };
    const parts: MessageField[] = [];
    into.push(header);
    header.children = parts;
    fields.number(parts, "id", "u16");
    const flagsAt = reader.at;
    const flags = fields.isBroken ? undefined : fields.read(parts, "flags", () => reader.u16(), flagsText);
    if (flags !== undefined) parts.push({ ...parts.pop()!, children: flagFields(flags, flagsAt) });
    const opcode = flags === undefined ? 0 : (flags >> 11) & 15;
    const sections = opcode === OPCODE.UPDATE ? UPDATE_SECTIONS : SECTIONS;
    const records: number[] = [];
    for (const name of sections) {
      const count = fields.isBroken ? undefined : fields.number(parts, `${name} count`, "u16");
      if (count !== undefined) records.push(count);
    }
    header.end = reader.at;
    if (reader.bytes.length < HEADER_BYTES) header.problem = "a message shorter than its header";
    if (flags === undefined || records.length < sections.length) return undefined;
    return { response: (flags & FLAG.QR) !== 0, opcode, rcode: flags & 15, records };
  }

  #section(name: string, index: number, count: number): MessageField {
    const reader = this.#reader;
    const start = reader.at;
    const children: MessageField[] = [];
    for (let i = 0; i < count && !this.#fields.isBroken; i++) {
      const label = count === 1 ? name : `${name} ${i + 1}`;
      if (index === 0) children.push(this.#question(label));
      else children.push(this.#record(label, index === 3, i === count - 1));
    }
    const only = children.length === 1 && count === 1 ? children[0] : undefined;
    if (only !== undefined) return only;
    return { label: `${name} section`, value: String(count), start, end: reader.at, children };
  }

  #question(label: string): MessageField {
    const reader = this.#reader;
    const fields = this.#fields;
    const start = reader.at;
    const children: MessageField[] = [];
    const name = fields.name(children, "name", "pointers");
    const type = fields.isBroken ? undefined : fields.read(children, "type", () => reader.u16(), typeText);
    const questionClass = fields.isBroken ? undefined : fields.read(children, "class", () => reader.u16(), classText);
    const value =
      name === undefined || type === undefined || questionClass === undefined
        ? ""
        : `${name.toString()} ${classText(questionClass)} ${typeText(type)}`;
    return { label, value, start, end: reader.at, children };
  }

  #record(label: string, isAdditional: boolean, isLast: boolean): MessageField {
    const reader = this.#reader;
    const fields = this.#fields;
    const start = reader.at;
    const children: MessageField[] = [];
    const done = (value: string): MessageField => ({ label, value, start, end: reader.at, children });
    const owner = fields.name(children, "name", "pointers");
    if (owner === undefined) return done("");
    const type = fields.read(children, "type", () => reader.u16(), typeText);
    if (type === undefined) return done(owner.toString());
    const isMisplaced =
      type === TYPE.OPT ? !isAdditional || this.#sawOpt : type === TYPE.TSIG && !(isAdditional && isLast);
    if (isMisplaced) {
      const problem = `${typeText(type)} where none may be, or twice`;
      children.push({ ...children.pop()!, problem });
    }
    if (type === TYPE.OPT) return done(this.#opt(children, owner));

    const recordClass = fields.read(children, "class", () => reader.u16(), classText);
    const ttl = fields.isBroken ? undefined : fields.read(children, "TTL", () => reader.u32(), ttlText);
    if (recordClass === undefined || ttl === undefined) return done(`${owner.toString()} ${typeText(type)}`);
    if (type === TYPE.TSIG && !isMisplaced) {
      if (recordClass !== CLASS.ANY) mend(children, -2, "the class of a TSIG record has to be ANY");
      if (ttl !== 0) mend(children, -1, "the TTL of a TSIG record has to be 0");
    }
    const length = fields.number(children, "data length", "u16");
    if (length === undefined) return done(`${owner.toString()} ${typeText(type)}`);
    // UPDATE asks about and deletes records without saying their data (RFC 2136 §2.4, §2.5).
    const isAbsent = length === 0 && (recordClass === CLASS.ANY || recordClass === CLASS.NONE);
    let text = "";
    if (!isAbsent) {
      fields.within(children, "data", length, (parts) => {
        const described = describeRdata(reader, type, length, fields, parts);
        text = described.text;
        return { value: text, ...(described.problem !== undefined && { problem: described.problem }) };
      });
    }
    const ttlShown = ttl > MAX_TTL ? 0 : ttl;
    return done(`${owner.toString()} ${ttlShown} ${classText(recordClass)} ${typeText(type)} ${text}`.trimEnd());
  }

  /** What follows the type of an OPT record (RFC 6891 §6.1). */
  #opt(children: MessageField[], owner: Name): string {
    const reader = this.#reader;
    const fields = this.#fields;
    this.#sawOpt = true;
    if (!owner.isRoot) mend(children, -2, "an OPT record whose owner is not the root");
    const payload = fields.read(
      children,
      "UDP payload",
      () => reader.u16(),
      (bytes) => `${bytes} bytes`,
    );
    if (fields.isBroken) return "EDNS";
    this.#extendedRcode = fields.read(children, "upper rcode bits", () => reader.u8(), String) ?? 0;
    if (fields.isBroken) return "EDNS";
    const version = fields.number(children, "version", "u8");
    if (fields.isBroken) return "EDNS";
    const flags = fields.read(children, "flags", () => reader.u16(), ednsFlagsText);
    if (fields.isBroken) return "EDNS";
    const length = fields.number(children, "options length", "u16");
    if (length === undefined) return "EDNS";
    fields.within(children, "options", length, (parts) => {
      while (reader.remaining > 0 && !fields.isBroken) parts.push(this.#option(version === 0));
      return { value: parts.length === 0 ? "none" : String(parts.length) };
    });
    return `EDNS ${version}${(flags! & DNSSEC_OK) === 0 ? "" : " do"} udp ${payload}`;
  }

  #option(isKnownVersion: boolean): MessageField {
    const reader = this.#reader;
    const fields = this.#fields;
    const start = reader.at;
    const children: MessageField[] = [];
    const code = fields.read(
      children,
      "code",
      () => reader.u16(),
      (number) => optionName(number) ?? String(number),
    );
    const length = code === undefined ? undefined : fields.number(children, "length", "u16");
    let value = "";
    let problem: string | undefined;
    if (code !== undefined && length !== undefined) {
      const data = reader.bytes.subarray(reader.at, Math.min(reader.end, reader.at + length));
      fields.within(children, "data", length, () => {
        reader.skip(reader.remaining);
        problem = isKnownVersion ? problemOf(() => checkOption({ code, data })) : undefined;
        value = optionText({ code, data });
        return { value, ...(problem !== undefined && { problem }) };
      });
    }
    const name = code === undefined ? undefined : optionName(code);
    return { label: name === undefined ? "option" : `option ${name}`, value, start, end: reader.at, children };
  }
}

function mend(fields: MessageField[], index: number, problem: string): void {
  const at = fields.length + index;
  fields[at] = { ...fields[at]!, problem };
}

function flagsText(flags: number): string {
  const names = (["QR", "AA", "TC", "RD", "RA", "Z", "AD", "CD"] as const).filter((name) => (flags & FLAG[name]) !== 0);
  return [opcodeText((flags >> 11) & 15), ...names.map((name) => name.toLowerCase()), rcodeText(flags & 15)].join(" ");
}

/** The bits of the header's second word, each with the byte that holds it. */
function flagFields(flags: number, at: number): MessageField[] {
  const field = (label: string, value: string, byte: 0 | 1): MessageField => ({
    label,
    value,
    start: at + byte,
    end: at + byte + 1,
    children: [],
  });
  const bit = (label: string, name: keyof typeof FLAG, byte: 0 | 1): MessageField =>
    field(label, (flags & FLAG[name]) === 0 ? "0" : "1", byte);
  return [
    bit("QR: a response", "QR", 0),
    field("opcode", opcodeText((flags >> 11) & 15), 0),
    bit("AA: authoritative", "AA", 0),
    bit("TC: truncated", "TC", 0),
    bit("RD: recursion desired", "RD", 0),
    bit("RA: recursion available", "RA", 1),
    bit("Z: reserved", "Z", 1),
    bit("AD: authentic data", "AD", 1),
    bit("CD: checking disabled", "CD", 1),
    field("rcode", rcodeText(flags & 15), 1),
  ];
}

function ednsFlagsText(flags: number): string {
  const others = flags & ~DNSSEC_OK;
  const words = [
    ...((flags & DNSSEC_OK) === 0 ? [] : ["do"]),
    ...(others === 0 ? [] : [`0x${others.toString(16).padStart(4, "0")}`]),
  ];
  return words.length === 0 ? "none" : words.join(" ");
}

/** RFC 2181 §8: the upper bit of a TTL makes it 0. */
function ttlText(ttl: number): string {
  return ttl > MAX_TTL ? `${ttl}, which counts as 0` : String(ttl);
}
