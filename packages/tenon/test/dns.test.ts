/** The name server in a stack: names of the other services, fixtures, its network. */
import { promises, Resolver } from "node:dns";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DnsServer } from "@tenon/dns";
import { expect, test } from "vitest";
import { Stack } from "../src/stack.ts";
import { stack } from "../src/testing.ts";

const http = { fetch: () => new Response("hello") };

function resolverAt(address: string): promises.Resolver {
  const resolver = new promises.Resolver({ timeout: 10_000, tries: 1 });
  resolver.setServers([address]);
  return resolver;
}

test("every service has its names: addresses, SRV with its port, HTTPS; other names are this machine", async () => {
  await using s = await stack.start({ redis: true, http, dns: true });
  const resolver = resolverAt(s.dns.server.address);
  expect(await resolver.resolve4("redis.tenon.test")).toEqual(["127.0.0.1"]);
  expect(await resolver.resolve6("http.tenon.test")).toEqual(["::1"]);
  for (const name of ["redis.tenon.test", "_redis._tcp.redis.tenon.test", "_redis._tcp.tenon.test"]) {
    expect(await resolver.resolveSrv(name)).toMatchObject([{ name: "redis.tenon.test", port: s.redis.port }]);
  }
  const [https] = await s.dns.server.promises.resolveRecords("http.tenon.test", "HTTPS");
  expect(https!.value).toMatchObject({ type: "HTTPS", priority: 1 });
  expect(Buffer.from(https!.rdata).readUInt16BE(https!.rdata.length - 2)).toBe(s.http.port);
  expect(await resolver.resolve4("any.thing.tenon.test")).toEqual(["127.0.0.1"]);
  expect(await resolver.resolve4("below.redis.tenon.test")).toEqual(["127.0.0.1"]);
  await expect(resolver.resolve4("example.com")).rejects.toMatchObject({ code: "EREFUSED" });
});

test("a service that stops takes its SRV along, and brings it back", async () => {
  await using s = await stack.start({ redis: true, dns: true });
  const resolver = resolverAt(s.dns.server.address);
  await s.redis.stop();
  await expect(resolver.resolveSrv("redis.tenon.test")).rejects.toMatchObject({ code: "ENODATA" });
  expect(await resolver.resolve4("redis.tenon.test")).toEqual(["127.0.0.1"]);
  await s.redis.start();
  expect(await resolver.resolveSrv("redis.tenon.test")).toMatchObject([{ port: s.redis.port }]);
});

test("what connects finds services by the server's lookup", async () => {
  await using s = await stack.start({ http, dns: true });
  const { lookup } = s.dns.server;
  const socket = connect({ host: "http.tenon.test", port: s.http.port, lookup: lookup as never });
  const answer = new Promise<string>((resolve) => socket.setEncoding("utf8").once("data", resolve));
  socket.write("GET / HTTP/1.1\r\nHost: http.tenon.test\r\n\r\n");
  expect(await answer).toMatch(/^HTTP\/1\.1 200/);
  socket.destroy();
});

test("restore brings zones back and ends faults and interceptors", async () => {
  await using s = await stack.start({ dns: { zones: { "example.test": "www A 192.0.2.1" } } });
  const { server } = s.dns;
  const resolver = resolverAt(server.address);
  await server.zone("example.test").update({ add: "new A 192.0.2.2", remove: "www" });
  server.intercept(({ name }) => (name === "code.example.test" ? "192.0.2.3" : undefined));
  s.dns.faults.servfail("bad.example.test");
  expect(await resolver.resolve4("new.example.test")).toEqual(["192.0.2.2"]);
  expect(await resolver.resolve4("code.example.test")).toEqual(["192.0.2.3"]);
  await expect(resolver.resolve4("bad.example.test")).rejects.toMatchObject({ code: "ESERVFAIL" });
  s.restore();
  expect(await resolver.resolve4("www.example.test")).toEqual(["192.0.2.1"]);
  for (const name of ["new", "code", "bad"]) {
    await expect(resolver.resolve4(`${name}.example.test`)).rejects.toMatchObject({ code: "ENOTFOUND" });
  }
});

test("a network that refuses loses datagrams, and one that delays holds answers back", async () => {
  await using s = await stack.start({ dns: { zones: { "example.test": "www A 192.0.2.1" } } }, { clock: "manual" });
  const ask = (timeout = 10_000): Promise<string> => {
    const resolver = new Resolver({ timeout, tries: 1 });
    resolver.setServers([s.dns.server.address]);
    return new Promise((resolve) =>
      resolver.resolve4("www.example.test", (error, found) => resolve(error?.code ?? found.join(" "))),
    );
  };
  s.dns.network.refuseConnections();
  expect(await ask(200)).toBe("ETIMEOUT");
  s.dns.network.clear();
  expect(await ask()).toBe("192.0.2.1");
  s.dns.network.delay("1s");
  let isAnswered = false;
  const late = ask().then((answer) => {
    isAnswered = true;
    return answer;
  });
  const heard = s.dns.server.queryLog().length;
  while (s.dns.server.queryLog().length === heard) await new Promise((resolve) => setImmediate(resolve));
  expect(isAnswered).toBe(false);
  s.clock.advance("1s");
  expect(await late).toBe("192.0.2.1");
});

test("with data on disk, changes of zones in files are there after a restart", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tenon-stack-dns-"));
  try {
    writeFileSync(join(folder, "example.zone"), "$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 127.0.0.1\n");
    const config = { dns: { files: { "example.test": "example.zone" }, zones: { "text.test": "www A 192.0.2.1" } } };
    for (const found of [[], ["192.0.2.7"]]) {
      await using s = await Stack.start({ ...config, data: "data" }, { freePorts: true, baseDir: folder });
      const server = s.service("dns").instance as DnsServer;
      expect(await server.promises.resolve4("new.example.test").catch(() => [])).toEqual(found);
      // A zone that does not say which version it is, is what the config says.
      await expect(server.promises.resolve4("new.text.test")).rejects.toMatchObject({ code: "ENOTFOUND" });
      if (found.length > 0) continue;
      await server.zone("example.test").update({ add: "new A 192.0.2.7" });
      await server.zone("text.test").update({ add: "new A 192.0.2.7" });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
