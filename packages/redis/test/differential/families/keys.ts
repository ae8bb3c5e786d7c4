/** Random commands on keys of any type: names, databases, expiry, encodings, SCAN, SORT. */
import { cased, chance, type Draw, oneOf, options, some } from "../draw.ts";
import { anyKey, anyTarget, FAR_SECONDS, integer } from "./values.ts";

const CONDITIONS = ["NX", "XX", "GT", "LT", "nx", "FOO"];
const TYPES = ["string", "list", "set", "zset", "hash", "stream", "STRING", "nope"];
/** Beyond all keys: SCAN returns everything at once, in any order. */
const ALL = "100000";

export function keyCommand(draw: Draw): string[] {
  const database = (): string => (chance(draw, 8) ? oneOf(draw, ["16", "-1", "x", ""]) : String(draw(2)));
  const pattern = (): string =>
    oneOf(draw, ["*", "?", "[a-c]*", "[^a]*", "l*", "\\a", "*0", "z[0-9]", "[", "x\\", "**?", "[z-a]0"]);
  const makers: (() => string[])[] = [
    () => ["DEL", ...some(draw, 3, () => [anyKey(draw)])],
    () => ["UNLINK", anyKey(draw), anyKey(draw)],
    () => ["EXISTS", ...some(draw, 4, () => [anyKey(draw)])],
    () => ["TOUCH", anyKey(draw), anyKey(draw)],
    () => ["TYPE", anyKey(draw)],
    () => ["RENAME", anyKey(draw), anyTarget(draw)],
    () => ["RENAMENX", anyKey(draw), anyTarget(draw)],
    () => ["COPY", anyKey(draw), anyTarget(draw), ...options(draw, [["REPLACE"], [cased(draw, "DB"), database()]], 40)],
    () => ["MOVE", anyKey(draw), database()],
    () => ["SELECT", chance(draw, 70) ? "0" : database()],
    () => ["SWAPDB", database(), database()],
    () => ["DBSIZE"],
    () => ["KEYS", pattern()],
    () => [
      "SCAN",
      "0",
      "COUNT",
      ALL,
      ...options(draw, [
        ["MATCH", pattern()],
        [cased(draw, "TYPE"), oneOf(draw, TYPES)],
      ]),
    ],
    () => ["SCAN", oneOf(draw, ["x", "18446744073709551616"]), "COUNT", ALL],
    () => ["SCAN", "0", "COUNT", oneOf(draw, ["0", "x", "-1"])],
    () => ["OBJECT", "ENCODING", anyKey(draw)],
    () => ["OBJECT", "ENCODING", anyKey(draw)],
    () => ["OBJECT", oneOf(draw, ["REFCOUNT", "IDLETIME", "FREQ", "NOPE", "encoding"]), anyKey(draw)],
    () => ["DUMP", anyKey(draw)],
    () => [
      "RESTORE",
      anyTarget(draw),
      oneOf(draw, ["0", "-1", "x", "100000"]),
      oneOf(draw, ["", "x", "\u0000\u0003abc\n\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008"]),
      ...options(draw, [["REPLACE"], ["IDLETIME", integer(draw)], ["FREQ", integer(draw)]]),
    ],
    () => [
      "MEMORY",
      oneOf(draw, ["USAGE", "USAGE", "NOPE"]),
      anyKey(draw),
      ...options(draw, [["SAMPLES", integer(draw)]]),
    ],
    () => ["DEBUG", "DIGEST-VALUE", oneOf(draw, ["a", "s0", "h0", "x0"]), "missing"],
    () => ["FLUSHDB", ...options(draw, [[oneOf(draw, ["SYNC", "ASYNC", "X"])]], 50)],
    () => expiryCommand(draw),
    () => expiryCommand(draw),
    () => expiryCommand(draw),
    () => expiryCommand(draw),
    () => sortCommand(draw),
    () => sortCommand(draw),
    () => sortCommand(draw),
  ];
  return oneOf(draw, makers)();
}

function expiryCommand(draw: Draw): string[] {
  const key = anyKey(draw);
  const conditions = options(draw, [[oneOf(draw, CONDITIONS)], [oneOf(draw, CONDITIONS)]], 30);
  return oneOf(draw, [
    ["EXPIRE", key, oneOf(draw, FAR_SECONDS), ...conditions],
    ["PEXPIRE", key, oneOf(draw, [...FAR_SECONDS, "500000", "600000"]), ...conditions],
    [
      "EXPIREAT",
      key,
      oneOf(draw, ["99999999999", "88888888888", "1", "0", "x", "-5", "9223372036854775807"]),
      ...conditions,
    ],
    ["PEXPIREAT", key, oneOf(draw, ["9999999999999", "1", "-1"]), ...conditions],
    ["TTL", key],
    ["PTTL", key],
    ["EXPIRETIME", key],
    ["PEXPIRETIME", key],
    ["PERSIST", key],
  ]);
}

/** Weights are distinct where they are compared as text: what is equal comes in any order. */
function sortCommand(draw: Draw): string[] {
  const key = chance(draw, 10) ? anyKey(draw) : `${oneOf(draw, ["l", "s", "z", "flat"])}${draw(2)}`;
  const pattern = (): string => oneOf(draw, ["w_*", "h*->f1", "#", "nosort", "*", "h0->*", "x*y"]);
  if (chance(draw, 25)) return ["SET", `w_${draw(20)}`, String(draw(1000) - 500)];
  const by = chance(draw, 40);
  const words = [
    cased(draw, oneOf(draw, ["SORT", "SORT", "SORT_RO"])),
    key,
    ...(by ? [cased(draw, "BY"), pattern()] : []),
    ...options(draw, [["GET", pattern()], ["GET", "#"], [oneOf(draw, ["ASC", "DESC"])]]),
    // Where the order is open, so is what a limit cuts, and what is stored.
    ...(by ? [] : options(draw, [[cased(draw, "ALPHA")]], 60)),
    ...(by
      ? []
      : options(
          draw,
          [
            ["LIMIT", integer(draw), integer(draw)],
            ["STORE", `l${draw(4)}`],
          ],
          20,
        )),
  ];
  return words;
}
