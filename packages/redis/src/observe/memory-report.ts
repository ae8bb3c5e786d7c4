/** What the memory goes into: for MEMORY STATS, MEMORY DOCTOR and INFO memory. Approximate where the original asks its allocator. */
import { overheadBytes } from "../keyspace/entry-size.ts";
import type { Engine } from "../engine/engine.ts";
import type { Client } from "../engine/client.ts";

export interface DatabaseOverhead {
  readonly index: number;
  readonly main: number;
  readonly expires: number;
}

export interface MemoryReport {
  readonly usedBytes: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  /** Taken before there was any data. */
  readonly startupBytes: number;
  readonly clientBytes: number;
  /** Sources of cached scripts. */
  readonly scriptBytes: number;
  /** Of the databases that hold anything. */
  readonly databases: readonly DatabaseOverhead[];
  /** All but keys and values. */
  readonly overheadBytes: number;
  readonly datasetBytes: number;
  readonly keys: number;
}

/** What a connection takes, beside what waits in it. */
const CLIENT_BYTES = 2048;

function clientBytes(client: Client): number {
  return CLIENT_BYTES + client.parser.pendingBytes + client.reply.length + client.sink.queuedBytes;
}

export function memoryReport(engine: Engine): MemoryReport {
  const { stats, keyspace } = engine;
  const { residentBytes } = engine.facts.memory();
  const { usedBytes } = engine;
  stats.peakMemoryBytes = Math.max(stats.peakMemoryBytes, usedBytes);
  const databases = keyspace.databases
    .filter((database) => database.size > 0)
    .map(({ index, keys, expiry }) => ({ index, ...overheadBytes(keys, expiry) }));
  let clients = 0;
  for (const client of engine.clients.values()) clients += clientBytes(client);
  // A limited keyspace is counted without the process around it.
  const startupBytes = Math.min(usedBytes, keyspace.countsMemory ? 0 : engine.startupBytes);
  const scriptBytes = engine.scripting.cache.byteSize;
  const tables = databases.reduce((sum, { main, expires }) => sum + main + expires, 0);
  const overhead = Math.min(usedBytes, startupBytes + clients + tables + scriptBytes);
  return {
    usedBytes,
    residentBytes,
    peakBytes: stats.peakMemoryBytes,
    startupBytes,
    clientBytes: clients,
    scriptBytes,
    databases,
    overheadBytes: overhead,
    datasetBytes: usedBytes - overhead,
    keys: keyspace.databases.reduce((sum, { size }) => sum + size, 0),
  };
}

/** Below this much, MEMORY DOCTOR has nothing to say. */
const DOCTOR_BYTES = 5 * 1024 * 1024;
const EMPTY =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
const WELL =
  "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n";

/** MEMORY DOCTOR, in the original's words, on what can be known here. */
export function memoryDiagnosis(report: MemoryReport, clients: number): string {
  if (report.usedBytes < DOCTOR_BYTES) return EMPTY;
  const issues: string[] = [];
  if (report.peakBytes / report.usedBytes > 1.5) {
    issues.push(
      " * Peak memory: In the past this instance used more than 150% the memory that is currently using. The allocator is normally not able to release memory after a peak, so you can expect to see a big fragmentation ratio, however this is actually harmless and is only due to the memory peak, and if the Redis instance Resident Set Size (RSS) is currently bigger than expected, the memory will be used as soon as you fill the Redis instance with more data. If the memory peak was only occasional and you want to try to reclaim memory, please try the MEMORY PURGE command, otherwise the only other option is to shutdown and restart the instance.\n\n",
    );
  }
  if (clients > 0 && report.clientBytes / clients > 200 * 1024) {
    issues.push(
      " * Big client buffers: The clients output buffers in this instance are greater than 200K per client (on average). This may result from different causes, like Pub/Sub clients subscribed to channels bot not receiving data fast enough, so that data piles on the Redis instance output buffer, or clients sending commands with large replies or very large sequences of commands in the same pipeline. Please use the CLIENT LIST command in order to investigate the issue if it causes problems in your instance, or to understand better why certain clients are using a big amount of memory.\n\n",
    );
  }
  if (issues.length === 0) return WELL;
  return `Sam, I detected a few issues in this Redis instance memory implants:\n\n${issues.join("")}I'm here to keep you safe, Sam. I want to help you.\n`;
}
