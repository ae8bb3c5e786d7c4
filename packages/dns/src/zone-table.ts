/**
 * The zones of a server and who sees which of them.
 *
 * A view has zones of its own in the place of those of the same names; rules about `query` hide zones from clients that may not ask for
 * them. Either makes a set of zones a client, and clients that see the same share it. Where there is neither, all see all, and the hot path
 * is not asked.
 */
import type { Client } from "./authority/authority.ts";
import { isAllowed } from "./access.ts";
import type { Settings, ViewSettings, ZoneSettings } from "./config/settings.ts";
import { HostedZone, type ZoneHost } from "./hosted-zone.ts";
import type { Name } from "./name/name.ts";
import type { TsigKey } from "./tsig/key.ts";
import { type ServedZone, ZoneSet } from "./zone/zone-set.ts";

/** Clients whose sets are remembered. */
const MAX_CLIENTS = 10_000;

/** A client whose query was signed. */
export interface SignedClient extends Client {
  readonly key?: TsigKey | undefined;
}

interface View {
  readonly settings: ViewSettings;
  readonly hosted: Map<string, HostedZone>;
}

export class ZoneTable {
  /** What clients see that no view and no rule is about. */
  readonly zones: ZoneSet = new ZoneSet();
  readonly host: ZoneHost;
  /** Of the settings, and of programs, which stay whatever the settings say; then all of them, where programs go before settings. */
  #configured = new Map<string, HostedZone>();
  readonly #added = new Map<string, HostedZone>();
  #hosted = new Map<string, HostedZone>();
  #views: View[] = [];
  readonly #hostedOf = new Map<ServedZone, HostedZone>();
  /** By address, for queries that are not signed. */
  readonly #setOfClient = new Map<string, ZoneSet>();
  readonly #sets = new Map<string, ZoneSet>();
  /** Zones that some may not ask for. */
  #restricted: HostedZone[] = [];

  constructor(host: ZoneHost) {
    this.host = host;
  }

