/** Does again what an append-only file says: its commands, through the engine, as a client that nobody hears. */
import { Buffer } from "node:buffer";
import type { Client, ClientSink } from "../engine/client.ts";
import type { Engine } from "../engine/engine.ts";
import type { Args } from "../resp/args.ts";
import { AofReader } from "./aof-format.ts";
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
  keysLoaded = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#client = engine.connect(DEAF, { remote: "", local: "", descriptor: -1 });
    this.#client.authenticated = true;
    engine.stats.connectionsReceived--;
  }

  /**
   * Plays one part, which may be an RDB, or begin with one. Returns up to where the part is whole: commands after MULTI count only
   * with their EXEC. Throws AofError and RdbError.
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
    const reader = new AofReader(source, offset);
    let transaction: Args[] | undefined;
    let valid = offset;
    for (let count = 1; ; count++) {
      const args = reader.next();
      if (args === undefined) break;
      if (args.is(0, "MULTI")) transaction = [];
      else if (args.is(0, "EXEC")) {
        for (const queued of transaction ?? []) this.#run(queued, name);
        transaction = undefined;
      } else if (transaction === undefined) this.#run(args, name);
      else transaction.push(args.copy());
      if (transaction === undefined) valid = reader.offset;
      if (count % COMMANDS_PER_LOOK === 0) yield;
    }
    return transaction === undefined && !reader.truncated ? source.size : valid;
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
