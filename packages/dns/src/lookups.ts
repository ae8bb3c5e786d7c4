/**
 * Node's own ways to ask, answered in process: `lookup` for whatever connects, and methods shaped as `dns.promises` has them. Results and errors
 * are in Node's form (`ENOTFOUND`, `ENODATA`, `ESERVFAIL`, …).
 */
import { isIP } from "node:net";
import { DnsError } from "./errors.ts";
import { decodeMessage } from "./message/decode.ts";
import { encodeMessage } from "./message/encode.ts";
import { RCODES } from "./message/rcodes.ts";

import { Name } from "./name/name.ts";
import { ipv4Bytes, ipv6Bytes } from "./rdata/fields/addresses.ts";
import { parseRdata } from "./rdata/rdata.ts";
import type { Rdata } from "./rdata/registry.ts";
import { CLASS, typeCode } from "./rdata/types.ts";
import type { ResourceRecord } from "./record.ts";
import { request } from "./transfer/exchange.ts";
import type { SlowAnswer } from "./transport/answerer.ts";
import { plainName } from "./asked.ts";

export interface LookupAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface LookupOptions {
  readonly family?: number | "IPv4" | "IPv6" | undefined;
  readonly all?: boolean | undefined;
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** As `net.connect` and `http.request` take it. */
export type LookupFunction = (hostname: string, options: LookupOptions, callback: LookupCallback) => void;

export interface RecordWithTtl {
  readonly address: string;
  /** Seconds. */
  readonly ttl: number;
}

/** c-ares' words for what Node's `dns` fails with. */
const ERROR_CODES: Readonly<Record<number, string>> = {
  [RCODES.FORMERR]: "EFORMERR",
  [RCODES.SERVFAIL]: "ESERVFAIL",
  [RCODES.NXDOMAIN]: "ENOTFOUND",
  [RCODES.NOTIMP]: "ENOTIMP",
  [RCODES.REFUSED]: "EREFUSED",
};

/** The member of the union that has this type, alone or among others. */
type Typed<T extends Rdata["type"], R = Rdata> = R extends { readonly type: infer U }
  ? T extends U
    ? R
    : never
  : never;

export class Lookups {
  readonly #ask: (query: Uint8Array) => Promise<SlowAnswer>;
  /** `lookup` with a callback; bound, as it is passed on alone. */
  readonly connectLookup: LookupFunction;

  constructor(ask: (query: Uint8Array) => Promise<SlowAnswer>) {
    this.#ask = ask;
    this.connectLookup = (hostname, options, callback) => {
      void this.#tell(hostname, options, callback);
    };
  }

  async #tell(hostname: string, options: LookupOptions, callback: LookupCallback): Promise<void> {
    const isAll = options.all === true;
    // What the callback throws is its own affair, and not this promise's.
    try {
      const found = await this.#addresses(hostname, options);
      const { address, family } = found[0]!; // never empty
      queueMicrotask(() => (isAll ? callback(null, found) : callback(null, address, family)));
    } catch (error) {
      queueMicrotask(() => callback(error as NodeJS.ErrnoException, isAll ? [] : "")); // from lookupError
    }
  }

  async lookup(hostname: string, options?: LookupOptions & { readonly all?: false }): Promise<LookupAddress>;
  async lookup(hostname: string, options: LookupOptions & { readonly all: true }): Promise<LookupAddress[]>;
  async lookup(hostname: string, options: LookupOptions = {}): Promise<LookupAddress | LookupAddress[]> {
    const found = await this.#addresses(hostname, options);
    return options.all === true ? found : found[0]!; // never empty
  }

  /** Of the types that have a method of their own here; Node's name for it, `A` when there is none. */
  async resolve(hostname: string, type: keyof typeof RESOLVE_METHODS = "A"): Promise<unknown> {
    return this[RESOLVE_METHODS[type]](hostname);
  }

