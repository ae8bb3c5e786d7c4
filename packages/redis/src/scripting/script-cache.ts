/**
 * Compiled scripts by the SHA-1 of their source, and by the source itself, so that an EVAL that was seen before hashes nothing.
 *
 * Scripts that came by SCRIPT LOAD stay until SCRIPT FLUSH, for clients count on EVALSHA. Of those that came by EVAL the 500 that were used
 * last stay (as since 7.4): clients that write their arguments into their scripts would fill the memory.
 */
import { CommandError } from "../commands/errors.ts";
import { type Chunk, compile, LuaSyntaxError } from "../lua/lua.ts";
import { parseDeclaration } from "./script-flags.ts";
import { sha1Hex } from "./sha1.ts";

/** Scripts of EVAL that are kept (eval.c, LRU_LIST_LENGTH). */
export const MAX_EVAL_SCRIPTS = 500;
/** What a script takes beside its source, in the original: its entry, its hash, its place in the list. */
const SCRIPT_OVERHEAD_BYTES = 136;
/** Name under which scripts are compiled; their messages begin with it. */
const CHUNK_NAME = "@user_script";

export interface Script {
  readonly sha: string;
  readonly source: string;
  /** SCRIPT_FLAG bits. */
  readonly flags: number;
  readonly chunk: Chunk;
  /** Came by EVAL, not by SCRIPT LOAD. */
  readonly evictable: boolean;
  /** The cache's count of uses at the latest one. */
  usedAt: number;
}

export class ScriptCache {
  readonly #bySha = new Map<string, Script>();
  readonly #bySource = new Map<string, Script>();
  #evictable = 0;
  #uses = 0;
  #bytes = 0;
  readonly #evicted: () => void;

  /** `evicted` is told of each script that makes room for another. */
  constructor(evicted: () => void) {
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#bySha.size;
  }

  /** Bytes that the sources take, as the original counts them. */
  get byteSize(): number {
    return this.#bytes;
  }

  /** The script of a source, compiled if it is new. Throws CommandError. */
  ofSource(source: string, evictable: boolean): Script {
    const known = this.#bySource.get(source);
    if (known === undefined) return this.#add(source, evictable);
    known.usedAt = ++this.#uses;
    return known;
  }

  /** The script of a hash, in any case. */
  ofSha(sha: string): Script | undefined {
    const script = this.#bySha.get(sha) ?? this.#bySha.get(sha.toLowerCase());
    if (script !== undefined) script.usedAt = ++this.#uses;
    return script;
  }

  has(sha: string): boolean {
    return this.#bySha.has(sha.toLowerCase());
  }

  clear(): void {
    this.#bySha.clear();
    this.#bySource.clear();
    this.#evictable = 0;
    this.#bytes = 0;
  }

  #add(source: string, evictable: boolean): Script {
    const { flags, length } = parseDeclaration(source);
    const script: Script = {
      sha: sha1Hex(source),
      source,
      flags,
      chunk: compileScript(source.slice(length)),
      evictable,
      usedAt: ++this.#uses,
    };
    if (evictable && ++this.#evictable > MAX_EVAL_SCRIPTS) this.#evictOldest();
    this.#bySha.set(script.sha, script);
    this.#bySource.set(source, script);
    this.#bytes += source.length + SCRIPT_OVERHEAD_BYTES;
    return script;
  }

  /** Compiling one more costs far more than looking at all the others. */
  #evictOldest(): void {
    let oldest: Script | undefined;
    for (const script of this.#bySha.values()) {
      if (script.evictable && (oldest === undefined || script.usedAt < oldest.usedAt)) oldest = script;
    }
    if (oldest === undefined) return;
    this.#bySha.delete(oldest.sha);
    this.#bySource.delete(oldest.source);
    this.#bytes -= oldest.source.length + SCRIPT_OVERHEAD_BYTES;
    this.#evictable--;
    this.#evicted();
  }
}

function compileScript(source: string): Chunk {
  try {
    return compile(source, CHUNK_NAME);
  } catch (failure) {
    if (!(failure instanceof LuaSyntaxError)) throw failure;
    throw new CommandError(`ERR Error compiling script (new function): ${failure.message}`);
  }
}
