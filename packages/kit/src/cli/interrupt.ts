/** Ctrl-C, for commands that run until they are told to stop. */

export type Interruption = "SIGINT" | "SIGTERM";

/**
 * Resolves at the first SIGINT or SIGTERM, so that a server can close gracefully. A second one ends the process at
 * once, with the shell's code for that signal: whoever presses Ctrl-C twice does not want to wait.
 */
export function interrupted(): Promise<Interruption> {
  return new Promise((resolve) => {
    let first = true;
    const onSignal = (signal: Interruption): void => {
      if (!first) process.exit(signal === "SIGINT" ? 130 : 143);
      first = false;
      resolve(signal);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