  /** Names of an address. */
  async reverse(address: string): Promise<string[]> {
    const version = isIP(address);
    if (version === 0) throw lookupError("getHostByAddr", "EINVAL", address);
    return this.resolvePtr(reverseName(address));
  }

  async resolve4(hostname: string): Promise<string[]>;
  async resolve4(hostname: string, options: { readonly ttl: true }): Promise<RecordWithTtl[]>;
  async resolve4(hostname: string, options?: { readonly ttl: boolean }): Promise<(string | RecordWithTtl)[]> {
    return this.#withTtl(hostname, "A", options);
  }

  async resolve6(hostname: string): Promise<string[]>;
  async resolve6(hostname: string, options: { readonly ttl: true }): Promise<RecordWithTtl[]>;
  async resolve6(hostname: string, options?: { readonly ttl: boolean }): Promise<(string | RecordWithTtl)[]> {
    return this.#withTtl(hostname, "AAAA", options);
  }

  async resolveCname(hostname: string): Promise<string[]> {
    return (await this.#values(hostname, "CNAME")).map(({ name }) => plain(name));
  }

  async resolveNs(hostname: string): Promise<string[]> {
    return (await this.#values(hostname, "NS")).map(({ name }) => plain(name));
  }

  async resolvePtr(hostname: string): Promise<string[]> {
    return (await this.#values(hostname, "PTR")).map(({ name }) => plain(name));
  }

  async resolveMx(hostname: string): Promise<{ exchange: string; priority: number }[]> {
    const found = await this.#values(hostname, "MX");
    return found.map(({ exchange, preference }) => ({ exchange: plain(exchange), priority: preference }));
  }

  async resolveSrv(hostname: string): Promise<{ name: string; port: number; priority: number; weight: number }[]> {
    const found = await this.#values(hostname, "SRV");
    return found.map(({ target, port, priority, weight }) => ({ name: plain(target), port, priority, weight }));
  }

  async resolveTxt(hostname: string): Promise<string[][]> {
    const found = await this.#values(hostname, "TXT");
    return found.map(({ strings }) => strings.map((bytes) => Buffer.from(bytes).toString("utf8")));
  }

  async resolveSoa(hostname: string): Promise<{
    nsname: string;
    hostmaster: string;
    serial: number;
    refresh: number;
    retry: number;
    expire: number;
    minttl: number;
  }> {
    const [soa] = (await this.#values(hostname, "SOA")) as [Typed<"SOA">]; // never empty
    const { serial, refresh, retry, expire, minimum } = soa;
    return { nsname: plain(soa.mname), hostmaster: plain(soa.rname), serial, refresh, retry, expire, minttl: minimum };
  }

  /** As Node has them: the tag is the value's key. */
  async resolveCaa(hostname: string): Promise<({ critical: number } & Record<string, string | number>)[]> {
    const found = await this.#values(hostname, "CAA");
    return found.map(({ flags, tag, value }) => ({ critical: flags, [tag]: Buffer.from(value).toString("latin1") }));
  }

  async resolveNaptr(
    hostname: string,
  ): Promise<
    { flags: string; service: string; regexp: string; replacement: string; order: number; preference: number }[]
  > {
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
    const found = await this.#values(hostname, "NAPTR");
    return found.map(({ flags, services, regexp, replacement, order, preference }) => ({
      flags: text(flags),
      service: text(services),
      regexp: text(regexp),
      replacement: replacement.isRoot ? "" : plain(replacement),
      order,
      preference,
    }));
  }

  /** Records of any type, with their rdata as values. */
  async resolveRecords(hostname: string, type: string): Promise<(ResourceRecord & { readonly value: Rdata })[]> {
    return (await this.#records(hostname, type)).map((record) => ({
      ...record,
      value: parseRdata(record.type, record.rdata),
    }));
  }

  async #withTtl(
    hostname: string,
    type: "A" | "AAAA",
    options: { readonly ttl: boolean } | undefined,
  ): Promise<(string | RecordWithTtl)[]> {
    return (await this.#records(hostname, type)).map(({ type: code, rdata, ttl }) => {
      const { address } = parseRdata(code, rdata) as Typed<"A" | "AAAA">; // what was asked for
      return options?.ttl === true ? { address, ttl } : address;
    });
  }

