/** Referrals: an authority names those who know more (RFC 1034 §4.3.2 step 3b). */
import type { Address } from "@tenon/kit";
import type { Message, Question } from "../message/message.ts";
import { Name } from "../name/name.ts";
import { ipv4Text, ipv6Text } from "../rdata/fields/addresses.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";

/** Name servers of one referral that are asked, or whose addresses are: more than these are an attack (NXNSAttack). */
const MAX_NAME_SERVERS = 5;
const DNS_PORT = 53;

export interface Delegation {
  readonly zone: Name;
  /** From glue that lies within the zone that referred. */
  readonly servers: readonly Address[];
  /** Name servers without such glue. */
  readonly unknown: readonly Name[];
}

/**
 * What `reply` refers to, which an authority of `zone` has sent. Undefined for what leads nowhere new: upwards, sideways, or to the zone
 * itself; such a server is lame.
 */
export function delegationOf(reply: Message, { name }: Question, zone: Name): Delegation | undefined {
  const first = reply.authorities.find((record) => record.type === TYPE.NS);
  if (reply.authoritative || first === undefined) return undefined;
  const cut = first.name;
  if (!cut.isBelow(zone) || !name.isAtOrBelow(cut)) return undefined;
  const hosts = reply.authorities
    .filter((record) => record.type === TYPE.NS && record.name.equals(cut))
    .slice(0, MAX_NAME_SERVERS)
    .map(({ rdata }) => Name.fromWire(rdata));
  const glueOf = (host: Name): ResourceRecord[] =>
    host.isAtOrBelow(zone) ? reply.additionals.filter((record) => record.name.equals(host)) : [];
  const servers = hosts.flatMap((host) => addressesIn(glueOf(host)));
  const unknown = hosts.filter((host) => addressesIn(glueOf(host)).length === 0);
  return { zone: cut, servers, unknown };
}

/** The addresses of A and AAAA records. */
export function addressesIn(records: readonly ResourceRecord[]): Address[] {
  return records.flatMap(({ type, rdata }) => {
    if (type === TYPE.A) return [{ address: ipv4Text(rdata), port: DNS_PORT }];
    return type === TYPE.AAAA ? [{ address: ipv6Text(rdata), port: DNS_PORT }] : [];
  });
}
