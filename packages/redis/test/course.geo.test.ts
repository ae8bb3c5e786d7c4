/** The stages of the public "build your own Redis" course on places, in our own words. */
import { beforeEach, describe, expect, it } from "vitest";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let client: EngineClient;

beforeEach(() => {
  client = new EngineUnderTest().connect();
});

const add = (): void => {
  client.line("GEOADD cities 2.2944692 48.8584625 Paris -0.0884948 51.506479 London 11.5030378 48.164271 Munich");
};

describe("course: places", () => {
  it("Respond to GEOADD", () => expect(client.raw("GEOADD", "cities", 11.5, 48.1, "Munich")).toBe(":1\r\n"));

  it("Validate coordinates", () => {
    expect(client.line("GEOADD cities 180.1 90 nowhere")).toEqual(
      new Error("ERR invalid longitude,latitude pair 180.100000,90.000000"),
    );
    expect(client.line("GEOADD cities 180 85.05112878 corner")).toBe(1);
    expect(client.line("GEOADD cities 0 85.0511288 beyond")).toBeInstanceOf(Error);
  });

  it("Store a location", () => {
    add();
    expect(client.line("ZRANGE cities 0 -1")).toHaveLength(3);
  });

  it("Calculate location score", () => {
    add();
    expect(client.line("ZSCORE cities Paris")).toBe("3663832614298053");
  });

  it("Respond to GEOPOS", () => {
    add();
    expect(client.raw("GEOPOS", "cities", "Rome")).toBe("*1\r\n*-1\r\n");
    expect(client.raw("GEOPOS", "missing", "Rome", "Oslo")).toBe("*2\r\n*-1\r\n*-1\r\n");
  });

  it("Decode coordinates", () => {
    add();
    const [[longitude, latitude]] = client.line("GEOPOS cities London") as [[string, string]];
    expect(Number(longitude)).toBeCloseTo(-0.0884948, 5);
    expect(Number(latitude)).toBeCloseTo(51.506479, 5);
  });

  it("Calculate distance", () => {
    add();
    expect(client.line("GEODIST cities Munich Paris")).toBe("682477.7582");
    expect(client.line("GEODIST cities Munich Paris km")).toBe("682.4778");
  });

  it("Search within radius", () => {
    add();
    expect(client.line("GEOSEARCH cities FROMLONLAT 2 48 BYRADIUS 100000 m")).toEqual(["Paris"]);
    expect(client.line("GEOSEARCH cities FROMLONLAT 2 48 BYRADIUS 500 km ASC")).toEqual(["Paris", "London"]);
    expect(client.line("GEOSEARCH cities FROMLONLAT 11 50 BYRADIUS 300000 m")).toEqual(["Munich"]);
  });
});
