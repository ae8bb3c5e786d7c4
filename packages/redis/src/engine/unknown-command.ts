/** The words for commands that are none. */
import type { CommandEntry } from "../commands/registry.ts";
import type { Args } from "../resp/args.ts";

const SHOWN_BYTES = 128;

/** The name and the beginning of the arguments, at most 128 bytes of them. */
export function unknownCommand(args: Args): string {
  let shown = "";
  for (let i = 1; i < args.length && shown.length < SHOWN_BYTES; i++) {
    shown += `'${shownPart(args, i, SHOWN_BYTES - shown.length)}' `;
  }
  return `ERR unknown command '${shownPart(args, 0, SHOWN_BYTES)}', with args beginning with: ${shown}`;
}

/** Up to `limit` bytes of argument `i`, and only to its first NUL, as C prints it. */
function shownPart(args: Args, i: number, limit: number): string {
  const text = args.string(i);
  const nul = text.indexOf("\0");
  return text.slice(0, nul < 0 ? limit : Math.min(nul, limit));
}

export function unknownSubcommand(entry: CommandEntry, args: Args): string {
  const name = shownPart(args, 1, SHOWN_BYTES);
  return `ERR unknown subcommand '${name}'. Try ${entry.row.name.toUpperCase()} HELP.`;
}
