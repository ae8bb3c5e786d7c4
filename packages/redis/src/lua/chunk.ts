/** A compiled chunk: parsed once, turned into JavaScript when first run in fast and in full form. */
import { LuaSyntaxError } from "./errors.ts";
import { generate } from "./generator/generator.ts";
import type { Form } from "./generator/text.ts";
import { type ParsedChunk, parse } from "./parser.ts";
import type { Runtime } from "./runtime.ts";
import { SiteTable } from "./sites.ts";
import type { LuaTable } from "./table.ts";
import { inferNumbers } from "./types.ts";
import type { LuaFunction } from "./value.ts";

type Instance = (globals: LuaTable) => LuaFunction;

interface Compiled {
  readonly sites: SiteTable;
  readonly instantiate: (runtime: Runtime) => Instance;
  readonly instances: WeakMap<Runtime, Instance>;
}

export class Chunk {
  readonly name: string;
  /** Runs begin in full form: one has shown that fast form would not do. */
  needsFull = false;
  readonly #parsed: ParsedChunk;
  readonly #sourceLength: number;
  readonly #forms = new Map<Form, Compiled>();

  constructor(source: string, name: string) {
    this.name = name;
    this.#sourceLength = source.length;
    this.#parsed = parse(source, name);
    inferNumbers(this.#parsed.bindings);
    // Both forms' limits are JavaScript's own; finding them out here makes them errors of the source.
    this.#form("fast");
  }

  /** The chunk as a function over these globals, and its places for messages. */
  load(form: Form, runtime: Runtime, globals: LuaTable): { main: LuaFunction; sites: SiteTable } {
    const compiled = this.#form(form);
    let instance = compiled.instances.get(runtime);
    if (instance === undefined) {
      instance = compiled.instantiate(runtime);
      compiled.instances.set(runtime, instance);
    }
    return { main: instance(globals), sites: compiled.sites };
  }

  #form(form: Form): Compiled {
    let compiled = this.#forms.get(form);
    if (compiled === undefined) {
      const sites = new SiteTable(this.name, 2 * this.#sourceLength + 16);
      // eslint-disable-next-line no-new-func -- the whole point: the text holds nothing of the script but escaped literals
      const instantiate = new Function("rt", generate(this.#parsed, form, sites)) as Compiled["instantiate"];
      compiled = { sites, instantiate, instances: new WeakMap() };
      this.#forms.set(form, compiled);
    }
    return compiled;
  }
}

/**
 * Compiles Lua 5.1. `source` has one character (0–255) a byte; `name` is as luaL_loadbuffer's: "@file", "=name", or the source itself.
 * Throws LuaSyntaxError with the original's message.
 */
export function compile(source: string, name: string): Chunk {
  try {
    return new Chunk(source, name);
  } catch (failure) {
    if (failure instanceof RangeError) throw new LuaSyntaxError(`${name.slice(1)}: chunk has too many syntax levels`);
    throw failure;
  }
}
