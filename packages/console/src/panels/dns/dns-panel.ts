/**
 * DNS on the server's side of the console.
 *
 * Whatever DNS can say goes by DNS, so that any server can be looked at: questions, transfers, updates. The names of all zones, the query
 * log and the cache are known of a server in this process alone.
 */
import {
  ask,
  DnsError,
  DnsServer,
  fetchTransfer,
  messageText,
  Name,
  OPCODE,
  rcodeText,
  type Remote,
  request,
  TransferError,
  TsigError,
  TYPE,
  typeText,
  UpstreamClient,
  UpstreamError,
} from "@tenon/dns";
import type { Address } from "@tenon/kit";
import { ApiError, bad, Fields } from "../../api-error.ts";
import type { Panel, PanelContext } from "../panel.ts";
import { openQueryLog } from "./query-log.ts";
import { describePacket, readServer, runQuery } from "./query-tool.ts";
import { readKey, readName, readRecord, readType, wireRecord } from "./records.ts";
import type { CacheAnswer, CacheRow, FlushAnswer, RecordsAnswer, UpdateAnswer, ZonesAnswer } from "./wire.ts";
import { transferredVersion, ZoneListing, type ZoneVersion } from "./zone-listing.ts";

const CLASS_IN = 1;
const CLASS_NONE = 254;

const MAX_WANTED = 5000;
const MAX_CHANGES = 1000;
/** Of a zone that has to be transferred to be looked at. */
const TRANSFER_LIMITS = { records: 200_000, bytes: 64 * 1024 * 1024 };
const TIMEOUT_MS = 5000;
/** Listings that are kept to go on with. */
const MAX_LISTINGS = 8;
/** Rows of the cache that are sent at once. */
const MAX_CACHE_ROWS = 1000;

export function openDnsPanel(context: PanelContext): Panel {
  return new DnsPanel(context);
}

class DnsPanel implements Panel {
  readonly #context: PanelContext;
  readonly #client: UpstreamClient;
  /** By zone and filter, the last used one last. */
  readonly #listings = new Map<string, ZoneListing>();
  /** Zones that came by transfer, by name. */
  readonly #transferred = new Map<string, ZoneVersion>();

  constructor(context: PanelContext) {
    this.#context = context;
    this.#client = new UpstreamClient(context.world);
  }

  readonly routes = {
    zones: async (): Promise<ZonesAnswer> => this.#zones(),
    records: (body: unknown): Promise<RecordsAnswer> => this.#records(new Fields(body)),
    update: (body: unknown): Promise<UpdateAnswer> => this.#update(new Fields(body)),
    query: (body: unknown): Promise<unknown> => {
      const { url } = this.#context.service;
      const own = url === undefined ? undefined : addressOf(url);
      return runQuery(body, own, this.#client, this.#context.world);
    },
    describe: async (body: unknown): Promise<unknown> => describePacket(body),
    cache: async (body: unknown): Promise<CacheAnswer> => this.#cacheRows(new Fields(body)),
    flush: async (body: unknown): Promise<FlushAnswer> => {
      const name = new Fields(body).text("name").trim();
      return { entries: this.#cache().flush(name === "" ? undefined : readName(name)) };
    },
  };

  readonly topics: NonNullable<Panel["topics"]> = {
    queries: (subscriber) => openQueryLog(this.#context, subscriber),
  };

  close(): void {
    this.#client.close();
  }

  get #server(): DnsServer | undefined {
    const { instance } = this.#context.service;
    return instance instanceof DnsServer ? instance : undefined;
  }

  #zones(): ZonesAnswer {
    const server = this.#server;
    if (server === undefined) return { known: false, zones: [] };
    const zones = server.zones.map((name) => {
      const { data } = server.zone(name);
      return data === undefined ? { name } : { name, serial: data.serial, records: data.recordCount };
    });
    return { known: true, zones };
  }

  async #records(fields: Fields): Promise<RecordsAnswer> {
    const origin = readName(fields.text("zone"));
    const name = fields.text("name").trim();
    const type = fields.text("type", 64).trim();
    if (type !== "") readType(type);
    const from = fields.integer("from", 0, 2 ** 31);
    const want = fields.integer("want", 1, MAX_WANTED);
    const version = await this.#version(origin, from, fields.value("key"));
    const id = `${origin.folded().toString()} ${type.toUpperCase()} ${name.toLowerCase()}`;
    let listing = this.#listings.get(id);
    this.#listings.delete(id);
    if (listing?.isOf(version) !== true) listing = new ZoneListing(version, this.#context.world.clock);
    this.#listings.set(id, listing);
    if (this.#listings.size > MAX_LISTINGS) this.#listings.delete(this.#listings.keys().next().value!);
    return listing.page({ name, type, from, want });
  }

  /** What the zone is now. One of somebody else's server is transferred when its listing begins. */
  async #version(origin: Name, from: number, key: unknown): Promise<ZoneVersion> {
    const server = this.#server;
    const id = origin.folded().toString();
    if (server !== undefined) {
      const served = server.zones.find((name) => Name.parse(name).equals(origin));
      const data = served === undefined ? undefined : server.zone(served).data;
      if (data === undefined) throw new ApiError(404, "no-such-zone", `no zone ${id} is loaded`);
      return data;
    }
    const kept = this.#transferred.get(id);
    if (from > 0 && kept !== undefined) return kept;
    const version = await this.#reaching(async () => {
      const remote = this.#remote(key);
      const options = { origin, zoneClass: CLASS_IN, type: TYPE.AXFR, limits: TRANSFER_LIMITS, totalMs: 30_000 };
      const result = await fetchTransfer(this.#exchanger, remote, options);
      return transferredVersion(result.kind === "full" ? result.records : []);
    });
    this.#transferred.set(id, version);
    return version;
  }

