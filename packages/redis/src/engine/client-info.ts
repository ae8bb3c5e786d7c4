/** A client in one line: CLIENT LIST, CLIENT INFO, ACL LOG. */
import type { Client } from "./client.ts";

/** The letters of CLIENT LIST's flags. */
function flagsOf(client: Client): string {
  let flags = "";
  if (client.isReplica) flags += "S";
  if (client.isMaster) flags += "M";
  if (client.monitor) flags += "O";
  if (client.subscriptions + client.shardChannels.size > 0) flags += "P";
  if (client.queue !== undefined) flags += "x";
  if (client.blocked !== undefined) flags += "b";
  if (client.watchBroken) flags += "d";
  if (client.closing) flags += "c";
  if (client.address.remote.endsWith(":0")) flags += "U";
  if (client.noEvict) flags += "e";
  if (client.noTouch) flags += "T";
  return flags === "" ? "N" : flags;
}

/** Bytes of output that have not left yet. */
function outputBytes(client: Client): number {
  return client.sink.queuedBytes;
}

/** One line of CLIENT LIST, without its newline. */
export function describeClient(client: Client, now: number): string {
  const queued = client.parser.pendingBytes;
  const out = outputBytes(client);
  const fields: readonly (readonly [string, string | number])[] = [
    ["id", client.id],
    ["addr", client.address.remote],
    ["laddr", client.address.local],
    ["fd", client.address.descriptor],
    ["name", client.name],
    ["age", Math.floor((now - client.createdMs) / 1000)],
    ["idle", Math.floor((now - client.lastInteractionMs) / 1000)],
    ["flags", flagsOf(client)],
    ["db", client.db.index],
    ["sub", client.channels.size],
    ["psub", client.patterns.size],
    ["ssub", client.shardChannels.size],
    ["multi", client.queue?.length ?? -1],
    ["watch", client.watched.length],
    ["qbuf", queued],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", 0],
    ["rbs", 16384],
    ["rbp", 0],
    ["obl", 0],
    ["oll", out > 0 ? 1 : 0],
    ["omem", out],
    ["tot-mem", queued + out + 2048],
    ["events", out > 0 ? "rw" : "r"],
    ["cmd", client.lastCommand?.fullName ?? "NULL"],
    ["user", client.user.name],
    ["redir", -1],
    ["resp", client.reply.resp],
    ["lib-name", client.libName],
    ["lib-ver", client.libVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}
