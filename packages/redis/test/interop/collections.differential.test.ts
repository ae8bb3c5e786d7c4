import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { collectionCommand, UNORDERED } from "../differential/collections.ts";
import { EngineUnderTest, parseReply, seededRandom, type Reply } from "../engine-client.ts";

const redisServer = peer("redis-server");
const COMMANDS = 4000;

/** The original, answering one command at a time. */
class Original {
  readonly #socket: Socket;
  #received = "";
  #waiting: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.toString("latin1");
      this.#waiting?.();
    });
  }

  async raw(words: readonly string[]): Promise<string> {
    const parts = words.map((word) => `$${word.length}\r\n${word}\r\n`);
    this.#received = "";
    this.#socket.write(Buffer.from(`*${words.length}\r\n${parts.join("")}`, "latin1"));
    while (!isComplete(this.#received)) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    return this.#received;
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** Whether `text` is one whole reply: reading an unfinished one runs off its end. */
function isComplete(text: string): boolean {
  let at = 0;
  for (let left = 1; left > 0; left--) {
    const end = text.indexOf("\r\n", at);
    if (end < 0) return false;
    const mark = text[at]!;
    const head = Number(text.slice(at + 1, end));
    at = end + 2;
    if (mark === "$" && head >= 0) at += head + 2;
    if ("*~%".includes(mark) && head >= 0) left += mark === "%" ? head * 2 : head;
  }
  return at <= text.length;
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;

/** Redis 7.0 prints scores with 17 digits, 7.4 with as many as are needed: compare them as numbers. */
function canonical(reply: Reply): Reply {
  if (reply instanceof Error) return `-${reply.message}`;
  if (typeof reply === "string") {
    return NUMBER.test(reply) && (reply.length > 16 || /[.e]/.test(reply)) ? String(Number(reply)) : reply;
  }
  if (Array.isArray(reply)) return reply.map(canonical);
  if (reply === null || typeof reply === "number") return reply;
  return Object.fromEntries(Object.entries(reply).map(([mark, value]) => [mark, canonical(value as Reply)]));
}

/** The reply of a command whose elements come in any order: sorted, pairs kept together. */
function inOrder(words: readonly string[], reply: Reply): Reply {
  const name = words[0]!;
  if (!UNORDERED.has(name) || reply === null || typeof reply !== "object" || reply instanceof Error) return reply;
  if (name.endsWith("SCAN") && Array.isArray(reply)) {
    return [reply[0]!, sorted(reply[1] as Reply[], name === "SSCAN" ? 1 : 2)];
  }
  const elements = Array.isArray(reply) ? reply : (Object.values(reply)[0] as Reply[] | null);
  if (elements === null) return reply;
  const paired = name === "HGETALL" || (words.length > 3 && !Array.isArray(elements[0]));
  return sorted(elements, paired && !name.startsWith("S") ? 2 : 1);
}

function sorted(elements: readonly Reply[], width: 1 | 2): Reply {
  const groups: string[] = [];
  for (let i = 0; i < elements.length; i += width) groups.push(JSON.stringify(elements.slice(i, i + width)));
  return groups.toSorted();
}

/** Where 7.4, which is right here, differs from the 7.0 that is installed; each with what 7.4 says. */
function isKnownDifference(words: readonly string[], ours: Reply, theirs: Reply, type: () => Reply): boolean {
  const [name, , option] = words;
  // 7.2 gave sets and lists a listpack encoding.
  if (name === "OBJECT") {
    return (
      ours === "listpack" && ["quicklist", "hashtable"].includes(String(theirs)) && /^(list|set)$/.test(String(type()))
    );
  }
  // 7.2: ZRANK key member WITHSCORE.
  if (/^ZREV?RANK$|^ZREVRANK$|^ZRANK$/.test(name!)) return words.length > 3;
  // 7.2 refuses the one RANK that has no positive counterpart.
  return name === "LPOS" && option !== undefined && words.includes("-9223372036854775808");
}

describe.skipIf(redisServer === undefined)("collections beside redis-server", () => {
  let process: ChildProcess;
  let port = 0;
  const folder = mkdtempSync(join(tmpdir(), "tenon-redis-"));

  beforeAll(async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    port = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    process = spawn(redisServer!, [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--hz",
      "500",
      "--dir",
      folder,
    ]);
    await new Promise<void>((resolve, reject) => {
      process.once("error", reject);
      process.stdout!.on("data", (chunk: Buffer) => {
        if (chunk.includes("Ready to accept connections")) resolve();
      });
    });
  });

  afterAll(async () => {
    if (process.exitCode === null) {
      const ended = new Promise((resolve) => process.once("exit", resolve));
      process.kill();
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  async function open(): Promise<Original> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.setNoDelay(true);
    return new Original(socket);
  }

  for (const [protocol, seed] of [
    ["2", 20_231_101],
    ["3", 20_231_102],
  ] as const) {
    it(`answers ${COMMANDS} random commands as it does, in RESP${protocol}`, { timeout: 60_000 }, async () => {
      const theirs = await open();
      const world = new EngineUnderTest();
      const ours = world.connect();
      await theirs.raw(["FLUSHALL"]);
      for (const first of [
        ["HELLO", protocol],
        ["SET", "str", "v"],
      ]) {
        ours.raw(...first);
        await theirs.raw(first);
      }
      const { integer } = seededRandom(seed);
      const differences: unknown[] = [];
      for (let i = 0; i < COMMANDS && differences.length < 5; i++) {
        const words = collectionCommand(integer);
        let answer = ours.raw(...words);
        if (answer === "") {
          // It waits; a second is longer than any timeout that is drawn.
          world.advance(1000);
          answer = ours.output();
        }
        const [a, b] = [parseReply(answer), parseReply(await theirs.raw(words))].map((reply) =>
          inOrder(words, canonical(reply)),
        ) as [Reply, Reply];
        if (JSON.stringify(a) === JSON.stringify(b)) continue;
        if (isKnownDifference(words, a, b, () => ours.run("TYPE", words[2]!))) continue;
        differences.push({ i, words, ours: a, theirs: b });
      }
      theirs.end();
      expect(differences).toEqual([]);
    });
  }
});
