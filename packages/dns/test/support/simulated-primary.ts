/** A primary on a machine of the simulated net: a zone with its history, that answers SOA, AXFR and IXFR, signed when it has a key. */
import type { Address, World } from "@tenon/kit";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { OPCODE } from "../../src/message/message.ts";
import { replyTo } from "../../src/message/reply.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { notifiedSerial } from "../../src/transfer/notify.ts";
import { transferAnswer } from "../../src/transfer/outgoing.ts";
import { TsigContext } from "../../src/tsig/context.ts";
import { keyMap, type TsigKey } from "../../src/tsig/key.ts";
import { serialsOf } from "../../src/zone/changes.ts";
import type { ZoneChange, ZoneData } from "../../src/zone/zone-data.ts";
import { type Asked, ScriptedServer } from "./scripted-server.ts";
import { update } from "./zones.ts";

/** What a primary can do wrong. */
export type Fault = "silent" | "servfail" | "no-ixfr" | "cut" | "garbled" | "wrong-ixfr" | "not-authoritative";

export class SimulatedPrimary {
  zone: ZoneData;
  fault: Fault | undefined;
  /** The oldest serial that IXFR begins with. */
  remembers = 0;
  /** `SOA`, `IXFR 12`, `AXFR`, `NOTIFY 13`, as they came. */
  readonly log: string[] = [];
  readonly #world: World;
  readonly #key: TsigKey | undefined;
  readonly #changes: ZoneChange[] = [];
  #server!: ScriptedServer;

  private constructor(world: World, zone: ZoneData, key: TsigKey | undefined) {
    this.#world = world;
    this.zone = zone;
    this.#key = key;
  }

  static async start(world: World, host: string, zone: ZoneData, key?: TsigKey): Promise<SimulatedPrimary> {
    const primary = new SimulatedPrimary(world, zone, key);
    primary.#server = await ScriptedServer.start(world, host, (asked) => primary.#answer(asked));
    return primary;
  }

  get address(): Address {
    return this.#server.address;
  }

  change(...updates: string[]): void {
    const { change } = update(this.zone, updates);
    if (change === undefined) return;
    this.#changes.push(change);
    this.zone = this.zone.with(change);
  }

  #since(serial: number): ZoneChange[] | undefined {
    const at = this.#changes.findIndex((change) => serialsOf(change).from === serial);
    return at === -1 || serial < this.remembers ? undefined : this.#changes.slice(at);
  }

  #answer({ query, bytes, hangUp }: Asked): Uint8Array[] {
    const { type } = query.questions[0]!;
    const serial = notifiedSerial({ ...query, answers: [...query.answers, ...query.authorities] });
    const what =
      query.opcode === OPCODE.NOTIFY ? "NOTIFY" : type === TYPE.SOA ? "SOA" : type === TYPE.IXFR ? "IXFR" : "AXFR";
    this.log.push(serial === undefined ? what : `${what} ${serial}`);
    if (this.fault === "silent") return [];
    const nowSeconds = Math.floor(this.#world.clock.now() / 1000);
    let sign = (message: Uint8Array): Uint8Array => message;
    if (this.#key !== undefined) {
      if (query.tsig === undefined) return [encodeMessage(replyTo(query, { rcode: 5 }))];
      const verified = TsigContext.verifyRequest(bytes, query, keyMap([this.#key]), nowSeconds);
      if ("rcode" in verified) return [verified.sign(encodeMessage(replyTo(query, { rcode: verified.rcode })))];
      sign = (message) => verified.context.sign(message, nowSeconds);
    }
    const messages = this.#messages(query, what);
    if (this.fault === "cut" && messages.length > 0 && what !== "SOA") {
      hangUp();
      return messages.slice(0, -1).map(sign);
    }
    return messages.map(sign);
  }

  #messages(query: Message, what: string): Uint8Array[] {
    if (this.fault === "servfail") return [encodeMessage(replyTo(query, { rcode: 2 }))];
    if (what === "NOTIFY") return [encodeMessage(replyTo(query))];
    if (what === "SOA") {
      const authoritative = this.fault !== "not-authoritative";
      return [encodeMessage(replyTo(query, { authoritative, answers: [this.zone.soa] }))];
    }
    if (what === "IXFR" && this.fault === "no-ixfr") return [encodeMessage(replyTo(query, { rcode: 4 }))];
    const reserved = { reservedBytes: 200, history: { since: (serial: number) => this.#since(serial) } };
    const answer = transferAnswer(this.zone, query, reserved);
    const messages = Symbol.iterator in answer ? [...answer] : [encodeMessage(answer)];
    if (this.fault === "garbled") for (const message of messages) message.fill(0xff, 40);
    if (what === "IXFR" && this.fault === "wrong-ixfr") return this.#wrongChanges(query);
    return messages;
  }

  /** Takes something away that nobody has. */
  #wrongChanges(query: Message): Uint8Array[] {
    const held = query.authorities[0]!;
    const stranger = { ...this.zone.soa, type: TYPE.TXT, rdata: Uint8Array.of(1, 0x21) };
    const answers = [this.zone.soa, held, stranger, this.zone.soa, this.zone.soa];
    return [encodeMessage(replyTo(query, { authoritative: true, answers }))];
  }
}
