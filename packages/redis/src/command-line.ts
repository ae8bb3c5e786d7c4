/**
 * redis-server's command line: `[redis.conf] [--name value…]… [-]`. The options are turned into lines of redis.conf, which stand behind the
 * file and what comes from standard input, so that one parser reads all of it and its complaints count lines as redis-server's do.
 */
import { splitInline } from "./resp/inline.ts";

export interface CommandLine {
  readonly configFile: string | undefined;
  /** A `-` at either end of the arguments. */
  readonly readsStdin: boolean;
  /** Lines of redis.conf. */
  readonly options: string;
}

/** Never fails: what makes no sense makes none as a line of redis.conf either. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const configFile = args[0] !== undefined && !args[0].startsWith("-") ? args[0] : undefined;
  const first = configFile === undefined ? 0 : 1;
  const lines: string[][] = [];
  let readsStdin = false;
  // A name wants at least one value, which may begin with dashes itself: `--requirepass --secret`.
  let wantsValue = false;
  for (let i = first; i < args.length; i++) {
    const arg = args[i]!;
    const isLast = i === args.length - 1;
    if (arg === "-" && (i === 0 || isLast)) readsStdin = true;
    else if (!wantsValue && arg.startsWith("--")) {
      const line = [arg.slice(2)];
      lines.push(line);
      // Name and value may come as one argument: `"--port 6380"`.
      wantsValue = splitInline(arg)?.length === 1;
      // Scripts that build the line from a list may have nothing to put behind --save.
      if (wantsValue && arg.toLowerCase() === "--save" && (isLast || args[i + 1]!.startsWith("--"))) {
        line.push('""');
        wantsValue = false;
      }
    } else {
      if (lines.length === 0) lines.push([]);
      lines.at(-1)!.push(quoted(arg));
      wantsValue = false;
    }
  }
  return { configFile, readsStdin, options: lines.map((words) => words.join(" ")).join("\n") };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

/** An argument (UTF-8 of the shell) as a word of redis.conf, which is bytes. */
function quoted(word: string): string {
  const text = Buffer.from(word).toString("latin1");
  return `"${text.replaceAll(
    /[^\x20-\x7e]|["\\]/g,
    (character) => ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  )}"`;
}
