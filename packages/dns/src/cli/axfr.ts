/** `tenon dns axfr`: fetches a zone, or what has changed in it, and prints it as a master file. */
import process from "node:process";
import { realWorld } from "@tenon/kit";
import { CliError } from "@tenon/kit/cli";
import { UpstreamClient } from "../client/upstream-client.ts";
import { rcodeText } from "../dig/print.ts";
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import { recordText, type ResourceRecord } from "../record.ts";
import { ask, fetchTransfer, request } from "../transfer/exchange.ts";
import { TransferError } from "../transfer/errors.ts";
import type { TransferResult } from "../transfer/reader.ts";
import { isSoa } from "../zone/changes.ts";
import { withSerial } from "../zone/serial.ts";
import { serverAddress, systemNameServer } from "./hosts.ts";
import { keyOf } from "./update.ts";

export interface AxfrOptions {
  readonly port: number;
  readonly y?: string;
  readonly k?: string;
  /** The serial from which on changes are asked for. */
  readonly ixfr?: number;
  /** Seconds of silence. */
  readonly timeout: number;
}

/** Bytes that are gathered before they are written. */
const OUTPUT_CHUNK = 1 << 16;

/** Arguments are the zone's name and `@server`, in either order. */
export async function axfrCommand(words: readonly string[], options: AxfrOptions): Promise<void> {
  const servers = words.filter((word) => word.startsWith("@"));
  const names = words.filter((word) => !word.startsWith("@"));
  if (names.length !== 1 || servers.length > 1) throw new CliError("one zone and one @server at most", 2);
  const client = new UpstreamClient(realWorld);
  try {
    const result = await fetched(client, names[0]!, servers[0]?.slice(1), options);
    for (const chunk of printed(result)) process.stdout.write(chunk);
  } catch (error) {
    throw explained(error, names[0]!);
  } finally {
    client.close();
  }
}

async function fetched(
  client: UpstreamClient,
  zone: string,
  server: string | undefined,
  options: AxfrOptions,
): Promise<TransferResult> {
  const exchanger = { world: realWorld, client };
  const address =
    server === undefined ? systemNameServer(options.port) : await serverAddress(exchanger, server, options.port);
  const remote = { address, key: keyOf(options) };
  const origin = Name.parse(zone);
  const idleMs = options.timeout * 1000;
  const common = { origin, zoneClass: CLASS.IN, idleMs };
  if (options.ixfr === undefined) return fetchTransfer(exchanger, remote, { ...common, type: TYPE.AXFR });
  const serial = options.ixfr;
  // All that counts of the SOA in the question is its serial; a server may want the rest to be one.
  const asked = request({ name: origin, type: TYPE.SOA, class: CLASS.IN });
  const { message } = await ask(exchanger, remote, asked, { timeoutMs: idleMs });
  const soa = message.answers.find(isSoa);
  if (soa === undefined) throw new TransferError("refused", "no SOA", message.rcode);
  const current = { serial, soa: { ...soa, rdata: withSerial(soa.rdata, serial) } };
  return fetchTransfer(exchanger, remote, { ...common, type: TYPE.IXFR, current });
}

function* printed(result: TransferResult): Generator<string> {
  let text = "";
  for (const line of linesOf(result)) {
    text += `${line}\n`;
    if (text.length < OUTPUT_CHUNK) continue;
    yield text;
    text = "";
  }
  yield text;
}

/** A zone as its records; changes with what goes behind `-` and what comes behind `+`, as `zone diff` has them. */
function* linesOf(result: TransferResult): Generator<string> {
  if (result.kind === "full") {
    for (const record of result.records) yield recordText(record);
  } else if (result.kind === "incremental") {
    const signed = (sign: string, records: readonly ResourceRecord[]): string[] =>
      records.map((record) => `${sign}${recordText(record)}`);
    for (const { removed, added } of result.changes) {
      yield* signed("-", removed);
      yield* signed("+", added);
    }
  }
}

function explained(error: unknown, zone: string): unknown {
  if (error instanceof TransferError && error.rcode !== undefined) {
    return new CliError(`${zone}: the server answers ${rcodeText(error.rcode)}`, 1, { cause: error });
  }
  const isOurs = error instanceof CliError || !(error instanceof Error);
  const isExpected = error instanceof DnsError || /^(?:Transfer|Tsig|Upstream)Error$/.test((error as Error).name);
  return isOurs || !isExpected ? error : new CliError(`${zone}: ${error.message}`, 1, { cause: error });
}
