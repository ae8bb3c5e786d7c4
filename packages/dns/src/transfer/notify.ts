/** NOTIFY (RFC 1996): telling those who have copies that a zone has changed, until they say that they have heard. */
import { type Log, silentLog, type World } from "@tenon/kit";
import { UpstreamClient } from "../client/upstream-client.ts";
import { type Message, OPCODE } from "../message/message.ts";
import { TYPE } from "../rdata/types.ts";
import { isSoa } from "../zone/changes.ts";
import { soaSerial } from "../zone/serial.ts";
import type { ZoneData } from "../zone/zone-data.ts";
import type { ServedZone } from "../zone/zone-set.ts";
import { ask, type Remote, request } from "./exchange.ts";

/** RFC 1996 §3.6 has five. */
export const NOTIFY_ATTEMPTS = 5;
/** Wait for the first answer; doubled with each attempt. */
export const NOTIFY_TIMEOUT_MS = 2000;

/** The message about `zone`, with the new SOA as a hint (RFC 1996 §3.7). */
export function notifyMessage(zone: ZoneData): Message {
  const { origin: name, class: zoneClass, soa } = zone;
  const question = { name, type: TYPE.SOA, class: zoneClass };
  return request(question, { opcode: OPCODE.NOTIFY, authoritative: true, answers: [soa] });
}

/** The serial that a NOTIFY gives, if it does. Whoever it came from may be lying. */
export function notifiedSerial({ answers }: Message): number | undefined {
  const soa = answers.find(isSoa);
  return soa === undefined ? undefined : soaSerial(soa.rdata);
}

export interface NotifierOptions {
  readonly world: World;
  readonly zone: ServedZone;
  readonly remotes: readonly Remote[];
  readonly log?: Log | undefined;
  readonly client?: UpstreamClient | undefined;
}

/** Watches one zone on behalf of its remotes. */
export class Notifier {
  readonly #world: World;
  readonly #zone: ServedZone;
  readonly #remotes: readonly Remote[];
  readonly #log: Log;
  readonly #client: UpstreamClient;
  readonly #stop = new AbortController();
  /** Remotes that are being told. What they are told is always the newest. */
  readonly #telling = new Map<Remote, Promise<void>>();
  #unwatch: (() => void) | undefined;

  constructor({ world, zone, remotes, log = silentLog, client = new UpstreamClient(world) }: NotifierOptions) {
    this.#world = world;
    this.#zone = zone;
    this.#remotes = remotes;
    this.#log = log;
    this.#client = client;
  }

  /** Tells of each new version from now on, and of the one that is there: nobody knows what was missed. */
  start(): void {
    this.#unwatch = this.#zone.onChange((before, after) => {
      if (after !== undefined && after.serial !== before?.serial) this.notifyAll();
    });
    if (this.#zone.current !== undefined) this.notifyAll();
  }

  notifyAll(): void {
    for (const remote of this.#remotes) {
      if (this.#telling.has(remote) || this.#stop.signal.aborted) continue;
      const told = this.#tell(remote).finally(() => this.#telling.delete(remote));
      this.#telling.set(remote, told);
    }
  }

  /** Gives up whoever has not answered. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#stop.abort();
    await Promise.all(this.#telling.values());
  }

  async #tell(remote: Remote): Promise<void> {
    let told: number | undefined;
    for (let attempt = 0; attempt < NOTIFY_ATTEMPTS; attempt++) {
      const zone = this.#zone.current;
      if (zone === undefined || zone.serial === told) return;
      const timeoutMs = NOTIFY_TIMEOUT_MS * 2 ** attempt;
      const startMs = this.#world.clock.monotonic();
      const facts = { zone: zone.origin.toString(), serial: zone.serial, remote: remote.address };
      try {
        const exchanger = { world: this.#world, client: this.#client };
        const { message } = await ask(exchanger, remote, notifyMessage(zone), { timeoutMs, signal: this.#stop.signal });
        if (message.rcode !== 0) this.#log.warn("NOTIFY is refused", { ...facts, rcode: message.rcode });
        else this.#log.debug("NOTIFY is heard", facts);
        told = zone.serial;
        attempt = -1;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#log.debug("NOTIFY is not answered", { ...facts, attempt: attempt + 1, error });
        // A closed port says so at once, and may be open again in a while.
        const leftMs = timeoutMs - (this.#world.clock.monotonic() - startMs);
        if (leftMs > 0) await this.#world.clock.sleep(leftMs, this.#stop.signal).catch(() => {});
        if (this.#stop.signal.aborted) return;
      }
    }
    this.#log.warn("nobody answers NOTIFY", { zone: this.#zone.origin.toString(), remote: remote.address });
  }
}
