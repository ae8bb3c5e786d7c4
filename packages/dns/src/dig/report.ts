/** Everything dig prints around messages, and when. */
import type { Message } from "../message/message.ts";
import { typeText } from "../rdata/types.ts";
import type { Answered } from "./asker.ts";
import { serverText } from "./asker.ts";
import type { NamedServer } from "./dig.ts";
import { type Globals, type Lookup, styleOf } from "./lookup.ts";
import { messageText } from "./print.ts";
import { rdataLayout } from "./rdata-layout.ts";
import { type Exchanged, messageJson, messageYaml } from "./yaml.ts";

const ANYWHERE = { 4: "0.0.0.0", 6: "::" } as const;

export class Report {
  readonly #globals: Globals;
  readonly #print: (text: string) => void;
  /** What stands above the first message; printed once, unless `repeat` says otherwise. */
  #greeting = "";
  #greetingAgain = "";

  constructor(globals: Globals, print: (text: string) => void) {
    this.#globals = globals;
    this.#print = print;
  }

  /** A lookup begins. */
  begin(greeting: string): void {
    this.#greeting = this.#greetingAgain = greeting;
  }

  /** The same lookup once more, of another name. */
  repeat(): void {
    this.#greeting = this.#greetingAgain;
  }

  /** A line, where messages have comments. */
  comment(lookup: Lookup, text: string): void {
    if (lookup.comments && !this.#isForPrograms) this.#print(`${text}\n`);
  }

  warning(text: string): void {
    if (!this.#isForPrograms) this.#print(`${text}\n`);
  }

  /** With `+nobesteffort`: what came, byte by byte. */
  badPacket(bytes: Uint8Array): void {
    const rows: string[] = [];
    for (let at = 0; at < bytes.length; at += DUMP_WIDTH) {
      const row = bytes.subarray(at, at + DUMP_WIDTH);
      const digits = Array.from(row, (byte) => `${byte.toString(16).padStart(2, "0")} `).join("");
      const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
      rows.push(`${digits.padEnd(DUMP_WIDTH * 3)}${" ".repeat(9)}${text}\n`);
    }
    this.warning(`;; Got bad packet: unexpected end of input\n${bytes.length} bytes\n${rows.join("").trimEnd()}`);
  }

  /** No connection, or no socket: the end of a try, which says so each time. */
  noConnection(text: string): void {
    if (this.#isForPrograms) this.#noServers();
    else this.#print(`${text}\n;; no servers could be reached\n`);
  }

  /** Nobody has answered. */
  unreachable(): void {
    this.#greet();
    if (this.#isForPrograms) this.#noServers();
    else this.#print(";; no servers could be reached\n");
  }

  #noServers(): void {
    const text = "no servers could be reached";
    this.#print(
      this.#globals.yaml ? `- type: DIG_ERROR\n  message: |\n    ${text}\n` : `${JSON.stringify({ error: text })}\n`,
    );
  }

  /** With `+qr`. */
  query(
    lookup: Lookup,
    message: Message,
    facts: { readonly sentAtMs: number; readonly bytes: number; readonly tcp: boolean; readonly server: NamedServer },
  ): void {
    if (this.#globals.showCommand) this.#greet();
    const { sentAtMs, bytes, tcp, server } = facts;
    const style = styleOf(lookup);
    if (this.#isForPrograms) {
      const exchanged = this.#exchanged("query", { sentAtMs, receivedAtMs: sentAtMs, bytes, tcp, server });
      this.#print(this.#globals.yaml ? messageYaml(message, exchanged, style, {}) : messageJson(message, exchanged));
      return;
    }
    this.comment(lookup, ";; Sending:");
    this.#print(messageText(message, style, { namesQuerySections: true }));
    if (lookup.stats) this.#print(`;; QUERY SIZE: ${bytes}\n\n`);
  }

  answer(lookup: Lookup, answered: Answered): void {
    const { message, facts } = answered;
    const { yaml, short } = this.#globals;
    if (this.#globals.showCommand) this.#greet();
    if (this.#isForPrograms) {
      const exchanged = this.#exchanged("response", answered);
      const style = { ...styleOf(lookup), ...(short ? { answer: false } : {}) };
      this.#print(yaml ? messageYaml(message, exchanged, style, facts) : messageJson(message, exchanged));
      // Not much of a YAML any more, but what dig does.
      if (yaml && short) this.#shortAnswers(lookup, answered);
      return;
    }
    if (short) this.#shortAnswers(lookup, answered);
    else {
      this.comment(lookup, ";; Got answer:");
      this.#print(messageText(message, styleOf(lookup), { ...facts, namesQuerySections: true, isAnswer: true }));
    }
    this.closing(lookup, answered);
  }

  /** Data alone, on one line each. */
  #shortAnswers(lookup: Lookup, answered: Answered): void {
    const style = { ...styleOf(lookup), multiline: false, rrComments: false };
    const width = lookup.splitWidth ?? SHORT_SPLIT_WIDTH;
    const from = lookup.identify
      ? ` from server ${answered.server.address} in ${this.#elapsed(answered, "ms.", "us.")}`
      : "";
    for (const { type, rdata } of answered.message.answers) {
      this.#print(`${rdataLayout(type, rdata, { ...style, splitWidth: width })}${from}\n`);
    }
  }

  /** The numbers behind an answer. `transfer`: of all its messages. */
  closing(
    lookup: Lookup,
    answered: Answered,
    transfer?: { readonly records: number; readonly messages: number; readonly bytes: number },
  ): void {
    if (this.#isForPrograms) return;
    const { server, tcp, bytes, isSignatureGood, receivedAtMs } = answered;
    if (lookup.stats) {
      const size =
        transfer === undefined
          ? `;; MSG SIZE  rcvd: ${bytes}`
          : `;; XFR size: ${transfer.records} records (messages ${transfer.messages}, bytes ${transfer.bytes})`;
      const lines = [
        `;; Query time: ${this.#elapsed(answered, "msec", "usec")}`,
        `;; SERVER: ${serverText(server)} (${tcp ? "TCP" : "UDP"})`,
        `;; WHEN: ${whenText(receivedAtMs)}`,
        size,
        ...(isSignatureGood === false ? [";; WARNING -- Some TSIG could not be validated"] : []),
        ...(this.#globals.keyIsUnusable ? [";; WARNING -- TSIG key was not used."] : []),
      ];
      this.#print(`${lines.join("\n")}\n\n`);
    } else if (lookup.identify && !this.#globals.short) {
      this.#print(
        `;; Received ${bytes} bytes from ${serverText(server)} in ${this.#elapsed(answered, "ms", "us")}\n\n`,
      );
    }
  }

  /** With `+nssearch`: what one of a zone's servers has. */
  nameServer(lookup: Lookup, answered: Answered): void {
    const style = { ...styleOf(lookup), multiline: false, rrComments: false };
    const from = `from server ${answered.server.address} in ${this.#elapsed(answered, "ms.", "us.")}`;
    for (const { type, rdata } of answered.message.answers) {
      this.#print(`${typeText(type)} ${rdataLayout(type, rdata, style)} ${from}\n`);
    }
  }

  /** Lines of a transfer, as they come. */
  lines(text: string): void {
    if (this.#globals.showCommand) this.#greet();
    this.#print(text);
  }

  #elapsed({ elapsedMs }: Answered, milliseconds: string, microseconds: string): string {
    return this.#globals.microseconds
      ? `${Math.round(elapsedMs * 1000)} ${microseconds}`
      : `${Math.floor(elapsedMs)} ${milliseconds}`;
  }

  #greet(): void {
    this.#print(this.#greeting);
    this.#greeting = "";
  }

  get #isForPrograms(): boolean {
    return this.#globals.yaml || this.#globals.json;
  }

  #exchanged(
    kind: Exchanged["kind"],
    {
      sentAtMs,
      receivedAtMs,
      bytes,
      tcp,
      server,
    }: Pick<Answered, "sentAtMs" | "receivedAtMs" | "bytes" | "tcp" | "server">,
  ): Exchanged {
    const local = this.#globals.local ?? { address: ANYWHERE[server.address.includes(":") ? 6 : 4], port: 0 };
    return { kind, queryTimeMs: sentAtMs, responseTimeMs: receivedAtMs, bytes, tcp, server, local };
  }
}

const SHORT_SPLIT_WIDTH = 56;
const DUMP_WIDTH = 16;

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `Sun Nov 22 19:12:04 UTC 2026`, in local time. */
function whenText(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(date);
  const zoneName = zone.find(({ type }) => type === "timeZoneName")?.value ?? "UTC";
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${WEEKDAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${two(date.getDate())} ${time} ${zoneName} ${date.getFullYear()}`;
}
