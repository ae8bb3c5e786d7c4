/** The command line's bytes. Node decodes arguments as UTF-8, and what is not UTF-8 is lost on the way. */
import { readFileSync } from "node:fs";
import { type ByteString, fromBytes, fromText } from "./byte-string.ts";

const REPLACEMENT = "\uFFFD";

/** `argv`: the last of the process's arguments, as Node gives them. */
export function argumentBytes(argv: readonly string[]): ByteString[] {
  if (argv.some((argument) => argument.includes(REPLACEMENT))) {
    const raw = rawArguments();
    if (raw !== undefined && raw.length >= argv.length) return raw.slice(raw.length - argv.length);
  }
  return argv.map(fromText);
}

/** All of the process's arguments, where the system shows them. */
function rawArguments(): ByteString[] | undefined {
  try {
    return fromBytes(readFileSync("/proc/self/cmdline")).split("\0").slice(0, -1);
  } catch {
    return undefined;
  }
}
