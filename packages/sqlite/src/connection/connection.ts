/**
 * A connection: databases that are used together, the functions and collations of its program, and statements, from their text to the end of their
 * transactions.
 *
 * A statement runs between `enter` and `leave`: the first takes the locks and, when the schema turned out to be another one than the plan was made
 * for, gives them back for another try; the other ends what was begun, undoing it when the statement failed.
 */
import type { Btree } from "../btree/btree.ts";
import { SqliteError } from "../errors.ts";
import { CallContext } from "../functions/function.ts";
import type { FunctionRegistry, SqlFunction } from "../functions/registry.ts";
import { builtInFunctions } from "../functions/built-in.ts";
import type { CompileContext } from "../planner/context.ts";
import { ConnectionChanges, type DeferredViolations } from "../runtime/change/connection-changes.ts";
import type { StatementChanges } from "../runtime/change/statement-changes.ts";
import type { Environment } from "../runtime/frame.ts";
import { fold } from "../schema/table.ts";
import type { Statement } from "../sql/ast.ts";
import { type ParsedStatement, parseStatement } from "../sql/parser/parse.ts";
import type { Collation } from "../values/collation.ts";
import type { TextEncoding } from "../values/text-codec.ts";
import type { BackEndChoice } from "./back-end.ts";
import { Collations } from "./collations.ts";
import { planStatement } from "./compile.ts";
import type { PlanLine } from "./execution.ts";
import { functionEnvironment } from "./function-environment.ts";
import { hoistLiterals } from "./hoist-literals.ts";
import { Hooks } from "./hooks.ts";
import { DEFAULT_LIMITS, type Limits, sqlLimits } from "./limits.ts";
import { OpenDatabase } from "./open-database.ts";
import type { Plan } from "./plan.ts";
import { failureAction, type ParsedText, PreparedStatement } from "./prepared-statement.ts";
import { type Settings, settingsFrom } from "./settings.ts";
import { type FileHandle, memoryFile } from "./shared-file.ts";
import { PlanCache } from "./plan-cache.ts";
import { makeSnapshot, restoreSnapshot, type Snapshot } from "./snapshots.ts";
import { Transactions } from "./transactions.ts";
import type { DatabaseWorld } from "./world.ts";

export interface ConnectionOptions {
  readonly readonly?: boolean;
  readonly world: DatabaseWorld;
  readonly limits?: Partial<Limits>;
  readonly backEnd?: BackEndChoice;
  readonly busyTimeoutMs?: number;
  readonly foreignKeys?: boolean;
  readonly doubleQuotedStrings?: boolean;
  readonly verbose?: (sql: string) => void;
  readonly interruptFlag?: Int32Array;
}

/** Numbers of databases that are always there. */
export const MAIN = 0;
export const TEMP = 1;

/** A statement that runs. */
export interface StatementTicket {
  readonly isWriter: boolean;
  /** From which it is undone; -1: nothing is kept for that. */
  readonly savepoint: number;
  readonly violations: DeferredViolations | undefined;
  /** Transactions.epoch when it began. */
  readonly epoch: number;
}

export class Connection implements Environment {
  readonly name: string;
  readonly isReadonly: boolean;
  readonly world: DatabaseWorld;
  readonly verbose: ((sql: string) => void) | undefined;
  readonly backEnd: BackEndChoice;
  readonly databases: OpenDatabase[];
  readonly settings: Settings;
  readonly hooks: Hooks = new Hooks();
  readonly functions: FunctionRegistry;
  readonly collations: Collations;
  readonly rowChanges: ConnectionChanges = new ConnectionChanges();
  readonly transactions: Transactions;
  readonly limits: Limits;
  /** Of a database that is not there yet. */
  newEncoding: TextEncoding = "utf8";
  readonly #plans = new PlanCache();
  readonly #rowChanged: NonNullable<Environment["rowChanged"]> = (kind, database, { name: table }, rowid) =>
    this.hooks.update?.({ kind, database: this.databases[database]!.name, table, rowid });
  readonly #addedFunctions = new Map<string, SqlFunction[]>();
  #context: CallContext | undefined;
  #interrupted = false;
  readonly #interruptFlag: Int32Array | undefined;
  #isOpen = true;
  /** Counts what else than schemas makes plans useless. */
  #revision = 0;
  #now: number | undefined;

