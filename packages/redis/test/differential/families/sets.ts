/** Random commands on sets. */
import { type Draw, oneOf, options, some } from "../draw.ts";
import { counted, element, integer, keyOf } from "./values.ts";

export function setCommand(draw: Draw): string[] {
  const key = keyOf(draw, "s");
  const keys = (): string[] => some(draw, 3, () => [keyOf(draw, "s")]);
  const makers: (() => string[])[] = [
    () => ["SADD", key, ...some(draw, 5, () => [element(draw)])],
    () => ["SADD", key, ...some(draw, 40, () => [String(draw(1000))])],
    () => ["SREM", key, ...some(draw, 5, () => [element(draw)])],
    () => ["SMOVE", key, keyOf(draw, "s"), element(draw)],
    () => ["SISMEMBER", key, element(draw)],
    () => ["SMISMEMBER", key, ...some(draw, 4, () => [element(draw)])],
    () => [oneOf(draw, ["SCARD", "SMEMBERS"]), key],
    () => ["SPOP", key, oneOf(draw, ["100000", "0", "-1", "x"])],
    () => ["SRANDMEMBER", key, oneOf(draw, ["100000", "0", "x", "-9223372036854775808"])],
    () => [oneOf(draw, ["SINTER", "SUNION", "SDIFF"]), ...keys()],
    () => [oneOf(draw, ["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]), keyOf(draw, "s"), ...keys()],
    () => ["SINTERCARD", ...counted(draw, "s"), ...options(draw, [["LIMIT", integer(draw)]])],
    () => ["SSCAN", key, "0", "COUNT", "100000", ...options(draw, [["MATCH", oneOf(draw, ["*", "1?", "[^a]"])]])],
  ];
  return oneOf(draw, makers)();
}
