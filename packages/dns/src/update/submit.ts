/** Sending an UPDATE to whom it belongs: which zone a name is in, who is its primary, and the exchange itself. */
import type { Address } from "@tenon/kit";
import type { Reply } from "../client/upstream-client.ts";
import { encodeMessage } from "../message/encode.ts";
import type { Message } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { parseRdata } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";
import { isSoa } from "../zone/changes.ts";
import { ask, type Exchanger, type Remote, request } from "../transfer/exchange.ts";

/** Above it, an update goes over TCP. */
const MAX_UDP_BYTES = 512;

export interface SubmitOptions {
  readonly tcp?: boolean | undefined;
  readonly timeoutMs?: number | undefined;
  readonly attempts?: number | undefined;
  readonly local?: Address | undefined;
}

export interface FoundZone {
  readonly zone: Name;
  /** The primary's name, from the SOA. */
  readonly primary: Name;
}

/** No server knows a zone for a name. */
export class NoZoneError extends Error {
  override readonly name = "NoZoneError";
}

/**
 * The zone that `name` is in: its SOA, or the one that comes with the answer that there is none; else of the names above it. `told` sees each
 * answer. Rejects with NoZoneError, UpstreamError, TsigError.
 */
export async function findZone(
  exchanger: Exchanger,
  remote: Remote,
  name: Name,
  zoneClass: number,
  options: SubmitOptions = {},
  told: (answer: Message) => void = () => {},
): Promise<FoundZone> {
  for (let at: Name | undefined = name; at !== undefined; at = at.parent()) {
    const query = request({ name: at, type: TYPE.SOA, class: zoneClass }, { recursionDesired: true });
    const { message } = await ask(exchanger, remote, query, exchangeOptions(options));
    told(message);
    const soa = message.answers.find(isSoa) ?? message.authorities.find(isSoa);
    const value = soa === undefined ? undefined : parseRdata(TYPE.SOA, soa.rdata);
    // An alias leads elsewhere: what is asked for is the zone that the name itself is in.
    if (value?.type === "SOA" && at.isAtOrBelow(soa!.name)) return { zone: soa!.name, primary: value.mname };
  }
  throw new NoZoneError(`no zone found for ${name.toString()}`);
}

/** Sends `message`, over TCP when it is long. Rejects with UpstreamError, TsigError. */
export function submitUpdate(
  exchanger: Exchanger,
  remote: Remote,
  message: Message,
  options: SubmitOptions = {},
): Promise<Reply> {
  const tcp = options.tcp === true || encodeMessage(message).length > MAX_UDP_BYTES;
  return ask(exchanger, remote, message, { ...exchangeOptions(options), tcp });
}

function exchangeOptions({ tcp, timeoutMs, attempts, local }: SubmitOptions): Parameters<typeof ask>[3] {
  return {
    ...(tcp === undefined ? {} : { tcp }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(attempts === undefined ? {} : { attempts }),
    ...(local === undefined ? {} : { local }),
  };
}
