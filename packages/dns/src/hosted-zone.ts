/**
 * One zone of a server: what is served of it, where that comes from, and who may do what with it.
 *
 * A zone comes from a master file, from a program, or from primaries. What changes it (UPDATE, a program, an edited file) goes through a
 * DynamicZone, which keeps the changes in a journal: on disk where there is a storage, else in memory, so that IXFR has a past.
 */
import { basename, dirname, relative, resolve } from "node:path";
import type { Disk, Log, World } from "@tenon/kit";
import { type AclRule, isAllowed } from "./access.ts";
import type { UpstreamClient } from "./client/upstream-client.ts";
import { type RemoteServer, remotesOf, type ZoneSettings } from "./config/settings.ts";
import type { AclAction } from "./config/config.ts";
import { Journal, type ZoneJournal } from "./journal/journal.ts";
import { MemoryJournal } from "./journal/memory.ts";
import type { Message } from "./message/message.ts";
import { RCODES } from "./message/rcodes.ts";
import { replyTo } from "./message/reply.ts";
import type { Request } from "./slow-path.ts";
import { notifiedSerial, Notifier } from "./transfer/notify.ts";
import { transferAnswer } from "./transfer/outgoing.ts";
import { Secondary, type SecondaryState } from "./transfer/secondary.ts";
import type { TransferSlots } from "./transfer/slots.ts";
import { DynamicZone } from "./update/dynamic-zone.ts";
import type { UpdateResult } from "./update/apply.ts";
import { isNewerSerial, soaNumbers } from "./zone/serial.ts";
import type { ZoneData } from "./zone/zone-data.ts";
import { ServedZone } from "./zone/zone-set.ts";
import { loadZone } from "./zone-source.ts";

/** What a zone needs of its server. */
export interface ZoneHost {
  readonly world: World;
  readonly log: Log;
  /** Folder for journals; without it nothing is written. */
  readonly storage: string | undefined;
  readonly udpPayload: () => number;
  /** Asks primaries and tells secondaries. */
  readonly client: UpstreamClient;
  /** What all zones fetch through. */
  readonly transfers: TransferSlots;
}

/** How a master file is known to have changed. */
interface FileMark {
  readonly path: string;
  readonly modifiedMs: number;
  readonly size: number;
}

export class HostedZone {
  readonly served: ServedZone;
  readonly #host: ZoneHost;
  readonly #log: Log;
  #settings: ZoneSettings;
  #journal: ZoneJournal | undefined;
  #dynamic: Promise<DynamicZone> | undefined;
  #file: FileMark | undefined;
  #secondary: Secondary | undefined;
  #notifier: Notifier | undefined;

  constructor(settings: ZoneSettings, host: ZoneHost) {
    this.#settings = settings;
    this.#host = host;
    this.#log = host.log.child(settings.origin.toString());
    this.served = new ServedZone(settings.origin);
  }

  get settings(): ZoneSettings {
    return this.#settings;
  }

  get acl(): readonly AclRule[] {
    return this.#settings.acl;
  }

  get isSecondary(): boolean {
    return this.#settings.masters.length > 0;
  }

  /** How it stands with its primaries; undefined for a zone that has none. */
  get secondary(): SecondaryState | undefined {
    return this.#secondary?.state();
  }

  /**
   * Serves what there is: `data`, the master file, the journal, what primaries have. Rejects with ZoneLoadError, JournalError or the disk's
   * error; the file of a secondary need not exist.
   */
  async start(data?: ZoneData): Promise<void> {
    const zone = data ?? this.#readFile();
    if (this.isSecondary) await this.#follow(zone);
    else if (this.#host.storage === undefined) this.served.replace(zone);
    else await (await this.#changes()).load(zone);
    this.#tell();
  }

  /** Begins to follow the primaries, from what the journal or, where that is empty, `zone` has. */
  async #follow(zone: ZoneData | undefined): Promise<void> {
    const { world, client, transfers } = this.#host;
    this.#journal ??= await this.#openJournal();
    if (this.#journal.serial === undefined && zone !== undefined) {
      const nowMs = world.clock.now();
      const expiresMs = nowMs + soaNumbers(zone.soa.rdata).expire * 1000;
      await this.#journal.store(zone, { refreshedMs: nowMs, expiresMs });
    }
    this.#secondary = new Secondary({
      world,
      zone: this.served,
      primaries: remotesOf(this.#settings.masters),
      journal: this.#journal,
      log: this.#host.log,
      client,
      slots: transfers,
      refreshMinSeconds: this.#settings.keys["refresh-min-interval"],
    });
    this.#secondary.start();
  }

