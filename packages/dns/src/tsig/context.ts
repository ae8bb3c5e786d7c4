/**
 * Transaction signatures (RFC 8945).
 *
 * A MAC covers, in this order: the MAC before it in the exchange, behind its length (the request's for the first answer, the newest
 * answer's for those after it); the messages since that one, each without its TSIG record and under its original id; and the signature's
 * own variables, all of them for a request and the first answer, the time and fudge alone for what follows in a stream (§5.3.1).
 * So a context is one exchange: a request, and all answers to it.
 *
 * What is checked goes in the order of §5.2: key, MAC, time, length of the MAC. Errors about key and MAC are answered unsigned; the
 * other two are signed, since whoever asked has the key.
 */
import type { Message, MessageTsig } from "../message/message.ts";
import { HEADER_BYTES } from "../message/message.ts";
import { RCODES } from "../message/rcodes.ts";
import { Name } from "../name/name.ts";
import { rdataBytes } from "../rdata/rdata.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import { WireWriter } from "../wire/writer.ts";
import { TSIG_ERROR, TsigError, type TsigErrorCode } from "./errors.ts";
import { algorithmRow, keyId, type TsigKey } from "./key.ts";
import { beginsWith, fullMac } from "./mac.ts";

/** Seconds by which clocks may differ (RFC 8945 §10). */
export const DEFAULT_FUDGE = 300;
/** Messages of a stream that may follow each other without a signature (RFC 8945 §5.3.1). */
export const MAX_UNSIGNED_MESSAGES = 99;
/** RFC 8945 §5.2.2.1: a MAC is at least so long, and at least half its hash. */
const MIN_MAC_BYTES = 10;
const ARCOUNT_OFFSET = 10;

const EMPTY = new Uint8Array(0);

/** What a signature says besides its MAC. */
interface Variables {
  readonly timeSigned: number;
  readonly fudge: number;
  readonly error: number;
  readonly other: Uint8Array;
}

/** A request that may be answered under `context`. */
export interface VerifiedRequest {
  readonly key: TsigKey;
  readonly context: TsigContext;
}

/** A request that may not. */
export interface RefusedRequest {
  /** For the header: NOTAUTH, or FORMERR. */
  readonly rcode: number;
  /** What the signature's error field says; undefined beside FORMERR. */
  readonly error: TsigErrorCode | undefined;
  /** Appends to the encoded answer what tells the client of the error. */
  sign(response: Uint8Array): Uint8Array;
}

export class TsigContext {
  readonly key: TsigKey;
  readonly #algorithm: Name;
  readonly #fudge: number;
  readonly #asks: boolean;
  /** The MAC before, as it was sent. */
  #priorMac: Uint8Array;
  /** Whether an answer has gone out or come in. */
  #streaming = false;
  /** Messages that came without a signature since the newest one. */
  #unsigned: Uint8Array[] = [];

  private constructor(key: TsigKey, algorithm: Name, fudge: number, priorMac: Uint8Array | undefined) {
    this.key = key;
    this.#algorithm = algorithm;
    this.#fudge = fudge;
    this.#asks = priorMac === undefined;
    this.#priorMac = priorMac ?? EMPTY;
  }

  /** For who asks: `sign` the request, then `verify` each answer, then `finish`. */
  static forRequest(key: TsigKey, fudge: number = DEFAULT_FUDGE): TsigContext {
    return new TsigContext(key, algorithmRow(key.algorithm).wireName, fudge, undefined);
  }

