/**
 * Who may do what: Knot's rules, as Knot reads them. The first rule that fits address, signature and action decides, to allow or, with `deny`,
 * to refuse; where none fits, it is refused. Of queries the action is not looked at: whoever shares a key for transfers may ask by it.
 * Queries without a signature are free, unless a rule denies them by name; in that alone Knot differs, which cannot deny them.
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
    const [plain = address] = address.split("%", 1); // without the interface of a link-local address
    return this.#list.check(plain, plain.includes(":") ? "ipv6" : "ipv4");
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

export function isAllowed(rules: readonly AclRule[], action: AclAction, asking: Asking): boolean {
  if (action === "query" && asking.key === undefined) return !rules.some((rule) => deniesQueries(rule, asking));
  const rule = rules.find((candidate) => fits(candidate, action, asking));
  return rule !== undefined && !rule.deny;
}

function deniesQueries(rule: AclRule, asking: Asking): boolean {
  return rule.deny && rule.actions.has("query") && fitsSender(rule, asking);
}

function fits(rule: AclRule, action: AclAction, asking: Asking): boolean {
  const { actions, deny } = rule;
  // A rule that denies and names no action denies all of them.
  const fitsAction = action === "query" || actions.has(action) || (deny && actions.size === 0);
  return fitsAction && fitsSender(rule, asking);
}

/** A rule without keys allows what is not signed, and denies whatever it is. */
function fitsSender({ addresses, keys, deny }: AclRule, { address, key }: Asking): boolean {
  if (addresses !== undefined && !addresses.has(address)) return false;
  if (keys === undefined) return key === undefined || deny;
  return key !== undefined && keys.has(keyId(key.name));
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
