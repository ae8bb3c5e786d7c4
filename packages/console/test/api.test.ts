import { Console } from "@tenon/console";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Hello } from "../src/protocol.ts";
import { LiveStream, Visitor } from "./support/client.ts";
import { type FakeService, FakeStack } from "./support/fake-stack.ts";

let target: Console;
let visitor: Visitor;
let redis: FakeService;
let operations = 0;
let refusal: Error | undefined;
const stack = new FakeStack(
  {
    name: "redis",
    url: "redis://127.0.0.1:1",
    connect: "redis-cli -p 1",
    metrics: () => [
      { name: "redis_connections", help: "Open", kind: "gauge", labels: {}, value: 3 },
      { name: "redis_operations_total", help: "Done", kind: "counter", labels: {}, value: (operations += 10) },
      {
        name: "redis_latency_seconds",
        help: "Time",
        kind: "histogram",
        labels: { command: "get" },
        count: 3,
        sum: 0.5,
        buckets: [
          { le: 0.1, count: 1 },
          { le: 1, count: 3 },
        ],
      },
    ],
    act: () => {
      if (refusal !== undefined) throw refusal;
    },
  },
  { name: "cache", kind: "redis", state: "external", url: "redis://127.0.0.1:1" },
);

beforeAll(async () => {
  target = await Console.listen({ stack });
  visitor = await Visitor.enter(target);
  redis = stack.services[0]!;
});
beforeEach(() => {
  refusal = undefined;
  redis.actions.length = 0;
});
afterAll(() => target.close());

const codeOf = (text: string): string => (JSON.parse(text) as { error: { code: string } }).error.code;

describe("live stream", () => {
  test("begins with the whole picture", async () => {
    stack.logs.push({ timeMs: 1, level: "warn", service: "redis", message: "before", fields: { a: 1 } });
    const stream = await LiveStream.open(target, visitor);
    const hello = (await stream.named("hello")) as Hello;
    expect(hello.services).toMatchObject([
      {
        name: "redis",
        kind: "redis",
        state: "running",
        url: "redis://127.0.0.1:1",
        connect: "redis-cli -p 1",
        panel: true,
      },
      { name: "cache", kind: "redis", state: "external", panel: true },
    ]);
    expect(hello.history.at(-1)?.services["redis"]).toMatchObject({ connections: 3 });
    expect(hello.history.at(-1)?.processBytes).toBeGreaterThan(1e6);
    expect(hello.logs.at(-1)).toMatchObject({ message: "before", fields: { a: 1 } });
    stream.close();
  });

  test("then says what changes: states, numbers every second, log lines in order and once", async () => {
    const stream = await LiveStream.open(target, visitor);
    await stream.named("hello");
    for (let n = 0; n < 5; n++) {
      stack.logs.push({ timeMs: n, level: "info", service: "redis", message: `line ${n}`, fields: {} });
    }
    expect(await stream.named("logs")).toMatchObject([0, 1, 2, 3, 4].map((n) => ({ message: `line ${n}` })));
    redis.set({ state: "failed", failure: "it broke" });
    expect(await stream.named("services")).toMatchObject([{ state: "failed", failure: "it broke" }, {}]);
    redis.set({ state: "running", failure: undefined });
    expect(await stream.named("summary")).toMatchObject({ services: { redis: { connections: 3 } } });
    stream.close();
  });

  test("what cannot be JSON does not break it", async () => {
    const stream = await LiveStream.open(target, visitor);
    await stream.named("hello");
    const circle: Record<string, unknown> = { big: 12n };
    circle["self"] = circle;
    stack.logs.push({ timeMs: 1, level: "info", service: "redis", message: "odd", fields: circle });
    expect(await stream.named("logs")).toMatchObject([{ message: "odd", fields: { big: "12", self: "[circular]" } }]);
    stream.close();
  });

  test("closing the console ends it", async () => {
    const other = await Console.listen({ stack });
    const stream = await LiveStream.open(other, await Visitor.enter(other));
    await stream.named("hello");
    await other.close();
    await stream.untilClosed();
    expect(stream.isClosed).toBe(true);
  });
});

