/**
 * What the umbrella knows of a system: one small file beside this one, one row in `systems.ts`.
 *
 * A system's file is read whenever any `tenon` command starts, so it imports nothing that runs: the package behind it
 * is loaded by `start` and `cli`, and zod is handed to `schema` by whoever has a config to check.
 */
import type { Command } from "@tenon/kit/cli";
import type { Log, MetricSample, World } from "@tenon/kit";
import type * as zod from "zod";

export type Zod = typeof zod;

/** Where a service is reached. `path` and credentials of an external one are in its URL. */
export interface ServiceAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** What every server of Tenon has (`X.listen`). */
export interface RunningServer {
  readonly url: string;
  /** As text, `host:port`, where the originals' clients take it so. */
  readonly address: { readonly host: string; readonly port: number } | string;
  metrics(): MetricSample[];
  /** Finishes what is in flight, cuts off the rest after `graceMs`; idempotent. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /** What it holds now, for `restore`; servers that hold nothing have neither. */
  snapshot?(): unknown;
  restore?(snapshot: never): void;
  /** Failures on demand, in terms of its protocol. */
  readonly faults?: { clear(): void };
}

/** A service of a stack that can be reached, as the others see it. */
export interface ListedService {
  readonly name: string;
  readonly kind: string;
  readonly address: ServiceAddress;
}

/** The services of a stack, as one of them sees them. */
export interface ServiceDirectory {
  /** Those that can be reached now, in the order of the table. */
  list(): readonly ListedService[];
  /** Calls `listener` after a service started or stopped; returns what ends that. */
  onChange(listener: () => void): () => void;
}

/** What a stack gives to a service that it starts. */
export interface StartContext {
  readonly world: World;
  readonly log: Log;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Folder for this service's data, made when first needed; absent: everything stays in memory. */
  readonly dataDir?: string | undefined;
  /** Folder that relative paths in the config start from. */
  readonly baseDir: string;
  readonly services: ServiceDirectory;
}

export interface CommandLine {
  /** Arguments without the program's name; the promise is the exit code. */
  main(argv: string[]): Promise<number>;
  /** The same as a commander program, which tab completion looks through. */
  program?(): Command | Promise<Command>;
}

/** @template Settings the system's own keys in the config. @template Server what `start` gives. */
export interface System<Settings extends object, Server extends RunningServer> {
  /** Key in the config, word on the command line, kind of panel in the console. */
  readonly name: string;
  /** What `tenon --help` says of it. */
  readonly summary: string;
  /** The original's port. */
  readonly port: number;
  /** Schemes that the URL of an external service may have, without colon; the first is the usual one. */
  readonly schemes: readonly [string, ...string[]];
  /** Environment variables of `tenon run`, with `{url}`, `{host}` and `{port}` to fill in. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether this version keeps data in `StartContext.dataDir`. */
  readonly durable: boolean;
  /** What clients have to show, where the settings ask for it; becomes part of the URL. */
  password?(settings: Settings): string | undefined;
  /** The command that connects to it. */
  connect(address: ServiceAddress): string;
  /** Its own keys. The `error` of every part completes the sentence “expected …”. */
  schema(z: Zod): Record<string, zod.ZodType>;
  /** Keys beside those of the schema: of this form, with text, numbers, true or false, which the system itself judges when it starts. */
  readonly otherKeys?: RegExp;
  /** Rejects with the system's code (`EADDRINUSE`, …) when the port cannot be had. */
  start(settings: Settings, context: StartContext): Promise<Server>;
  /** Its own command line. */
  cli(): Promise<CommandLine>;
}

/** A system whose settings and server are not looked into. */
export type AnySystem = System<never, RunningServer>;