  constructor(name: string, handle: FileHandle, options: ConnectionOptions) {
    this.name = name;
    this.isReadonly = options.readonly === true;
    this.world = options.world;
    this.verbose = options.verbose;
    this.#interruptFlag = options.interruptFlag;
    this.backEnd = options.backEnd ?? "auto";
    this.settings = settingsFrom(options);
    this.limits = { ...DEFAULT_LIMITS };
    const random = (): number => this.randomNumber();
    this.databases = [
      new OpenDatabase({ name: "main", handle, readonly: this.isReadonly, random }),
      new OpenDatabase({ name: "temp", handle: memoryFile(), readonly: false, random }),
    ];
    this.functions = builtInFunctions();
    this.collations = new Collations("utf8");
    this.transactions = new Transactions(this.databases, this.rowChanges, this.hooks);
    for (const [limit, value] of Object.entries(options.limits ?? {})) this.setLimit(limit as keyof Limits, value);
  }

  // ── What programs see ──

  btree(database: number): Btree {
    return this.databases[database]!.tree;
  }

  get changes(): ConnectionChanges {
    return this.rowChanges;
  }

  get context(): CallContext {
    const { encoding } = this;
    if (this.#context?.encoding !== encoding) {
      this.collations.setEncoding(encoding);
      this.#context = new CallContext(functionEnvironment(this), this.collations.find("BINARY")!); // always there
    }
    return this.#context;
  }

  get interrupted(): boolean {
    return this.#interrupted || (this.#interruptFlag !== undefined && Atomics.load(this.#interruptFlag, 0) !== 0);
  }

  get rowChanged(): Environment["rowChanged"] {
    return this.hooks.update === null ? undefined : this.#rowChanged;
  }

  collation(name: string): Collation | undefined {
    this.collations.setEncoding(this.encoding);
    return this.collations.find(name);
  }

  // ── State ──

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get main(): OpenDatabase {
    return this.databases[MAIN]!;
  }

  get encoding(): TextEncoding {
    return this.main.encoding ?? this.newEncoding;
  }

  get autocommit(): boolean {
    return this.transactions.autocommit;
  }

  /** Milliseconds since 1970, the same as long as any statement runs. */
  now(): number {
    this.#now ??= this.world.clock.now();
    return this.#now;
  }

  /** 32 bits. */
  randomNumber(): number {
    const bytes = this.world.random.bytes(4);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  }

  /** Changes when plans have to be made anew. */
  get generation(): number {
    let sum = this.#revision;
    for (const database of this.databases) sum += database.generation;
    return sum;
  }

  /** The number of a database by its name; -1: none has it. */
  databaseNamed(name: string): number {
    const wanted = fold(name);
    return this.databases.findIndex((database) => fold(database.name) === wanted);
  }

  /** Returns what it was. A negative value changes nothing; values above the default count as the default. */
  setLimit(name: keyof Limits, value: number): number {
    const before = this.limits[name];
    if (value >= 0) {
      this.limits[name] = Math.min(Math.trunc(value), DEFAULT_LIMITS[name]);
      this.forgetContext();
    }
    return before;
  }

  /** Functions and limits are other ones than plans and the context were made for. */
  forgetContext(): void {
    this.#context = undefined;
    this.#revision += 1;
    this.#plans.clear();
  }

  /** For who compiles a statement now. */
  compileContext(): CompileContext {
    const { settings, encoding } = this;
    this.collations.setEncoding(encoding);
    return {
      databases: this.databases,
      functions: this.functions,
      collation: (name) => this.collations.find(name),
      encoding,
      limits: sqlLimits(this.limits),
      doubleQuotedStrings: settings.doubleQuotedStrings,
      foreignKeys: settings.foreignKeys,
      recursiveTriggers: settings.recursiveTriggers,
      ignoreCheckConstraints: settings.ignoreCheckConstraints,
      deferForeignKeys: this.rowChanges.deferForeignKeys,
      automaticIndex: settings.automaticIndex,
      reverseUnorderedSelects: settings.reverseUnorderedSelects,
      fullColumnNames: settings.fullColumnNames,
      shortColumnNames: settings.shortColumnNames,
      trustedSchema: settings.trustedSchema,
      triggerDepth: this.limits.triggerDepth,
    };
  }

  // ── Statements ──

