/** The HTTP/1 machine without a server, a socket or a fetch handler: bytes in, events and bytes out. */
import { type Connection, manualClock, MetricSet, silentLog } from "@tenon/kit";
import { expect, test } from "vitest";
import type { BodyOwner, ExchangeChannel } from "../src/exchange/channel.ts";
import { Http1Connection } from "../src/h1/connection.ts";
import { HeadCache } from "../src/h1/head-cache.ts";
import { RequestHeadParser } from "../src/h1/request-head.ts";
import { NO_FIELDS } from "../src/h1/response-head.ts";
import { DEFAULT_LIMITS } from "../src/index.ts";
import { TimerWheel } from "../src/timer-wheel.ts";

/** A machine whose events and output are one list, and that answers when told. */
function machine() {
  const clock = manualClock();
  const events: string[] = [];
  const channels: ExchangeChannel[] = [];
  const here = { address: "10.0.0.1", port: 80 };
  const io: Connection = {
    local: here,
    remote: here,
    queuedBytes: 0,
    handle() {},
    write(bytes) {
      events.push(`write ${JSON.stringify(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1"))}`);
      return true;
    },
    cork() {},
    uncork() {},
    pause: () => void events.push("pause"),
    resume: () => void events.push("resume"),
    end: () => void events.push("end"),
    destroy: () => void events.push("destroy"),
    reset: () => void events.push("reset"),
    setNoDelay() {},
    setKeepAlive() {},
  };
  const metrics = new MetricSet();
  const connection = new Http1Connection(io, {
    limits: DEFAULT_LIMITS,
    wheel: new TimerWheel(clock),
    log: silentLog,
    received: metrics.counter("received", "-"),
    refused: metrics.counterFamily("refused", "-", "reason"),
    nowMs: 0,
    wallMs: 0,
    readClock() {},
    dateLine: () => "",
    heads: new HeadCache(),
    takeParser: () => new RequestHeadParser(DEFAULT_LIMITS),
    giveParser() {},
    accept(channel, bodyOwner: BodyOwner | undefined) {
      channels.push(channel);
      events.push(`head ${channel.method} ${channel.url}`);
      return {
        body:
          bodyOwner === undefined
            ? undefined
            : {
                queuedBytes: 0,
                touched: true,
                wanted: true,
                dropped: false,
                push: (chunk) => void events.push(`body ${chunk.toString()}`),
                end: (trailers) => void events.push(`body end ${trailers.join()}`),
                fail: (error) => void events.push(`body fails: ${(error as Error).name}`),
                drop() {},
              },
        start: () => void events.push("start"),
        resume: () => void events.push("room"),
        hungUp: () => void events.push("hung up"),
        abandoned: () => void events.push("abandoned"),
      };
    },
    exchangeFinished: ({ status }) => void events.push(`finished ${status}`),
  });
  const answer = (text: string): void => {
    const channel = channels.at(-1)!;
    channel.enter();
    channel.begin({ status: 200, statusText: "", block: NO_FIELDS, length: text.length, trailerNames: undefined });
    channel.text(text);
    channel.end(undefined);
    channel.leave();
  };
  const happened = (): string[] => events.splice(0);
  return { connection, clock, answer, happened, feed: (text: string) => connection.data(Buffer.from(text)) };
}

test("a request becomes events, in pieces as it comes; its answer becomes bytes", () => {
  const { feed, happened, answer } = machine();
  feed("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc");
  expect(happened()).toEqual(["head POST http://x/a", "body abc", "start"]);
  feed("\r\n0\r\nX-Sum: 1\r\n\r\n");
  expect(happened()).toEqual(["body end x-sum,1"]);
  answer("yes");
  expect(happened()).toEqual(["finished 200", String.raw`write "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"`]);
});

test("what is sent ahead waits until the answer is out", () => {
  const { feed, happened, answer } = machine();
  feed("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  expect(happened()).toEqual(["head GET http://x/1", "start"]);
  answer("1");
  expect(happened()).toEqual([
    "finished 200",
    "head GET http://x/2",
    "start",
    String.raw`write "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1"`,
  ]);
});

test("a client that ends its side is reported, and still answered; then our side ends", () => {
  const { connection, feed, happened, answer } = machine();
  feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  connection.end();
  expect(happened()).toEqual(["head GET http://x/", "start", "hung up"]);
  answer("late");
  expect(happened()).toEqual([
    "finished 200",
    String.raw`write "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate"`,
    "end",
  ]);
});

test("a head that does not come in time is refused; a connection that is lost abandons its request", async () => {
  const slow = machine();
  slow.feed("GET / HT");
  await slow.clock.advanceAsync(DEFAULT_LIMITS.headMs + 1000);
  expect(slow.happened()).toEqual([expect.stringMatching(/^write "HTTP\/1\.1 408 /), "end"]);
  const lost = machine();
  lost.feed("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
  lost.happened();
  lost.connection.close();
  expect(lost.happened()).toEqual(["body fails: AbortError", "abandoned", "finished 0"]);
});
