import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { distanceWithin, geohash, placeOf, searchIntervals, type Shape } from "../src/types/geohash.ts";
import { EngineUnderTest, type EngineClient } from "./engine-client.ts";

let world: EngineUnderTest;
let client: EngineClient;

beforeEach(() => {
  world = new EngineUnderTest();
  client = world.connect();
  client.line("GEOADD sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
});

const PLACE = fc.record({
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  latitude: fc.double({ min: -85, max: 85, noNaN: true }),
});

describe("geohashes", () => {
  it("give back the place to within a cell of 2^-26 of the world", () => {
    fc.assert(
      fc.property(PLACE, (place) => {
        const back = placeOf(geohash(place));
        expect(Math.abs(back.longitude - place.longitude)).toBeLessThanOrEqual(360 / 2 ** 26);
        expect(Math.abs(back.latitude - place.latitude)).toBeLessThanOrEqual(171 / 2 ** 26);
      }),
    );
  });

  it("are searched in ranges that miss nothing nearby", () => {
    // Away from the date line and the poles, where the original's own nine cells do not reach around.
    const inland = fc.record({
      longitude: fc.double({ min: -90, max: 90, noNaN: true }),
      latitude: fc.double({ min: -60, max: 60, noNaN: true }),
    });
    const offset = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(inland, offset, offset, fc.integer({ min: 1, max: 300_000 }), (center, east, north, radius) => {
        const place = placeOf(geohash({ longitude: center.longitude + east, latitude: center.latitude + north }));
        const score = geohash(place);
        for (const shape of [
          { center, radius },
          { center, width: radius, height: radius * 2 },
        ] satisfies Shape[]) {
          if (distanceWithin(shape, place) === undefined) continue;
          expect(searchIntervals(shape).some(({ from, to }) => score >= from && score < to)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("geo commands", () => {
  it("answer the examples of the documentation", () => {
    expect(client.line("GEODIST sicily Palermo Catania")).toBe("166274.1516");
    expect(client.line("GEOHASH sicily Palermo Catania")).toEqual(["sqc8b49rny0", "sqdtr74hyu0"]);
    expect(client.line("GEOPOS sicily Palermo nobody")).toEqual([
      ["13.36138933897018433", "38.11555639549629859"],
      { "*": null },
    ]);
    expect(client.line("GEORADIUS sicily 15 37 200 km WITHDIST WITHCOORD ASC")).toEqual([
      ["Catania", "56.4413", ["15.08726745843887329", "37.50266842333162032"]],
      ["Palermo", "190.4424", ["13.36138933897018433", "38.11555639549629859"]],
    ]);
    expect(client.line("GEOSEARCH sicily FROMLONLAT 15 37 BYBOX 400 400 km DESC COUNT 1")).toEqual(["Palermo"]);
  });

  it("say coordinates as doubles, distances as strings, in RESP3", () => {
    client.line("HELLO 3");
    expect(client.line("GEOSEARCH sicily FROMMEMBER Palermo BYRADIUS 1 m WITHDIST WITHCOORD WITHHASH")).toEqual([
      ["Palermo", "0.0000", 3479099956230698, [{ ",": "13.36138933897018433" }, { ",": "38.11555639549629859" }]],
    ]);
  });

  it("store what they find, by hash or by distance, and tell replicas of GEOADD as ZADD", () => {
    const effects = world.recordEffects();
    expect(client.line("GEOSEARCHSTORE near sicily FROMLONLAT 15 37 BYRADIUS 100 km STOREDIST")).toBe(1);
    expect(client.line("ZRANGE near 0 -1 WITHSCORES")).toEqual(["Catania", "56.4412578701582"]);
    expect(client.line("GEORADIUS sicily 15 37 200 km STORE near")).toBe(2);
    expect(client.line("ZSCORE near Palermo")).toBe("3479099956230698");
    expect(client.line("GEOSEARCHSTORE near missing FROMLONLAT 15 37 BYRADIUS 100 km")).toBe(0);
    expect(client.line("EXISTS near")).toBe(0);
    effects();
    client.line("GEOADD sicily CH 13.361389 38.115556 Palermo 13.5 37.3 Agrigento");
    expect(effects()).toEqual(["ZADD sicily CH 3479099956230698 Palermo 3479028340915260 Agrigento"]);
  });
});
