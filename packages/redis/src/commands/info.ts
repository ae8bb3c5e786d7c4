/** INFO: a section is a function that returns its fields. */
import type { Engine } from "../engine/engine.ts";
import { memoryReport } from "../observe/memory-report.ts";
import { replicationFields } from "../replication/report.ts";
import type { CommandContext } from "./context.ts";
import type { CommandEntry } from "./registry.ts";
import type { CommandRow } from "./table.ts";

type Fields = readonly (readonly [string, string | number])[];

/** Sections in the order in which INFO shows them. */
const SECTIONS: Readonly<Record<string, (engine: Engine) => Fields>> = {
  server,
  clients,
  memory,
  persistence,
  stats,
  replication: replicationFields,
  cpu,
  modules: () => [],
  commandstats,
  errorstats,
  latencystats,
  cluster: (engine) => [["cluster_enabled", engine.config.flag("cluster-enabled") ? 1 : 0]],
  keyspace,
};

const TITLES: Readonly<Record<string, string>> = { cpu: "CPU" };
/** Left out unless named or asked for with "all". */
const EXTRA = new Set(["commandstats", "latencystats"]);

/** The text of INFO for the named sections; none: the default ones. */
export function infoText(engine: Engine, names: readonly string[]): string {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const everything = wanted.has("all") || wanted.has("everything");
  const standard = wanted.size === 0 || wanted.has("default");
  const parts: string[] = [];
  for (const [name, fields] of Object.entries(SECTIONS)) {
    if (!everything && !wanted.has(name) && !(standard && !EXTRA.has(name))) continue;
    const title = TITLES[name] ?? name[0]!.toUpperCase() + name.slice(1);
    parts.push([`# ${title}`, ...fields(engine).map(([field, value]) => `${field}:${value}`), ""].join("\r\n"));
  }
  return parts.join("\r\n");
}

function server(engine: Engine): Fields {
  const uptime = Math.floor((engine.now - engine.startedMs) / 1000);
  return [
    ["redis_version", engine.version],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "tenon"],
    ["redis_mode", engine.config.flag("cluster-enabled") ? "cluster" : "standalone"],
    ["os", engine.facts.os],
    ["arch_bits", 64],
    ["monotonic_clock", "host"],
    ["multiplexing_api", engine.facts.multiplexing],
    ["process_id", engine.facts.processId],
    ["process_supervised", "no"],
    ["run_id", engine.runId],
    ["tcp_port", engine.config.text("port")],
    ["server_time_usec", engine.now * 1000],
    ["uptime_in_seconds", uptime],
    ["uptime_in_days", Math.floor(uptime / 86_400)],
    ["hz", engine.config.text("hz")],
    ["configured_hz", engine.config.text("hz")],
    ["lru_clock", Math.floor(engine.now / 1000) & 0xffffff],
    ["executable", engine.facts.executable],
    ["config_file", engine.facts.configFile],
    ["io_threads_active", 0],
  ];
}

function clients(engine: Engine): Fields {
  return [
    ["connected_clients", engine.clients.size - engine.replication.replicas.all.size],
    ["cluster_connections", 0],
    ["maxclients", engine.config.text("maxclients")],
    ["client_recent_max_input_buffer", 0],
    ["client_recent_max_output_buffer", 0],
    ["blocked_clients", engine.blocked.count],
    ["tracking_clients", 0],
    [
      "pubsub_clients",
      engine.clients
        .values()
        .filter((client) => client.subscriptions > 0)
        .toArray().length,
    ],
    [
      "watching_clients",
      engine.clients
        .values()
        .filter((client) => client.watched.length > 0)
        .toArray().length,
    ],
    ["clients_in_timeout_table", engine.blocked.count],
    ["total_watched_keys", engine.keyspace.databases.reduce((sum, db) => sum + db.watchedKeys, 0)],
    ["total_blocking_keys", 0],
  ];
}

