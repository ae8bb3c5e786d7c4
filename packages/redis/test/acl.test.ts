import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RedisServer } from "../src/index.ts";
import { EngineUnderTest, type EngineClient, type Reply } from "./engine-client.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** An administrator, and a client that is logged in as a user with `rules`. */
function asUser(...rules: string[]): { admin: EngineClient; user: EngineClient; server: EngineUnderTest } {
  const server = new EngineUnderTest();
  const admin = server.connect();
  expect(admin.run("ACL", "SETUSER", "u", "on", "nopass", ...rules)).toBe("OK");
  const user = server.connect();
  expect(user.run("AUTH", "u", "any")).toBe("OK");
  return { admin, user, server };
}

const refused = (command: string): Error =>
  new Error(`NOPERM User u has no permissions to run the '${command}' command`);
const NO_KEY = new Error("NOPERM No permissions to access a key");
const NO_CHANNEL = new Error("NOPERM No permissions to access a channel");

describe("passwords", () => {
  it("may be several, be taken away, and be given as hashes", () => {
    const server = new EngineUnderTest();
    const admin = server.connect();
    admin.run("ACL", "SETUSER", "u", "on", ">one", `#${sha256("two")}`);
    const login = (password: string): Reply => server.connect().run("AUTH", "u", password);
    expect([login("one"), login("two")]).toEqual(["OK", "OK"]);
    admin.run("ACL", "SETUSER", "u", "<one");
    expect(login("one")).toBeInstanceOf(Error);
    admin.run("ACL", "SETUSER", "u", "off");
    expect(login("two")).toBeInstanceOf(Error);
  });

  it("follow requirepass for the default user, with AUTH of one argument", () => {
    const server = new EngineUnderTest();
    const admin = server.connect();
    expect(admin.line("AUTH any")).toEqual(
      new Error(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
      ),
    );
    admin.line("CONFIG SET requirepass secret");
    const client = server.connect();
    expect(client.line("GET a")).toEqual(new Error("NOAUTH Authentication required."));
    expect(client.line("AUTH secret")).toBe("OK");
    expect(client.line("GET a")).toBe(null);
    admin.run("CONFIG", "SET", "requirepass", "");
    expect(server.connect().line("GET a")).toBe(null);
  });
});

describe("commands", () => {
  it("are allowed by name, subcommand, category and first argument, later rules overriding earlier ones", () => {
    const { user, admin } = asUser("allkeys", "+@read", "-get", "+config|get", "+select|0");
    expect(user.line("STRLEN a")).toBe(0);
    expect(user.line("GET a")).toEqual(refused("get"));
    expect(user.line("SET a 1")).toEqual(refused("set"));
    expect(user.line("CONFIG GET maxclients")).toEqual(["maxclients", "10000"]);
    expect(user.line("CONFIG SET maxclients 1")).toEqual(refused("config|set"));
    expect(user.line("SELECT 0")).toBe("OK");
    expect(user.line("SELECT 1")).toEqual(refused("select"));
    admin.line("ACL SETUSER u +config -@read");
    expect(user.line("STRLEN a")).toEqual(refused("strlen"));
    expect(user.line("CONFIG RESETSTAT")).toBe("OK");
  });

  it("show their rules in the order in which they still matter", () => {
    const text = (...rules: string[]): string => {
      const lines = asUser(...rules).admin.line("ACL LIST") as string[];
      return lines.find((line) => line.startsWith("user u "))!;
    };
    expect(text("+get", "-get", "+SET")).toBe("user u on nopass sanitize-payload resetchannels -@all -get +set");
    expect(text("+config|get", "+config")).toBe("user u on nopass sanitize-payload resetchannels -@all +config");
    expect(text("+get", "+@all", "-set")).toBe("user u on nopass sanitize-payload resetchannels +@all -set");
    expect(text("%R~a*", "%W~a*", "%R~b", "&x")).toBe(
      "user u on nopass sanitize-payload ~a* %R~b resetchannels &x -@all",
    );
  });

  it("are refused after arity and before everything else; MULTI is spoilt by a refusal", () => {
    const { user } = asUser("+multi", "+exec");
    expect(user.line("GET")).toEqual(new Error("ERR wrong number of arguments for 'get' command"));
    user.line("MULTI");
    expect(user.line("GET a")).toEqual(refused("get"));
    expect(user.line("EXEC")).toEqual(new Error("EXECABORT Transaction discarded because of previous errors."));
  });

  it("are checked again when EXEC runs them", () => {
    const { user, admin } = asUser("+@all", "allkeys");
    user.line("MULTI");
    user.line("SET a 1");
    user.line("GET a");
    admin.line("ACL SETUSER u -set");
    expect(user.line("EXEC")).toEqual([
      new Error(
        "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: no permission to execute the command or subcommand",
      ),
      null,
    ]);
  });
});

