/** The umbrella's own subcommands and what `tenon --help` says of them; what they do is loaded by `program.ts`. */
export interface CommandRow {
  readonly usage: string;
  readonly summary: string;
}

export const COMMANDS: Readonly<Record<"up" | "run" | "config" | "completion", CommandRow>> = {
  up: { usage: "up [service…]", summary: "start the stack and its web console; Ctrl-C ends it" },
  run: { usage: "run -- <command…>", summary: "run a command beside a stack (REDIS_URL, HTTP_URL, …)" },
  config: { usage: "config", summary: "check the config and print it; --schema for editors" },
  completion: { usage: "completion <shell>", summary: "print a script for tab completion (bash, zsh, fish)" },
};