  /** Begins to tell those of `notify`. */
  #tell(): void {
    const remotes = remotesOf(this.#settings.notify);
    if (remotes.length === 0) return;
    const { world, client } = this.#host;
    this.#notifier = new Notifier({ world, zone: this.served, remotes, log: this.#log, client });
    this.#notifier.start();
  }

  /**
   * From now on by `settings`. The master file is read again when it has changed; what is wrong with it is logged, and then the zone stays
   * as it was.
   */
  async reload(settings: ZoneSettings): Promise<void> {
    const old = this.#settings;
    this.#settings = settings;
    if (!sameRemotes(old.notify, settings.notify)) {
      await this.#notifier?.close();
      this.#notifier = undefined;
      this.#tell();
    }
    if (this.isSecondary) {
      if (sameRemotes(old.masters, settings.masters)) return;
      await this.#secondary?.close();
      return this.#follow(undefined);
    }
    const before = this.#file;
    try {
      const next = this.#readFile();
      const after = this.#file;
      const isSame = before?.path === after?.path && before?.modifiedMs === after?.modifiedMs;
      if (next === undefined || (isSame && before?.size === after?.size)) return;
      await this.replace(next);
      this.#log.info("loaded", { serial: next.serial, records: next.recordCount });
    } catch (error) {
      this.#log.error("the zone stays as it was", { error });
    }
  }

