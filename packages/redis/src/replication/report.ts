/** What INFO and ROLE say of replication. */
import type { Engine } from "../engine/engine.ts";
import type { ReplyWriter } from "../resp/reply-writer.ts";
import type { MasterLink } from "./master-link.ts";
import type { Replication } from "./replication.ts";

type Field = readonly [name: string, value: string | number];

/** Fields of INFO replication. */
export function replicationFields({ replication, config, now }: Engine): Field[] {
  const { history, replicas, master } = replication;
  const fields: Field[] = [["role", master === undefined ? "master" : "slave"]];
  if (master !== undefined) {
    fields.push(...masterFields(replication, master, now));
    fields.push(
      ["slave_priority", config.text("replica-priority")],
      ["slave_read_only", config.flag("replica-read-only") ? 1 : 0],
      ["replica_announced", config.flag("replica-announced") ? 1 : 0],
    );
  }
  fields.push(["connected_slaves", replicas.all.size]);
  if (replication.wantsReplicas) fields.push(["min_slaves_good_slaves", replicas.good]);
  let n = 0;
  for (const replica of replicas.all) {
    const { host, port, stateName, acknowledged } = replica;
    // Before it is online, a replica is not behind: it has nothing yet.
    const lag = replica.state === "online" ? replica.lagSeconds(now) : 0;
    fields.push([`slave${n++}`, `ip=${host},port=${port},state=${stateName},offset=${acknowledged},lag=${lag}`]);
  }
  fields.push(
    ["master_failover_state", "no-failover"],
    ["master_replid", history.id],
    ["master_replid2", history.formerId],
    ["master_repl_offset", history.offset],
    ["second_repl_offset", history.formerEnd],
    ["repl_backlog_active", history.recorded ? 1 : 0],
    ["repl_backlog_size", config.text("repl-backlog-size")],
    ["repl_backlog_first_byte_offset", history.recorded ? history.start + 1 : 0],
    ["repl_backlog_histlen", history.recorded ? history.offset - history.start : 0],
  );
  return fields;
}

function masterFields({ history }: Replication, master: MasterLink, now: number): Field[] {
  const isUp = master.state === "connected";
  const fields: Field[] = [
    ["master_host", master.address],
    ["master_port", master.port],
    ["master_link_status", isUp ? "up" : "down"],
    ["master_last_io_seconds_ago", isUp ? secondsSince(master.lastHeardMs, now) : -1],
    ["master_sync_in_progress", master.state === "sync" ? 1 : 0],
    ["slave_read_repl_offset", master.received],
    ["slave_repl_offset", history.offset],
  ];
  const { progress } = master;
  if (progress !== undefined) {
    const { received, total } = progress;
    const percent = total === 0 ? 0 : (received / total) * 100;
    fields.push(
      ["master_sync_total_bytes", total],
      ["master_sync_read_bytes", received],
      ["master_sync_left_bytes", total - received],
      ["master_sync_perc", percent.toFixed(2)],
      ["master_sync_last_io_seconds_ago", secondsSince(master.lastHeardMs, now)],
    );
  }
  if (!isUp) fields.push(["master_link_down_since_seconds", secondsSince(master.downSinceMs, now)]);
  return fields;
}

function secondsSince(thenMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - thenMs) / 1000));
}

/** The reply of ROLE. */
export function writeRole({ replication }: Engine, reply: ReplyWriter): void {
  const { history, replicas, master } = replication;
  if (master !== undefined) {
    reply.array(5);
    reply.bulk("slave");
    reply.bulk(master.address);
    reply.integer(master.port);
    reply.bulk(master.state);
    reply.integer(master.state === "connected" ? history.offset : -1);
    return;
  }
  const online = Array.from(replicas.all).filter(({ state }) => state === "online");
  reply.array(3);
  reply.bulk("master");
  reply.integer(history.offset);
  reply.array(online.length);
  for (const { host, port, acknowledged } of online) {
    reply.array(3);
    reply.bulk(host);
    reply.bulk(String(port));
    reply.bulk(String(acknowledged));
  }
}