  async #values<T extends Rdata["type"]>(hostname: string, type: T): Promise<Typed<T>[]> {
    const records = await this.#records(hostname, type);
    return records.map((record) => parseRdata(record.type, record.rdata) as Typed<T>); // what was asked for
  }

  async #addresses(hostname: string, { family }: LookupOptions): Promise<LookupAddress[]> {
    const literal = isIP(hostname);
    if (literal !== 0) return [{ address: hostname, family: literal as 4 | 6 }];
    const wants4 = family !== 6 && family !== "IPv6";
    const wants6 = family !== 4 && family !== "IPv4";
    const asked: Promise<LookupAddress[]>[] = [];
    if (wants4) asked.push(this.resolve4(hostname).then((found) => found.map((address) => ({ address, family: 4 }))));
    if (wants6) asked.push(this.resolve6(hostname).then((found) => found.map((address) => ({ address, family: 6 }))));
    const results = await Promise.allSettled(asked);
    const found = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    if (found.length > 0) return found;
    const [failed] = results as [PromiseRejectedResult];
    const { code } = failed.reason as NodeJS.ErrnoException;
    // getaddrinfo knows no difference between no such name and no such address.
    throw lookupError("getaddrinfo", code === "ENODATA" ? "ENOTFOUND" : (code ?? "EAI_FAIL"), hostname);
  }

  /** Of the type, at the end of aliases; never empty. */
  async #records(hostname: string, type: string): Promise<ResourceRecord[]> {
    const syscall = `query${type.charAt(0)}${type.slice(1).toLowerCase()}`;
    const code = typeCode(type);
    if (code === undefined) throw lookupError(syscall, "EBADQUERY", hostname);
    let query: Uint8Array;
    try {
      query = encodeMessage(
        request({ name: Name.parse(hostname), type: code, class: CLASS.IN }, { recursionDesired: true }),
      );
    } catch (error) {
      if (error instanceof DnsError) throw lookupError(syscall, "EBADNAME", hostname);
      throw error;
    }
    const answer = await this.#ask(query);
    if (!(answer instanceof Uint8Array)) throw lookupError(syscall, "ETIMEOUT", hostname);
    const { rcode, answers } = decodeMessage(answer);
    if (rcode !== RCODES.NOERROR) throw lookupError(syscall, ERROR_CODES[rcode] ?? "ESERVFAIL", hostname);
    const records = answers.filter((record) => record.type === code);
    if (records.length === 0) throw lookupError(syscall, "ENODATA", hostname);
    return records;
  }
}

const RESOLVE_METHODS = {
  A: "resolve4",
  AAAA: "resolve6",
  CAA: "resolveCaa",
  CNAME: "resolveCname",
  MX: "resolveMx",
  NAPTR: "resolveNaptr",
  NS: "resolveNs",
  PTR: "resolvePtr",
  SOA: "resolveSoa",
  SRV: "resolveSrv",
  TXT: "resolveTxt",
} as const;

/** RFC 1035 §3.5, RFC 3596 §2.5. */
function reverseName(address: string): string {
  const four = ipv4Bytes(address);
  if (four !== undefined) return `${[...four].reverse().join(".")}.in-addr.arpa`;
  const nibbles = Buffer.from(ipv6Bytes(address)!).toString("hex"); // isIP has found it to be one
  return `${[...nibbles].reverse().join(".")}.ip6.arpa`;
}

function plain(name: Name): string {
  return plainName(name.toString());
}

function lookupError(syscall: string, code: string, hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${syscall} ${code} ${hostname}`), { code, syscall, hostname });
}
