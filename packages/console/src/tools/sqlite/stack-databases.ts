/** The database files that the config names, as the console's SQLite page asks them. They lie on the real disk. */
import { ApiError, Fields } from "../../api-error.ts";
import type { DatabaseThread } from "./database-thread.ts";
import type { DatabaseList, SqliteQuestion } from "./sqlite-wire.ts";

/** Longest script, in UTF-16 units. */
const MAX_SCRIPT = 1_000_000;

export class StackDatabases {
  readonly #paths: ReadonlyMap<string, string>;
  readonly #threads = new Map<string, DatabaseThread>();

  /** Paths of files by the names under which they are shown. A thread begins with the first question to its file. */
  constructor(paths: Readonly<Record<string, string>>) {
    this.#paths = new Map(Object.entries(paths));
  }

  list(): DatabaseList {
    return { databases: [...this.#paths].map(([name, path]) => ({ name, path })) };
  }

  /** Throws ApiError for a database that there is not, and for a question that makes no sense. */
  async answer(name: string, body: unknown): Promise<Response> {
    const question = readQuestion(body);
    const thread = await this.#thread(name);
    const json = await thread.ask(question);
    return new Response(json, { headers: { "content-type": "application/json" } });
  }

  /** Interrupts what runs on a database; resolves when it has ended. */
  async stop(name: string): Promise<void> {
    await this.#threads.get(name)?.stop();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.close()));
    this.#threads.clear();
  }

  /** The engine is loaded at the first question: a stack that starts does not wait for it. */
  async #thread(name: string): Promise<DatabaseThread> {
    const path = this.#paths.get(name);
    if (path === undefined) throw new ApiError(404, "no-such-database", `the config names no database ${name}`);
    const { DatabaseThread } = await import("./database-thread.ts");
    let thread = this.#threads.get(name);
    if (thread === undefined) this.#threads.set(name, (thread = new DatabaseThread(path)));
    return thread;
  }
}

function readQuestion(body: unknown): SqliteQuestion {
  const fields = new Fields(body);
  const ask = fields.text("ask");
  if (ask === "schema") return { ask };
  if (ask === "run" || ask === "explain") return { ask, sql: fields.text("sql", MAX_SCRIPT) };
  throw new ApiError(400, "bad-request", '"ask" must be one of schema, run, explain');
}
