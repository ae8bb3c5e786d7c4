/** Transfers and signatures with bytes changed, taken out and put in. */
import { DnsError } from "../../src/errors.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { TYPE } from "../../src/rdata/types.ts";
import { request } from "../../src/transfer/exchange.ts";
import { type OutgoingOptions, transferAnswer, type ZoneHistory } from "../../src/transfer/outgoing.ts";
import { TransferReader, type TransferResult } from "../../src/transfer/reader.ts";
import { TsigContext } from "../../src/tsig/context.ts";
import { keyMap, tsigKey } from "../../src/tsig/key.ts";
import { type ZoneChange, ZoneData } from "../../src/zone/zone-data.ts";
import { mutated } from "./mutations.ts";
import { drawing, randomMessage } from "./random-messages.ts";
import { ORIGIN, randomUpdates, update, ZONE_TEXT, zoneOf } from "./zones.ts";

/** The question of a secondary that has this version. */
export function ixfr(from: ZoneData): Message {
  return request({ name: ORIGIN, type: TYPE.IXFR, class: 1 }, { id: 7, authorities: [from.soa] });
}

/** Versions of a zone by random updates, the oldest first, and what it remembers. */
export function versions(count: number, seed = 3): { zones: ZoneData[]; changes: ZoneChange[]; history: ZoneHistory } {
  const draw = drawing(seed);
  const zones = [zoneOf(ZONE_TEXT)];
  const changes: ZoneChange[] = [];
  while (changes.length < count) {
    const { change } = update(zones.at(-1)!, randomUpdates(draw));
    if (change === undefined) continue;
    changes.push(change);
    zones.push(zones.at(-1)!.with(change));
  }
  const since = (serial: number): ZoneChange[] | undefined => {
    const at = zones.findIndex((zone) => zone.serial === serial);
    return at === -1 ? undefined : changes.slice(at);
  };
  return { zones, changes, history: { since } };
}

export function sent(zone: ZoneData, query: Message, options?: OutgoingOptions): Uint8Array[] {
  const answer = transferAnswer(zone, query, options);
  return Symbol.iterator in answer ? [...answer] : [encodeMessage(answer)];
}

/** What a secondary makes of it. */
export function applied(result: TransferResult, held?: ZoneData): ZoneData {
  if (result.kind === "current") return held!;
  if (result.kind === "full") return ZoneData.fromRecords(ORIGIN, result.records);
  return result.changes.reduce((zone, change) => zone.with(change), held!);
}

/** Pushes mutated streams; what is done of them at the end is a zone or an error of the kinds that there are. */
export function fuzzTransfers(rounds: number, seed: number): { done: number; refused: number } {
  const draw = drawing(seed);
  const { zones, history } = versions(8, seed);
  const newest = zones.at(-1)!;
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    const from = zones[draw(zones.length)]!;
    const messages = sent(newest, ixfr(from), { history }).map((bytes) =>
      draw(3) === 0 ? bytes : mutated(draw, bytes),
    );
    const reader = new TransferReader(ORIGIN, TYPE.IXFR, from.serial);
    try {
      for (const bytes of messages) if (reader.push(decodeMessage(bytes)) === "done") break;
      applied(reader.result, from);
      done += 1;
    } catch (error) {
      const isExpected = ["DnsError", "TransferError", "ZoneError"].includes((error as Error).name);
      if (!isExpected) throw error;
    }
  }
  return { done, refused: rounds - done };
}

/** Verifies mutated signed requests, of which no one may pass that says something else. Returns how many were refused by their signature. */
export function fuzzSignatures(count: number, seed: number): number {
  const nowSeconds = 1_700_000_000;
  const key = tsigKey("key.example.", "hmac-sha256", "c2VjcmV0IHNlY3JldA==");
  const keys = keyMap([key]);
  const draw = drawing(seed);
  let refused = 0;
  for (let done = 0; done < count;) {
    const bytes = TsigContext.forRequest(key).sign(encodeMessage({ ...randomMessage(draw), id: 7 }), nowSeconds);
    const original = decodeMessage(bytes);
    for (let i = 0; i < 20 && done < count; i++, done++) {
      const changed = mutated(draw, bytes);
      let message: Message;
      try {
        message = decodeMessage(changed);
      } catch (error) {
        if (error instanceof DnsError) continue;
        throw error;
      }
      if (message.tsig === undefined) continue;
      const result = TsigContext.verifyRequest(changed, message, keys, nowSeconds);
      if (!("context" in result)) {
        refused += 1;
        continue;
      }
      // Only the id may differ, which is not signed, and letters of the key's name.
      const [found, expected] = [
        { ...message, id: 7 },
        { ...original, tsig: message.tsig },
      ].map((m) => encodeMessage(m));
      if (Buffer.compare(found!, expected!) !== 0) throw new Error(`verified: ${Buffer.from(changed).toString("hex")}`);
    }
  }
  return refused;
}
