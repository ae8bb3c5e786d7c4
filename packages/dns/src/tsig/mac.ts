/** HMAC over parts, and the comparison that takes as long whatever the outcome. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { algorithmRow, type TsigKey } from "./key.ts";

/** The whole MAC of `parts` one after the other. */
export function fullMac(key: TsigKey, parts: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac(algorithmRow(key.algorithm).hash, key.secret);
  for (const part of parts) hmac.update(part);
  return new Uint8Array(hmac.digest());
}

/** Whether `received` is the beginning of `whole`, in time that depends on its length alone. */
export function beginsWith(whole: Uint8Array, received: Uint8Array): boolean {
  return received.length <= whole.length && timingSafeEqual(whole.subarray(0, received.length), received);
}
