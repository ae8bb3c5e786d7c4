/** The stages of the public "build your own Redis" course on authentication, in our own words. */
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient, type Reply } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
});

const hash = (password: string): string => createHash("sha256").update(password).digest("hex");

/** What ACL GETUSER says of a user under `name`. */
function property(user: string, name: string): Reply {
  const reply = client.line(`ACL GETUSER ${user}`) as Reply[];
  return reply[reply.indexOf(name) + 1]!;
}

const WRONG = new Error("WRONGPASS invalid username-password pair or user is disabled.");
const LOCKED = new Error("NOAUTH Authentication required.");

describe("course: authentication", () => {
  it("Respond to ACL WHOAMI", () => expect(client.raw("ACL", "WHOAMI")).toBe("$7\r\ndefault\r\n"));

  it("Respond to ACL GETUSER", () => {
    expect((client.line("ACL GETUSER default") as Reply[])[0]).toBe("flags");
    expect(property("default", "flags")).toBeInstanceOf(Array);
    expect(client.raw("ACL", "GETUSER", "nobody")).toBe("$-1\r\n");
  });

  it("The nopass flag", () => {
    expect(property("default", "flags")).toContain("nopass");
    client.line("ACL SETUSER default >secret");
    expect(property("default", "flags")).not.toContain("nopass");
  });

  it("The passwords property", () => expect(property("default", "passwords")).toEqual([]));

  it("Setting default user password", () => {
    expect(client.line("ACL SETUSER default >secret")).toBe("OK");
    expect(property("default", "passwords")).toEqual([hash("secret")]);
    // Whoever was let in stays; a second password joins the first.
    client.line("ACL SETUSER default >other");
    expect(property("default", "passwords")).toEqual([hash("secret"), hash("other")]);
  });

  it("The AUTH command", () => {
    client.line("ACL SETUSER default >secret");
    expect(client.line("AUTH default wrong")).toEqual(WRONG);
    expect(client.line("AUTH nobody secret")).toEqual(WRONG);
    expect(client.line("AUTH default secret")).toBe("OK");
  });

  it("Enforce authentication", () => {
    client.line("ACL SETUSER default >secret");
    expect(client.line("ACL WHOAMI")).toBe("default");
    const stranger = world.connect();
    for (const words of ["ACL WHOAMI", "GET a", "PING", "MULTI"]) expect(stranger.line(words)).toEqual(LOCKED);
  });

  it("Authenticate using AUTH", () => {
    client.line("ACL SETUSER default >secret");
    const stranger = world.connect();
    expect(stranger.line("PING")).toEqual(LOCKED);
    expect(stranger.line("AUTH default wrong")).toEqual(WRONG);
    expect(stranger.line("PING")).toEqual(LOCKED);
    expect(stranger.line("AUTH default secret")).toBe("OK");
    expect(stranger.line("ACL WHOAMI")).toBe("default");
  });
});