  /** Serves another version. When its serial is not newer, secondaries will not notice, and what was kept of the past is dropped. */
  async replace(next: ZoneData): Promise<void> {
    const { current } = this.served;
    if (current !== undefined && isNewerSerial(next.serial, current.serial)) {
      await (await this.#changes()).replace(next);
      return;
    }
    if (current !== undefined) this.#log.warn("the zone has changed without a newer serial", { serial: next.serial });
    await this.reset(next);
  }

  /** Serves `data` as if nothing had been before. */
  async reset(data: ZoneData | undefined): Promise<void> {
    this.served.replace(data);
    if (this.#dynamic === undefined) return;
    this.#dynamic = this.#begunAnew(this.#dynamic, data);
    await this.#dynamic;
  }

  /** What is submitted meanwhile waits for this. */
  async #begunAnew(before: Promise<DynamicZone>, data: ZoneData | undefined): Promise<DynamicZone> {
    const { storage, world } = this.#host;
    await (await before).idle();
    await this.#journal?.close();
    if (storage !== undefined) world.disk.unlink(this.#journalPath(storage));
    const next = await this.#opened();
    await next.load(data);
    return next;
  }

  /** Changes the zone; resolves to the rcode when that is durable and served. */
  async submit(decide: (zone: ZoneData) => UpdateResult): Promise<number> {
    return (await this.#changes()).submit(decide);
  }

  /** AXFR or IXFR of a request for this very zone. */
  transfer(request: Request): Message | Iterable<Uint8Array> {
    const { message, maxBytes, client, signatureBytes } = request;
    if (!this.allows("transfer", request)) return this.#reply(message, RCODES.REFUSED);
    const { current } = this.served;
    if (current === undefined) return this.#reply(message, RCODES.SERVFAIL);
    return transferAnswer(current, message, {
      history: this.#journal,
      reservedBytes: signatureBytes,
      udpPayload: this.#host.udpPayload(),
      datagramBytes: client.tcp ? undefined : maxBytes,
    });
  }

  async update(request: Request): Promise<Message> {
    const { message } = request;
    if (!this.allows("update", request) || this.isSecondary) return this.#reply(message, RCODES.REFUSED);
    const rcode = await (await this.#changes()).update(message);
    return this.#reply(message, rcode);
  }

  /** A NOTIFY (RFC 1996): a primary says that it has something newer. */
  async notified(request: Request): Promise<Message> {
    const { message } = request;
    if (!this.allows("notify", request)) return this.#reply(message, RCODES.REFUSED);
    if (this.#secondary === undefined) return this.#reply(message, RCODES.NOTAUTH);
    this.#secondary.notified({ address: request.client.address }, notifiedSerial(message));
    return { ...this.#reply(message, RCODES.NOERROR), authoritative: true };
  }

  allows(action: AclAction, { client, key }: Request): boolean {
    return isAllowed(this.#settings.acl, action, { address: client.address, key });
  }

  async close(): Promise<void> {
    await this.#notifier?.close();
    await this.#secondary?.close();
    const dynamic = await this.#dynamic;
    await dynamic?.idle();
    await this.#journal?.close();
    this.#journal = undefined;
  }

  #reply(message: Message, rcode: number): Message {
    return replyTo(message, { rcode }, this.#host.udpPayload());
  }

  /** Made when it is first needed: most zones never change. */
  #changes(): Promise<DynamicZone> {
    return (this.#dynamic ??= this.#opened());
  }

  async #opened(): Promise<DynamicZone> {
    this.#journal = await this.#openJournal();
    return new DynamicZone({ zone: this.served, journal: this.#journal, log: this.#log });
  }

  async #openJournal(): Promise<ZoneJournal> {
    const { storage, world } = this.#host;
    const { origin, keys } = this.#settings;
    if (storage === undefined) return new MemoryJournal(keys["journal-max-depth"]);
    makeDurably(world.disk, storage);
    return Journal.open({
      disk: world.disk,
      path: this.#journalPath(storage),
      origin,
      zoneClass: this.served.class,
      maxDepth: keys["journal-max-depth"],
      maxBytes: keys["journal-max-usage"],
    });
  }

  #journalPath(storage: string): string {
    // A name may hold any byte; in a file's name, only harmless ones stand for themselves.
    const name = this.#settings.origin.folded().toString();
    return `${storage}/${name.replaceAll(/[^a-z\d._-]/g, (character) => encodeURIComponent(character))}journal`;
  }

  /** The zone of the master file; undefined when there is none. */
  #readFile(): ZoneData | undefined {
    const { file, origin } = this.#settings;
    if (file === undefined) return undefined;
    const { disk } = this.#host.world;
    const stat = disk.stat(file);
    if (stat === undefined && this.isSecondary) return undefined;
    const folder = dirname(file);
    // Nothing above the zone file's folder is read, whatever it includes.
    const root = disk.subdirectory(folder);
    const source = root.readFile(basename(file));
    if (stat !== undefined) this.#file = { path: file, modifiedMs: stat.modifiedMs, size: stat.size };
    return loadZone(source, {
      origin,
      file,
      include: (path) => root.readFile(relative(folder, resolve(folder, path))),
    });
  }
}

function sameRemotes(a: readonly RemoteServer[], b: readonly RemoteServer[]): boolean {
  const texts = (servers: readonly RemoteServer[]): string =>
    JSON.stringify(servers.map(({ addresses, key }) => [addresses, key?.name, key?.algorithm, key?.secret.join()]));
  return texts(a) === texts(b);
}

/** Makes a folder and those above it, so that what is kept there is not lost with a name of theirs. */
function makeDurably(disk: Disk, directory: string): void {
  if (disk.stat(directory) !== undefined) return;
  const parent = dirname(directory);
  makeDurably(disk, parent);
  disk.makeDirectory(directory);
  disk.syncDirectory(parent);
}
