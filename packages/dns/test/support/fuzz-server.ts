/**
 * The whole server under packets from anybody: mutated queries, updates and answers, and hostilePacket's. It runs in this process over DirectNet,
 * so that a crash says which packet it was.
 */
import { type Log, realWorld, silentLog } from "@tenon/kit";
import { DnsServer, type ResourceRecord } from "../../src/index.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import { type Message, OPCODE } from "../../src/message/message.ts";
import { Name } from "../../src/name/name.ts";
import { CLASS, TYPE } from "../../src/rdata/types.ts";
import { TsigContext } from "../../src/tsig/context.ts";
import { tsigKey } from "../../src/tsig/key.ts";
import { questionsAbout } from "./differential/questions.ts";
import { zoneSet } from "./differential/zones.ts";
import { DirectNet } from "./direct-net.ts";
import { hostilePacket } from "./hostile-packets.ts";
import { mutated } from "./mutations.ts";
import { queryBytes } from "./peers/query.ts";
import { type Draw, drawing, randomMessage } from "./random-messages.ts";

export interface ServerFuzzResult {
  readonly packets: number;
  readonly answered: number;
  /** Answers by rcode; those that only a look into the message explains are in it as well. */
  readonly rcodes: ReadonlyMap<number, number>;
}

/** The most that UDP carries to a server here, and TCP. */
const [UDP_BYTES, TCP_BYTES] = [4096, 65_535];
/** What a server sends over UDP at most (the default payload). */
const UDP_ANSWER_BYTES = 1232;
/** Packets between two looks at whether it still answers, and turns of the event loop. */
const ROUND = 500;
const CONTROL = queryBytes(0xbeef, { name: "www.chain.test", type: 1 });

export async function fuzzServer(packets: number, seed: number): Promise<ServerFuzzResult> {
  const draw = drawing(seed);
  const net = new DirectNet();
  const faults: unknown[] = [];
  const log: Log = { ...silentLog, error: (message, fields) => void faults.push(message, fields), child: () => log };
  const zones = zoneSet(seed);
  await using _server = await DnsServer.listen({
    world: { ...realWorld, net },
    log,
    config: { key: [{ id: "k1", algorithm: "hmac-sha256", secret: "c2VjcmV0" }] },
    zones: Object.fromEntries(zones.map(({ origin, text }) => [origin, text])),
  });
  const pool = validMessages(draw, seed);
  const rcodes = new Map<number, number>();
  let answered = 0;
  /** Ids of this round's packets that may be answered. */
  const asked = new Set<number>();
  const check = (answers: readonly Buffer[], limit: number): void => {
    for (const answer of answers) {
      answered += 1;
      const { rcode } = checked(asked, answer, limit);
      rcodes.set(rcode, (rcodes.get(rcode) ?? 0) + 1);
    }
  };
  for (let done = 0; done < packets; done += ROUND) {
    asked.clear();
    for (let i = 0; i < ROUND; i++) {
      const overTcp = draw(50) === 0;
      const packet = nextPacket(draw, pool, overTcp ? TCP_BYTES : UDP_BYTES);
      if (packet.length >= 12 && (packet[2]! & 0x80) === 0) asked.add(packet.readUInt16BE(0));
      try {
        if (overTcp) check(await overConnection(draw, net, packet), TCP_BYTES);
        else net.deliver(packet);
        check(net.takeSent(), UDP_ANSWER_BYTES);
      } catch (error) {
        throw new Error(`seed ${seed}, packet ${packet.toString("hex")}`, { cause: error });
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    check(net.takeSent(), UDP_ANSWER_BYTES);
    if (faults.length > 0) throw new Error(`seed ${seed}: faults in the log`, { cause: faults });
    net.deliver(CONTROL);
    const [control] = net.takeSent();
    if (control === undefined || decodeMessage(control).answers.length !== 1) {
      throw new Error(`seed ${seed}: after ${done + ROUND} packets an ordinary query is not answered`);
    }
  }
  return { packets, answered, rcodes };
}

/** An answer is whole, within its limit, and answers somebody who asked. */
function checked(asked: ReadonlySet<number>, answer: Buffer, limit: number): Message {
  if (answer.length > limit) throw new Error(`an answer of ${answer.length} bytes`);
  const message = decodeMessage(answer);
  if (!message.response || !asked.has(message.id)) throw new Error("an answer to no query");
  return message;
}

/** In chunks of any size, after which the client goes away. */
async function overConnection(draw: Draw, net: DirectNet, packet: Buffer): Promise<Buffer[]> {
  const connection = net.open();
  const frame = Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet]);
  for (let at = 0; at < frame.length;) {
    const size = draw(4) === 0 ? 1 + draw(3) : 1 + draw(frame.length);
    connection.deliver(Buffer.from(frame.subarray(at, at + size)));
    at += size;
  }
  await new Promise((resolve) => setImmediate(resolve));
  const messages = connection.takeMessages();
  connection.close();
  return messages;
}