  /** The first statement of `sql` from `offset` on, and where the next one begins. Throws SQLITE_MISUSE when there is none. */
  prepareFirst(sql: string, offset: number): { readonly statement: PreparedStatement; readonly end: number } {
    const prepared = this.prepareNext(sql, offset);
    if (prepared.statement === undefined)
      throw new SqliteError("SQLITE_MISUSE", "The supplied SQL string contains no statements");
    return { statement: prepared.statement, end: prepared.end };
  }

  /** `statement` is undefined when there is nothing but space and comments up to the next semicolon or the end. */
  prepareNext(
    sql: string,
    offset: number,
  ): { readonly statement: PreparedStatement | undefined; readonly end: number } {
    this.checkOpen();
    if (sql.length > this.limits.sqlLength) throw new SqliteError("SQLITE_TOOBIG", "statement too long");
    const known = offset === 0 ? this.#plans.text(sql) : undefined;
    if (known !== undefined) return { statement: new PreparedStatement(this, known), end: sql.length };
    const hoisted = this.#prepareShape(sql, offset);
    if (hoisted !== undefined) return hoisted;
    const parsed = parseStatement(sql, offset, sqlLimits(this.limits));
    const { end } = parsed;
    if (parsed.statement === undefined) return { statement: undefined, end };
    const text = parsedText(sql, offset, parsed, parsed.statement);
    if (offset === 0 && end === sql.length) this.#plans.addText(sql, text);
    return { statement: new PreparedStatement(this, text), end };
  }

