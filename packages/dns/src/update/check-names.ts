/** Names of hosts (RFC 952, RFC 1123 §2.1): letters, digits and hyphens within. What a DNS name may be is far more. */
import type { Name } from "../name/name.ts";
import { parseRdata } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";

const HOST_LABEL = /^[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;
/** Their owners are hosts. */
const HOST_OWNERS: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.WKS]);

/** The first name that should be a host's and is none: of the owner, or in the data. */
export function badHostName(
  owner: Name,
  type: number,
  rdata: Uint8Array,
): { readonly what: "owner" | "name"; readonly name: Name } | undefined {
  if (HOST_OWNERS.has(type) && !isHostName(owner.isWildcard ? owner.parent()! : owner)) {
    return { what: "owner", name: owner };
  }
  const host = hostIn(type, rdata);
  return host === undefined || isHostName(host) ? undefined : { what: "name", name: host };
}

function hostIn(type: number, rdata: Uint8Array): Name | undefined {
  const value = parseRdata(type, rdata);
  switch (value.type) {
    case "NS":
      return value.name;
    case "MX":
      return value.exchange;
    case "SRV":
      return value.target;
    case "SOA":
      return value.mname;
    default:
      return undefined;
  }
}

function isHostName(name: Name): boolean {
  return name.labels().every((label) => HOST_LABEL.test(Buffer.from(label).toString("latin1")));
}