describe("metrics topic", () => {
  test("brings the history by column, then each second a point", async () => {
    const stream = await LiveStream.open(target, visitor);
    const { session } = (await stream.named("hello")) as Hello;
    const body = { id: "m", service: "redis", topic: "metrics" };
    expect((await visitor.post(`/api/live/${session}/topics`, body)).status).toBe(204);
    const first = (await stream.named("topic")) as { id: string; message: Record<string, unknown[]> };
    expect(first).toMatchObject({ id: "m", message: { first: true } });
    const { series, timesMs, columns } = first.message as Record<string, { length: number }[]>;
    expect(
      series!.map((info) => [Reflect.get(info, "name"), Reflect.get(info, "part"), Reflect.get(info, "le")]),
    ).toEqual([
      ["redis_connections", undefined, undefined],
      ["redis_operations_total", undefined, undefined],
      ["redis_latency_seconds", "bucket", 0.1],
      ["redis_latency_seconds", "bucket", 1],
      ["redis_latency_seconds", "sum", undefined],
      ["redis_latency_seconds", "count", undefined],
    ]);
    for (const column of columns!) expect(column.length).toBe(timesMs!.length);
    expect(await stream.named("topic")).toMatchObject({
      message: { series: [], columns: [[3], [expect.any(Number)], [1], [3], [0.5], [3]] },
    });

    expect((await visitor.post(`/api/live/${session}/topics`, body)).status).toBe(409);
    expect((await visitor.send("DELETE", `/api/live/${session}/topics/m`, "")).status).toBe(204);
    expect((await visitor.post(`/api/live/${session}/topics`, { ...body, topic: "nonsense" })).status).toBe(404);
    expect((await visitor.post(`/api/live/${session}/topics`, { ...body, service: "nobody" })).status).toBe(404);
    for (let n = 0; n < 16; n++) await visitor.post(`/api/live/${session}/topics`, { ...body, id: `t${n}` });
    expect((await visitor.post(`/api/live/${session}/topics`, { ...body, id: "t17" })).status).toBe(429);
    stream.close();
  });

  test("needs a stream that is open", async () => {
    const answer = await visitor.post("/api/live/none/topics", { id: "m", service: "redis", topic: "metrics" });
    expect([answer.status, codeOf(answer.text)]).toEqual([404, "no-such-session"]);
  });
});

describe("actions", () => {
  test.each(["start", "stop", "restart"])("%s reaches the service and answers when it is done", async (action) => {
    const answer = await visitor.post(`/api/services/redis/${action}`);
    expect(answer.status).toBe(200);
    expect(redis.actions).toEqual([action]);
    expect(JSON.parse(answer.text)).toEqual({ state: action === "stop" ? "stopped" : "running" });
  });

  test("a failure is told in one line", async () => {
    refusal = new Error("port 6379 is taken");
    const answer = await visitor.post("/api/services/redis/restart");
    expect([answer.status, codeOf(answer.text)]).toEqual([409, "action-failed"]);
    expect(answer.text).toContain("port 6379 is taken");
    redis.set({ state: "running" });
  });

  test("an external service is not ours to stop", async () => {
    const answer = await visitor.post("/api/services/cache/stop");
    expect([answer.status, codeOf(answer.text)]).toEqual([409, "external"]);
    expect(stack.services[1]!.actions).toEqual([]);
  });
});

describe("bad input is answered, not believed", () => {
  test.each([
    ["GET", "/api", "", 404, "not-found"],
    ["GET", "/api/", "", 404, "not-found"],
    ["GET", "/api/services/redis/restart", "", 405, "method-not-allowed"],
    ["POST", "/api/live", "{}", 405, "method-not-allowed"],
    ["PUT", "/api/services/redis/stop", "{}", 405, "method-not-allowed"],
    ["POST", "/api/services/redis/explode", "{}", 404, "not-found"],
    ["POST", "/api/services/redis/constructor", "{}", 404, "not-found"],
    ["POST", "/api/services/redis/panel/constructor", "{}", 404, "not-found"],
    ["POST", "/api/services/nobody/stop", "{}", 404, "no-such-service"],
    ["POST", "/api/services/%zz/stop", "{}", 404, "not-found"],
    ["POST", "/api/services/redis/stop", "{", 400, "bad-json"],
    ["POST", "/api/services/redis/stop", "", 400, "bad-json"],
    ["POST", "/api/services/redis/panel/scan", "[]", 400, "bad-request"],
    ["POST", "/api/services/redis/panel/scan", '{"cursor":"0","want":0}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/scan", '{"cursor":"0; x","want":1}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/scan", '{"cursor":"0","want":1,"db":-1}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/commands", '{"commands":[[]]}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/commands", '{"commands":[[7]]}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/commands", '{"commands":"PING"}', 400, "bad-request"],
    ["POST", "/api/services/redis/panel/commands", '{"commands":[["PING"]]}', 502, "unreachable"],
  ])("%s %s %s", async (method, path, body, status, code) => {
    const answer = await visitor.send(method, path, body);
    expect([answer.status, codeOf(answer.text)]).toEqual([status, code]);
    expect(redis.actions).toEqual([]);
  });

  test("a body must be JSON by its type, and of bounded size", async () => {
    const path = "/api/services/redis/panel/commands";
    const form = await visitor.send("POST", path, "a=b", { "content-type": "application/x-www-form-urlencoded" });
    expect(form.status).toBe(415);
    const huge = await visitor.send("POST", path, Buffer.alloc(9 * 1024 * 1024, 32));
    expect(huge.status).toBe(413);
  });
});
