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
export type { DirectoryEntry, Disk, DiskFile, DiskLock, FileKind, FileStat, OpenMode } from "./world/disk.ts";
export type { Host } from "./world/host.ts";
export type { Random } from "./world/random.ts";
export type { World } from "./world/world.ts";
