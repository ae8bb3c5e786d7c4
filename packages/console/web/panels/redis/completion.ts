/** What the command line proposes while one types: names from the server's command table, then what they take. */
import type { CommandEntry } from "../../../src/panels/redis/wire.ts";

const MAX_PROPOSALS = 8;

/** Commands whose name begins with what is typed so far; none once the name is complete and followed by a space. */
export function proposals(table: readonly CommandEntry[], line: string): readonly CommandEntry[] {
  const typed = line.trimStart().toUpperCase().replaceAll(/\s+/g, " ");
  if (typed.trim() === "") return [];
  const isContainer = (name: string): boolean => table.some((entry) => entry.name.startsWith(`${name} `));
  const depth = typed.split(" ").length;
  if (depth > 2 || (depth === 2 && !isContainer(typed.split(" ")[0]!))) return [];
  const matching = table.filter((entry) => entry.name.startsWith(typed) && entry.name.split(" ").length === depth);
  if (matching.length === 1 && matching[0]!.name === typed) return [];
  return matching.slice(0, MAX_PROPOSALS);
}

export interface Hint {
  readonly entry: CommandEntry;
  /** What is still to be typed of its syntax. */
  readonly rest: string;
}

/** The command that is being typed, and the arguments that are still to come. */
export function hint(table: readonly CommandEntry[], line: string): Hint | undefined {
  const words = line.trimStart().split(/\s+/);
  const two = table.find((entry) => entry.name === words.slice(0, 2).join(" ").toUpperCase());
  const entry = two ?? table.find((candidate) => candidate.name === words[0]?.toUpperCase());
  if (entry === undefined) return undefined;
  const nameWords = entry.name.split(" ").length;
  const given = words.length - nameWords - (words.at(-1) === "" ? 1 : 0);
  return { entry, rest: topLevelParts(entry.syntax).slice(Math.max(0, given)).join(" ") };
}

/** Splits a syntax at the spaces that are outside of brackets. */
function topLevelParts(syntax: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const character of syntax) {
    if (character === "[" || character === "<") depth++;
    if (character === "]" || character === ">") depth--;
    if (character === " " && depth === 0) {
      parts.push(part);
      part = "";
    } else {
      part += character;
    }
  }
  if (part !== "") parts.push(part);
  return parts;
}