  /**
   * For who answers. `message` was read from `bytes` and has a signature; `keys` are by `keyId` of their names.
   * Takes one HMAC, whatever is wrong.
   */
  static verifyRequest(
    bytes: Uint8Array,
    message: Message,
    keys: ReadonlyMap<string, TsigKey>,
    nowSeconds: number,
  ): VerifiedRequest | RefusedRequest {
    const tsig = message.tsig!; // what the caller has looked at
    const { value } = tsig;
    const key = keys.get(keyId(tsig.key));
    if (key === undefined || !goesBy(key, value.algorithm)) return refusedUnsigned(tsig, "BADKEY");
    if (!isPossibleLength(key, value.mac.length)) {
      return { rcode: RCODES.FORMERR, error: undefined, sign: (response) => response };
    }
    const whole = fullMac(key, [...strippedMessage(bytes, tsig), allVariables(key.name, value.algorithm, value)]);
    if (!beginsWith(whole, value.mac)) return refusedUnsigned(tsig, "BADSIG");
    const context = new TsigContext(key, value.algorithm, value.fudge, value.mac);
    const error = lateOrShort(key, tsig, nowSeconds);
    if (error === undefined) return { key, context };
    const late = error === "BADTIME";
    return {
      rcode: RCODES.NOTAUTH,
      error,
      // RFC 8945 §5.2.3: the client's time again, so that the client can check it, and ours beside it.
      sign: (response) =>
        context.#append(response, {
          timeSigned: late ? value.timeSigned : nowSeconds,
          fudge: value.fudge,
          error: TSIG_ERROR[error],
          other: late ? sixBytes(nowSeconds) : EMPTY,
        }),
    };
  }

  /** Bytes that `sign` adds. */
  get recordBytes(): number {
    const { name, algorithm } = this.key;
    return name.wire.length + 10 + this.#algorithm.wire.length + 16 + algorithmRow(algorithm).macBytes;
  }

  /** The encoded message with its signature; the request first where we ask, else the answers one after the other. */
  sign(message: Uint8Array, nowSeconds: number): Uint8Array {
    return this.#append(message, { timeSigned: nowSeconds, fudge: this.#fudge, error: 0, other: EMPTY });
  }

  /**
   * Checks an answer that was read from `bytes`. The first has to be signed; between signed ones there may be others, which count when the
   * next signed one does. Throws TsigError; the exchange is over then.
   */
  verify(bytes: Uint8Array, message: Pick<Message, "tsig">, nowSeconds: number): void {
    const { tsig } = message;
    if (tsig === undefined) return this.#withoutSignature(bytes);
    const { value } = tsig;
    if (!tsig.key.equals(this.key.name) || !goesBy(this.key, value.algorithm)) {
      throw new TsigError("BADKEY", `the answer is signed with the key ${tsig.key.toString()}`);
    }
    const named = errorNamed(value.error);
    // RFC 8945 §5.3.2: these two come unsigned, so they are nothing to rely on but to give up on.
    if (value.mac.length === 0 && (named === "BADKEY" || named === "BADSIG")) {
      throw new TsigError(named, `the server says ${named}`, true);
    }
    if (!isPossibleLength(this.key, value.mac.length)) {
      throw new TsigError("FORMERR", `a MAC of ${value.mac.length} bytes`);
    }
    const whole = fullMac(this.key, [
      ...this.#before(),
      ...this.#unsigned,
      ...strippedMessage(bytes, tsig),
      this.#streaming ? timers(value) : allVariables(this.key.name, value.algorithm, value),
    ]);
    if (!beginsWith(whole, value.mac)) throw new TsigError("BADSIG", "the answer's MAC is not right");
    if (named !== undefined) throw new TsigError(named, peerSays(named, value.other), true);
    const error = lateOrShort(this.key, tsig, nowSeconds);
    if (error === "BADTIME") throw new TsigError(error, `signed at ${value.timeSigned}, and it is ${nowSeconds}`);
    if (error !== undefined) throw new TsigError(error, `a MAC of ${value.mac.length} bytes is too short`);
    this.#priorMac = value.mac;
    this.#streaming = true;
    this.#unsigned = [];
  }

  /** Throws TsigError when the last answer was not signed, or none came. */
  finish(): void {
    if (!this.#streaming || this.#unsigned.length > 0) {
      throw new TsigError("unsigned", "the last message of the answer is not signed");
    }
  }

  #withoutSignature(bytes: Uint8Array): void {
    if (!this.#streaming) throw new TsigError("unsigned", "the answer is not signed");
    if (this.#unsigned.length >= MAX_UNSIGNED_MESSAGES) {
      throw new TsigError("unsigned", `more than ${MAX_UNSIGNED_MESSAGES} messages without a signature`);
    }
    this.#unsigned.push(Uint8Array.from(bytes));
  }

  #before(): Uint8Array[] {
    return this.#priorMac.length === 0 ? [] : [twoBytes(this.#priorMac.length), this.#priorMac];
  }

  #append(message: Uint8Array, variables: Variables): Uint8Array {
    const { key } = this;
    const whole = fullMac(key, [
      ...this.#before(),
      message,
      this.#streaming ? timers(variables) : allVariables(key.name, this.#algorithm, variables),
    ]);
    const mac = whole.subarray(0, algorithmRow(key.algorithm).macBytes);
    this.#priorMac = mac;
    this.#streaming = !this.#asks;
    return appendRecord(message, key.name, this.#algorithm, variables, mac);
  }
}

