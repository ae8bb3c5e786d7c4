/** Random commands on places: near each other, all over the world, near the poles and the date line. */
import { cased, chance, type Draw, mangled, oneOf, options, some } from "../draw.ts";

const MEMBERS = Array.from({ length: 60 }, (_, n) => `m${n}`);

function keyOf(draw: Draw): string {
  return chance(draw, 3) ? oneOf(draw, ["str", "missing"]) : `g${draw(3)}`;
}

function coordinate(draw: Draw, limit: number, near: number): string {
  if (chance(draw, 2)) return oneOf(draw, ["x", "200", "-181", "90", "nan", "inf", "1e25", ""]);
  const spread = oneOf(draw, [0.01, 1, 10, limit]);
  const value = (chance(draw, 70) ? near : 0) + (draw(2_000_001) / 1_000_000 - 1) * spread;
  return Math.max(-limit, Math.min(limit, value)).toFixed(draw(8));
}

function place(draw: Draw): string[] {
  const [longitude, latitude] = oneOf(draw, [
    [13.4, 52.5],
    [-179.9, 0.1],
    [179.95, -40],
    [0, 84.9],
    [30, -84.9],
    [15.1, 37.5],
  ]) as [number, number];
  return [coordinate(draw, 180, longitude), coordinate(draw, 85.05112878, latitude)];
}

const unit = (draw: Draw): string => (chance(draw, 2) ? "yd" : oneOf(draw, ["m", "km", "KM", "ft", "mi"]));
const size = (draw: Draw): string =>
  chance(draw, 3)
    ? oneOf(draw, ["x", "-1", "0", ""])
    : oneOf(draw, ["1", "100", "5000", "20000", "0.5", "300000", "1e7"]);

/** COUNT, with the distances: which of several at the same distance comes first is not said, and may be another. */
function nearest(draw: Draw): string[] {
  return ["WITHDIST", "COUNT", chance(draw, 5) ? oneOf(draw, ["0", "-1", "x"]) : String(1 + draw(20))];
}

export function geoCommand(draw: Draw): string[] {
  const key = keyOf(draw);
  const member = (): string => (chance(draw, 4) ? "nobody" : oneOf(draw, MEMBERS));
  const filters = (): string[] => [
    ...options(draw, [[cased(draw, "WITHDIST")], ["WITHCOORD"], ["WITHHASH"], [oneOf(draw, ["ASC", "DESC"])]]),
    ...options(draw, [nearest(draw), ["COUNT", String(1 + draw(20)), "ANY"]], 15),
  ];
  const around = (): string[] =>
    chance(draw, 50) ? ["FROMMEMBER", member()] : [cased(draw, "FROMLONLAT"), ...place(draw)];
  const within = (): string[] =>
    chance(draw, 60)
      ? ["BYRADIUS", size(draw), unit(draw)]
      : [cased(draw, "BYBOX"), size(draw), size(draw), unit(draw)];
  const stored = (): string[] => options(draw, [[oneOf(draw, ["STORE", "STOREDIST"]), `g${3 + draw(2)}`]], 15);
  const parts = (): string[] => (chance(draw, 4) ? within() : chance(draw, 4) ? around() : [...around(), ...within()]);
  const makers: (() => string[])[] = [
    () => [
      "GEOADD",
      key,
      ...options(draw, [["NX"], ["XX"], [cased(draw, "CH")]], 15),
      ...some(draw, 8, () => [...place(draw), member()]),
    ],
    () => ["GEOADD", key, ...some(draw, 8, () => [...place(draw), member()])],
    () => ["GEOPOS", key, ...some(draw, 3, () => [member()])],
    () => ["GEOHASH", key, ...some(draw, 3, () => [member()])],
    () => ["GEODIST", key, member(), member(), ...options(draw, [[unit(draw)]], 50)],
    () => ["GEOSEARCH", key, ...parts(), ...filters()],
    () => ["GEOSEARCH", key, ...parts(), ...filters()],
    () => ["GEOSEARCH", key, ...parts(), ...filters()],
    () => ["GEOSEARCHSTORE", `g${3 + draw(2)}`, key, ...parts(), ...options(draw, [["STOREDIST"], ["ASC"]])],
    () => ["GEORADIUS", key, ...place(draw), size(draw), unit(draw), ...filters(), ...stored()],
    () => [
      "GEORADIUS_RO",
      key,
      ...place(draw),
      size(draw),
      unit(draw),
      ...filters(),
      ...(chance(draw, 4) ? stored() : []),
    ],
    () => [
      oneOf(draw, ["GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"]),
      key,
      member(),
      size(draw),
      unit(draw),
      ...filters(),
    ],
    () => ["GEORADIUSBYMEMBER", key, member(), size(draw), unit(draw), ...stored()],
    () => ["ZRANGE", `g${draw(5)}`, "0", "-1"],
    () => ["ZREM", key, member(), member()],
    () => ["ZCARD", `g${draw(5)}`],
  ];
  return mangled(draw, oneOf(draw, makers)(), ["x", "ASC", "ANY"]);
}
