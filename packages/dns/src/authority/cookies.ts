/**
 * Server cookies (RFC 7873) as all servers make them (RFC 9018 §4): version 1, three zeros, the time, and SipHash-2-4 of the client's
 * cookie, those eight bytes and the client's address, under a secret of 16 bytes.
 */
import { ipv4Bytes, ipv6Bytes } from "../rdata/fields/addresses.ts";
import { read32, write32 } from "../zone/record-block.ts";
import { sipHash24 } from "./siphash.ts";

export interface CookieOptions {
  /** 16 bytes, the same on all servers of an anycast address. */
  readonly secret: Uint8Array;
  /** The secret before, whose cookies are still good. */
  readonly previousSecret?: Uint8Array;
}

const CLIENT_BYTES = 8;
const SERVER_BYTES = 16;
/** A client's cookie and a server's. */
export const COOKIE_BYTES: number = CLIENT_BYTES + SERVER_BYTES;
const VERSION = 1;
/** Seconds that a cookie is good for, and that a clock may be ahead (RFC 9018 §4.3). */
const MAX_AGE = 3600;
const MAX_AHEAD = 300;

export class ServerCookies {
  readonly #secrets: readonly Uint8Array[];
  readonly #input = new Uint8Array(CLIENT_BYTES + 8 + 16);
  #address = "";
  #addressLength = 0;

  /** Throws RangeError for secrets that are not 16 bytes. */
  constructor({ secret, previousSecret }: CookieOptions) {
    this.#secrets = previousSecret === undefined ? [secret] : [secret, previousSecret];
    if (this.#secrets.some(({ length }) => length !== 16)) throw new RangeError("a cookie's secret is 16 bytes");
  }

  /** Whether the option's data at `at` is a cookie that this server gave to that client within the last hour. */
  isOurs(bytes: Uint8Array, at: number, length: number, address: string, nowSeconds: number): boolean {
    if (length !== COOKIE_BYTES || bytes[at + CLIENT_BYTES] !== VERSION) return false;
    const made = read32(bytes, at + CLIENT_BYTES + 4);
    // Serial arithmetic (RFC 1982): the time comes round in 2106.
    const age = (nowSeconds - made) | 0;
    if (age > MAX_AGE || age < -MAX_AHEAD) return false;
    const expected = new Uint8Array(8);
    return this.#secrets.some((secret) => {
      this.#hash(secret, bytes, at, bytes, at + CLIENT_BYTES, address, expected, 0);
      let difference = 0;
      for (let i = 0; i < 8; i++) difference |= expected[i]! ^ bytes[at + CLIENT_BYTES + 8 + i]!;
      return difference === 0;
    });
  }

  /** Writes the client's cookie, which stands at `clientAt`, and a fresh server's: COOKIE_BYTES. */
  write(out: Uint8Array, at: number, query: Uint8Array, clientAt: number, address: string, nowSeconds: number): void {
    for (let i = 0; i < CLIENT_BYTES; i++) out[at + i] = query[clientAt + i]!;
    const server = at + CLIENT_BYTES;
    write32(out, server, VERSION << 24);
    write32(out, server + 4, nowSeconds);
    this.#hash(this.#secrets[0]!, query, clientAt, out, server, address, out, server + 8);
  }

  #hash(
    secret: Uint8Array,
    client: Uint8Array,
    clientAt: number,
    server: Uint8Array,
    serverAt: number,
    address: string,
    into: Uint8Array,
    intoAt: number,
  ): void {
    const input = this.#input;
    if (address !== this.#address) {
      const plain = address.split("%", 1)[0]!;
      const bytes = ipv4Bytes(plain) ?? ipv6Bytes(plain) ?? new Uint8Array(0);
      input.set(bytes, CLIENT_BYTES + 8);
      this.#address = address;
      this.#addressLength = bytes.length;
    }
    for (let i = 0; i < CLIENT_BYTES; i++) input[i] = client[clientAt + i]!;
    for (let i = 0; i < 8; i++) input[CLIENT_BYTES + i] = server[serverAt + i]!;
    sipHash24(secret, input, CLIENT_BYTES + 8 + this.#addressLength, into, intoAt);
  }
}