const KEY = tsigKey("k1", "hmac-sha256", "c2VjcmV0");
/** Updates and transfers are about this one, so that the control query's zone stays as it is. */
const DYNAMIC_ZONE = Name.parse("types.test.");

/** Valid messages to begin with: queries about all zones, transfers, updates, notifications and answers, some signed. */
function validMessages(draw: Draw, seed: number): Buffer[] {
  const asked = zoneSet(seed).flatMap((zone) => [...questionsAbout(zone, seed, 50)]);
  const plain = asked.map((question) => queryBytes(draw(65_536), question));
  const transfers = [TYPE.AXFR, TYPE.IXFR].map((type) => queryBytes(draw(65_536), { name: DYNAMIC_ZONE.wire, type }));
  const updates = Array.from({ length: 400 }, () => Buffer.from(encodeMessage(randomUpdate(draw))));
  const others = Array.from({ length: 200 }, () => {
    const message = randomMessage(draw);
    return Buffer.from(encodeMessage({ ...message, response: draw(10) === 0, opcode: [0, 4, 5, 2, 6][draw(5)]! }));
  });
  const unsigned = [...plain, ...transfers, ...updates, ...others];
  const signed = unsigned.filter((_, i) => i % 4 === 0).map((bytes) => Buffer.from(sign(bytes)));
  return [...unsigned, ...signed];
}

function sign(bytes: Uint8Array): Uint8Array {
  return TsigContext.forRequest(KEY).sign(bytes, Math.floor(Date.now() / 1000));
}

/** Prerequisites and changes of every form (RFC 2136 §2.4, §2.5), about few names, so that they meet. */
function randomUpdate(draw: Draw): Message {
  const { answers, authorities, additionals, ...rest } = randomMessage(draw);
  const names = ["host", "u", "new", "*", "a.b"].map((text) => Name.parse(text, DYNAMIC_ZONE));
  const change = (record: ResourceRecord): ResourceRecord => {
    const name = names[draw(names.length)]!;
    const kind = draw(4);
    if (kind < 2) return { ...record, name };
    const empty = { ...record, name, ttl: 0, class: kind === 2 ? CLASS.ANY : CLASS.NONE };
    return draw(2) === 0 ? { ...empty, rdata: new Uint8Array(0) } : empty;
  };
  return {
    ...rest,
    response: false,
    opcode: OPCODE.UPDATE,
    questions: [{ name: DYNAMIC_ZONE, type: TYPE.SOA, class: CLASS.IN }],
    answers: draw(2) === 0 ? [] : answers.slice(0, 1).map(change),
    authorities: [...authorities, ...answers].map(change),
    additionals: additionals.slice(0, 1),
  };
}

function nextPacket(draw: Draw, pool: readonly Buffer[], maxBytes: number): Buffer {
  const kind = draw(20);
  if (kind === 0) return hostilePacket(draw, maxBytes);
  if (kind === 1) return Buffer.from(mutated(draw, hostilePacket(draw, 600)));
  const packet = Buffer.from(pool[draw(pool.length)]!);
  if (kind < 8) return packet;
  // Most changes at random places break a message for good; half of them are small and in what it says.
  if (kind < 14) packet[12 + draw(packet.length - 12)]! ^= 1 << draw(8);
  else return Buffer.from(mutated(draw, packet));
  return packet;
}
