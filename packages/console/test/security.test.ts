import { Console } from "@tenon/console";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, Visitor } from "./support/client.ts";
import { FakeStack } from "./support/fake-stack.ts";

let target: Console;
let port: number;
let token: string;
let visitor: Visitor;
const stack = new FakeStack({ name: "redis" });

beforeAll(async () => {
  target = await Console.listen({ stack });
  ({ port } = target.address);
  token = new URL(target.url).searchParams.get("token")!;
  visitor = await Visitor.enter(target);
});
afterAll(() => target.close());

describe("token", () => {
  test("the URL has a fresh token of 256 bits", async () => {
    expect(target.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    await using other = await Console.listen({ stack });
    expect(new URL(other.url).searchParams.get("token")).not.toBe(token);
  });

  test("becomes an HttpOnly, SameSite=Strict cookie and a clean address", async () => {
    const answer = await ask(target, { path: `/logs?token=${token}&x=1` });
    expect(answer.status).toBe(303);
    expect(answer.headers["location"]).toBe("/logs?x=1");
    expect(String(answer.headers["set-cookie"])).toMatch(
      new RegExp(`^tenon_console_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    expect(String(answer.headers["set-cookie"])).not.toContain(token);
  });

  test("never leads to another host", async () => {
    const answer = await ask(target, { path: `//evil.example/x?token=${token}` });
    expect(new URL(String(answer.headers["location"]), target.url).host).toBe(`127.0.0.1:${port}`);
  });

  test("followed from another site, the next step is one of our own, so that the strict cookie is sent", async () => {
    const answer = await ask(target, { path: `/?token=${token}`, headers: { "sec-fetch-site": "cross-site" } });
    expect(answer.status).toBe(200);
    expect(answer.headers["refresh"]).toBe("0; url=/");
    expect(answer.headers["set-cookie"]).toBeDefined();
  });

  test("without cookie or token there is a page that explains, and nothing else", async () => {
    for (const path of ["/", "/logs", "/assets/x.js", "/?token=", `/?token=${token.slice(1)}`, `/?token=${token}x`]) {
      const answer = await ask(target, { path });
      expect(answer.status, path).toBe(401);
      expect(answer.text).toContain("tenon up");
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });

  test("the API says 401 in JSON, and takes no token in its own URL", async () => {
    const headers = { origin: `http://127.0.0.1:${port}`, "content-type": "application/json" };
    for (const path of ["/api/live", `/api/live?token=${token}`]) {
      const answer = await ask(target, { path });
      expect(answer.status).toBe(401);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "wrong-token" } });
    }
    const answer = await ask(target, { method: "POST", path: "/api/services/redis/stop", headers, body: "{}" });
    expect(answer.status).toBe(401);
    expect(stack.services[0]!.actions).toEqual([]);
  });

  test("a cookie with another value or another port's name does not open", async () => {
    const value = visitor.cookie.split("=")[1]!;
    for (const cookie of [
      `tenon_console_${port}=${value.slice(1)}`,
      `tenon_console_${port}=`,
      `tenon_console_${port}=${token}`,
      `tenon_console_${port + 1}=${value}`,
    ]) {
      expect((await ask(target, { headers: { cookie } })).status, cookie).toBe(401);
    }
    expect((await ask(target, { headers: { cookie: `other=1; ${visitor.cookie}; more=2` } })).status).toBe(200);
  });
});

describe("Host", () => {
  test.each(["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])("%s with our port is answered", async (name) => {
    const answer = await visitor.get("/", { host: `${name}:${port}` });
    expect(answer.status).toBe(200);
  });

  test.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1.evil.example:PORT",
    "localhost.evil.example:PORT",
    "127.0.0.1",
    "127.0.0.1:1",
    "localhost:",
    "127.0.0.1:PORT0",
    "[::2]:PORT",
    "0.0.0.0:PORT",
    "2130706433:PORT",
  ])("%s is refused even with the cookie and the token: DNS rebinding", async (name) => {
    const host = name.replace("PORT", String(port));
    for (const path of ["/", `/?token=${token}`, "/api/live"]) {
      const answer = await visitor.get(path, { host });
      expect([400, 403], `${host} ${path}`).toContain(answer.status);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });
});

describe("Origin", () => {
  const foreign = [
    "http://evil.example",
    "null",
    "http://127.0.0.1:1",
    "https://127.0.0.1:PORT",
    "http://localhost:PORT",
  ];

  test.each(foreign)("%s may not change anything, nor read the stream", async (template) => {
    const origin = template.replace("PORT", String(port));
    const posted = await visitor.post("/api/services/redis/restart", {}, { origin });
    expect(posted.status).toBe(403);
    expect(JSON.parse(posted.text)).toMatchObject({ error: { code: "wrong-origin" } });
    expect((await visitor.get("/api/live", { origin })).status).toBe(403);
    expect(stack.services[0]!.actions).toEqual([]);
  });

  test("a POST without Origin is refused: browsers always send it", async () => {
    const answer = await ask(target, {
      method: "POST",
      path: "/api/services/redis/restart",
      headers: { cookie: visitor.cookie, "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(403);
    expect(stack.services[0]!.actions).toEqual([]);
  });

  test.each(["cross-site", "same-site", "none"])("Sec-Fetch-Site %s does not reach the API", async (site) => {
    expect((await visitor.get("/api/live", { "sec-fetch-site": site })).status).toBe(403);
    expect((await visitor.post("/api/services/redis/stop", {}, { "sec-fetch-site": site })).status).toBe(403);
  });

  test("a form of another site cannot post to the page", async () => {
    const answer = await visitor.send("POST", "/", "a=b", { origin: "http://evil.example" });
    expect(answer.status).toBe(403);
  });
});

describe("headers", () => {
  test("every answer holds the page to itself", async () => {
    const answers = [
      await ask(target, {}),
      await ask(target, { headers: { host: "evil.example" } }),
      await ask(target, { path: `/?token=${token}` }),
      await ask(target, { path: "/gate.css" }),
      await visitor.get("/"),
      await visitor.get("/assets/none.js"),
      await visitor.get("/api/none"),
      await visitor.post("/api/services/none/stop"),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([401, 403, 303, 200, 200, 404, 404, 404]);
    for (const { headers } of answers) {
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|data:|\*|https?:/);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      expect(headers["cache-control"]).toBe("no-store");
    }
  });

  test("the page names nothing but its own files, and those are kept by the browser", async () => {
    const { text } = await visitor.get("/");
    const references = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(references.length).toBeGreaterThanOrEqual(3);
    for (const path of references) {
      expect(path).toMatch(/^\/[^/]/);
      const answer = await visitor.get(path);
      expect(answer.status).toBe(200);
      if (path.startsWith("/assets/")) expect(answer.headers["cache-control"]).toContain("immutable");
    }
    expect(text).not.toMatch(/<style|<script(?![^>]*\bsrc=)/);
  });
});

test("listens on loopback only", async () => {
  for (const host of ["0.0.0.0", "::", "192.168.1.1", "example.org", "127.0.0.1.example.org"]) {
    await expect(Console.listen({ stack, host }), host).rejects.toThrow(RangeError);
  }
});
