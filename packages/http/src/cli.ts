/** `tenon http`: serves a directory or a fetch handler. */
import { Command, runCli } from "@tenon/kit/cli";

export function main(argv: string[]): Promise<number> {
  return runCli(new Command("http"), argv);
}
