/** The stages of the public "build your own Redis" course on sorted sets, in our own words. */
import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let client: EngineClient;

beforeEach(() => {
  client = new EngineUnderTest().connect();
});

describe("course: sorted sets", () => {
  it("Create a sorted set", () => expect(client.raw("ZADD", "race", "10.5", "ann")).toBe(":1\r\n"));

  it("Add members", () => {
    client.line("ZADD race 10.5 ann");
    expect(client.line("ZADD race 9.25 bob")).toBe(1);
    expect(client.line("ZADD race 11 ann")).toBe(0);
  });

  it("Retrieve member rank", () => {
    client.line("ZADD race 20 carl 10 bob 20 ann");
    expect([client.line("ZRANK race bob"), client.line("ZRANK race ann"), client.line("ZRANK race carl")]).toEqual([
      0, 1, 2,
    ]);
    expect(client.raw("ZRANK", "race", "nobody")).toBe("$-1\r\n");
    expect(client.raw("ZRANK", "missing", "ann")).toBe("$-1\r\n");
  });

  it("List sorted set members", () => {
    client.line("ZADD race 20 carl 10 bob 20 ann");
    expect(client.line("ZRANGE race 0 1")).toEqual(["bob", "ann"]);
    expect(client.line("ZRANGE race 1 99")).toEqual(["ann", "carl"]);
    expect(client.line("ZRANGE race 2 1")).toEqual([]);
    expect(client.line("ZRANGE missing 0 1")).toEqual([]);
  });

  it("ZRANGE with negative indexes", () => {
    client.line("ZADD race 20 carl 10 bob 20 ann");
    expect(client.line("ZRANGE race -2 -1")).toEqual(["ann", "carl"]);
    expect(client.line("ZRANGE race -9 -3")).toEqual(["bob"]);
  });

  it("Count sorted set members", () => {
    client.line("ZADD race 20 carl 10 bob");
    client.line("ZADD race 30 carl");
    expect(client.line("ZCARD race")).toBe(2);
    expect(client.line("ZCARD missing")).toBe(0);
  });

  it("Retrieve member score", () => {
    client.line("ZADD race 34.5 ann");
    expect(client.raw("ZSCORE", "race", "ann")).toBe("$4\r\n34.5\r\n");
    expect(client.raw("ZSCORE", "race", "nobody")).toBe("$-1\r\n");
  });

  it("Remove a member", () => {
    client.line("ZADD race 20 carl 10 bob");
    expect(client.line("ZREM race carl")).toBe(1);
    expect(client.line("ZREM race carl")).toBe(0);
    expect(client.line("ZRANGE race 0 -1")).toEqual(["bob"]);
    expect(client.line("ZREM missing bob")).toBe(0);
  });
});
