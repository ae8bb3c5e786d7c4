/** Addresses as bytes, and the blocks of them that settings name: `10.0.0.0/8`, `::1`. */
import { DnsError } from "../errors.ts";
import { ipv4Bytes, ipv6Bytes } from "../rdata/fields/addresses.ts";

/** 4 or 16 bytes; an IPv4 address that a socket for both families has mapped into IPv6 is IPv4 again. Undefined for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  const four = ipv4Bytes(text);
  if (four !== undefined) return four;
  const zone = text.indexOf("%");
  const sixteen = ipv6Bytes(zone === -1 ? text : text.slice(0, zone));
  if (sixteen !== undefined && MAPPED.every((byte, i) => sixteen[i] === byte)) return sixteen.slice(12);
  return sixteen;
}

const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

export class AddressPrefix {
  readonly bits: number;
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array, bits: number) {
    this.#bytes = bytes;
    this.bits = bits;
  }

  /** An address without `/bits` is a block of its own. Throws DnsError("syntax"). */
  static parse(text: string): AddressPrefix {
    const [address = "", bits, ...more] = text.split("/");
    const bytes = ipv4Bytes(address) ?? ipv6Bytes(address);
    const count = bits === undefined ? (bytes?.length ?? 0) * 8 : /^\d+$/.test(bits) ? Number(bits) : -1;
    if (bytes === undefined || more.length > 0 || count < 0 || count > bytes.length * 8) {
      throw new DnsError("syntax", `no block of addresses: "${text}"`);
    }
    return new AddressPrefix(bytes, count);
  }

  contains(address: Uint8Array): boolean {
    if (address.length !== this.#bytes.length) return false;
    const whole = this.bits >> 3;
    for (let i = 0; i < whole; i++) if (address[i] !== this.#bytes[i]) return false;
    const rest = this.bits & 7;
    return rest === 0 || ((address[whole]! ^ this.#bytes[whole]!) & (0xff00 >> rest) & 0xff) === 0;
  }
}

/** What holds for the smallest block that an address lies in. */
export class PrefixTable<T> {
  readonly #rows: readonly { readonly prefix: AddressPrefix; readonly value: T }[];

  /** Of two rows for the same block the later one holds. */
  constructor(rows: readonly (readonly [prefix: AddressPrefix, value: T])[]) {
    this.#rows = rows
      .map(([prefix, value]) => ({ prefix, value }))
      .toReversed()
      .sort((a, b) => b.prefix.bits - a.prefix.bits);
  }

  find(address: Uint8Array): T | undefined {
    return this.#rows.find(({ prefix }) => prefix.contains(address))?.value;
  }
}
