import { describe, expect, it } from "vitest";
import { type EngineClient, EngineUnderTest } from "./engine-client.ts";

const LENGTH = 64 * 1024;

function setCommand(key: string, fill: string, length = LENGTH): Buffer {
  return Buffer.from(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${length}\r\n${fill.repeat(length)}\r\n`);
}

/** Sends `bytes` in chunks of `size`; every chunk is overwritten afterwards, as a socket's buffer is. */
function* inChunks(client: EngineClient, bytes: Buffer, size: number): Generator<string> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    yield client.bytes(chunk);
    chunk.fill("!");
  }
}

describe("large values", () => {
  it("of clients that send a piece each in turn do not mix", () => {
    const world = new EngineUnderTest();
    const fills = "abcdefghijklmnopqrst".split("");
    for (let round = 0; round < 3; round++) {
      const sending = fills.map((fill, n) => inChunks(world.connect(), setCommand(fill, fill), 9000 + n * 777 + round));
      while (sending.some((client) => client.next().done !== true));
      const reader = world.connect();
      for (const fill of fills) expect(reader.run("GET", fill)).toBe(fill.repeat(LENGTH));
    }
  });

  it("replace each other without touching what was copied from them", () => {
    const world = new EngineUnderTest();
    const client = world.connect();
    client.bytes(setCommand("a", "1"));
    client.run("COPY", "a", "b");
    const dumped = client.run("DUMP", "a");
    client.bytes(setCommand("a", "2"));
    expect(client.run("GET", "a")).toBe("2".repeat(LENGTH));
    expect(client.run("GET", "b")).toBe("1".repeat(LENGTH));
    client.bytes(setCommand("b", "3", LENGTH - 1));
    expect(client.run("STRLEN", "b")).toBe(LENGTH - 1);
    expect(client.run("DUMP", "a")).not.toEqual(dumped);
  });

  it("are replaced for watchers and snapshots too", () => {
    const world = new EngineUnderTest();
    const [watcher, client] = [world.connect(), world.connect()];
    client.bytes(setCommand("a", "1"));
    client.run("EXPIRE", "a", 100);
    watcher.run("WATCH", "a");
    client.bytes(setCommand("a", "2"));
    watcher.run("MULTI");
    watcher.run("GET", "a");
    expect(watcher.run("EXEC")).toEqual({ "*": null });
    expect(client.run("TTL", "a")).toBe(-1);
    expect(client.run("OBJECT", "ENCODING", "a")).toBe("raw");
  });
});
