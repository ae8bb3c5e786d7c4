/** The shell at a terminal, which `script` provides. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { OURS } from "./both-shells.ts";

const script = peer("script");

test.skipIf(script === undefined)(
  "prompts, goes on over lines, tells errors without lines, keeps a history and ends with a code",
  async () => {
    const home = mkdtempSync(join(tmpdir(), "tenon-shell-"));
    const child = spawn(script!, ["-qec", OURS.join(" "), "/dev/null"], {
      env: { PATH: process.env["PATH"], HOME: home, TERM: "dumb" },
    });
    try {
      let seen = "";
      child.stdout.on("data", (chunk: Buffer) => {
        seen += chunk.toString();
      });
      const shown = async (text: string): Promise<void> => {
        await expect.poll(() => seen, { timeout: 60_000 }).toContain(text);
      };
      const type = (line: string): void => {
        seen = "";
        child.stdin.write(`${line}\n`);
      };
      await shown("sqlite> ");
      type("select 40 +");
      await shown("   ...> ");
      type("2;");
      await shown("42\r");
      type("select nope;");
      await shown("Parse error: no such column: nope\r");
      const ended = new Promise<number | null>((resolve) => child.on("exit", resolve));
      type(".exit 4");
      expect(await ended).toBe(4);
      expect(readFileSync(join(home, ".sqlite_history"), "utf8")).toBe("select 40 +\n2;\nselect nope;\n.exit 4\n");
    } finally {
      child.kill();
      rmSync(home, { recursive: true, force: true });
    }
  },
  120_000,
);
