/** Names of strangers that point into one's own network (DNS rebinding): Unbound's `private-address` and `private-domain`. */
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import type { ResolverSettings } from "./settings.ts";

/** Whether a record may be believed; undefined when everything may. */
export function privateFilter({
  privateAddresses,
  privateDomains,
}: ResolverSettings): ((record: ResourceRecord) => boolean) | undefined {
  if (privateAddresses.length === 0) return undefined;
  return ({ name, type, rdata }) => {
    if (type !== TYPE.A && type !== TYPE.AAAA) return true;
    if (privateDomains.some((domain) => name.isAtOrBelow(domain))) return true;
    return !privateAddresses.some((prefix) => prefix.contains(rdata));
  };
}
