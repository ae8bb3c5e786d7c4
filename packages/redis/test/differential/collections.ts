/**
 * Random commands on lists, hashes, sets and sorted sets, for running the same sequence here and on the original: mostly sensible,
 * with every option, and some with odd numbers, missing arguments, unknown words and keys of another type.
 *
 * Left out is what cannot be equal: commands that draw at random (unless all elements come), and ranges by name over
 * unequal scores, which the original leaves undefined.
 */

/** Uniform integer in [0, limit). */
export type Draw = (limit: number) => number;

/** One command, as one-byte strings. */
export type Generator = (draw: Draw) => string[];

/** Commands whose replies come in no particular order where a hash table is behind them. */
export const UNORDERED: ReadonlySet<string> = new Set(
  ["HGETALL", "HKEYS", "HVALS", "HSCAN", "SMEMBERS", "SSCAN", "ZSCAN"].concat([
    "SINTER",
    "SUNION",
    "SDIFF",
    "SPOP",
    "SRANDMEMBER",
    "HRANDFIELD",
    "ZRANDMEMBER",
  ]),
);

function oneOf<T>(draw: Draw, choices: readonly T[]): T {
  return choices[draw(choices.length)]!;
}

function chance(draw: Draw, percent: number): boolean {
  return draw(100) < percent;
}

/** Between 1 and `most` values. */
function some(draw: Draw, most: number, make: Generator): string[] {
  return Array.from({ length: 1 + draw(most) }, () => make(draw)).flat();
}

/** `options`, each there or not, in random order. */
function options(draw: Draw, choices: readonly (readonly string[])[], percent = 25): string[] {
  const taken = choices.filter(() => chance(draw, percent));
  if (taken.length > 1 && chance(draw, 50)) taken.reverse();
  return taken.flat();
}

const KINDS = ["l", "h", "s", "z"] as const;

/** A key for values of `kind`; now and then one that holds something else, or nothing. */
function keyOf(draw: Draw, kind: (typeof KINDS)[number]): string {
  if (chance(draw, 3)) return oneOf(draw, ["str", "missing", `${oneOf(draw, KINDS)}0`]);
  return `${kind}${draw(4)}`;
}

const INTEGERS = ["0", "1", "-1", "2", "3", "-3", "5", "10", "-10", "100"];
const ODD_NUMBERS = ["x", "", "1.5", "-0", "01", "9223372036854775807", "-9223372036854775808", "9223372036854775808"];

function integer(draw: Draw): string {
  return chance(draw, 3) ? oneOf(draw, ODD_NUMBERS) : oneOf(draw, INTEGERS);
}

function count(draw: Draw): string {
  return chance(draw, 6) ? integer(draw) : String(1 + draw(4));
}

const WORDS = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "aa",
  "ab",
  "B",
  "",
  "__proto__",
  "\u00ff\u0000\u0001",
  "w".repeat(64),
  "w".repeat(65),
];

function element(draw: Draw): string {
  const kind = draw(10);
  if (kind < 5) return oneOf(draw, WORDS);
  if (kind < 9) return String(draw(40) - 10);
  return oneOf(draw, ["9223372036854775807", "-9223372036854775808", "007", "3.5", "1e3", "x".repeat(200)]);
}

function cased(draw: Draw, word: string): string {
  return chance(draw, 20) ? word.toLowerCase() : chance(draw, 2) ? `${word}X` : word;
}

function listCommand(draw: Draw): string[] {
  const key = keyOf(draw, "l");
  const side = (): string => cased(draw, oneOf(draw, ["LEFT", "RIGHT"]));
  const makers: (() => string[])[] = [
    () => [oneOf(draw, ["LPUSH", "RPUSH", "RPUSH", "LPUSHX", "RPUSHX"]), key, ...some(draw, 5, (d) => [element(d)])],
    () => [oneOf(draw, ["LPUSH", "RPUSH"]), key, ...some(draw, 60, (d) => [element(d)])],
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
        ["RANK", integer(draw)],
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
    () => [oneOf(draw, ["BLPOP", "BRPOP"]), ...some(draw, 2, (d) => [keyOf(d, "l")]), timeout(draw)],
  ];
  return oneOf(draw, makers)();
}

function timeout(draw: Draw): string {
  return chance(draw, 10) ? oneOf(draw, ["x", "-1", "nan", ""]) : "0.001";
}

