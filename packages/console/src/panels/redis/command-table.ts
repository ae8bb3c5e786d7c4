/**
 * The server's own command table, made from its `COMMAND` and `COMMAND DOCS`. The first is old and everywhere; the
 * second (7.0) brings summaries and arguments, and is done without where it is missing.
 */
import type { CommandEntry, WireReply } from "./wire.ts";

/** Names from `COMMAND`, documentation from `COMMAND DOCS`; in the order of their names. */
export function commandTable(commands: WireReply, docs: WireReply): CommandEntry[] {
  const entries = new Map<string, CommandEntry>();
  const add = (name: string, doc: Fields | undefined): void => {
    const upper = name.replace("|", " ").toUpperCase();
    entries.set(upper, {
      name: upper,
      summary: textOf(doc?.get("summary")),
      since: textOf(doc?.get("since")),
      syntax: listOf(doc?.get("arguments")).map(argumentText).join(" "),
    });
  };
  for (const command of listOf(commands)) {
    const name = textOf(listOf(command)[0]);
    if (name !== "") add(name, undefined);
  }
  for (const [name, doc] of fieldsOf(docs) ?? []) {
    const fields = fieldsOf(doc);
    const subcommands = fieldsOf(fields?.get("subcommands"));
    add(name, fields);
    for (const [subcommand, subdoc] of subcommands ?? []) add(subcommand, fieldsOf(subdoc));
  }
  return [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** One argument as the documentation of Redis writes it: `[NX | XX]`, `key [key ...]`, `EX seconds`. */
function argumentText(argument: WireReply): string {
  const fields = fieldsOf(argument);
  if (fields === undefined) return "";
  const flags = listOf(fields.get("flags")).map(textOf);
  const children = listOf(fields.get("arguments")).map(argumentText);
  const type = textOf(fields.get("type"));
  const token = textOf(fields.get("token"));
  let value = textOf(fields.get("display_text")) || textOf(fields.get("name"));
  if (type === "pure-token") value = "";
  else if (type === "oneof") value = children.join(" | ");
  else if (type === "block") value = children.join(" ");

  let text = [token, value].filter(Boolean).join(" ");
  if (type === "oneof" && !flags.includes("optional")) text = `<${text}>`;
  if (flags.includes("multiple")) {
    const repeated = flags.includes("multiple_token") || token === "" ? text : value;
    text = `${text} [${repeated} ...]`;
  }
  return flags.includes("optional") ? `[${text}]` : text;
}

function isMap(
  reply: WireReply,
): reply is Extract<WireReply, { readonly map: readonly (readonly [WireReply, WireReply])[] }> {
  return typeof reply === "object" && reply !== null && !Array.isArray(reply) && "map" in reply;
}

type Fields = ReadonlyMap<string, WireReply>;

/** A map of RESP3, or the flat array that RESP2 has instead. */
function fieldsOf(reply: WireReply | undefined): Fields | undefined {
  if (reply === null || typeof reply !== "object") return undefined;
  if (isMap(reply)) return new Map(reply.map.map(([name, value]) => [textOf(name), value]));
  const list = listOf(reply);
  if (list.length === 0) return undefined;
  const fields = new Map<string, WireReply>();
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(textOf(list[i]), list[i + 1]!);
  return fields;
}

function listOf(reply: WireReply | undefined): readonly WireReply[] {
  if (Array.isArray(reply)) return reply as readonly WireReply[];
  return typeof reply === "object" && reply !== null && "set" in reply ? reply.set : [];
}

function textOf(reply: WireReply | undefined): string {
  if (typeof reply === "string") return reply;
  return typeof reply === "object" && reply !== null && "status" in reply ? reply.status : "";
}
