/** Does again what an append-only file says: its commands, through the engine, as a client that nobody hears. */
import { Buffer } from "node:buffer";
import type { Client, ClientSink } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import type { Args } from "../resp/args.ts";
import { AofReader, CHECKED, checksumHolds, UNCHECKED } from "./aof-format.ts";
import { AofError } from "./aof-manifest.ts";
import { loadOptions } from "./engine-snapshot.ts";
import type { ByteSource } from "./rdb-input.ts";
import { RdbLoad } from "./rdb-load.ts";

const SIGNATURE = "REDIS";
/** Commands between two looks at the time. */
const COMMANDS_PER_LOOK = 64;

const DEAF: ClientSink = { flush: () => {}, close: () => {}, queuedBytes: 0 };

export class AofReplay {
  readonly #engine: Engine;
  readonly #client: Client;
  /** Commands since MULTI. */
  #transaction: Args[] | undefined;
  keysLoaded = 0;
  /** The part that was played last ends where batches have checksums. */
  endsChecked = false;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#client = engine.connect(DEAF, { remote: "", local: "", descriptor: -1 });
    this.#client.authenticated = true;
    engine.stats.connectionsReceived--;
  }

  /**
   * Plays one part, which may be an RDB, or begin with one. Returns up to where the part is whole: commands after MULTI count only
   * with their EXEC, and where there are checksums, with theirs. Throws AofError and RdbError.
   */
  *play(source: ByteSource, name: string): Generator<void, number> {
    const { databases } = this.#engine.keyspace;
    // Every part says its database itself.
    this.#client.db = databases[0]!;
    let offset = 0;
    if (beginsWithRdb(source)) {
      const load = new RdbLoad(source, loadOptions(this.#engine, true));
      while (!load.step(() => true)) yield;
      this.#engine.keyspace.adopt(load.keyspace);
      this.keysLoaded += load.keysLoaded;
      ({ offset } = load);
    }
    return yield* this.#playCommands(new AofReader(source, offset), source, name);
  }

  *#playCommands(reader: AofReader, source: ByteSource, name: string): Generator<void, number> {
    /** Commands since the last checksum, where there are checksums; undefined where there are none. */
    let batch: Args[] | undefined;
    this.endsChecked = false;
    /** Up to here everything is whole. */
    let valid = reader.offset;
    this.#transaction = undefined;
    for (let count = 1; ; count++) {
      const at = reader.offset;
      let item: Args | string | undefined;
      try {
        item = reader.next();
      } catch (error) {
        // Behind the last checksum anything may stand that was never promised to anybody.
        if (batch !== undefined && error instanceof AofError) return valid;
        throw error;
      }
      if (item === undefined) break;
      if (typeof item !== "string") {
        if (batch === undefined) this.#apply(item, name);
        else batch.push(item.copy());
      } else if (item === CHECKED.trim()) {
        batch = [];
        this.endsChecked = true;
      } else if (item === UNCHECKED.trim()) {
        batch = undefined;
        this.endsChecked = false;
      } else if (batch !== undefined && item.startsWith("#CRC64:")) {
        if (!checksumHolds(item, source, at)) return valid;
        for (const args of batch) this.#apply(args, name);
        batch = [];
      }
      if (this.#transaction === undefined && (batch?.length ?? 0) === 0) valid = reader.offset;
      if (count % COMMANDS_PER_LOOK === 0) yield;
    }
    return valid;
  }

  /** Runs a command, or keeps it until its EXEC has come. */
  #apply(args: Args, name: string): void {
    if (args.is(0, "MULTI")) this.#transaction = [];
    else if (args.is(0, "EXEC")) {
      const queued = this.#transaction ?? [];
      this.#transaction = undefined;
      for (const each of queued) this.#run(each, name);
    } else if (this.#transaction === undefined) this.#run(args, name);
    else this.#transaction.push(args.copy());
  }

  #run(args: Args, name: string): void {
    if (this.#engine.replay(this.#client, args)) return;
    throw new AofError(`Unknown command '${args.string(0)}' reading the append only file ${name}`);
  }

  end(): void {
    this.#engine.disconnect(this.#client);
  }
}

function beginsWithRdb(source: ByteSource): boolean {
  const start = Buffer.alloc(SIGNATURE.length);
  return (
    source.size >= start.length && source.read(start, 0) === start.length && start.toString("latin1") === SIGNATURE
  );
}
