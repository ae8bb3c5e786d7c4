/** Random commands on lists. */
import { cased, chance, type Draw, oneOf, options, some } from "../draw.ts";
import { count, counted, element, integer, keyOf, timeout } from "./values.ts";

export function listCommand(draw: Draw): string[] {
  const key = keyOf(draw, "l");
  const side = (): string => cased(draw, oneOf(draw, ["LEFT", "RIGHT"]));
  const makers: (() => string[])[] = [
    () => [oneOf(draw, ["LPUSH", "RPUSH", "RPUSH", "LPUSHX", "RPUSHX"]), key, ...some(draw, 5, () => [element(draw)])],
    () => [oneOf(draw, ["LPUSH", "RPUSH"]), key, ...some(draw, 60, () => [element(draw)])],
    () => ["RPUSH", key, oneOf(draw, ["y".repeat(3000), "y".repeat(9000), "y".repeat(100)])],
    () => [oneOf(draw, ["LPOP", "RPOP"]), key, ...options(draw, [[count(draw)]], 40)],
    () => [oneOf(draw, ["LPOP", "RPOP"]), key, String(draw(40))],
    () => ["LLEN", key],
    () => ["LINDEX", key, integer(draw)],
    () => ["LSET", key, integer(draw), chance(draw, 5) ? "y".repeat(9000) : element(draw)],
    () => ["LRANGE", key, integer(draw), integer(draw)],
    () => ["LRANGE", key, "0", "-1"],
    () => ["LTRIM", key, integer(draw), oneOf(draw, ["-1", integer(draw)])],
    () => ["LINSERT", key, cased(draw, oneOf(draw, ["BEFORE", "AFTER"])), element(draw), element(draw)],
    () => ["LREM", key, integer(draw), element(draw)],
    () => [
      "LPOS",
      key,
      element(draw),
      ...options(draw, [
        ["RANK", chance(draw, 5) ? "-9223372036854775808" : integer(draw)],
        [cased(draw, "COUNT"), integer(draw)],
        ["MAXLEN", integer(draw)],
      ]),
    ],
    () => ["LMOVE", key, keyOf(draw, "l"), side(), side()],
    () => ["BLMOVE", key, keyOf(draw, "l"), side(), side(), "0.001"],
    () => [oneOf(draw, ["RPOPLPUSH", "RPOPLPUSH"]), key, keyOf(draw, "l")],
    () => ["BRPOPLPUSH", key, keyOf(draw, "l"), "0.001"],
    () => ["LMPOP", ...counted(draw, "l"), side(), ...options(draw, [["COUNT", count(draw)]])],
    () => ["BLMPOP", timeout(draw), ...counted(draw, "l"), side(), ...options(draw, [["COUNT", count(draw)]])],
    () => [oneOf(draw, ["BLPOP", "BRPOP"]), ...some(draw, 2, () => [keyOf(draw, "l")]), timeout(draw)],
  ];
  return oneOf(draw, makers)();
}
