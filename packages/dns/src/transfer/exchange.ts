/** Questions to a server that shares a key with us, or none: one answer (SOA, NOTIFY, UPDATE), or a transfer's stream of them. */
import type { Address, World } from "@tenon/kit";
import type { Reply, UpstreamClient, UpstreamQueryOptions } from "../client/upstream-client.ts";
import { UpstreamError } from "../client/errors.ts";
import { DnsError } from "../errors.ts";
import { decodeMessage } from "../message/decode.ts";
import { encodeMessage } from "../message/encode.ts";
import { blankMessage, type Message, type MessageTsig, type Question } from "../message/message.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { TsigContext } from "../tsig/context.ts";
import type { TsigKey } from "../tsig/key.ts";
import type { ZoneData } from "../zone/zone-data.ts";
import { TransferError } from "./errors.ts";
import { ZoneReceiver } from "./zone-receiver.ts";
import { DEFAULT_TRANSFER_LIMITS, type TransferLimits, TransferReader, type TransferResult } from "./reader.ts";

/** Another server, and the key that it and we sign with. */
export interface Remote {
  readonly address: Address;
  readonly key?: TsigKey | undefined;
}

/** What exchanges go through. */
export interface Exchanger {
  readonly world: World;
  readonly client: UpstreamClient;
}

/** A message that asks, before it has an id. */
export function request(question: Question, parts: Partial<Message> = {}): Message {
  return blankMessage({ questions: [question], ...parts });
}

/** Sends `message` under a random id, signed when the remote has a key; its answer then has to be signed too. Rejects with UpstreamError, TsigError, or the signal's reason. */
export async function ask(
  { world, client }: Exchanger,
  remote: Remote,
  message: Message,
  options: Pick<UpstreamQueryOptions, "tcp" | "timeoutMs" | "attempts" | "signal" | "local"> = {},
): Promise<Reply> {
  const { bytes, context } = signed(world, client, remote, message);
  const reply = await client.query(bytes, remote.address, { ...options, keepId: true });
  if (context !== undefined) {
    context.verify(reply.bytes, reply.message, nowSeconds(world));
    context.finish();
  }
  return reply;
}

export interface FetchOptions {
  readonly origin: Question["name"];
  readonly zoneClass: number;
  readonly type: typeof TYPE.AXFR | typeof TYPE.IXFR;
  /** For IXFR: what we have. */
  readonly current?: Pick<ZoneData, "soa" | "serial"> | undefined;
  readonly limits?: TransferLimits | undefined;
  /** The longest silence. */
  readonly idleMs?: number | undefined;
  /** For all of it. */
  readonly totalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_TRANSFER_IDLE_MS = 30_000;
export const DEFAULT_TRANSFER_TOTAL_MS = 7_200_000;

/** Fetches a zone or its changes, as records. Rejects with TransferError, TsigError, UpstreamError, DnsError (what came is no message), or the signal's reason. */
export async function fetchTransfer(
  exchanger: Exchanger,
  remote: Remote,
  options: FetchOptions,
): Promise<TransferResult> {
  const { origin, zoneClass, type, current, limits = DEFAULT_TRANSFER_LIMITS } = options;
  const reader = new TransferReader(origin, type, current?.serial, { zoneClass, limits });
  await receive(exchanger, remote, options, (bytes) => {
    const message = decodeMessage(bytes);
    return { tsig: message.tsig, isDone: reader.push(message) === "done" };
  });
  return reader.result;
}

/** Fetches a whole zone by AXFR. Rejects as `fetchTransfer`, and with ZoneError for what is no zone. */
export async function fetchZone(
  exchanger: Exchanger,
  remote: Remote,
  options: Omit<FetchOptions, "type" | "current">,
): Promise<ZoneData> {
  const receiver = new ZoneReceiver(options.origin, options.zoneClass, options.limits);
  await receive(exchanger, remote, { ...options, type: TYPE.AXFR }, (bytes) => {
    const tsig = receiver.push(bytes);
    return { tsig, isDone: receiver.isDone };
  });
  return receiver.zone();
}

/** Asks, and hands each message of the answer to `take` until that has the last. Nothing counts before this resolves: signatures come after what they sign. */
async function receive(
  { world, client }: Exchanger,
  remote: Remote,
  options: FetchOptions,
  take: (bytes: Uint8Array) => { readonly tsig: MessageTsig | undefined; readonly isDone: boolean },
): Promise<void> {
  const { origin, zoneClass, type, current } = options;
  const { idleMs = DEFAULT_TRANSFER_IDLE_MS, totalMs = DEFAULT_TRANSFER_TOTAL_MS } = options;
  const authorities: ResourceRecord[] = type === TYPE.IXFR && current !== undefined ? [current.soa] : [];
  const query = request({ name: origin, type, class: zoneClass }, { authorities });
  const { bytes, context } = signed(world, client, remote, query);
  const stop = new AbortController();
  const abort = (): void => stop.abort(options.signal!.reason);
  if (options.signal?.aborted === true) throw options.signal.reason;
  options.signal?.addEventListener("abort", abort, { once: true });
  const timer = world.clock.setTimeout(
    () => stop.abort(new TransferError("limit", `the transfer takes longer than ${totalMs / 1000} s`)),
    totalMs,
  );
  try {
    const messages = client.stream(bytes, remote.address, { timeoutMs: idleMs, signal: stop.signal });
    for await (const answer of messages) {
      let taken: ReturnType<typeof take>;
      try {
        taken = take(answer);
      } catch (error) {
        // Of a refusal, its signature says why.
        if (error instanceof TransferError) context?.verify(answer, decodeMessage(answer), nowSeconds(world));
        throw error;
      }
      const { tsig } = taken;
      context?.verify(answer, tsig === undefined ? {} : { tsig }, nowSeconds(world));
      if (!taken.isDone) continue;
      context?.finish();
      return;
    }
    throw new UpstreamError("closed", remote.address);
  } finally {
    timer.close();
    options.signal?.removeEventListener("abort", abort);
  }
}

function signed(
  world: World,
  client: UpstreamClient,
  { key }: Remote,
  message: Message,
): { readonly bytes: Uint8Array; readonly context: TsigContext | undefined } {
  const bytes = encodeMessage({ ...message, id: client.randomId() });
  if (key === undefined) return { bytes, context: undefined };
  const context = TsigContext.forRequest(key);
  return { bytes: context.sign(bytes, nowSeconds(world)), context };
}

function nowSeconds({ clock }: World): number {
  return Math.floor(clock.now() / 1000);
}

/** Whether an exchange failed for what the other side sent, and not for the way there. */
export function isBadAnswer(error: unknown): boolean {
  return error instanceof TransferError || error instanceof DnsError;
}