  /** Of all views too. */
  *[Symbol.iterator](): Generator<HostedZone> {
    yield* this.#configured.values();
    yield* this.#added.values();
    for (const { hosted } of this.#views) yield* hosted.values();
  }

  /** Absolute names of the zones that are in no view, in the order in which they came. */
  get names(): string[] {
    return [...this.#hosted.values()].map(({ served }) => served.origin.toString());
  }

  /** The zone of this very name, as clients see it that no view is about. */
  get(origin: Name): HostedZone | undefined {
    return this.#hosted.get(keyOf(origin));
  }

  /** The zone of this name that a program has added. */
  added(origin: Name): HostedZone | undefined {
    return this.#added.get(keyOf(origin));
  }

  /** Goes before a zone of the same name in the settings. */
  add(zone: HostedZone): void {
    const key = keyOf(zone.served.origin);
    this.#added.set(key, zone);
    // What #rebuild would come to, without a look at all the others: there may be thousands.
    this.#hosted.set(key, zone);
    this.#hostedOf.set(zone.served, zone);
    this.zones.add(zone.served);
    this.#forgetSets();
    if (isRestricted(zone)) this.#restricted.push(zone);
  }

  #forgetSets(): void {
    this.#setOfClient.clear();
    // A set watches its zones, which live on.
    for (const set of this.#sets.values()) for (const { origin } of [...set]) set.remove(origin);
    this.#sets.clear();
  }

  /** Resolves when it has closed; false: there was none. */
  async remove(origin: Name): Promise<boolean> {
    const zone = this.#hosted.get(keyOf(origin));
    if (!this.#added.delete(keyOf(origin))) this.#configured.delete(keyOf(origin));
    this.#rebuild();
    await zone?.close();
    return zone !== undefined;
  }

  /** Zones of `settings` that are new are started, those that stay reloaded, others closed. Rejects, where `isStart`, with what a zone's `start` does. */
  async apply({ zones, views }: Settings, isStart: boolean): Promise<void> {
    const gone: HostedZone[] = [];
    this.#configured = await this.#hostAll(zones, this.#configured, gone, isStart);
    const before = this.#views;
    this.#views = [];
    for (const view of views) {
      const same = before.find(({ settings }) => settings.id === view.id);
      const hosted = await this.#hostAll(view.zones, same?.hosted ?? new Map(), gone, isStart);
      this.#views.push({ settings: view, hosted });
    }
    for (const { settings, hosted } of before) {
      if (!views.some(({ id }) => id === settings.id)) gone.push(...hosted.values());
    }
    this.#rebuild();
    for (const zone of gone) await zone.close();
  }

  /** For the authority; undefined while all clients see the same. */
  get viewOf(): ((client: SignedClient) => ZoneSet | undefined) | undefined {
    return this.#views.length > 0 || this.#restricted.length > 0 ? this.#viewOf : undefined;
  }

  /** Whether a query that was signed may be answered from the zone that its name is in. */
  allowsSigned(name: Name, client: SignedClient): boolean {
    const served = (this.viewOf?.(client) ?? this.zones).enclosing(name);
    const zone = served === undefined ? undefined : this.#hostedOf.get(served);
    return zone === undefined || isAllowed(zone.acl, "query", { address: client.address, key: client.key });
  }

  /** The zone of this very name that a client sees. */
  hostedFor(origin: Name, client: SignedClient): HostedZone | undefined {
    const served = (this.viewOf?.(client) ?? this.zones).get(origin);
    return served === undefined ? undefined : this.#hostedOf.get(served);
  }

  async close(): Promise<void> {
    for (const zone of this) await zone.close();
  }

  async #hostAll(
    wanted: readonly ZoneSettings[],
    present: ReadonlyMap<string, HostedZone>,
    gone: HostedZone[],
    isStart: boolean,
  ): Promise<Map<string, HostedZone>> {
    const hosted = new Map<string, HostedZone>();
    for (const settings of wanted) {
      const key = keyOf(settings.origin);
      const same = present.get(key);
      // A zone that begins or ends to come from primaries is another one.
      const isSame = same?.isSecondary === settings.masters.length > 0;
      const zone = same !== undefined && isSame ? same : new HostedZone(settings, this.host);
      hosted.set(key, zone);
      if (zone === same) await zone.reload(settings);
      else await this.#start(zone, isStart);
    }
    for (const [key, zone] of present) if (hosted.get(key) !== zone) gone.push(zone);
    return hosted;
  }

  async #start(zone: HostedZone, isStart: boolean): Promise<void> {
    try {
      await zone.start();
    } catch (error) {
      if (isStart) throw error;
      this.host.log.error("a zone could not be loaded", { zone: zone.served.origin.toString(), error });
    }
  }

  #rebuild(): void {
    this.#hosted = new Map([...this.#configured, ...this.#added]);
    this.#hostedOf.clear();
    for (const zone of this) this.#hostedOf.set(zone.served, zone);
    const wanted = new Set([...this.#hosted.values()].map(({ served }) => served));
    for (const served of [...this.zones]) if (!wanted.has(served)) this.zones.remove(served.origin);
    for (const served of wanted) if (this.zones.get(served.origin) !== served) this.zones.add(served);
    this.#forgetSets();
    this.#restricted = [...this].filter(isRestricted);
  }

  readonly #viewOf = (client: SignedClient): ZoneSet => {
    if (client.key !== undefined) return this.#setFor(client);
    const known = this.#setOfClient.get(client.address);
    if (known !== undefined) return known;
    if (this.#setOfClient.size >= MAX_CLIENTS) this.#setOfClient.clear();
    const set = this.#setFor(client);
    this.#setOfClient.set(client.address, set);
    return set;
  };

  /** A forged address costs a look at the views and at the zones with such rules, and no set of its own. */
  #setFor({ address, key }: SignedClient): ZoneSet {
    const view = this.#views.find(({ settings }) => settings.addresses.has(address));
    // Of signed queries, who asks is looked at with the query at hand (allowsSigned).
    const hidden = key !== undefined ? [] : this.#hiddenFrom(address);
    const sees = [view?.settings.id ?? "", ...hidden.map((i) => String(i))].join("\n");
    let set = this.#sets.get(sees);
    if (set === undefined) {
      set = new ZoneSet();
      const kept = new Set(hidden.map((i) => this.#restricted[i]!));
      for (const zone of [...this.#hosted.values(), ...(view?.hosted.values() ?? [])]) {
        if (kept.has(zone)) set.remove(zone.served.origin);
        else set.add(zone.served);
      }
      this.#sets.set(sees, set);
    }
    return set;
  }

  /** Places in #restricted. */
  #hiddenFrom(address: string): number[] {
    const asking = { address, key: undefined };
    return this.#restricted.flatMap(({ acl }, i) => (isAllowed(acl, "query", asking) ? [] : [i]));
  }
}

/** Whether some clients may not ask for the zone without a signature. */
function isRestricted({ acl }: HostedZone): boolean {
  return acl.some(({ deny, actions }) => deny && actions.has("query"));
}

function keyOf(name: Name): string {
  return name.folded().toString();
}
