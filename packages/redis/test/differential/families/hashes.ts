/** Random commands on hashes. */
import { chance, type Draw, oneOf, options, some } from "../draw.ts";
import { element, integer, keyOf } from "./values.ts";

export function hashCommand(draw: Draw): string[] {
  const key = keyOf(draw, "h");
  const makers: (() => string[])[] = [
    () => [oneOf(draw, ["HSET", "HMSET"]), key, ...some(draw, 4, () => [element(draw), element(draw)])],
    () => ["HSET", key, ...some(draw, 30, () => [`f${draw(60)}`, element(draw)])],
    () => ["HSETNX", key, element(draw), element(draw)],
    () => ["HGET", key, element(draw)],
    () => ["HMGET", key, ...some(draw, 4, () => [element(draw)])],
    () => ["HINCRBY", key, element(draw), oneOf(draw, [integer(draw), "9223372036854775807"])],
    () => ["HINCRBYFLOAT", key, element(draw), oneOf(draw, ["1.5", "0.1", "-3", "1e3", "inf", "nan", "x", "1e5000"])],
    () => ["HDEL", key, ...some(draw, 4, () => [chance(draw, 50) ? element(draw) : `f${draw(60)}`])],
    () => ["HLEN", key],
    () => ["HSTRLEN", key, element(draw)],
    () => [oneOf(draw, ["HKEYS", "HVALS", "HGETALL"]), key],
    () => ["HEXISTS", key, element(draw)],
    () => ["HRANDFIELD", key, oneOf(draw, ["1000", "0", "x", "", "-9223372036854775808"])],
    () => ["HRANDFIELD", key, "1000", oneOf(draw, ["WITHVALUES", "withvalues", "WITHOUT"])],
    () => [
      "HSCAN",
      key,
      "0",
      "COUNT",
      "100000",
      ...options(draw, [["MATCH", oneOf(draw, ["*", "f?", "[a-c]*", "f*1"])]]),
    ],
    () => ["HSCAN", key, oneOf(draw, ["x", "1x", "0"]), "COUNT", oneOf(draw, ["0", "x", "100000"])],
  ];
  return oneOf(draw, makers)();
}
