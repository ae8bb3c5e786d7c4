import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { realWorld, simulatedWorld, type WireOptions } from "../../src/index.ts";
import { netContract, type NetUnderTest } from "./net-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "tenon-net-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the real network", () => {
  let count = 0;
  netContract(() => ({
    net: realWorld.net,
    socketPath: join(folder, `${++count}.sock`),
    go: (work) => work,
    settle: () => realWorld.clock.sleep(50),
  }));
});

function simulated(loopback: Partial<WireOptions>): NetUnderTest {
  const world = simulatedWorld(7);
  world.network.defaults({}, loopback);
  return {
    net: world.net,
    socketPath: "/run/test.sock",
    go: (work) => world.clock.runUntil(work),
    settle: () => world.clock.advanceAsync(1000),
  };
}

describe("the simulated network", () => {
  netContract(() => simulated({}));
});

describe("the simulated network with delay and little bandwidth, in pieces", () => {
  netContract(() =>
    simulated({ latencyMs: 5, jitterMs: 3, bytesPerSecond: 20_000_000, segmentBytes: 9000, shred: true }),
  );
});
