import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkConfig } from "../src/config/check.ts";
import { ConfigError } from "../src/config/config-error.ts";
import { loadConfig } from "../src/config/load.ts";
import { stackJsonSchema } from "../src/config/schema.ts";
import { type Ended, tenon } from "./tenon-process.ts";

describe("a config that is wrong is told where, what was expected and what was found", () => {
  const cases: readonly (readonly [config: unknown, message: string])[] = [
    [42, "config: expected an object of settings, found 42"],
    [null, "config: expected an object of settings, found null"],
    [[], "config: expected an object of settings, found an empty array"],
    [{ rdis: {} }, 'config: rdis: no such setting; did you mean "redis"?'],
    [{ postgres: {} }, "config: postgres: no such setting; there are: redis, http, dns, data, sqlite, console"],
    [{ redis: 6379 }, "config: redis: expected true, false or an object of settings, found 6379"],
    [{ redis: "yes" }, 'config: redis: expected true, false or an object of settings, found "yes"'],
    [{ redis: { prot: 1 } }, 'config: redis.prot: no such setting; did you mean "port"?'],
    [{ redis: { port: "6379" } }, 'config: redis.port: expected a port, a whole number from 0 to 65535, found "6379"'],
    [{ redis: { port: 65_536 } }, "config: redis.port: expected a port, a whole number from 0 to 65535, found 65536"],
    [{ redis: { port: 1.5 } }, "config: redis.port: expected a port, a whole number from 0 to 65535, found 1.5"],
    [{ redis: { port: -1 } }, "config: redis.port: expected a port, a whole number from 0 to 65535, found -1"],
    [
      { redis: { "maxmemory-policy": [] } },
      "config: redis.maxmemory-policy: expected text, a number, true or false, found an empty array",
    ],
    [{ redis: { maxmemory: "64 MB" } }, 'config: redis.maxmemory: expected bytes, or text like "64mb", found "64 MB"'],
    [{ redis: { host: "" } }, 'config: redis.host: expected an address to listen on, found ""'],
    [{ redis: { env: [] } }, "config: redis.env: expected an object of variables, found an empty array"],
    [{ redis: { env: { "MY-URL": "{url}" } } }, "config: redis.env.MY-URL: expected a name of letters, digits and _"],
    [
      { redis: { env: { MY_URL: 1 } } },
      "config: redis.env.MY_URL: expected text, with {url}, {host} or {port} to fill in, found 1",
    ],
    [
      { redis: { external: "localhost" } },
      'config: redis.external: expected a URL like redis://… or rediss://…, found "localhost"',
    ],
    [
      { redis: { external: "http://a" } },
      'config: redis.external: expected a URL like redis://… or rediss://…, found "http://a"',
    ],
    [
      { redis: { external: "redis://a", port: 1 } },
      "config: redis.port: expected nothing beside `external`, which starts no server that could have it, found 1",
    ],
    [{ http: { dir: ["public"] } }, "config: http.dir: expected the path of a folder, found an array"],
    [{ http: { fetch: {} } }, "config: http.fetch: expected a function from Request to Response, found an object"],
    [{ data: 1 }, "config: data: expected true, false or the path of a folder, found 1"],
    [{ data: "" }, 'config: data: expected true, false or the path of a folder, found ""'],
    [
      { sqlite: { databases: { app: 1 } } },
      "config: sqlite.databases.app: expected the path of a database file, found 1",
    ],
    [
      { sqlite: { databases: "app.db" } },
      'config: sqlite.databases: expected an object of names and paths of database files, found "app.db"',
    ],
    [{ console: { prot: 1 } }, 'config: console.prot: no such setting; did you mean "port"?'],
    [
      { redis: { port: "a" }, htpp: {} },
      'config:\n  redis.port: expected a port, a whole number from 0 to 65535, found "a"\n  htpp: no such setting; did you mean "http"?',
    ],
  ];
  test.each(cases)("%j", (config, message) => {
    expect(() => checkConfig(config)).toThrow(ConfigError);
    expect(() => checkConfig(config)).toThrow(expect.objectContaining({ message }));
  });

  test("right ones pass unchanged", () => {
    const fetch = (): Response => new Response();
    const config = {
      redis: {
        port: 0,
        host: "127.0.0.1",
        maxmemory: "64mb",
        "maxmemory-policy": "allkeys-lru",
        env: { CACHE_URL: "{url}/1" },
      },
      http: { fetch },
      data: ".data",
      sqlite: { databases: { app: "data/app.db" } },
      console: { port: 1 },
    };
    expect(checkConfig(config)).toEqual(config);
    const external = {
      redis: { external: "rediss://user:secret@redis.example:6380/2", env: { A: "{url}" } },
      http: false,
    };
    expect(checkConfig(external)).toEqual(external);
  });
});

