/**
 * Keys on their way to other servers (MIGRATE).
 *
 * The original stops until the target has answered. Here only the client waits, and others go on meanwhile: what travels are the values as
 * they were when the command came. A key is removed here when the target has acknowledged it and it has not changed since; one that has
 * stays, and the client is told by an error, as after a timeout: both servers have the key then, and MIGRATE … REPLACE moves it as it is.
 *
 * A client that is gone, or was unblocked, ends nothing: what the target acknowledges is removed as if it still waited.
 */
import type { Buffer } from "node:buffer";
import { type CommandContext, EVENT } from "../commands/context.ts";
import type { Database } from "../keyspace/database.ts";
import type { Watcher } from "../keyspace/watchers.ts";
import type { BlockedState } from "./blocked.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";

export interface MigrationTarget {
  readonly host: string;
  readonly port: number;
  /** The longest silence, in milliseconds, while connecting, writing or reading. */
  readonly timeoutMs: number;
}

/** One key, packed. */
export interface Parcel {
  readonly key: string;
  /** Milliseconds since the epoch; -1: never. */
  readonly expiresAt: number;
  /** The RESTORE that makes it, as bytes. */
  readonly request: Buffer;
}

export interface Migration {
  readonly target: MigrationTarget;
  /** Requests before the parcels: AUTH, SELECT. When one is refused nothing counts as acknowledged. */
  readonly greeting: readonly Buffer[];
  readonly parcels: readonly Parcel[];
  /** COPY: nothing is removed here. */
  readonly copies: boolean;
}

/** What became of the requests. */
export interface Delivery {
  /** In the order of the requests: an error's text, or undefined. Fewer than there are requests after a failure. */
  readonly replies: readonly (string | undefined)[];
  /** During what the connection failed, or time ran out. */
  readonly failure: "connecting" | "writing" | "reading" | undefined;
}

/** The way to other servers, which whoever owns the engine gives it. */
export interface MigrationDoor {
  /** Sends the requests, all at once, and calls `done` when all are answered or nothing more will come; never before it returns. */
  deliver(target: MigrationTarget, requests: readonly Buffer[], done: (delivery: Delivery) => void): void;
}

const FAILURES: Readonly<Record<NonNullable<Delivery["failure"]>, string>> = {
  connecting: "IOERR error or timeout connecting to the client",
  writing: "IOERR error or timeout writing to target instance",
  reading: "IOERR error or timeout reading to target instance",
};

/** Knows whether a key has changed since it was packed. */
class Seal implements Watcher {
  isBroken = false;

  invalidate(): void {
    this.isBroken = true;
  }
}

/** A migration on its way. */
interface Journey {
  readonly migration: Migration;
  readonly client: Client;
  readonly db: Database;
  /** By key; none of a copy. */
  readonly seals: ReadonlyMap<string, Seal>;
  /** What the client waits for; undefined: nothing, it was gone at once. */
  readonly waiting: BlockedState | undefined;
}

export class Migrations {
  /** Undefined: there is no network. */
  door: MigrationDoor | undefined = undefined;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get isReady(): boolean {
    return this.door !== undefined;
  }

  /** The command's client waits until it is over. */
  begin(ctx: CommandContext, migration: Migration): void {
    const { client, db } = ctx;
    const seals = new Map<string, Seal>();
    if (!migration.copies) {
      for (const { key } of migration.parcels) {
        if (seals.has(key)) continue;
        const seal = new Seal();
        seals.set(key, seal);
        db.watch(key, seal);
      }
    }
    let answer = (reply: CommandContext["reply"]): void => reply.error(FAILURES.reading);
    ctx.block({ keys: [], type: "list", timeoutMs: 0, timedOut: (reply) => answer(reply) });
    const journey: Journey = { migration, client, db, seals, waiting: client.blocked };
    const requests = [...migration.greeting, ...migration.parcels.map(({ request }) => request)];
    this.door!.deliver(migration.target, requests, (delivery) => {
      answer = (reply) => reply.ok();
      this.#arrive(journey, delivery);
    });
  }

  #arrive(journey: Journey, { replies, failure }: Delivery): void {
    const { migration, client, db, seals } = journey;
    const { blocked, effects, replication } = this.#engine;
    for (const [key, seal] of seals) db.unwatch(key, seal);
    const greeted = migration.greeting.length;
    const isWelcome = replies.length > greeted && replies.slice(0, greeted).every((error) => error === undefined);
    const acknowledged = isWelcome
      ? migration.parcels.filter((_, n) => greeted + n < replies.length && replies[greeted + n] === undefined)
      : [];
    const staying = migration.copies ? 0 : this.#remove(journey, acknowledged);
    effects.unitDone();
    if (effects.active) client.writtenOffset = replication.offset;
    if (blocked.hasReady) blocked.serve();
    // It may be gone, or have been unblocked, and wait for something else by now.
    if (client.blocked === undefined || client.blocked !== journey.waiting) return;
    const refusal = replies.find((error) => error !== undefined);
    if (refusal !== undefined) blocked.fail(client, `ERR Target instance replied with error: ${refusal}`);
    else if (failure !== undefined) blocked.fail(client, FAILURES[failure]);
    else if (staying > 0) {
      blocked.fail(
        client,
        `IOERR the target has all keys, but ${staying} of them changed here meanwhile, or may not be removed now`,
      );
    } else blocked.timeOut(client);
  }

  /** Removes what has arrived, and was not changed meanwhile; returns how many others there are. */
  #remove({ db, seals }: Journey, parcels: readonly Parcel[]): number {
    const engine = this.#engine;
    const { keyspace, replication, effects, stats } = engine;
    // A replica leaves removing to its master, and during a pause nobody writes.
    const mayWrite = replication.master === undefined && !keyspace.expiryPaused;
    const removed = new Set<string>();
    let staying = 0;
    for (const { key, expiresAt } of parcels) {
      if (removed.has(key)) continue;
      // Its time is over, as that of its copy there.
      if (expiresAt >= 0 && expiresAt <= engine.now && db.findKey(key) === 0) continue;
      if (!mayWrite || seals.get(key)!.isBroken) {
        staying++;
        continue;
      }
      const id = db.findKey(key);
      if (id === 0) continue;
      db.remove(id);
      removed.add(key);
    }
    if (removed.size === 0) return staying;
    for (const key of removed) {
      db.touch(key);
      engine.notify(EVENT.generic, "del", db, key);
    }
    stats.dirty += removed.size;
    effects.addBeside(db.index, ["DEL", ...removed]);
    return staying;
  }
}
