/** The real disk, a real process, and SIGKILL: what was acknowledged under `appendfsync always` is there after it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { RedisClient } from "../../src/index.ts";

const server = fileURLToPath(new URL("durable-server.ts", import.meta.url));

async function start(dir: string): Promise<{ child: ChildProcess; client: RedisClient }> {
  const child = spawn(process.execPath, [server, dir], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout!.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", () => reject(new Error("the server ended before it was ready")));
  });
  return { child, client: await RedisClient.connect(url) };
}

/** Kills a server so often, each time while it answers and rewrites. */
export function sigkillSuite(rounds: number): void {
  test("a server that is killed again and again loses nothing that it acknowledged", { timeout: 600_000 }, async () => {
    const dir = mkdtempSync(join(tmpdir(), "tenon-kill-"));
    let acknowledged = 0;
    try {
      for (let round = 0; round < rounds; round++) {
        const { child, client } = await start(dir);
        const found = Number((await client.command("GET", "counter")) ?? 0);
        expect(found).toBeGreaterThanOrEqual(acknowledged);
        acknowledged = found;
        const killed = new Promise((resolve) => child.once("exit", resolve));
        setTimeout(() => child.kill("SIGKILL"), 50 + ((round * 37) % 200));
        try {
          for (let i = 0; ; i++) {
            if (i % 100 === 99) void client.command("BGREWRITEAOF").catch(() => {});
            const count = Number(await client.command("INCR", "counter"));
            acknowledged = Math.max(acknowledged, count);
          }
        } catch {
          // The connection went with the process.
        }
        await killed;
      }
      expect(acknowledged).toBeGreaterThan(rounds);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
}
