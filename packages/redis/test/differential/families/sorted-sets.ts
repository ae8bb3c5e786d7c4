/** Random commands on sorted sets. */
import { cased, chance, type Draw, oneOf, options, some } from "../draw.ts";
import { count, counted, element, integer, keyOf, timeout } from "./values.ts";

const SCORES = [
  "0",
  "1",
  "2",
  "3",
  "-1",
  "0.5",
  "-2.25",
  "10",
  "1e3",
  "inf",
  "-inf",
  "+inf",
  "0.1",
  "1e-7",
  "123456789012",
];

function score(draw: Draw): string {
  return chance(draw, 3) ? oneOf(draw, ["x", "nan", "", "1e400", "0x10", " 1"]) : oneOf(draw, SCORES);
}

function scoreBound(draw: Draw): string {
  return chance(draw, 30) ? `(${score(draw)}` : chance(draw, 40) ? oneOf(draw, ["-inf", "+inf"]) : score(draw);
}

function lexBound(draw: Draw): string {
  return chance(draw, 4) ? element(draw) : oneOf(draw, ["-", "+", `[${element(draw)}`, `(${element(draw)}`]);
}

function limit(draw: Draw): string[] {
  return ["LIMIT", integer(draw), integer(draw)];
}

export function sortedSetCommand(draw: Draw): string[] {
  const key = keyOf(draw, "z");
  const flags = (): string[] => options(draw, [["NX"], ["XX"], ["GT"], ["LT"], ["CH"], [cased(draw, "INCR")]], 12);
  const pairs = (most: number): string[] => some(draw, most, () => [score(draw), element(draw)]);
  const scores = (): string[] => options(draw, [[cased(draw, "WITHSCORES")]], 50);
  // A set of equal scores is the only one on which ranges by name are defined.
  const flat = `flat${draw(2)}`;
  const makers: (() => string[])[] = [
    () => ["ZADD", key, ...flags(), ...pairs(5)],
    () => ["ZADD", key, ...pairs(40)],
    () => ["ZADD", flat, ...some(draw, 8, () => ["0", element(draw)])],
    () => ["ZADD", key, ...flags(), score(draw)],
    () => ["ZINCRBY", key, score(draw), element(draw)],
    () => ["ZSCORE", key, element(draw)],
    () => ["ZMSCORE", key, ...some(draw, 4, () => [element(draw)])],
    () => ["ZCARD", key],
    () => ["ZREM", key, ...some(draw, 4, () => [element(draw)])],
    () => [oneOf(draw, ["ZRANK", "ZREVRANK"]), key, element(draw)],
    () => ["ZCOUNT", key, scoreBound(draw), scoreBound(draw)],
    () => ["ZLEXCOUNT", flat, lexBound(draw), lexBound(draw)],
    () => ["ZRANGE", key, integer(draw), integer(draw), ...options(draw, [["REV"], limit(draw), ["WITHSCORES"]])],
    () => [
      "ZRANGE",
      key,
      scoreBound(draw),
      scoreBound(draw),
      "BYSCORE",
      ...options(draw, [["REV"], limit(draw), ["WITHSCORES"]], 40),
    ],
    () => [
      "ZRANGE",
      flat,
      lexBound(draw),
      lexBound(draw),
      "BYLEX",
      ...options(draw, [["REV"], limit(draw), ["WITHSCORES"]]),
    ],
    () => ["ZREVRANGE", key, integer(draw), integer(draw), ...scores()],
    () => [
      oneOf(draw, ["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]),
      key,
      scoreBound(draw),
      scoreBound(draw),
      ...options(draw, [["WITHSCORES"], limit(draw)], 40),
    ],
    () => [
      oneOf(draw, ["ZRANGEBYLEX", "ZREVRANGEBYLEX"]),
      flat,
      lexBound(draw),
      lexBound(draw),
      ...options(draw, [limit(draw)]),
    ],
    () => ["ZRANGESTORE", keyOf(draw, "z"), key, integer(draw), integer(draw), ...options(draw, [["REV"]])],
    () => [
      "ZRANGESTORE",
      keyOf(draw, "z"),
      key,
      scoreBound(draw),
      scoreBound(draw),
      "BYSCORE",
      ...options(draw, [["REV"], limit(draw)]),
    ],
    () => ["ZREMRANGEBYRANK", key, integer(draw), integer(draw)],
    () => ["ZREMRANGEBYSCORE", key, scoreBound(draw), scoreBound(draw)],
    () => ["ZREMRANGEBYLEX", flat, lexBound(draw), lexBound(draw)],
    () => [oneOf(draw, ["ZUNION", "ZINTER"]), ...aggregation(draw), ...scores()],
    () => [oneOf(draw, ["ZUNIONSTORE", "ZINTERSTORE"]), keyOf(draw, "z"), ...aggregation(draw)],
    () => ["ZDIFF", ...counted(draw, chance(draw, 70) ? "z" : "s"), ...scores()],
    () => ["ZDIFFSTORE", keyOf(draw, "z"), ...counted(draw, "z")],
    () => ["ZINTERCARD", ...counted(draw, "z"), ...options(draw, [["LIMIT", integer(draw)]])],
    () => [oneOf(draw, ["ZPOPMIN", "ZPOPMAX"]), key, ...options(draw, [[count(draw)]], 50)],
    () => [oneOf(draw, ["BZPOPMIN", "BZPOPMAX"]), ...some(draw, 2, () => [keyOf(draw, "z")]), timeout(draw)],
    () => [
      "ZMPOP",
      ...counted(draw, "z"),
      cased(draw, oneOf(draw, ["MIN", "MAX"])),
      ...options(draw, [["COUNT", count(draw)]]),
    ],
    () => [
      "BZMPOP",
      timeout(draw),
      ...counted(draw, "z"),
      oneOf(draw, ["MIN", "MAX"]),
      ...options(draw, [["COUNT", count(draw)]]),
    ],
    () => ["ZRANDMEMBER", key, oneOf(draw, ["100000", "0", "x"]), ...scores()],
    () => ["ZSCAN", key, "0", "COUNT", "100000", ...options(draw, [["MATCH", oneOf(draw, ["*", "a?", "1*"])]])],
  ];
  return oneOf(draw, makers)();
}

/** `numkeys key… [WEIGHTS …] [AGGREGATE …]`, over sorted sets and sets. */
function aggregation(draw: Draw): string[] {
  const keys = some(draw, 3, () => [keyOf(draw, chance(draw, 80) ? "z" : "s")]);
  // The weights come to whole and half numbers, so that the order of adding cannot be seen.
  const weight = (): string => (chance(draw, 3) ? score(draw) : oneOf(draw, ["1", "2", "-1", "0", "0.5"]));
  return [
    chance(draw, 3) ? integer(draw) : String(keys.length),
    ...keys,
    ...options(draw, [
      [cased(draw, "WEIGHTS"), ...keys.map(weight)],
      ["AGGREGATE", cased(draw, oneOf(draw, ["SUM", "MIN", "MAX"]))],
    ]),
  ];
}
