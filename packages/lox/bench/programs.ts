/**
 * Eleven programs, each written by hand in Lox, Lua and JavaScript (programs/). Their first line says how much they do; the slow
 * engines get, like the Lua that they are compared with, a copy that does less.
 */
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("programs/", import.meta.url);

export type Language = "lox" | "lua" | "js";

export const PROGRAMS: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".lox"))
  .map((name) => name.slice(0, -".lox".length))
  .toSorted();

/** For each program, a size at which it runs for an instant. */
const LITTLE: Readonly<Record<string, number>> = { recursion: 15, "binary-trees": 6, sieve: 500 };

export type Size = "full" | "reduced" | "little";

/** The program's text, at one of three sizes. */
export function programText(name: string, language: Language, size: Size): string {
  const text = readFileSync(new URL(`${name}.${language}`, folder), "utf8");
  const full = Number(/^\w+ SIZE = (\d+)/.exec(text)?.[1]);
  if (!(full > 0)) throw new Error(`${name}.${language} does not say its size`);
  const sizes = { full, reduced: reduced(name, full), little: LITTLE[name] ?? 200 };
  return text.replace(/SIZE = \d+/, `SIZE = ${sizes[size]}`);
}

/** About an eighth of the work. */
function reduced(name: string, full: number): number {
  if (name === "recursion") return full - 4;
  if (name === "binary-trees") return full - 3;
  return name === "sieve" ? Math.round(full / 4) : Math.round(full / 8);
}
