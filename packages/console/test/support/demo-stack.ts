/** A small stack of real servers, as the umbrella would start it, with a little data. */
import { DnsServer } from "@tenon/dns";
import { HttpServer } from "@tenon/http";
import { createLog, type Log } from "@tenon/kit";
import { RedisServer } from "@tenon/redis";
import { FakeStack } from "./fake-stack.ts";

export interface DemoStack {
  readonly stack: FakeStack;
  readonly log: Log;
  readonly http: HttpServer;
  readonly redis: () => RedisServer;
  readonly dns: DnsServer;
  close(): Promise<void>;
}

export async function startDemoStack(): Promise<DemoStack> {
  const http = await HttpServer.listen({
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      return pathname.startsWith("/missing") ? new Response("not here", { status: 404 }) : new Response("hello");
    },
  });
  const dns = await DnsServer.listen({ zones: { "tenon.test": "redis A 127.0.0.1\nhttp A 127.0.0.1\n" } });
  let redis = await RedisServer.listen();
  const { port } = redis.address;
  const stack: FakeStack = new FakeStack(
    { name: "http", url: http.url, connect: `curl ${http.url}/`, metrics: () => http.metrics(), instance: http },
    {
      name: "redis",
      url: redis.url,
      connect: `redis-cli -p ${port}`,
      metrics: () => redis.metrics(),
      act: async (action) => {
        if (action !== "start") await redis.close();
        if (action !== "stop") redis = await RedisServer.listen({ port });
        log.info(action, { service: "redis" });
      },
    },
    {
      name: "dns",
      url: dns.url,
      connect: `dig @${dns.host} -p ${dns.port} redis.tenon.test`,
      metrics: () => dns.metrics(),
      instance: dns,
    },
  );
  const log = createLog({ format: "none", sinks: [stack.logs], level: "debug" });
  log.child("http").info("listening", { url: http.url });
  log.child("redis").info("listening", { url: redis.url });
  log.child("dns").info("listening", { url: dns.url });
  return {
    stack,
    log,
    http,
    redis: () => redis,
    dns,
    close: async () => {
      await http.close({ graceMs: 0 });
      await redis.close();
      await dns.close({ graceMs: 0 });
    },
  };
}
