/** What binding one statement shares: the connection's context, ids, and the errors that the original finds only after all names are resolved. */
import { SqlError, SqliteError } from "../../errors.ts";
import type * as ast from "../../sql/ast.ts";
import type { Collation } from "../../values/collation.ts";
import type { CompileContext } from "../context.ts";
import { Ids } from "../ids.ts";
import type { RecursiveQuery, SourceContent } from "../query.ts";
import type { ExpandedSource, RecursiveKey } from "./expanded.ts";
import { QueryNumbers } from "./query-numbers.ts";

export interface BindingOptions {
  /** Those of the statement when more than one part of it is bound. */
  readonly ids?: Ids;
  /** RAISE may be called. */
  readonly inTrigger?: boolean;
  /** The database whose tables names without one mean, and no other's: of a trigger or a view that is not temporary. */
  readonly database?: number | undefined;
}

export class Binding {
  readonly context: CompileContext;
  readonly ids: Ids;
  readonly inTrigger: boolean;
  readonly database: number | undefined;
  readonly binary: Collation;
  /** Sources that have been bound, by id: where columns come from. */
  readonly sources: Map<number, { readonly names: ExpandedSource; readonly content: SourceContent }> = new Map();
  /** Recursive common tables of which a part is being bound. */
  readonly recursive: Map<RecursiveKey, RecursiveQuery> = new Map();
  /** Calls of aggregates, by their ids. */
  readonly aggregateCalls: Map<number, Pick<ast.Call, "name" | "offset">> = new Map();
  /** Generated columns whose expressions are being bound. */
  readonly generating: Set<object> = new Set();
  readonly numbers: QueryNumbers = new QueryNumbers();
  readonly #unknownCollations = new Map<string, Collation>();
  #expansion: SqlError | undefined;
  #late: SqliteError | undefined;

  constructor(context: CompileContext, options: BindingOptions = {}) {
    this.context = context;
    this.ids = options.ids ?? new Ids();
    this.inTrigger = options.inTrigger ?? false;
    this.database = options.database;
    this.binary = context.collation("BINARY")!; // every connection has it
  }

  /** An error in stars or USING, with which the original goes on looking at other FROMs: the last error is told. */
  failExpansion(message: string): void {
    this.#expansion = new SqlError(message);
  }

  /** After such an error common tables are no longer found. */
  get expansionFailed(): boolean {
    return this.#expansion !== undefined;
  }

  throwExpansion(): void {
    if (this.#expansion !== undefined) throw this.#expansion;
  }

  /** An error that the original comes upon only while it generates code: it is thrown when everything is bound and nothing else was wrong. */
  late(message: string, offset = -1): void {
    this.#late ??= new SqlError(message, offset);
  }

  throwLate(): void {
    if (this.#late !== undefined) throw this.#late;
  }

  /** What `bind` gives, for what the original never generates code: errors that would only be found then do not count. */
  unused<T>(bind: () => T): T {
    const late = this.#late;
    const result = bind();
    this.#late = late;
    return result;
  }

  /** What `attempt` gives; undefined when it finds an error, which is forgotten. */
  try<T>(attempt: () => T): T | undefined {
    const late = this.#late;
    try {
      const result = attempt();
      return this.#late === late ? result : undefined;
    } catch (error) {
      if (!(error instanceof SqliteError)) throw error;
      return undefined;
    } finally {
      this.#late = late;
    }
  }

  /** The collation of that name, or a stand-in that is an error as soon as something is compared by it. */
  collation(name: string): Collation {
    const known = this.context.collation(name) ?? this.#unknownCollations.get(name);
    if (known !== undefined) return known;
    const unknown: Collation = {
      name,
      kind: "user",
      compare: () => {
        throw missingCollation(name);
      },
    };
    this.#unknownCollations.set(name, unknown);
    return unknown;
  }

  /** The collation by which something is compared; undefined is BINARY. */
  comparing(collation: Collation | undefined): Collation {
    if (collation === undefined) return this.binary;
    if (this.#unknownCollations.get(collation.name) === collation) this.#late ??= missingCollation(collation.name);
    return collation;
  }
}

function missingCollation(name: string): SqliteError {
  return new SqliteError("SQLITE_ERROR_MISSING_COLLSEQ", `no such collation sequence: ${name}`);
}
