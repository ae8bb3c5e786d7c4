/** Messages and master files with bytes changed, taken out and put in; what a decoder has to survive. */
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import { DnsError } from "../../src/errors.ts";
import { rdataText } from "../../src/rdata/rdata.ts";
import { type Draw, drawing, randomMessage } from "./random-messages.ts";

/** `bytes` with one to eight changes. */
export function mutated(draw: Draw, bytes: Uint8Array): Uint8Array {
  let result = Buffer.from(bytes);
  for (let changes = 1 + draw(8); changes > 0 && result.length > 0; changes--) {
    const at = draw(result.length);
    const kind = draw(6);
    if (kind === 0) result = result.subarray(0, at);
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + draw(4))]);
    else if (kind === 2)
      result = Buffer.concat([result.subarray(0, at), Buffer.from([draw(256), draw(256)]), result.subarray(at)]);
    else if (kind === 3) result[at] = 0xc0 | draw(2);
    else if (kind === 4) result[at]! ^= 1 << draw(8);
    else result[at] = draw(256);
  }
  return result;
}

export interface FuzzResult {
  readonly decoded: number;
  readonly refused: number;
}

/**
 * Decodes `count` mutated messages. What decodes is printed, encoded and decoded again, to the same; what does not has thrown a DnsError
 * with FORMERR. Anything else is thrown, with the bytes.
 */
export function fuzzMessages(count: number, seed: number): FuzzResult {
  const draw = drawing(seed);
  let decoded = 0;
  for (let done = 0; done < count;) {
    const original = encodeMessage(randomMessage(draw));
    for (let i = 0; i < 50 && done < count; i++, done++) {
      const bytes = mutated(draw, original);
      try {
        if (survives(bytes)) decoded += 1;
      } catch (error) {
        throw new Error(`seed ${seed}, message ${Buffer.from(bytes).toString("hex")}`, { cause: error });
      }
    }
  }
  return { decoded, refused: count - decoded };
}

function survives(bytes: Uint8Array): boolean {
  let message;
  try {
    message = decodeMessage(bytes);
  } catch (error) {
    if (error instanceof DnsError && error.rcode === 1) return false;
    throw error;
  }
  for (const { type, rdata } of [...message.answers, ...message.authorities, ...message.additionals])
    rdataText(type, rdata);
  const again = decodeMessage(encodeMessage(message));
  const plain = ({ tsig, ...rest }: typeof message): string =>
    JSON.stringify({ ...rest, tsig: tsig?.value.timeSigned });
  if (plain(again) !== plain(message)) throw new Error(`decoded ${plain(message)}, then ${plain(again)}`);
  return true;
}
