/** Two Socket.IO servers behind one of ours: what is said to one is heard at the other, through either of Socket.IO's adapters. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdapter as createPubSubAdapter } from "@socket.io/redis-adapter";
import { createAdapter as createStreamsAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { type DefaultEventsMap, Server, type ServerOptions } from "socket.io";
import { io, type Socket } from "socket.io-client";
import { afterEach, expect, it } from "vitest";
import { RedisServer } from "../../src/index.ts";

type Adapter = NonNullable<ServerOptions["adapter"]>;
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A Socket.IO server, and one client of it that is connected. */
async function station(adapter: Adapter): Promise<{ server: Server; client: Socket }> {
  const http: HttpServer = createServer();
  const server = new Server<DefaultEventsMap, DefaultEventsMap>(http, { adapter, transports: ["websocket"] });
  server.on("connection", (socket) => {
    socket.on("join", (room: string, joined: () => void) => {
      void socket.join(room);
      joined();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const client = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: ["websocket"] });
  closing.push(() => server.close());
  closing.push(() => client.disconnect());
  await new Promise<void>((resolve) => client.once("connect", () => resolve()));
  return { server, client };
}

function hears(client: Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => client.once(event, resolve));
}

async function crosses(make: () => Promise<Adapter>): Promise<void> {
  const one = await station(await make());
  const two = await station(await make());
  while ((await one.server.fetchSockets()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));

  const everybody = [hears(one.client, "news"), hears(two.client, "news")];
  one.server.emit("news", { text: "ünï", bytes: Buffer.from([0, 255]) });
  for (const heard of await Promise.all(everybody)) {
    expect(heard).toMatchObject({ text: "ünï", bytes: Buffer.from([0, 255]) });
  }

  await two.client.emitWithAck("join", "room");
  const inRoom = hears(two.client, "secret");
  one.server.to("room").emit("secret", 42);
  expect(await inRoom).toBe(42);

  two.client.once("question", (answer: (text: string) => void) => answer("yes"));
  expect(await one.server.to("room").timeout(5000).emitWithAck("question")).toEqual(["yes"]);

  const left = hears(two.client, "disconnect");
  one.server.in("room").disconnectSockets();
  await left;
}

it("@socket.io/redis-adapter: by pub/sub, with node-redis", { timeout: 20_000 }, async () => {
  const server = await RedisServer.listen();
  closing.push(() => server.close());
  await crosses(async () => {
    const publisher = await createClient({ url: server.url }).connect();
    const subscriber = await publisher.duplicate().connect();
    closing.push(() => Promise.allSettled([publisher.close(), subscriber.close()]));
    return createPubSubAdapter(publisher, subscriber) as unknown as Adapter;
  });
});

it("@socket.io/redis-adapter: by pub/sub, with ioredis", { timeout: 20_000 }, async () => {
  const server = await RedisServer.listen();
  closing.push(() => server.close());
  await crosses(async () => {
    const publisher = new Redis(server.address.port, server.address.host);
    const subscriber = publisher.duplicate();
    closing.push(() => (publisher.disconnect(), subscriber.disconnect()));
    return createPubSubAdapter(publisher, subscriber) as unknown as Adapter;
  });
});

it("@socket.io/redis-streams-adapter: by streams", { timeout: 20_000 }, async () => {
  const server = await RedisServer.listen();
  closing.push(() => server.close());
  await crosses(async () => {
    const redis = new Redis(server.address.port, server.address.host);
    closing.push(() => redis.disconnect());
    return createStreamsAdapter(redis) as unknown as Adapter;
  });
});
