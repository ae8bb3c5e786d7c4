/** The real disk, a real process, and SIGKILL: a secondary that is killed while zones come in serves at once what it had served. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { DnsServer } from "../../src/index.ts";
import { freeDnsPort } from "../support/peers/daemon.ts";
import { ZONE_TEXT } from "../support/zones.ts";

const PROCESS = fileURLToPath(new URL("secondary-process.ts", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  /** The serials that it says to serve, as they come. */
  readonly serials: number[];
  /** Resolves with the next serial that is at least this. */
  reached(serial: number): Promise<void>;
  readonly ended: Promise<void>;
}

async function start(dir: string, port: number, primaryPort: number): Promise<Started> {
  const child = spawn(process.execPath, [PROCESS, dir, String(port), String(primaryPort)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const serials: number[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    serials.push(Number(line));
    for (const wake of waiting) wake();
  });
  const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const wake = (): void => {
        if (!holds()) return;
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
      void ended.then(() => reject(new Error("it ended before")));
      wake();
    });
  await until(() => serials.length > 0);
  return { child, serials, reached: (serial) => until(() => (serials.at(-1) ?? 0) >= serial), ended };
}

/** Kills a secondary so often, each time while changes come in. */
export function secondaryKillSuite(rounds: number): void {
  test("a secondary that is killed again and again never serves less than before", { timeout: 600_000 }, async () => {
    const dir = mkdtempSync(join(tmpdir(), "tenon-secondary-"));
    const port = await freeDnsPort();
    writeFileSync(join(dir, "primary.zone"), ZONE_TEXT);
    await using primary = await DnsServer.listen({
      baseDir: dir,
      config: {
        remote: [{ id: "secondary", address: [`127.0.0.1@${port}`] }],
        acl: [{ id: "local", address: ["127.0.0.0/8"], action: ["transfer"] }],
        zone: [{ domain: "example.", file: "primary.zone", notify: ["secondary"], acl: ["local"] }],
      },
    });
    const zone = primary.zone("example.");
    let served = 0;
    let secondary: Started | undefined;
    try {
      for (let round = 0; round < rounds; round++) {
        secondary = await start(join(dir, "kept"), port, primary.port);
        // At once, before anybody was asked.
        if (served > 0) expect(secondary.serials[0]).toBeGreaterThanOrEqual(served);
        const kill = setTimeout(() => secondary!.child.kill("SIGKILL"), (round * 37) % 200);
        for (let i = 0; secondary.child.exitCode === null && secondary.child.signalCode === null; i++) {
          await zone.update({ add: `n${i % 50} 60 TXT "${round} ${i}"` });
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        clearTimeout(kill);
        await secondary.ended;
        served = Math.max(served, ...secondary.serials);
      }
      secondary = await start(join(dir, "kept"), port, primary.port);
      await secondary.reached(zone.serial!);
      expect(served).toBeGreaterThan(1);
    } finally {
      secondary?.child.kill("SIGKILL");
      await secondary?.ended;
      rmSync(dir, { recursive: true, force: true });
    }
  });
}
