/** What an engine is given of the world: randomness, time, facts of the machine, files. It looks at none of them itself. */
import type { Random } from "@tenon/kit";
import type { Config } from "./config.ts";

/** What INFO says of the machine: the engine does not look itself. */
export interface HostFacts {
  readonly os: string;
  readonly multiplexing: string;
  readonly processId: number;
  readonly executable: string;
  readonly configFile: string;
  /** Memory of the machine. */
  readonly systemBytes: number;
  memory(): { usedBytes: number; residentBytes: number };
  /** Whether what is alive takes more than `limit` (0 to 1) of the memory that the process may have for its values. */
  heapIsShort(limit: number): boolean;
  cpu(): { systemSeconds: number; userSeconds: number };
}

/** The files that commands name: the ACL file, redis.conf. Text in one-byte characters; failures are the operating system's errors. */
export interface SettingsFiles {
  read(path: string): string;
  /** Replaces the file at once. */
  write(path: string, text: string): void;
}

/** For an engine without a disk. */
export const NO_FILES: SettingsFiles = {
  read: () => {
    throw new Error("No such file or directory");
  },
  write: () => {
    throw new Error("Read-only file system");
  },
};

/** What whoever owns an engine gives it. */
export interface EngineOptions {
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds, fractional, never going back: measures how long commands take. */
  readonly monotonic: () => number;
  /** Settings, by redis.conf's names; all are checked. */
  readonly config?: Config;
  readonly facts?: HostFacts;
  readonly files?: SettingsFiles;
  /**
   * Milliseconds of real time, fractional, never going back, for scripts that do not end: those stop the process, whatever time it is in the
   * World. Default: `monotonic`.
   */
  readonly processorClock?: () => number;
  /** Where redis.log of scripts writes. */
  readonly log?: (level: "debug" | "verbose" | "notice" | "warning", message: string) => void;
}

export const NO_FACTS: HostFacts = {
  os: "unknown",
  multiplexing: "none",
  processId: 0,
  executable: "",
  configFile: "",
  systemBytes: 0,
  memory: () => ({ usedBytes: 0, residentBytes: 0 }),
  heapIsShort: () => false,
  cpu: () => ({ systemSeconds: 0, userSeconds: 0 }),
};