describe("config files", () => {
  let folder: string;
  const put = (name: string, text: string): void => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tenon-config-"));
    mkdirSync(join(folder, "a/b"), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // Vitest transforms what is imported while it runs; a config must be read by Node itself, as users' are.
  const read = (cwd: string, ...args: string[]): Promise<Ended> => tenon(["config", "--json", ...args], { cwd });

  test.each([
    ["tenon.config.json", '{ "$schema": "x", "redis": { "port": 7001 } }'],
    ["tenon.config.ts", "const port: number = 7001; export default { redis: { port } };"],
    ["tenon.config.mts", "const port: number = 7001; export default { redis: { port } };"],
    ["tenon.config.js", "export default { redis: { port: 7001 } };"],
    ["tenon.config.mjs", "export default { redis: { port: 7001 } };"],
  ])("%s is found from a folder below", async (name, text) => {
    put("package.json", '{ "type": "module" }');
    put(name, text);
    const { stdout, stderr, code } = await read(join(folder, "a/b"));
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ file: join(folder, name), config: { redis: { port: 7001 } } });
  });

  test("the closest one counts, and a named one before all", async () => {
    put("tenon.config.json", '{ "redis": { "port": 1 } }');
    put("a/tenon.config.json", '{ "redis": { "port": 2 } }');
    put("other.json", '{ "redis": { "port": 3 } }');
    const cwd = join(folder, "a/b");
    expect(await loadConfig({ cwd })).toMatchObject({ baseDir: join(folder, "a"), config: { redis: { port: 2 } } });
    expect(await loadConfig({ cwd, file: "../../other.json" })).toMatchObject({
      baseDir: folder,
      config: { redis: { port: 3 } },
    });
  });

  test.each([
    [
      "tenon.config.json",
      '{\n  "redis": {\n    "port" 1\n  }\n}',
      "tenon.config.json:3:12: not valid JSON: Expected ':' after property name",
    ],
    ["tenon.config.json", '{\n  "redis": tru }', "tenon.config.json:2:12: not valid JSON: Unexpected identifier 'tru'"],
    [
      "tenon.config.json",
      "{\n  'redis': true }",
      "tenon.config.json:2:3: not valid JSON: Expected property name or '}'",
    ],
    ["tenon.config.json", '{\n  "redis": {', "tenon.config.json:2:13: not valid JSON: Expected property name or '}'"],
    ["tenon.config.json", "// stack\n{}", "tenon.config.json:1:1: not valid JSON: Unexpected character '/'"],
    ["tenon.config.json", "", "tenon.config.json:1:1: not valid JSON: Unexpected end of JSON input"],
    [
      "tenon.config.json",
      '{ "redis": { "port": "x" } }',
      'tenon.config.json: redis.port: expected a port, a whole number from 0 to 65535, found "x"',
    ],
    ["tenon.config.mjs", "export default {\n  redis: {,\n};", "tenon.config.mjs:2: Unexpected token ','"],
    ["tenon.config.mts", "export default {\n  redis: {,\n};", "tenon.config.mts:2: Unexpected token `,`"],
    [
      "tenon.config.mts",
      "enum A { b }\nexport default {};",
      "tenon.config.mts:1: TypeScript enum is not supported in strip-only mode",
    ],
    ["tenon.config.mjs", "\nthrow new Error('no token set');", "tenon.config.mjs:2:7: no token set"],
    [
      "tenon.config.mjs",
      "\nexport default { redis: { port: PORT } };",
      "tenon.config.mjs:2:33: ReferenceError: PORT is not defined",
    ],
    [
      "tenon.config.mjs",
      "import 'nowhere';\nexport default {};",
      "tenon.config.mjs: Cannot find package 'nowhere' imported from",
    ],
    [
      "tenon.config.mjs",
      "import { defineStack } from 'tenon';",
      "tenon.config.mjs: it imports tenon, which is not installed here: npm install",
    ],
    ["tenon.config.mjs", "import './other.mjs';\nexport default {};", "/other.mjs:1:1)"],
    [
      "tenon.config.mjs",
      "import './broken.mjs';\nexport default {};",
      "tenon.config.mjs: a module that it imports has a syntax error: ",
    ],
    [
      "tenon.config.mjs",
      "export const redis = {};",
      "tenon.config.mjs: it must export the config as its default: export default defineStack({ … })",
    ],
  ])("%s holding %j is one clear line and exit code 1", async (name, text, message) => {
    put("other.mjs", "nope();");
    put("broken.mjs", "nope(;");
    put(name, text);
    const { stdout, stderr, code } = await read(folder);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^tenon: [^\n]*\n$/);
  });

  test("several problems are one line each", async () => {
    put("tenon.config.json", '{ "redis": { "port": "x" }, "htpp": true }');
    expect((await read(folder)).stderr).toBe(
      'tenon: tenon.config.json:\n  redis.port: expected a port, a whole number from 0 to 65535, found "x"\n  htpp: no such setting; did you mean "http"?\n',
    );
  });

  test("two configs in one folder, and a named one that is missing", async () => {
    await expect(loadConfig({ cwd: folder, file: "no.json" })).rejects.toThrow("no.json: there is no such file");
    await expect(loadConfig({ cwd: folder, file: "a" })).rejects.toThrow("a: this is a folder, not a config file");
    put("tenon.config.json", "{}");
    put("tenon.config.mjs", "export default {}");
    await expect(loadConfig({ cwd: folder })).rejects.toThrow(
      "there are several configs here: tenon.config.mjs, tenon.config.json; keep one",
    );
  });
});

test("the JSON schema for editors knows every setting that JSON can say", () => {
  const schema = stackJsonSchema() as { properties: Record<string, { anyOf: { properties?: object }[] }> };
  expect(Object.keys(schema.properties)).toEqual(["$schema", "redis", "http", "dns", "data", "sqlite", "console"]);
  const http = schema.properties["http"]!.anyOf.find((alternative) => alternative.properties !== undefined)!;
  expect(Object.keys(http.properties!)).toEqual(["port", "host", "env", "external", "dir", "app"]);
  expect(() => JSON.stringify(schema)).not.toThrow();
});
