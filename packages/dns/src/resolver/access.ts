/** Who may ask, and how often (Unbound's `access-control` and `ip-ratelimit`). */
import { addressBytes, type AddressPrefix, PrefixTable } from "./address-prefix.ts";

/**
 * - `deny`: no answer. `refuse`: REFUSED. Both `…_non_local`: but for local data.
 * - `allow`: what asks for recursion (RD). `allow_setrd`: whatever asks, as if it did. `allow_snoop`: also without recursion, from the
 *   cache alone.
 */
export const ACCESS_ACTIONS = [
  "deny",
  "refuse",
  "allow",
  "allow_setrd",
  "allow_snoop",
  "deny_non_local",
  "refuse_non_local",
] as const;
export type AccessAction = (typeof ACCESS_ACTIONS)[number];

/** Whether what is cached may be told without further questions. */
export function mayAskCache(action: AccessAction, recursionDesired: boolean): boolean {
  if (action === "allow") return recursionDesired;
  return action === "allow_setrd" || action === "allow_snoop";
}

/** Addresses whose action or count is remembered. */
const MAX_REMEMBERED = 10_000;

export class AccessControl {
  readonly #table: PrefixTable<AccessAction>;
  /** By the text of the address, as sockets give it. */
  readonly #known = new Map<string, AccessAction>();

  constructor(rows: readonly (readonly [AddressPrefix, AccessAction])[]) {
    this.#table = new PrefixTable(rows);
  }

  actionFor(address: string): AccessAction {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const bytes = addressBytes(address);
    const action = (bytes === undefined ? undefined : this.#table.find(bytes)) ?? "refuse";
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.set(address, action);
    return action;
  }
}

/** Counts the queries of each address second by second. */
export class ClientRate {
  readonly #perSecond: number;
  #counts = new Map<string, number>();
  #second = 0;

  /** 0: no limit. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  get isLimited(): boolean {
    return this.#perSecond > 0;
  }

  /** Counts a query; false above the limit. Beyond MAX_REMEMBERED addresses in a second, the rest share one count. */
  admits(address: string, nowS: number): boolean {
    if (nowS !== this.#second) {
      this.#second = nowS;
      this.#counts.clear();
    }
    const key = this.#counts.size < MAX_REMEMBERED || this.#counts.has(address) ? address : "";
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count <= this.#perSecond;
  }
}
