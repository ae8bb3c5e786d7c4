/**
 * One Lua program, by the original's interpreter and by ours. A program prints; whatever it prints, and the error that ends it, has
 * to be the same. Programs avoid what is not: addresses, the order of pairs, NaN's sign.
 */
import { spawnSync } from "node:child_process";
import { compile, LuaState, LuaSyntaxError, type LuaTable } from "../../src/lua/lua.ts";

/** Texts with every address made the same. */
export function withoutAddresses({ output, error }: Outcome): Outcome {
  const plain = (text: string): string => text.replace(/0x[0-9a-f]{6,}/g, "0x…");
  return { output: plain(output), error: error === undefined ? undefined : plain(error) };
}

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly output: string;
  readonly error: string | undefined;
}

const CHUNK = "@user_script";

export interface OurOptions {
  /** Begin in full form. */
  readonly full?: boolean;
  /** After how many questions the host wants to stop; each suspended slice is one more question. */
  readonly stopEvery?: number;
  /** Puts libraries beside those of the language. */
  readonly libraries?: (state: LuaState) => Readonly<Record<string, LuaTable>>;
}

export function runOurs(source: string, options: OurOptions = {}): Outcome {
  let printed = "";
  let questions = 0;
  const { stopEvery } = options;
  const state = new LuaState({
    print: (line) => (printed += `${line}\n`),
    poll: () => stopEvery !== undefined && ++questions % stopEvery === 0,
    maxStringBytes: 64 * 1024 * 1024,
  });
  for (const [name, library] of Object.entries(options.libraries?.(state) ?? {}))
    state.globals.setString(name, library);
  try {
    const run = state.start(compile(source, CHUNK), { full: options.full === true });
    while (run.status === "suspended") run.resume();
    return { output: printed, error: run.error?.message };
  } catch (failure) {
    if (failure instanceof LuaSyntaxError) return { output: printed, error: failure.message };
    throw failure;
  }
}

/** Runs each source as one program in lua5.1; `lua` is its path. */
export function runOriginal(lua: string, sources: readonly string[]): Outcome[] {
  const input = sources.map((source, at) => `programs[${at + 1}]=${quote(source)}`).join("\n");
  const driver = `
    local programs={} ${input}
    local names={} for k in pairs(_G) do names[k]=_G[k] end
    local out=io.stdout
    for i=1,#programs do
      local env={} for k,v in pairs(names) do env[k]=v end env._G=env
      env.print=function(...) local t={} for i=1,select('#',...) do t[i]=tostring((select(i,...))) end out:write(table.concat(t,"\\t"),"\\n") end
      out:write("\\1") local f,e=loadstring(programs[i],"@user_script")
      local ok=false if f then setfenv(f,env) ok,e=pcall(f) end
      if not ok then out:write("\\2",type(e)=="string" and e or "(error object is not a string)") end
    end`;
  const { stdout, error, stderr } = spawnSync(lua, ["-"], { input: Buffer.from(driver, "latin1"), maxBuffer: 1 << 28 });
  if (error !== undefined) throw error;
  const parts = stdout.toString("latin1").split("\u0001").slice(1);
  if (parts.length !== sources.length)
    throw new Error(`lua5.1 stopped at program ${parts.length}: ${stderr.toString("latin1")}`);
  return parts.map((part) => {
    const [output = "", failure] = part.split("\u0002");
    return { output, error: failure };
  });
}

/** A Lua literal. */
export function quote(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, (char) => `\\${String(char.charCodeAt(0)).padStart(3, "0")}`)}"`;
}
