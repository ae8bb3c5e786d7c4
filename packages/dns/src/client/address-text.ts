/** Addresses of servers, as people write them. */
import type { Address } from "@tenon/kit";
import { DnsError } from "../errors.ts";
import { addressBytes } from "../resolver/address-prefix.ts";

const DNS_PORT = 53;

/**
 * `127.0.0.1@5300` as Knot and Unbound have it, `127.0.0.1#5300` as dnsmasq, `127.0.0.1:5300` and `[::1]:5300` as everybody else; port 53
 * without one. Throws DnsError("syntax").
 */
export function addressFromText(text: string): Address {
  const [, bracketed, plain, port] =
    /^(?:\[([^\]]+)\]|([^@#]*?))(?:(?:[@#]|(?<=\]|^[\d.]+):)(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? "";
  const number = port === undefined ? DNS_PORT : Number(port);
  if (addressBytes(address) === undefined || number > 0xffff) {
    throw new DnsError("syntax", `${text} is no address like 127.0.0.1@5300`);
  }
  return { address, port: number };
}
