/** AXFR and IXFR as dig shows them: the records as they come, and nothing else. */
import { UpstreamError } from "../client/errors.ts";
import { DnsError } from "../errors.ts";
import { decodeMessage } from "../message/decode.ts";
import type { Message } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import { TYPE } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { TransferError } from "../transfer/errors.ts";
import { TransferReader } from "../transfer/reader.ts";
import { type Answered, type Asker, NoServerError } from "./asker.ts";
import type { NamedServer } from "./dig.ts";
import { type Lookup, styleOf } from "./lookup.ts";
import { rdataLayout } from "./rdata-layout.ts";
import { recordLine } from "./record-lines.ts";
import type { Report } from "./report.ts";

/** Throws NoServerError. */
export async function runTransfer(
  asker: Asker,
  report: Report,
  lookup: Lookup,
  name: Name,
  servers: readonly NamedServer[],
): Promise<void> {
  // A single datagram may be enough for changes (RFC 1995 §2).
  if (lookup.type === TYPE.IXFR && lookup.tcp === false)
    return report.answer(lookup, await asker.ask(lookup, name, servers));
  for (let attempt = 1; attempt <= lookup.tries; attempt++) {
    for (const server of servers) {
      try {
        return await transferFrom(asker, report, lookup, name, server);
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        asker.sayFailure(error, name, server);
      }
    }
  }
  asker.giveUp();
  throw new NoServerError();
}

/** Throws UpstreamError. */
async function transferFrom(
  asker: Asker,
  report: Report,
  lookup: Lookup,
  name: Name,
  server: NamedServer,
): Promise<void> {
  const { clock } = asker.world;
  const sent = asker.prepare(lookup, name, server);
  const reader = new TransferReader(name, lookup.type, lookup.serial, { zoneClass: lookup.class });
  const [sentAtMs, startMs] = [clock.now(), clock.monotonic()];
  const stream = await asker.open(lookup, sent.bytes, server);
  let isSignatureGood: boolean | undefined;
  try {
    for (;;) {
      const bytes = await stream.next();
      const message = decoded(bytes);
      if (message === undefined) return report.lines("; Transfer failed.\n");
      if (asker.verified(sent, bytes, message) === false) isSignatureGood = false;
      else isSignatureGood ??= asker.globals.key === undefined ? undefined : true;
      const step = pushed(reader, message);
      if (step === undefined) return report.lines("; Transfer failed.\n");
      const records = lookup.oneSoa && step === "done" ? withoutLastSoa(message.answers, reader) : message.answers;
      if (lookup.answer) report.lines(linesOf(records, lookup, asker.globals.short));
      if (step === "more") continue;
      const { messages, records: count } = reader.progress;
      const total = stream.receivedBytes;
      const answered: Answered = {
        message,
        facts: {},
        bytes: total,
        tcp: true,
        server,
        sentAtMs,
        receivedAtMs: clock.now(),
        elapsedMs: clock.monotonic() - startMs,
        isSignatureGood,
      };
      return report.closing(lookup, answered, { records: count, messages, bytes: total });
    }
  } finally {
    stream.stop();
  }
}

function decoded(bytes: Uint8Array): Message | undefined {
  try {
    return decodeMessage(bytes);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    return undefined;
  }
}

/** Undefined for what is no transfer. */
function pushed(reader: TransferReader, message: Message): "more" | "done" | undefined {
  try {
    return reader.push(message);
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    return undefined;
  }
}

function withoutLastSoa(records: readonly ResourceRecord[], reader: TransferReader): readonly ResourceRecord[] {
  return reader.progress.records > 1 && records.at(-1)?.type === TYPE.SOA ? records.slice(0, -1) : records;
}

function linesOf(records: readonly ResourceRecord[], lookup: Lookup, short: boolean): string {
  const style = styleOf(lookup);
  const line = (record: ResourceRecord): string =>
    short
      ? rdataLayout(record.type, record.rdata, { ...style, multiline: false, rrComments: false })
      : recordLine(record, style);
  return records.map((record) => `${line(record)}\n`).join("");
}
