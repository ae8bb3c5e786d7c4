/** The ground floor: what every system stands on. */
export type { Clock, Timer } from "./world/clock.ts";
export type {
  Address,
  BindOptions,
  ConnectOptions,
  Connection,
  ConnectionHandler,
  DatagramHandler,
  DatagramSocket,
  Listener,
  ListenOptions,
  Net,
} from "./world/net.ts";
export type { TlsConnectOptions, TlsListenOptions, TlsOptions, TlsVersion } from "./world/tls.ts";
export type { DirectoryEntry, Disk, DiskFile, DiskLock, FileKind, FileStat, OpenMode } from "./world/disk.ts";
export type { Host } from "./world/host.ts";
export type { Random } from "./world/random.ts";
export type { World } from "./world/world.ts";
export { realDisk } from "./world/real/disk.ts";
export { realWorld } from "./world/real/world.ts";
export { ManualClock, manualClock } from "./world/simulated/clock.ts";
export { type CrashReport, type CrashScenario, CrashTestError, everyCrashPoint } from "./world/simulated/crash-test.ts";
export { PowerLossError, SimulatedDisk, type SimulatedDiskOptions } from "./world/simulated/disk.ts";
export type { DiskFault, InjectedFault } from "./world/simulated/disk-faults.ts";
export { MemoryDisk } from "./world/simulated/memory-disk.ts";
export { type Seed, SeededRandom } from "./world/simulated/random.ts";
export type { SimulatedNetwork, WireOptions } from "./world/simulated/network.ts";
export type { Trace, TraceEvent } from "./world/simulated/trace.ts";
export type { DiskOperation } from "./world/simulated/tree.ts";
export {
  type SimulatedMachine,
  type SimulatedWorld,
  type SimulatedWorldOptions,
  simulatedWorld,
} from "./world/simulated/world.ts";
export { type Reordering, SECTOR_BYTES } from "./world/simulated/volatile.ts";
export { durationMs } from "./world/duration.ts";

export {
  Counter,
  DURATION_SECONDS,
  type Family,
  Gauge,
  Histogram,
  type HistogramSample,
  MAX_LABEL_VALUES,
  MetricError,
  type MetricSample,
  MetricSet,
  OVERFLOW_LABEL,
  type ScalarSample,
} from "./metrics/metrics.ts";
export { PROMETHEUS_CONTENT_TYPE, prometheusText, withLabels } from "./metrics/prometheus.ts";

export { LogBuffer, type LogFilter } from "./log/buffer.ts";
export {
  createLog,
  type Log,
  type LogLevel,
  type LogOptions,
  type LogRecord,
  type LogSink,
  type RootLog,
  silentLog,
} from "./log/log.ts";
export type { LogDestination, LogFormat } from "./log/output.ts";

export {
  DEFAULT_GRACE_MS,
  MAX_LINGERING,
  type OpenConnection,
  type RefusalReason,
  REFUSAL_LINGER_MS,
  type ServiceAddress,
  type ServiceHealth,
  type ServiceLimits,
  type ServiceObserver,
  type ServiceOptions,
  type ServiceState,
  type Session,
  TcpService,
} from "./service/tcp-service.ts";

export { ByteReader, type LengthPrefix } from "./bytes/byte-reader.ts";
export { ByteWriter, MAX_WRITER_BYTES } from "./bytes/byte-writer.ts";
export { ChunkQueue } from "./bytes/chunk-queue.ts";
export { BytesError, type BytesErrorCode } from "./bytes/errors.ts";
export { fromHex, toHex } from "./bytes/hex.ts";

export { adler32 } from "./checksums/adler32.ts";
export { crc32, crc32c } from "./checksums/crc32.ts";
export { Crc64, crc64 } from "./checksums/crc64.ts";
export { fnv1a32, fnv1a64 } from "./checksums/fnv.ts";
export { murmur2 } from "./checksums/murmur2.ts";
export { xxhash32 } from "./checksums/xxhash32.ts";