/** Whether `name` is what messages may call the key's algorithm: also by RFC 8945's name for the truncated one. */
function goesBy(key: TsigKey, name: Name): boolean {
  return algorithmRow(key.algorithm).wireName.equals(name) || Name.parse(key.algorithm).equals(name);
}

function isPossibleLength(key: TsigKey, length: number): boolean {
  const { hashBytes } = algorithmRow(key.algorithm);
  return length <= hashBytes && length >= Math.max(MIN_MAC_BYTES, hashBytes / 2);
}

/** What is left to check of a signature whose MAC is right. */
function lateOrShort(key: TsigKey, { value }: MessageTsig, nowSeconds: number): "BADTIME" | "BADTRUNC" | undefined {
  if (Math.abs(nowSeconds - value.timeSigned) > value.fudge) return "BADTIME";
  return value.mac.length < algorithmRow(key.algorithm).macBytes ? "BADTRUNC" : undefined;
}

function refusedUnsigned(tsig: MessageTsig, error: "BADKEY" | "BADSIG"): RefusedRequest {
  const { algorithm, timeSigned, fudge } = tsig.value;
  return {
    rcode: RCODES.NOTAUTH,
    error,
    sign: (response) =>
      appendRecord(response, tsig.key, algorithm, { timeSigned, fudge, error: TSIG_ERROR[error], other: EMPTY }, EMPTY),
  };
}

function errorNamed(error: number): Exclude<TsigErrorCode, "unsigned" | "FORMERR"> | undefined {
  for (const name of ["BADSIG", "BADKEY", "BADTIME", "BADTRUNC"] as const) if (TSIG_ERROR[name] === error) return name;
  return undefined;
}

function peerSays(error: TsigErrorCode, other: Uint8Array): string {
  if (error !== "BADTIME" || other.length !== 6) return `the server says ${error}`;
  return `the server says BADTIME; its clock shows ${Buffer.from(other).readUIntBE(0, 6)}`;
}

/** The message before its TSIG record, as it was when it was signed: under its own id, and not counting that record. */
function strippedMessage(bytes: Uint8Array, { offset, value }: MessageTsig): Uint8Array[] {
  const header = bytes.slice(0, HEADER_BYTES);
  header[0] = value.originalId >>> 8;
  header[1] = value.originalId & 0xff;
  addToCount(header, -1);
  return [header, bytes.subarray(HEADER_BYTES, offset)];
}

/** RFC 8945 §4.3.3. */
function allVariables(key: Name, algorithm: Name, { timeSigned, fudge, error, other }: Variables): Uint8Array {
  const writer = new WireWriter("canonical");
  writer.name(key, "foldable");
  writer.u16(CLASS.ANY);
  writer.u32(0);
  writer.name(algorithm, "foldable");
  writer.u48(timeSigned);
  writer.u16(fudge);
  writer.u16(error);
  writer.prefixed16(() => writer.bytes(other));
  return writer.take();
}

/** RFC 8945 §5.3.1. */
function timers({ timeSigned, fudge }: Variables): Uint8Array {
  const writer = new WireWriter("plain", 8, 8);
  writer.u48(timeSigned);
  writer.u16(fudge);
  return writer.take();
}

function appendRecord(
  message: Uint8Array,
  key: Name,
  algorithm: Name,
  variables: Variables,
  mac: Uint8Array,
): Uint8Array {
  const writer = new WireWriter("plain", undefined, message.length + 256);
  writer.bytes(message);
  writer.name(key, "exact");
  writer.u16(TYPE.TSIG);
  writer.u16(CLASS.ANY);
  writer.u32(0);
  const originalId = (message[0]! << 8) | message[1]!;
  writer.prefixed16(() => writer.bytes(rdataBytes({ type: "TSIG", algorithm, ...variables, mac, originalId })));
  const signed = writer.take();
  addToCount(signed, 1);
  return signed;
}

function addToCount(header: Uint8Array, by: number): void {
  const count = ((header[ARCOUNT_OFFSET]! << 8) | header[ARCOUNT_OFFSET + 1]!) + by;
  header[ARCOUNT_OFFSET] = count >>> 8;
  header[ARCOUNT_OFFSET + 1] = count & 0xff;
}

function twoBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

function sixBytes(value: number): Uint8Array {
  const writer = new WireWriter("plain", 6, 6);
  writer.u48(value);
  return writer.take();
}
