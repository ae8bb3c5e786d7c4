/**
 * The `tenon` command: finds out which subcommand is meant, and loads that one only.
 *
 * Everything here is read at each start, `tenon --version` included, so it imports the tables and nothing else; the
 * command-line library comes with the subcommands that need it. `bin/tenon.cjs` is the file that users start.
 */
import { enableCompileCache } from "node:module";
import { helpText } from "./help.ts";
import { COMMANDS } from "./commands.ts";
import { didYouMean } from "./did-you-mean.ts";
import { SYSTEM_NAMES, systemNamed } from "./systems.ts";
import { TOOL_NAMES, toolNamed } from "./tools.ts";
import { VERSION } from "./version.ts";

const USAGE_ERROR = 2;
const FAILURE = 1;

/** Runs `tenon argv…`; resolves to the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const [word = "--help", ...rest] = argv;
  if (word === "--version" || word === "-V") return print(`${VERSION}\n`);
  if (word === "--help" || word === "-h" || (word === "help" && rest.length === 0)) return print(helpText());
  if (word === "help") return main([...rest, "--help"]);

  const handedOver = systemNamed(word) ?? toolNamed(word);
  if (handedOver !== undefined) return (await handedOver.cli()).main(rest);
  if (Object.hasOwn(COMMANDS, word) || word === "complete") return (await import("./program.ts")).run(argv);

  const meant = didYouMean(word, [...Object.keys(COMMANDS), ...SYSTEM_NAMES, ...TOOL_NAMES]);
  const kind = word.startsWith("-") ? "option" : "command";
  const hint = meant === undefined ? "Run 'tenon --help' for all of them." : `Did you mean '${meant}'?`;
  process.stderr.write(`tenon: unknown ${kind} '${word}'. ${hint}\n`);
  return USAGE_ERROR;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

// Harmless where the launcher did it already; needed where this file is started from source.
enableCompileCache();

// No top-level await: the launcher loads this file with require().
main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`tenon: ${process.env["TENON_DEBUG"] && error instanceof Error ? error.stack : text}\n`);
    process.exitCode = FAILURE;
  },
);