  async #update(fields: Fields): Promise<UpdateAnswer> {
    const origin = readName(fields.text("zone"));
    const removed = fields.array("remove", MAX_CHANGES).map((record) => ({
      ...readRecord(record, origin),
      class: CLASS_NONE,
      ttl: 0,
    }));
    const added = fields.array("add", MAX_CHANGES).map((record) => readRecord(record, origin));
    if (removed.length + added.length === 0) throw bad("there is nothing to change");
    const message = request(
      { name: origin, type: TYPE.SOA, class: CLASS_IN },
      { opcode: OPCODE.UPDATE, authorities: [...removed, ...added] },
    );
    const reply = await this.#reaching(() =>
      ask(this.#exchanger, this.#remote(fields.value("key")), message, { tcp: true, timeoutMs: TIMEOUT_MS }),
    );
    return { rcode: rcodeText(reply.message.rcode), text: messageText(reply.message) };
  }

  #cache(): NonNullable<DnsServer["cache"]> {
    const server = this.#server;
    const { name } = this.#context.service;
    if (server === undefined)
      throw new ApiError(409, "no-cache", `${name} does not run in this process: its cache is not known here`);
    if (server.cache === undefined) throw new ApiError(409, "no-cache", `${name} forwards nothing, and has no cache`);
    return server.cache;
  }

  #cacheRows(fields: Fields): CacheAnswer {
    const wanted = fields.text("name").trim().toLowerCase();
    const cache = this.#cache();
    const entries: CacheRow[] = [];
    for (const entry of cache.entries()) {
      const name = entry.name.toString();
      if (wanted !== "" && !name.toLowerCase().includes(wanted)) continue;
      const { remainingS } = entry;
      entries.push({
        name,
        type: typeText(entry.type),
        flags: [...(entry.dnssecOk ? ["do" as const] : []), ...(entry.checkingDisabled ? ["cd" as const] : [])],
        rcode: rcodeText(entry.rcode),
        origin: entry.origin,
        ...(Number.isFinite(remainingS) && { remainingS }),
        bytes: entry.bytes,
        answers: entry.answers.map(wireRecord),
        authorities: entry.authorities.map(wireRecord),
      });
      if (entries.length === MAX_CACHE_ROWS) break;
    }
    const { size: total, usedBytes, capacityBytes } = cache;
    return { entries, total, usedBytes, capacityBytes };
  }

  get #exchanger(): { readonly world: PanelContext["world"]; readonly client: UpstreamClient } {
    return { world: this.#context.world, client: this.#client };
  }

  #remote(key: unknown): Remote {
    const { name, url } = this.#context.service;
    if (url === undefined) throw new ApiError(409, "not-running", `${name} is not running`);
    return { address: addressOf(url), key: readKey(key) };
  }

  /** Runs what asks the server; what goes wrong on the way is told in its words. */
  async #reaching<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const { name } = this.#context.service;
      if (error instanceof UpstreamError)
        throw new ApiError(502, "unreachable", `${name} cannot be reached: ${error.message}`);
      if (error instanceof TransferError) {
        const rcode = error.rcode === undefined ? error.message : `it answers with ${rcodeText(error.rcode)}`;
        throw new ApiError(422, "no-transfer", `${name} does not give the zone away: ${rcode}`);
      }
      if (error instanceof TsigError || error instanceof DnsError)
        throw new ApiError(502, "bad-answer", `what ${name} answers cannot be trusted or read: ${error.message}`);
      throw error;
    }
  }
}

/** `dns://127.0.0.1:5300` */
function addressOf(url: string): Address {
  return readServer(url.replace(/^dns:\/\//, "").replace(/\/$/, ""));
}