  /** By the plan of a statement of the same shape, which differs in literals only. The first of a shape is prepared as any other. */
  #prepareShape(
    sql: string,
    offset: number,
  ): { readonly statement: PreparedStatement; readonly end: number } | undefined {
    const hoisted = hoistLiterals(sql, offset);
    if (hoisted === undefined) return undefined;
    const { shape, values, end, isSelect } = hoisted;
    const known = this.#plans.shape(shape);
    if (known === "once") {
      const parsed = parseStatement(shape, 0, sqlLimits(this.limits));
      if (parsed.statement !== undefined) this.#plans.addShape(shape, parsedText(shape, 0, parsed, parsed.statement));
    }
    if (known === undefined || known === "once" || (isSelect && this.#hasPartialIndexes)) return undefined;
    try {
      return { statement: new PreparedStatement(this, known, { sql: sql.slice(offset, end), values }), end };
    } catch (error) {
      // What is wrong is told with its place in the text.
      if (error instanceof SqliteError) return undefined;
      throw error;
    }
  }

  /** Whether an index serves only those who name the right literal. */
  get #hasPartialIndexes(): boolean {
    return this.databases.some(({ hasPartialIndexes }) => hasPartialIndexes);
  }

  exec(sql: string): void {
    for (let at = 0; at < sql.length;) {
      const { statement, end } = this.prepareNext(sql, at);
      statement?.run(() => true);
      if (end <= at) break;
      at = end;
    }
  }

  /** The plan of a statement for the schema as it is now. Throws what is wrong with it. */
  plan(text: ParsedText): Plan {
    this.#readSchemas();
    const { generation } = this;
    const known = this.#plans.plan(text, generation);
    if (known !== undefined) return known;
    const plan = planStatement(this, text);
    if (plan.isVolatile !== true) this.#plans.addPlan(text, plan, generation);
    return plan;
  }

  explain(sql: string): { readonly plan: readonly PlanLine[]; readonly source: string | undefined } {
    const parsed = parseStatement(sql, 0, sqlLimits(this.limits));
    const { statement } = parsed;
    if (statement === undefined)
      throw new SqliteError("SQLITE_MISUSE", "The supplied SQL string contains no statements");
    const inner = statement.kind === "explain" ? statement.statement : statement;
    const plan = this.plan(parsedText(sql, 0, parsed, inner));
    return { plan: plan.lines, source: plan.source?.(this) };
  }

  /** Takes the locks for a statement. Undefined: the schema is another one than that of `generation`, and nothing was taken. */
  enter(plan: Plan, generation: number): StatementTicket | undefined {
    const { transactions, databases } = this;
    if (transactions.active === 0) {
      this.#interrupted = false;
      this.#now = undefined;
    }
    const isWriter = plan.writes.length > 0;
    if (isWriter && this.settings.queryOnly)
      throw new SqliteError("SQLITE_READONLY", "attempt to write a readonly database");
    try {
      for (const database of plan.reads) databases[database]!.beginRead();
      for (const database of plan.writes) databases[database]!.beginRead();
      if (this.generation !== generation) {
        transactions.relax();
        return undefined;
      }
      for (const database of plan.writes) databases[database]!.beginWrite(transactions.depth);
    } catch (error) {
      if (transactions.autocommit && transactions.activeWriters === 0) for (const one of databases) one.rollback();
      transactions.relax();
      throw error;
    }
    const isAlone = transactions.autocommit && transactions.activeWriters === 0;
    transactions.active += 1;
    if (isWriter) transactions.activeWriters += 1;
    const isUndone = isWriter && !plan.atomic && !isAlone;
    return {
      isWriter,
      savepoint: isUndone ? transactions.beginStatement() : -1,
      violations: isWriter ? this.rowChanges.violations() : undefined,
      epoch: transactions.epoch,
    };
  }

  /** A statement has ended well, or was given up. Throws when its transaction cannot be ended, which is then undone. */
  leave(ticket: StatementTicket): void {
    const { transactions } = this;
    if (ticket.savepoint !== -1 && ticket.epoch === transactions.epoch) transactions.endStatement(ticket.savepoint);
    this.#left(ticket);
    if (transactions.autocommit && ticket.isWriter && transactions.activeWriters === 0) {
      try {
        transactions.commitAll();
      } catch (error) {
        this.rowChanges.uncount();
        transactions.rollbackAll();
        transactions.relax();
        throw error;
      }
    }
    transactions.relax();
  }

  /** A statement has failed: undoes what has to be undone. Returns the error to throw. */
  leaveFailed(ticket: StatementTicket, error: unknown, changes: StatementChanges | undefined): unknown {
    const { transactions, rowChanges } = this;
    const action = endsTransaction(error) && ticket.isWriter ? "ROLLBACK" : failureAction(error);
    if (ticket.isWriter && changes !== undefined) rowChanges.count(action === "FAIL" ? changes.rows : 0);
    if (action === "FAIL") {
      try {
        this.leave(ticket);
      } catch (failure) {
        return failure;
      }
      return error;
    }
    this.#left(ticket);
    const isAlone = transactions.autocommit && transactions.activeWriters === 0;
    if (action === "ROLLBACK" || (isAlone && ticket.isWriter)) transactions.rollbackAll();
    else if (ticket.savepoint !== -1)
      transactions.undoStatement(ticket.savepoint, ticket.violations!); // a writer's
    else if (ticket.violations !== undefined) rowChanges.restore(ticket.violations);
    transactions.relax();
    return error;
  }

  /** Before a statement goes on. */
  checkRunning(ticket: StatementTicket): void {
    if (!this.#isOpen) throw new SqliteError("SQLITE_MISUSE", "database is not open");
    if (ticket.epoch !== this.transactions.epoch)
      throw new SqliteError("SQLITE_ABORT_ROLLBACK", "abort due to ROLLBACK");
    if (this.interrupted) throw new SqliteError("SQLITE_INTERRUPT", "interrupted");
  }

  checkOpen(): void {
    if (!this.#isOpen) throw new SqliteError("SQLITE_MISUSE", "database is not open");
  }

  // ── The rest of the interface ──

  get totalChanges(): number {
    return this.rowChanges.totalChanges;
  }

  get lastInsertRowid(): number | bigint {
    return this.rowChanges.lastInsertRowid;
  }

  inTransaction<T>(body: () => T, mode: "deferred" | "immediate" | "exclusive"): T {
    const isNested = !this.autocommit;
    this.exec(isNested ? "SAVEPOINT tenon_transaction" : `BEGIN ${mode}`);
    try {
      const result = body();
      if (!this.autocommit) this.exec(isNested ? "RELEASE tenon_transaction" : "COMMIT");
      return result;
    } catch (error) {
      // A failure may have ended the transaction already.
      if (!this.autocommit)
        this.exec(isNested ? "ROLLBACK TO tenon_transaction; RELEASE tenon_transaction" : "ROLLBACK");
      throw error;
    }
  }

  /** null takes away those of that name that were added: for so many arguments, or all. */
  addFunction(name: string, added: SqlFunction | null, argumentCount?: number): void {
    const folded = fold(name);
    const known = this.#addedFunctions.get(folded) ?? [];
    const isMeant = ({ minArguments, maxArguments }: SqlFunction): boolean =>
      argumentCount === undefined || (maxArguments === Infinity ? argumentCount < 0 : minArguments === argumentCount);
    for (const { minArguments, maxArguments } of known.filter(isMeant))
      this.functions.remove(folded, minArguments, maxArguments);
    const rest = known.filter((one) => !isMeant(one));
    if (added !== null) {
      this.functions.add(added);
      rest.push(added);
    }
    this.#addedFunctions.set(folded, rest);
    this.forgetContext();
  }

  addCollation(name: string, compare: ((a: string, b: string) => number) | null): void {
    this.collations.add(name, compare);
    this.forgetContext();
  }

  interrupt(): void {
    if (this.transactions.active > 0) this.#interrupted = true;
  }

  withSignal<T>(signal: AbortSignal, body: () => T): T {
    signal.throwIfAborted();
    const interrupt = (): void => this.interrupt();
    signal.addEventListener("abort", interrupt);
    try {
      return body();
    } finally {
      signal.removeEventListener("abort", interrupt);
    }
  }

  serialize(name: string): Uint8Array {
    return this.#reading(name, ({ pager }) => {
      const bytes = new Uint8Array(pager.pageCount * pager.pageSize);
      for (let number = 1; number <= pager.pageCount; number++) {
        if (number !== pager.lockPage) bytes.set(pager.read(number).bytes, (number - 1) * pager.pageSize);
      }
      return bytes;
    });
  }

  deserialize(bytes: Uint8Array, name: string): void {
    this.checkOpen();
    const at = this.#database(name);
    if (!this.autocommit || this.transactions.active > 0) throw new SqliteError("SQLITE_BUSY", "database is locked");
    this.replaceDatabase(at, memoryFile(bytes));
  }

  /** Puts another file in the place of a database. Nothing may run but who asks for it. */
  replaceDatabase(at: number, handle: FileHandle): void {
    const old = this.databases[at]!;
    const made = new OpenDatabase({ name: old.name, handle, readonly: false, random: () => this.randomNumber() });
    made.generation = old.generation + 1;
    this.databases[at] = made;
    old.close();
    this.forgetContext();
  }

  snapshot(): Snapshot {
    return this.#reading("main", (database) => {
      if (database.isWriting) throw new SqliteError("SQLITE_BUSY", "a snapshot cannot be made within a transaction");
      return makeSnapshot(database);
    });
  }

  restore(snapshot: Snapshot): void {
    this.checkOpen();
    if (!this.autocommit || this.transactions.active > 0) throw new SqliteError("SQLITE_BUSY", "database is locked");
    restoreSnapshot(this.main, snapshot);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.transactions.rollbackAll();
    for (const database of this.databases) database.close();
  }

  /** Uses a database between statements. */
  #reading<T>(name: string, use: (database: OpenDatabase) => T): T {
    this.checkOpen();
    const database = this.databases[this.#database(name)]!;
    database.beginRead();
    try {
      return use(database);
    } finally {
      this.transactions.relax();
    }
  }

  #database(name: string): number {
    const at = this.databaseNamed(name);
    if (at === -1) throw new SqliteError("SQLITE_ERROR", `unknown database ${name}`);
    return at;
  }

  /** Schemas are known as they are now, or, while somebody else writes, as they were last. */
  #readSchemas(): void {
    for (const database of this.databases) {
      try {
        database.beginRead();
      } catch (error) {
        if (!(error instanceof SqliteError && error.code === "SQLITE_BUSY" && database.isKnown)) throw error;
      } finally {
        this.transactions.relax();
      }
    }
  }

  #left({ isWriter }: StatementTicket): void {
    this.transactions.active -= 1;
    if (isWriter) this.transactions.activeWriters -= 1;
  }
}

function parsedText(
  whole: string,
  start: number,
  { end, variables, lastTokenEnd, terminator }: ParsedStatement,
  statement: Statement,
): ParsedText {
  return { sql: whole.slice(start, end), statement, parameters: variables, whole, lastTokenEnd, terminator };
}

/** Errors after which nobody knows what has been written. */
function endsTransaction(error: unknown): boolean {
  if (!(error instanceof SqliteError)) return false;
  return error.errcode === IOERR || error.code === "SQLITE_FULL" || error.code === "SQLITE_INTERRUPT";
}

const IOERR = 10;