function human(bytes: number): string {
  const units = ["B", "K", "M", "G", "T"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${units[unit]}`;
}

function memory(engine: Engine): Fields {
  const report = memoryReport(engine);
  const { scripting } = engine;
  const { usedBytes, residentBytes, peakBytes, startupBytes, overheadBytes, datasetBytes } = report;
  const limit = engine.config.number("maxmemory");
  const { history } = engine.replication;
  const backlogBytes = history.recorded ? history.offset - history.start : 0;
  const net = Math.max(1, usedBytes - startupBytes);
  const ratio = (residentBytes / Math.max(1, usedBytes)).toFixed(2);
  return [
    ["used_memory", usedBytes],
    ["used_memory_human", human(usedBytes)],
    ["used_memory_rss", residentBytes],
    ["used_memory_rss_human", human(residentBytes)],
    ["used_memory_peak", peakBytes],
    ["used_memory_peak_human", human(peakBytes)],
    ["used_memory_peak_perc", `${((usedBytes / Math.max(1, peakBytes)) * 100).toFixed(2)}%`],
    ["used_memory_overhead", overheadBytes],
    ["used_memory_startup", startupBytes],
    ["used_memory_dataset", datasetBytes],
    ["used_memory_dataset_perc", `${Math.min(100, (datasetBytes / net) * 100).toFixed(2)}%`],
    ["allocator_allocated", usedBytes],
    ["allocator_active", usedBytes],
    ["allocator_resident", residentBytes],
    ["allocator_muzzy", 0],
    ["total_system_memory", engine.facts.systemBytes],
    ["total_system_memory_human", human(engine.facts.systemBytes)],
    ["used_memory_lua", scripting.vmBytes],
    ["used_memory_vm_eval", scripting.vmBytes],
    ["used_memory_lua_human", human(scripting.vmBytes)],
    ["used_memory_scripts_eval", scripting.cache.byteSize],
    ["number_of_cached_scripts", scripting.cache.size],
    ["number_of_functions", 0],
    ["number_of_libraries", 0],
    ["used_memory_vm_functions", 0],
    ["used_memory_vm_total", scripting.vmBytes],
    ["used_memory_vm_total_human", human(scripting.vmBytes)],
    ["used_memory_functions", 0],
    ["used_memory_scripts", scripting.cache.byteSize],
    ["used_memory_scripts_human", human(scripting.cache.byteSize)],
    ["maxmemory", limit],
    ["maxmemory_human", human(limit)],
    ["maxmemory_policy", engine.config.text("maxmemory-policy")],
    ["allocator_frag_ratio", "1.00"],
    ["allocator_frag_bytes", 0],
    ["allocator_rss_ratio", ratio],
    ["allocator_rss_bytes", residentBytes - usedBytes],
    ["rss_overhead_ratio", "1.00"],
    ["rss_overhead_bytes", 0],
    ["mem_fragmentation_ratio", ratio],
    ["mem_fragmentation_bytes", residentBytes - usedBytes],
    ["mem_not_counted_for_evict", 0],
    ["mem_replication_backlog", backlogBytes],
    ["mem_total_replication_buffers", backlogBytes],
    ["mem_replica_full_sync_buffer", 0],
    ["mem_clients_slaves", 0],
    ["mem_clients_normal", report.clientBytes],
    ["mem_cluster_links", 0],
    ["mem_aof_buffer", 0],
    ["mem_allocator", "v8"],
    ["mem_overhead_db_hashtable_rehashing", 0],
    ["active_defrag_running", 0],
    ["lazyfree_pending_objects", 0],
    ["lazyfreed_objects", 0],
  ];
}

function persistence(engine: Engine): Fields {
  const kept = engine.persistence?.info() ?? [
    ["rdb_changes_since_last_save", engine.stats.dirty],
    ["rdb_bgsave_in_progress", 0],
    ["rdb_last_save_time", Math.floor(engine.startedMs / 1000)],
    ["rdb_last_bgsave_status", "ok"],
    ["rdb_last_bgsave_time_sec", -1],
    ["rdb_current_bgsave_time_sec", -1],
    ["rdb_saves", 0],
    ["aof_enabled", 0],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0],
    ["aof_last_rewrite_time_sec", -1],
    ["aof_current_rewrite_time_sec", -1],
    ["aof_last_bgrewrite_status", "ok"],
    ["aof_last_write_status", "ok"],
  ];
  return [["loading", engine.loading ? 1 : 0], ["async_loading", 0], ...kept];
}

function stats(engine: Engine): Fields {
  const { stats: counters } = engine;
  return [
    ["total_connections_received", counters.connectionsReceived],
    ["total_commands_processed", counters.commandsProcessed],
    ["instantaneous_ops_per_sec", engine.operationsPerSecond],
    ["total_net_input_bytes", counters.netInputBytes],
    ["total_net_output_bytes", counters.netOutputBytes],
    ["total_net_repl_input_bytes", counters.netReplicationInputBytes],
    ["total_net_repl_output_bytes", counters.netReplicationOutputBytes],
    ["instantaneous_input_kbps", "0.00"],
    ["instantaneous_output_kbps", "0.00"],
    ["instantaneous_input_repl_kbps", "0.00"],
    ["instantaneous_output_repl_kbps", "0.00"],
    ["rejected_connections", counters.rejectedConnections],
    ["sync_full", engine.replication.replicas.fullSyncs],
    ["sync_partial_ok", engine.replication.replicas.partialSyncs],
    ["sync_partial_err", engine.replication.replicas.refusedPartialSyncs],
    ["expired_keys", counters.expiredKeys],
    ["expired_subkeys", counters.expiredSubkeys],
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", counters.expiredTimeCapReached],
    ["expire_cycle_cpu_milliseconds", Math.round(counters.expireCycleMs)],
    ["evicted_keys", counters.evictedKeys],
    ["evicted_clients", 0],
    ["evicted_scripts", counters.evictedScripts],
    ["total_eviction_exceeded_time", 0],
    ["current_eviction_exceeded_time", 0],
    ["keyspace_hits", counters.keyspaceHits],
    ["keyspace_misses", counters.keyspaceMisses],
    ["pubsub_channels", engine.pubsub.channels.size],
    ["pubsub_patterns", engine.pubsub.patternCount],
    ["pubsubshard_channels", engine.pubsub.shardChannels.size],
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", 0],
    ["slave_expires_tracked_keys", 0],
    ["active_defrag_hits", 0],
    ["active_defrag_misses", 0],
    ["active_defrag_key_hits", 0],
    ["active_defrag_key_misses", 0],
    ["total_active_defrag_time", 0],
    ["current_active_defrag_time", 0],
    ["tracking_total_keys", 0],
    ["tracking_total_items", 0],
    ["tracking_total_prefixes", 0],
    ["unexpected_error_replies", counters.unexpectedErrorReplies],
    ["total_error_replies", counters.errorReplies],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", counters.readsProcessed],
    ["total_writes_processed", counters.writesProcessed],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
    ["client_query_buffer_limit_disconnections", counters.clientQueryBufferLimitDisconnections],
    ["client_output_buffer_limit_disconnections", counters.clientOutputBufferLimitDisconnections],
  ];
}

function cpu(engine: Engine): Fields {
  const { systemSeconds, userSeconds } = engine.facts.cpu();
  return [
    ["used_cpu_sys", systemSeconds.toFixed(6)],
    ["used_cpu_user", userSeconds.toFixed(6)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
    ["used_cpu_sys_main_thread", systemSeconds.toFixed(6)],
    ["used_cpu_user_main_thread", userSeconds.toFixed(6)],
  ];
}

function allEntries(engine: Engine): CommandEntry[] {
  return engine.commands.entries.flatMap((entry) => [entry, ...(entry.subcommands?.entries ?? [])]);
}

function commandstats(engine: Engine): Fields {
  return allEntries(engine)
    .filter((entry) => entry.calls + entry.rejectedCalls + entry.failedCalls > 0)
    .map((entry) => {
      const microseconds = Math.round(entry.microseconds);
      const average = entry.calls === 0 ? 0 : entry.microseconds / entry.calls;
      return [
        `cmdstat_${entry.fullName}`,
        `calls=${entry.calls},usec=${microseconds},usec_per_call=${average.toFixed(2)},rejected_calls=${entry.rejectedCalls},failed_calls=${entry.failedCalls}`,
      ];
    });
}

function latencystats(engine: Engine): Fields {
  const percentiles = engine.config.text("latency-tracking-info-percentiles").split(" ").filter(Boolean);
  return allEntries(engine)
    .filter((entry) => entry.latency.count > 0)
    .map((entry) => [
      `latency_percentiles_usec_${entry.fullName}`,
      percentiles.map((percent) => `p${percent}=${entry.latency.percentile(Number(percent)).toFixed(3)}`).join(","),
    ]);
}

function errorstats(engine: Engine): Fields {
  return Array.from(engine.stats.errors, ([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

function keyspace(engine: Engine): Fields {
  return engine.keyspace.databases
    .filter((db) => db.size > 0)
    .map((db) => [
      `db${db.index}`,
      `keys=${db.size},expires=${db.expiry.size},avg_ttl=${db.averageTtlMs()},subexpiry=${db.hashesWithExpiry.size}`,
    ]);
}

function info(ctx: CommandContext): void {
  ctx.reply.verbatim("txt", infoText(ctx.engine, ctx.args.strings(1)));
}

export const infoCommands: readonly CommandRow[] = [
  {
    name: "info",
    arity: -1,
    flags: ["loading", "stale"],
    categories: ["dangerous"],
    since: "1.0.0",
    group: "server",
    summary: "Returns information and statistics about the server.",
    complexity: "O(1)",
    syntax: "[section...]",
    tips: ["nondeterministic_output", "request_policy:all_shards", "response_policy:special"],
    handler: info,
  },
];
