/**
 * Searches of the usual kinds whose output nobody sees. Run once after the command has been installed, they have every function compiled that
 * such searches call, so that what the command's launcher keeps of the compiled code does not depend on what was searched for first.
 */
import { type ByteString, fromText } from "../byte-string.ts";
import { runGrep } from "./command.ts";
import type { GrepIo } from "./io.ts";

const NOBODY: GrepIo = {
  collation: undefined,
  env: { LC_ALL: "C.UTF-8" },
  directory: "",
  stdin: -1,
  stdout: { write: () => {}, isTerminal: false, stat: undefined },
  stderr: { write: () => {} },
};

/** Command lines, before the name of what is searched. */
const USUAL: readonly (readonly ByteString[])[] = [
  ["function"],
  ["-n", "function"],
  ["-c", "the"],
  ["-in", "node"],
  ["-v", "e"],
  ["-l", "function"],
  ["-q", "function"],
  ["-e", "old", "-e", "new"],
  ["-Hn", "-C1", "--color=always", "[A-Z][a-z]* "],
  ["-E", "^(var|if) .*[;{]$"],
  ["-oE", "[a-z]+[.]"],
  ["-w", "the"],
  ["-rn", "--include=*.cjs", "the"],
];

/** Searches the text file `path`. */
export function rehearse(path: string): void {
  for (const args of USUAL) runGrep([...args, fromText(path)], NOBODY);
}
