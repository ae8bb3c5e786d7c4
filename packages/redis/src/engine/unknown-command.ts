/** The words for commands that are none. */
import type { CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";

const SHOWN_BYTES = 128;

/** The name and the beginning of the arguments, at most 128 bytes of them. */
export function unknownCommand(args: Args): string {
  let shown = "";
  for (let i = 1; i < args.length && shown.length < SHOWN_BYTES; i++) {
    shown += `'${args.string(i).slice(0, SHOWN_BYTES - shown.length)}' `;
  }
  return `ERR unknown command '${args.string(0).slice(0, SHOWN_BYTES)}', with args beginning with: ${shown}`;
}

export function unknownSubcommand(entry: CommandEntry, args: Args): string {
  const name = args.string(1).slice(0, SHOWN_BYTES);
  return `ERR unknown subcommand '${name}'. Try ${entry.row.name.toUpperCase()} HELP.`;
}
