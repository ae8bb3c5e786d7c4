import { manualClock } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { MAX_BYTES, MAX_DELAY_MS, MAX_ECHO_BYTES, welcomeApp } from "../src/welcome-app.ts";

const clock = manualClock();
const app = welcomeApp(clock);
const fetch = async (path: string, init?: RequestInit): Promise<Response> =>
  app(new Request(`http://localhost:8080${path}`, init));

describe("the welcome app", () => {
  test("/ lists what there is, and 404 points to it", async () => {
    const page = await (await fetch("/")).text();
    for (const path of ["/anything", "/status/", "/delay/", "/events", "/bytes/"]) expect(page).toContain(path);
    const missing = await fetch("/nothing");
    expect([missing.status, await missing.text()]).toEqual([
      404,
      "There is nothing at /nothing. See http://localhost:8080/\n",
    ]);
  });

  test("/anything echoes the request", async () => {
    const answer = await fetch("/anything/deep?a=1&b=2", {
      method: "POST",
      headers: { "content-type": "application/json", "x-mine": "yes" },
      body: '{"hello":"wörld"}',
    });
    expect(await answer.json()).toMatchObject({
      method: "POST",
      url: "http://localhost:8080/anything/deep?a=1&b=2",
      path: "/anything/deep",
      query: { a: "1", b: "2" },
      headers: { "x-mine": "yes" },
      body: '{"hello":"wörld"}',
      json: { hello: "wörld" },
    });
  });

  test("/anything gives bytes that are no text in base64, and refuses what is too long", async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0]);
    expect(await (await fetch("/anything", { method: "PUT", body: bytes })).json()).toMatchObject({
      body: { base64: bytes.toString("base64") },
    });
    expect((await fetch("/anything", { method: "PUT", body: Buffer.alloc(MAX_ECHO_BYTES + 1) })).status).toBe(413);
  });

  test.each([
    ["/status/204", 204],
    ["/status/503", 503],
    ["/status/199", 400],
    ["/status/600", 400],
    ["/status/abc", 404],
    [`/delay/${MAX_DELAY_MS + 1}`, 400],
    [`/bytes/${MAX_BYTES + 1}`, 400],
    ["/events?count=0", 400],
    ["/events?interval=-1", 400],
  ])("%s answers %i", async (path, status) => {
    expect((await fetch(path)).status).toBe(status);
  });

  test("/delay/:ms answers when that time has passed, not before", async () => {
    let answered = false;
    const answer = fetch("/delay/500").then((response) => {
      answered = true;
      return response;
    });
    await clock.advanceAsync(499);
    expect(answered).toBe(false);
    await clock.advanceAsync(1);
    expect(await (await answer).json()).toEqual({ delayMs: 500 });
  });

  test("/events sends one event per interval, and stops its timer when the client leaves", async () => {
    const answer = await fetch("/events?count=3&interval=1000");
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const received: string[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) received.push(chunk);
    })();
    await clock.advanceAsync(0);
    expect(received).toHaveLength(1);
    await clock.advanceAsync(1000);
    expect(received).toHaveLength(2);
    await clock.advanceAsync(1000);
    await reading;
    expect(received).toHaveLength(3);
    expect(received[2]).toMatch(/^id: 3\nevent: tick\ndata: \{"n":3,"time":"[^"]+"\}\n\n$/);

    const left = await fetch("/events?interval=1000");
    const reader = left.body!.getReader();
    await reader.read();
    await clock.advanceAsync(0);
    expect(clock.pendingTimers).toBe(1);
    await reader.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  test("/bytes/:n streams exactly that many", async () => {
    const answer = await fetch("/bytes/200000");
    expect(answer.headers.get("content-length")).toBe("200000");
    expect((await answer.arrayBuffer()).byteLength).toBe(200_000);
    expect((await (await fetch("/bytes/0")).arrayBuffer()).byteLength).toBe(0);
  });
});