describe("keys and channels", () => {
  it("are checked for each key of a command, by what it does with it", () => {
    const { user } = asUser("+@all", "%R~in:*", "%W~out:*", "~both");
    expect(user.line("GET in:1")).toBe(null);
    expect(user.line("SET in:1 x")).toEqual(NO_KEY);
    expect(user.line("SET out:1 x")).toBe("OK");
    expect(user.line("SET out:1 x GET")).toEqual(NO_KEY);
    expect(user.line("COPY in:1 out:2")).toBe(0);
    expect(user.line("COPY out:1 in:2")).toEqual(NO_KEY);
    expect(user.line("MGET in:1 both in:3")).toEqual([null, null, null]);
    expect(user.line("MGET in:1 other")).toEqual(NO_KEY);
    expect(user.line("LMPOP 2 in:1 both LEFT")).toEqual(NO_KEY);
    expect(user.line("INCR both")).toBe(1);
    expect(user.line("ZUNIONSTORE out:z 2 in:a in:b")).toBe(0);
    expect(user.line("ZUNIONSTORE both 2 in:a out:b")).toEqual(NO_KEY);
  });

  it("let a channel through by pattern, and a pattern only by its own text", () => {
    const { user } = asUser("+@all", "&news.*");
    expect(user.line("PUBLISH news.today x")).toBe(0);
    expect(user.line("PUBLISH other x")).toEqual(NO_CHANNEL);
    expect(user.line("PSUBSCRIBE news.t*")).toEqual(NO_CHANNEL);
    expect(user.line("SUBSCRIBE news.a other")).toEqual(NO_CHANNEL);
    expect(user.line("PSUBSCRIBE news.*")).toEqual(["psubscribe", "news.*", 1]);
  });

  it("follow acl-pubsub-default for new users", () => {
    const server = new EngineUnderTest();
    const admin = server.connect();
    admin.line("CONFIG SET acl-pubsub-default allchannels");
    admin.line("ACL SETUSER a");
    expect((admin.line("ACL LIST") as string[])[0]).toBe("user a off sanitize-payload &* -@all");
  });
});

describe("connections of users", () => {
  it("end when their user is deleted, or may no longer hear what they listen to", () => {
    const { admin, server } = asUser("+@all", "allchannels");
    const listener = server.connect();
    listener.line("AUTH u x");
    listener.line("SUBSCRIBE secret");
    admin.line("ACL SETUSER u resetchannels &open");
    expect(admin.line("CLIENT LIST")).not.toContain("sub=1");
    expect(admin.line("ACL DELUSER u nobody")).toBe(1);
    expect(admin.line("CLIENT LIST")).not.toContain("user=u");
    expect(admin.line("ACL DELUSER default")).toEqual(new Error("ERR The 'default' user cannot be removed"));
  });
});

describe("ACL LOG", () => {
  it("groups what is refused within a minute, newest first, and tells context and object", () => {
    const { admin, user, server } = asUser("+get", "+multi", "~a");
    user.line("SET a 1");
    user.line("GET b");
    server.advance(1500);
    user.line("SET a 2");
    user.line("MULTI");
    user.line("SET a 3");
    server.connect().line("AUTH u2 x");
    const entries = admin.line("ACL LOG") as Reply[][];
    const facts = entries.map((entry) => Object.fromEntries(entry.map((_, i) => [entry[i], entry[i + 1]] as const)));
    expect(
      facts.map(({ count, reason, context, object, username }) => [count, reason, context, object, username]),
    ).toEqual([
      [1, "auth", "toplevel", "AUTH", "u2"],
      [1, "command", "multi", "set", "u"],
      [2, "command", "toplevel", "set", "u"],
      [1, "key", "toplevel", "b", "u"],
    ]);
    expect(facts[3]).toMatchObject({ "age-seconds": "1.5", "entry-id": 1 });
    expect(admin.line("ACL LOG RESET")).toBe("OK");
    expect(admin.line("ACL LOG")).toEqual([]);
  });
});

describe("users on disk", () => {
  it("come from the ACL file, go back to it, and from `user` lines of the settings", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tenon-acl-"));
    const aclfile = join(folder, "users.acl");
    try {
      writeFileSync(aclfile, "user default on nopass ~* &* +@all\nuser bob on >pw ~b:* +@read\n");
      await using server = await RedisServer.listen({ aclfile });
      await server.execute(["ACL", "SETUSER", "amy", "on", "nopass", "allcommands"]);
      await server.execute(["ACL", "SAVE"]);
      expect(readFileSync(aclfile, "utf8")).toBe(
        `user amy on nopass sanitize-payload resetchannels +@all\nuser bob on sanitize-payload #${sha256("pw")} ~b:* resetchannels -@all +@read\nuser default on nopass sanitize-payload ~* &* +@all\n`,
      );
      writeFileSync(aclfile, "user bob on +nonsense\nbob\n");
      await expect(server.execute(["ACL", "LOAD"])).rejects.toThrow(
        `ERR ${aclfile}:1: Error in applying operation '+nonsense': Unknown command or category name in ACL. ${aclfile}:2 should start with user keyword followed by the username. WARNING: ACL errors detected, no change to the previously active ACL rules was performed`,
      );
      writeFileSync(aclfile, "user bob off\n");
      await server.execute(["ACL", "LOAD"]);
      expect(await server.execute(["ACL", "USERS"])).toEqual(["bob", "default"]);
      await expect(RedisServer.listen({ aclfile, user: "x on" })).rejects.toThrow("but not both");
    } finally {
      rmSync(folder, { recursive: true });
    }
    await using configured = await RedisServer.listen({ user: ["carl on >pw allkeys +@all", "default off"] });
    const { Redis } = await import("ioredis");
    const redis = new Redis({ port: configured.address.port, username: "carl", password: "pw" });
    expect(await redis.call("ACL", "WHOAMI")).toBe("carl");
    redis.disconnect();
  });
});
