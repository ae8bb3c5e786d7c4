/** Queries as bytes, made without the encoder. */
import type { Name } from "../../src/name/name.ts";

export interface QueryOptions {
  readonly id?: number;
  /** The header's second word. */
  readonly flags?: number;
  readonly class?: number;
  /** With an OPT record when there is one: the bytes that the client takes. */
  readonly payload?: number;
  readonly ednsVersion?: number;
  readonly ednsFlags?: number;
  /** EDNS options as they stand on the wire. */
  readonly options?: Uint8Array;
}

export function queryBytes(
  name: Name,
  type: number,
  {
    id = 0x1234,
    flags = 0,
    class: queryClass = 1,
    payload,
    ednsVersion = 0,
    ednsFlags = 0,
    options,
  }: QueryOptions = {},
): Uint8Array {
  const header = words(id, flags, 1, 0, 0, payload === undefined ? 0 : 1);
  const question = Buffer.concat([header, name.wire, words(type, queryClass)]);
  if (payload === undefined) return question;
  const data = options ?? new Uint8Array(0);
  return Buffer.concat([question, Buffer.of(0), words(41, payload, ednsVersion, ednsFlags, data.length), data]);
}

export function words(...values: number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]));
}

/** An EDNS option. */
export function option(code: number, data: Uint8Array): Uint8Array {
  return Buffer.concat([words(code, data.length), data]);
}