/** `numkeys key…`; seldom with a wrong number. */
function counted(draw: Draw, kind: (typeof KINDS)[number]): string[] {
  const keys = some(draw, 3, (d) => [keyOf(d, kind)]);
  return [chance(draw, 4) ? integer(draw) : String(keys.length), ...keys];
}

function hashCommand(draw: Draw): string[] {
  const key = keyOf(draw, "h");
  const makers: (() => string[])[] = [
    () => [oneOf(draw, ["HSET", "HMSET"]), key, ...some(draw, 4, (d) => [element(d), element(d)])],
    () => ["HSET", key, ...some(draw, 30, (d) => [`f${d(60)}`, element(d)])],
    () => ["HSETNX", key, element(draw), element(draw)],
    () => ["HGET", key, element(draw)],
    () => ["HMGET", key, ...some(draw, 4, (d) => [element(d)])],
    () => ["HINCRBY", key, element(draw), oneOf(draw, [integer(draw), "9223372036854775807"])],
    () => ["HINCRBYFLOAT", key, element(draw), oneOf(draw, ["1.5", "0.1", "-3", "1e3", "inf", "nan", "x", "1e5000"])],
    () => ["HDEL", key, ...some(draw, 4, (d) => [chance(d, 50) ? element(d) : `f${d(60)}`])],
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

function setCommand(draw: Draw): string[] {
  const key = keyOf(draw, "s");
  const keys = (): string[] => some(draw, 3, (d) => [keyOf(d, "s")]);
  const makers: (() => string[])[] = [
    () => ["SADD", key, ...some(draw, 5, (d) => [element(d)])],
    () => ["SADD", key, ...some(draw, 40, (d) => [String(d(1000))])],
    () => ["SREM", key, ...some(draw, 5, (d) => [element(d)])],
    () => ["SMOVE", key, keyOf(draw, "s"), element(draw)],
    () => ["SISMEMBER", key, element(draw)],
    () => ["SMISMEMBER", key, ...some(draw, 4, (d) => [element(d)])],
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

function sortedSetCommand(draw: Draw): string[] {
  const key = keyOf(draw, "z");
  const flags = (): string[] => options(draw, [["NX"], ["XX"], ["GT"], ["LT"], ["CH"], [cased(draw, "INCR")]], 12);
  const pairs = (most: number): string[] => some(draw, most, (d) => [score(d), element(d)]);
  const scores = (): string[] => options(draw, [[cased(draw, "WITHSCORES")]], 50);
  // A set of equal scores is the only one on which ranges by name are defined.
  const flat = `flat${draw(2)}`;
  const makers: (() => string[])[] = [
    () => ["ZADD", key, ...flags(), ...pairs(5)],
    () => ["ZADD", key, ...pairs(40)],
    () => ["ZADD", flat, ...some(draw, 8, (d) => ["0", element(d)])],
    () => ["ZADD", key, ...flags(), score(draw)],
    () => ["ZINCRBY", key, score(draw), element(draw)],
    () => ["ZSCORE", key, element(draw)],
    () => ["ZMSCORE", key, ...some(draw, 4, (d) => [element(d)])],
    () => ["ZCARD", key],
    () => ["ZREM", key, ...some(draw, 4, (d) => [element(d)])],
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
    () => [oneOf(draw, ["BZPOPMIN", "BZPOPMAX"]), ...some(draw, 2, (d) => [keyOf(d, "z")]), timeout(draw)],
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
  const keys = some(draw, 3, (d) => [keyOf(d, chance(d, 80) ? "z" : "s")]);
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

export const COLLECTION_GENERATORS: readonly Generator[] = [listCommand, hashCommand, setCommand, sortedSetCommand];

/** A command of any of the families; now and then cut short, or with one word too many. */
export function collectionCommand(draw: Draw): string[] {
  if (chance(draw, 3)) return ["DEL", keyOf(draw, oneOf(draw, KINDS)), keyOf(draw, oneOf(draw, KINDS))];
  if (chance(draw, 2)) return ["OBJECT", "ENCODING", `${oneOf(draw, ["h", "z"])}${draw(4)}`];
  const command = oneOf(draw, COLLECTION_GENERATORS)(draw);
  // Without its count, a command that draws at random would.
  if (chance(draw, 1) && !/^SPOP$|RAND/.test(command[0]!)) command.pop();
  else if (chance(draw, 1)) command.push(oneOf(draw, ["x", "WITHSCORES", "-1"]));
  return command;
}
