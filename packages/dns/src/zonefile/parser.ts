/**
 * Master files → records (RFC 1035 §5, RFC 2308 §4, RFC 3597 §5), in one pass over the bytes.
 *
 * An entry is a directive or `[owner] [TTL] [class] type rdata`, TTL and class in either order. What it leaves out comes from before: the
 * owner and the class from the last record; the TTL from $TTL, else from the last record, else from the SOA's own minimum.
 */
import { DnsError } from "../errors.ts";
import { MAX_NAME_BYTES } from "../name/limits.ts";
import { Name } from "../name/name.ts";
import { MAX_RDATA_BYTES, scanRdata } from "../rdata/rdata.ts";
import { CLASS, classCode, classText, isMetaType, TYPE, typeCode, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { MAX_TTL, parseDuration } from "../text/duration.ts";
import { Scanner } from "../text/scanner.ts";
import { WireWriter } from "../wire/writer.ts";
import { generatedEntries } from "./generate.ts";

/** Files within files. */
export const MAX_INCLUDE_DEPTH = 10;

export interface ZoneFileOptions {
  readonly origin: Name;
  /** What errors call the file. */
  readonly file: string;
  /** TTL of records that have none and come before any $TTL. */
  readonly defaultTtl?: number;
  /** IN unless it says otherwise; records of another class are refused. */
  readonly class?: number;
  /** The bytes of a file that $INCLUDE names, from the file that includes it; what it throws becomes the directive's error. */
  readonly include?: (path: string, from: string) => Uint8Array;
}

/** What is wrong, and where: `String(error)` is `file:line: text`. */
export class ZoneFileError extends Error {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;

  constructor(file: string, line: number, text: string) {
    super(`${file}:${line}: ${text}`);
    this.name = "ZoneFileError";
    this.file = file;
    this.line = line;
    this.text = text;
  }
}

export interface ZoneRecord extends ResourceRecord {
  readonly file: string;
  /** Where its entry begins, from 1. */
  readonly line: number;
}

export interface ParsedZone {
  /** In the order of the file. */
  readonly records: ZoneRecord[];
  /** One an entry; the entries' records are missing. */
  readonly errors: ZoneFileError[];
}

/** Reads all of `source`; entries that are refused become errors and the rest is read all the same. Never throws on what a file says. */
export function parseZone(source: Uint8Array, options: ZoneFileOptions): ParsedZone {
  const records: ZoneRecord[] = [];
  const recordClass = options.class ?? CLASS.IN;
  const errors = readZone(source, options, (owner, ownerLength, type, ttl, rdata, length, file, line) => {
    const last = records.at(-1)?.name;
    const name = isName(last, owner, ownerLength) ? last : Name.fromWire(owner.slice(0, ownerLength));
    records.push({ name, type, class: recordClass, ttl, rdata: rdata.slice(0, length), file, line });
  });
  return { records, errors };
}

/** Records of one owner share its name. */
function isName(name: Name | undefined, owner: Uint8Array, length: number): name is Name {
  return name?.wire.length === length && Buffer.compare(name.wire, owner.subarray(0, length)) === 0;
}

/** One record of a file: an uncompressed name and the rdata, each at the beginning of its array, and valid only within the call. */
export type RecordSink = (
  owner: Uint8Array,
  ownerLength: number,
  type: number,
  ttl: number,
  rdata: Uint8Array,
  length: number,
  file: string,
  line: number,
) => void;

/** As `parseZone`, each record to `sink` as it comes. What `sink` throws ends the reading, unless it is a DnsError: then its record is refused. */
export function readZone(source: Uint8Array, options: ZoneFileOptions, sink: RecordSink): ZoneFileError[] {
  const parser = new ZoneParser(options, sink);
  parser.file(source, options.file, options.origin, 0);
  return parser.errors;
}

/** What entries leave to the entries before them, across files. */
class ZoneParser {
  readonly errors: ZoneFileError[] = [];
  readonly #options: ZoneFileOptions;
  readonly #sink: RecordSink;
  readonly #class: number;
  readonly #types = new TypeMemory();
  readonly #writer = new WireWriter("plain", MAX_RDATA_BYTES, 512);
  /** The owner's wire form; of no length before the first. */
  readonly #owner = new Uint8Array(MAX_NAME_BYTES);
  #ownerLength = 0;
  #defaultTtl: number | undefined;
  #lastTtl: number | undefined;

  constructor(options: ZoneFileOptions, sink: RecordSink) {
    this.#options = options;
    this.#sink = sink;
    this.#class = options.class ?? CLASS.IN;
    this.#defaultTtl = options.defaultTtl;
  }

  file(source: Uint8Array, file: string, origin: Name, depth: number): void {
    const scanner = new Scanner(source, origin);
    while (!scanner.atEndOfFile) {
      const line = scanner.line;
      scanner.tokenLine = line;
      try {
        this.#entry(scanner, file, line, depth);
      } catch (error) {
        if (!(error instanceof DnsError)) throw error;
        this.errors.push(new ZoneFileError(file, scanner.tokenLine, error.message));
        scanner.recover();
      }
    }
  }

  #entry(scanner: Scanner, file: string, line: number, depth: number): void {
    const inheritsOwner = scanner.startsBlank();
    if (scanner.atEnd()) return scanner.endEntry();
    if (!inheritsOwner) {
      scanner.take("owner");
      if (scanner.source[scanner.start] === DOLLAR && !scanner.quoted) {
        const directive = DIRECTIVES.get(scanner.raw().toUpperCase());
        if (directive === undefined) throw new DnsError("syntax", `unknown directive ${scanner.raw()}`);
        return this[directive](scanner, file, depth);
      }
      this.#ownerLength = scanner.tokenNameInto(this.#owner);
    }
    this.#record(scanner, file, line);
    scanner.endEntry();
  }

  /** `[TTL] [class] type rdata` of the owner. */
  #record(scanner: Scanner, file: string, line: number): void {
    if (this.#ownerLength === 0) throw new DnsError("syntax", "a record without an owner before it");
    let ttl: number | undefined;
    let recordClass: number | undefined;
    let type: number | undefined;
    while (type === undefined) {
      scanner.take("record type");
      const first = scanner.source[scanner.start]!;
      if (first >= 0x30 && first <= 0x39) {
        const duration = scanner.digits(MAX_TTL) ?? parseDuration(scanner.raw(), MAX_TTL);
        if (duration === undefined || ttl !== undefined)
          throw new DnsError("syntax", `"${scanner.raw()}" is no TTL, class or type`);
        ttl = duration;
        continue;
      }
      type = this.#types.codeOf(scanner);
      if (type !== undefined) break;
      const text = scanner.raw();
      const found = classCode(text);
      if (found === undefined || recordClass !== undefined)
        throw new DnsError("syntax", `unknown record type "${text}"`);
      recordClass = found;
    }
    if (recordClass !== undefined && recordClass !== this.#class) {
      throw new DnsError("syntax", `class ${classText(recordClass)} in a zone of class ${classText(this.#class)}`);
    }
    // Samples of TKEY and TSIG are text as well; what may be stored is for the zone to say.
    if (isMetaType(type) && type !== TYPE.TKEY && type !== TYPE.TSIG) {
      throw new DnsError("syntax", `records of type ${typeText(type)} are not stored`);
    }
    this.#writer.truncate(0);
    scanRdata(type, scanner, this.#writer);
    const rdata = this.#writer.buffer;
    const { length } = this.#writer;
    if (!scanner.atEnd()) return; // refused by the caller, which takes the entry's end
    if (ttl !== undefined) this.#lastTtl = ttl;
    ttl ??= this.#defaultTtl ?? this.#lastTtl ?? (type === TYPE.SOA ? soaMinimum(rdata, length) : undefined);
    if (ttl === undefined) throw new DnsError("syntax", "no TTL, and none before it");
    this.#lastTtl ??= ttl;
    this.#sink(this.#owner, this.#ownerLength, type, ttl, rdata, length, file, line);
  }

  $origin(scanner: Scanner): void {
    const origin = scanner.name("$ORIGIN's name");
    scanner.endEntry();
    scanner.origin = origin;
  }

  $ttl(scanner: Scanner): void {
    const text = scanner.word("$TTL's value");
    const ttl = parseDuration(text, MAX_TTL);
    if (ttl === undefined) throw new DnsError("syntax", `$TTL's value is no duration: "${text}"`);
    scanner.endEntry();
    this.#defaultTtl = ttl;
  }

  /** `$INCLUDE file [origin]`: the origin counts for that file, and neither it nor the owner comes back from there (RFC 1035 §5.1). */
  $include(scanner: Scanner, file: string, depth: number): void {
    const path = Buffer.from(scanner.string("$INCLUDE's file")).toString("utf8");
    const line = scanner.tokenLine;
    const origin = scanner.atEnd() ? scanner.origin : scanner.name("$INCLUDE's origin");
    scanner.endEntry();
    const { include } = this.#options;
    const refuse = (text: string): void => void this.errors.push(new ZoneFileError(file, line, text));
    if (include === undefined) return refuse("$INCLUDE is not allowed here");
    if (depth >= MAX_INCLUDE_DEPTH) return refuse(`$INCLUDE is nested deeper than ${MAX_INCLUDE_DEPTH}`);
    let source: Uint8Array;
    try {
      source = include(path, file);
    } catch (error) {
      return refuse(`cannot include ${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const owner = this.#owner.slice(0, this.#ownerLength);
    this.file(source, path, origin, depth + 1);
    this.#takeOwner(owner);
  }

  /** BIND's `$GENERATE range owner [TTL] [class] type rdata`. */
  $generate(scanner: Scanner, file: string): void {
    const line = scanner.tokenLine;
    const owner = this.#owner.slice(0, this.#ownerLength);
    for (const entry of generatedEntries(scanner)) {
      const generated = new Scanner(entry, scanner.origin, line);
      generated.take("owner");
      this.#ownerLength = generated.tokenNameInto(this.#owner);
      this.#record(generated, file, line);
      generated.endEntry();
    }
    scanner.endEntry();
    this.#takeOwner(owner);
  }

  #takeOwner(owner: Uint8Array): void {
    this.#owner.set(owner);
    this.#ownerLength = owner.length;
  }
}

const REMEMBERED = 64;

/** The numbers of mnemonics that came before, so that a zone's few types are not made strings again and again. */
class TypeMemory {
  readonly #texts: (Uint8Array | undefined)[] = new Array<undefined>(REMEMBERED).fill(undefined);
  readonly #codes = new Uint16Array(REMEMBERED);

  /** What the newest token is the mnemonic of; undefined when of nothing. Throws DnsError. */
  codeOf(scanner: Scanner): number | undefined {
    const { source, start, end } = scanner;
    const place = (source[start]! * 5 + source[end - 1]! + (end - start)) % REMEMBERED;
    const known = this.#texts[place];
    if (known !== undefined && isAt(source, start, end, known)) return this.#codes[place];
    const code = typeCode(scanner.raw());
    if (code !== undefined) {
      this.#texts[place] = source.slice(start, end);
      this.#codes[place] = code;
    }
    return code;
  }
}

function isAt(source: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (source[start + i] !== text[i]) return false;
  return true;
}

const DOLLAR = 0x24;

const DIRECTIVES: ReadonlyMap<string, "$origin" | "$ttl" | "$include" | "$generate"> = new Map([
  ["$ORIGIN", "$origin"],
  ["$TTL", "$ttl"],
  ["$INCLUDE", "$include"],
  ["$GENERATE", "$generate"],
]);

function soaMinimum(rdata: Uint8Array, length: number): number {
  const at = length - 4;
  const minimum = ((rdata[at]! << 24) | (rdata[at + 1]! << 16) | (rdata[at + 2]! << 8) | rdata[at + 3]!) >>> 0;
  return Math.min(minimum, MAX_TTL);
}
