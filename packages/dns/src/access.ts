/**
 * Who may do what: Knot's rules. The first rule that fits address, signature and action decides, to allow or, with `deny`, to refuse; where
 * none fits, queries are allowed and everything else is refused.
 */
import { BlockList, isIP } from "node:net";
import type { AclAction } from "./config/config.ts";
import { keyId, type TsigKey } from "./tsig/key.ts";

export interface AclRule {
  /** undefined: any address. */
  readonly addresses: AddressSet | undefined;
  /** By `keyId`: the request is signed with one of these; undefined: it is not signed. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly actions: ReadonlySet<AclAction>;
  readonly deny: boolean;
}

/** A set of addresses and networks. IPv4 addresses are found in their IPv6-mapped form too, as sockets on `::` give them. */
export class AddressSet {
  readonly #list = new BlockList();

  /** Of `192.0.2.1`, `10.0.0.0/8`, `192.0.2.1-192.0.2.9` and the like of IPv6. Throws RangeError for anything else. */
  constructor(texts: readonly string[]) {
    for (const text of texts) this.#add(text);
  }

  has(address: string): boolean {
    return this.#list.check(address, address.includes(":") ? "ipv6" : "ipv4");
  }

  #add(text: string): void {
    const [, from, to] = /^([^-]+)-([^-]+)$/.exec(text) ?? [];
    const [, network, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
    const address = from ?? network ?? text;
    const version = isIP(address);
    const family = version === 6 ? "ipv6" : "ipv4";
    const isRange = to !== undefined && isIP(to) === version;
    const isNetwork = prefix !== undefined && Number(prefix) <= (version === 6 ? 128 : 32);
    const isWhole = to === undefined && prefix === undefined;
    if (version === 0 || !(isRange || isNetwork || isWhole)) {
      throw new RangeError(`${text} is no address, network or range of addresses`);
    }
    if (isRange) this.#list.addRange(address, to, family);
    else if (isNetwork) this.#list.addSubnet(address, Number(prefix), family);
    else this.#list.addAddress(address, family);
  }
}

export interface Asking {
  readonly address: string;
  readonly key: TsigKey | undefined;
}

/** The first rule that fits decides; without one, only queries are allowed. */
export function isAllowed(rules: readonly AclRule[], action: AclAction, asking: Asking): boolean {
  const rule = rules.find((candidate) => fits(candidate, action, asking));
  return rule === undefined ? action === "query" : !rule.deny;
}

function fits({ addresses, keys, actions, deny }: AclRule, action: AclAction, { address, key }: Asking): boolean {
  if (addresses !== undefined && !addresses.has(address)) return false;
  const keyFits = key === undefined ? keys === undefined : keys?.has(keyId(key.name)) === true;
  // A rule that denies and names no action denies all of them.
  return keyFits && (actions.has(action) || (deny && actions.size === 0));
}

/** For servers that a program makes, and for the command line's shortcuts: who is on this machine may do everything. */
export const LOOPBACK_RULES: readonly AclRule[] = [
  {
    addresses: new AddressSet(["127.0.0.0/8", "::1"]),
    keys: undefined,
    actions: new Set(["transfer", "notify", "update"]),
    deny: false,
  },
];
