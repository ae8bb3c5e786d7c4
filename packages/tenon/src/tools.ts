/**
 * The table of tools: packages that are a command and no service. A new tool is a row here; `tenon --help`, the command
 * itself and tab completion follow. Read whenever any `tenon` command starts, so nothing is loaded until it is asked for.
 */
import type { Command } from "@tenon/kit/cli";

export interface ToolCommandLine {
  /** Arguments without the program's name; the promise is the exit code. */
  main(argv: readonly string[]): Promise<number>;
  /** The same as a commander program, which tab completion looks through. */
  program?(): Command | Promise<Command>;
}

export interface Tool {
  /** What `tenon --help` says of it. */
  readonly summary: string;
  cli(): Promise<ToolCommandLine>;
}

export type ToolName = "lox" | "grep" | "sqlite";

export const TOOLS: Readonly<Record<ToolName, Tool>> = {
  lox: { summary: "run Lox programs, or a prompt", cli: () => import("@tenon/lox/cli") },
  grep: { summary: "search files as GNU grep does (also egrep, fgrep)", cli: () => import("@tenon/grep/cli") },
  sqlite: { summary: "SQLite's shell: SQL and dot-commands on database files", cli: () => import("@tenon/sqlite/cli") },
};

export const TOOL_NAMES: readonly ToolName[] = Object.keys(TOOLS) as ToolName[];

/** Other names under which people know a tool; the help leaves them out. */
const ALIASES: Readonly<Record<string, Tool>> = {
  egrep: { summary: "grep -E", cli: async () => ({ main: (await import("@tenon/grep/cli")).egrep }) },
  fgrep: { summary: "grep -F", cli: async () => ({ main: (await import("@tenon/grep/cli")).fgrep }) },
};

export function toolNamed(name: string): Tool | undefined {
  if (Object.hasOwn(ALIASES, name)) return ALIASES[name];
  return Object.hasOwn(TOOLS, name) ? TOOLS[name as ToolName] : undefined;
}
