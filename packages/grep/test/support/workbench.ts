/** A temporary folder in which grep runs, in this process. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { iso14651 } from "@tenon/regex/iso14651";
import { fromBytes, fromText, toBytes } from "../../src/byte-string.ts";
import { runGrep } from "../../src/gnu/command.ts";

export interface RunOptions {
  /** Content of standard input; text is UTF-8. */
  readonly stdin?: string | Uint8Array;
  /** Default: LC_ALL=C.UTF-8. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export class Workbench implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "tenon-grep-"));

  /** Writes files, by their paths in the folder. */
  write(files: Readonly<Record<string, string | Uint8Array>>): this {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, name)), { recursive: true });
      writeFileSync(join(this.folder, name), content);
    }
    return this;
  }

  /** Runs grep with text arguments; output is decoded as UTF-8. */
  grep(args: readonly string[], { stdin = "", env = { LC_ALL: "C.UTF-8" } }: RunOptions = {}): Ran {
    const input = join(this.folder, ".stdin");
    writeFileSync(input, stdin);
    const descriptor = openSync(input, "r");
    const stdout: string[] = [];
    const stderr: string[] = [];
    try {
      const code = runGrep(args.map(fromText), {
        env,
        collation: iso14651,
        directory: fromText(this.folder),
        stdin: descriptor,
        stdout: { write: (bytes) => stdout.push(fromBytes(bytes)), isTerminal: false, stat: undefined },
        stderr: { write: (bytes) => stderr.push(fromBytes(bytes)) },
      });
      return { stdout: decoded(stdout), stderr: decoded(stderr), code };
    } finally {
      closeSync(descriptor);
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function decoded(pieces: readonly string[]): string {
  return toBytes(pieces.join("")).toString("utf8");
}
