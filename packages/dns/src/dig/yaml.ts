/** dig's `+yaml`, and our `+json`: messages for programs. */
import { type Message, OPCODE } from "../message/message.ts";
import { rdataText } from "../rdata/rdata.ts";
import { classText, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { flagsText, type MessageFacts, opcodeText, optionText, rcodeText } from "./print.ts";
import { rdataLayout } from "./rdata-layout.ts";
import type { MessageStyle } from "./style.ts";

/** Where a message went or came from. */
export interface Exchanged {
  readonly kind: "query" | "response";
  /** Wall time, milliseconds since 1970. */
  readonly queryTimeMs: number;
  readonly responseTimeMs: number;
  readonly bytes: number;
  readonly tcp: boolean;
  readonly server: { readonly address: string; readonly port: number };
  readonly local: { readonly address: string; readonly port: number };
}

export function messageYaml(message: Message, exchanged: Exchanged, style: MessageStyle, facts: MessageFacts): string {
  const { kind, queryTimeMs, responseTimeMs, bytes, tcp, server, local } = exchanged;
  const isQuery = kind === "query";
  const type = isQuery
    ? message.recursionDesired
      ? "RECURSIVE_QUERY"
      : "ITERATIVE_QUERY"
    : message.recursionDesired && message.recursionAvailable
      ? "RECURSIVE_RESPONSE"
      : "AUTH_RESPONSE";
  const lines = [
    "- type: MESSAGE",
    "  message:",
    `    type: ${type}`,
    `    query_time: !!timestamp ${new Date(queryTimeMs).toISOString()}`,
    ...(isQuery ? [] : [`    response_time: !!timestamp ${new Date(responseTimeMs).toISOString()}`]),
    `    message_size: ${bytes}b`,
    `    socket_family: ${server.address.includes(":") ? "INET6" : "INET"}`,
    `    socket_protocol: ${tcp ? "TCP" : "UDP"}`,
    `    response_address: "${server.address}"`,
    `    response_port: ${server.port}`,
    `    query_address: "${local.address}"`,
    `    query_port: ${local.port}`,
    `    ${isQuery ? "query" : "response"}_message_data:`,
    ...dataLines(message, style, facts).map((line) => `      ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

function dataLines(message: Message, style: MessageStyle, facts: MessageFacts): string[] {
  const { questions, answers, authorities, additionals, edns, tsig } = message;
  const extras = additionals.length + (edns === undefined ? 0 : 1) + (tsig === undefined ? 0 : 1);
  const counts = facts.counts ?? [questions.length, answers.length, authorities.length, extras];
  const isUpdate = message.opcode === OPCODE.UPDATE;
  const names = isUpdate
    ? (["ZONE", "PREREQ", "UPDATE", "ADDITIONAL"] as const)
    : (["QUESTION", "ANSWER", "AUTHORITY", "ADDITIONAL"] as const);
  const lines = [
    `opcode: ${opcodeText(message.opcode)}`,
    `status: ${rcodeText(message.rcode)}`,
    `id: ${message.id}`,
    `flags:${flagsText(message)}`,
    ...names.map((name, i) => `${name}: ${counts[i]}`),
  ];
  if (edns !== undefined && style.comments) {
    lines.push("OPT_PSEUDOSECTION:", "  EDNS:", `    version: ${edns.version}`);
    lines.push(`    flags:${edns.dnssecOk ? " do" : ""}`);
    if (edns.reservedFlags !== undefined) lines.push(`    MBZ: 0x${edns.reservedFlags.toString(16).padStart(4, "0")}`);
    lines.push(`    udp: ${edns.udpPayload}`);
    lines.push(...edns.options.map((option) => `    ${optionText(option, facts)}`));
  }
  const rows: readonly (readonly [isShown: boolean, name: string, rows: readonly string[]])[] = [
    [
      style.question,
      names[0],
      questions.map((one) => `${one.name.toString()} ${classText(one.class)} ${typeText(one.type)}`),
    ],
    [style.answer, names[1], answers.map((record) => recordText(record, style))],
    [style.authority, names[2], authorities.map((record) => recordText(record, style))],
    [style.additional, names[3], additionals.map((record) => recordText(record, style))],
  ];
  for (const [isShown, name, texts] of rows) {
    if (!isShown || texts.length === 0) continue;
    lines.push(`${name}_SECTION:`, ...texts.map((text) => `  - '${text.replaceAll("'", "''")}'`));
  }
  return lines;
}

function recordText({ name, ttl, class: recordClass, type, rdata }: ResourceRecord, style: MessageStyle): string {
  const data = rdataLayout(type, rdata, { ...style, multiline: false });
  return `${name.toString()} ${ttl} ${classText(recordClass)} ${typeText(type)} ${data}`;
}

/** As one line of JSON. */
export function messageJson(message: Message, exchanged: Exchanged): string {
  const { queryTimeMs, responseTimeMs, bytes, tcp, server } = exchanged;
  const record = ({ name, ttl, class: recordClass, type, rdata }: ResourceRecord): object => ({
    name: name.toString(),
    type: typeText(type),
    class: classText(recordClass),
    ttl,
    data: rdataText(type, rdata),
  });
  const { edns } = message;
  const value = {
    server: `${server.address}#${server.port}`,
    protocol: tcp ? "tcp" : "udp",
    size: bytes,
    queryTimeMs: responseTimeMs - queryTimeMs,
    id: message.id,
    opcode: opcodeText(message.opcode),
    status: rcodeText(message.rcode),
    flags: flagsText(message).trim().split(" "),
    ...(edns === undefined
      ? {}
      : {
          edns: {
            version: edns.version,
            dnssecOk: edns.dnssecOk,
            udpPayload: edns.udpPayload,
            options: edns.options.map((option) => optionText(option)),
          },
        }),
    question: message.questions.map((one) => ({
      name: one.name.toString(),
      type: typeText(one.type),
      class: classText(one.class),
    })),
    answer: message.answers.map(record),
    authority: message.authorities.map(record),
    additional: message.additionals.map(record),
  };
  return `${JSON.stringify(value)}\n`;
}
