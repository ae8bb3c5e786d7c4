/** `tenon lox` in this process, with what it writes collected. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/cli/command.ts";
import type { TextSink } from "../../src/cli/output.ts";

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

class Collected implements TextSink {
  readonly isTerminal: boolean;
  text = "";

  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal;
  }

  write(text: string): void {
    this.text += text;
  }

  flush(): void {
    // Nothing is held back.
  }
}

/** With `terminal`, standard error is one. */
export async function lox(argv: readonly string[], { terminal = false } = {}): Promise<CommandResult> {
  const output = new Collected(false);
  const errors = new Collected(terminal);
  const code = await runCommand(argv, output, errors);
  return { stdout: output.text, stderr: errors.text, code };
}

/** Runs a mode on a file that holds `source`. */
export async function loxFile(mode: string, source: string | Uint8Array, ...options: string[]): Promise<CommandResult> {
  const directory = mkdtempSync(join(tmpdir(), "tenon-lox-"));
  try {
    const file = join(directory, "test.lox");
    writeFileSync(file, source);
    return await lox([...options, mode, file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
