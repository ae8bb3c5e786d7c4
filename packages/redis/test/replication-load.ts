/**
 * Writes of every kind that has to be said in other words to a replica, or that says more than one thing: the load under which
 * replication is tested. Everything in it is known to Redis 7.0.
 */
export type Draw = (limit: number) => number;
export type Words = readonly string[];

const GROUP = "readers";

/** What must be there before `writes`: a group of readers for each stream. */
export function preparations(): Words[] {
  return Array.from({ length: 3 }, (_, n) => ["XGROUP", "CREATE", `x${n}`, GROUP, "$", "MKSTREAM"]);
}

/** The next commands of a connection: usually one, a whole transaction now and then. */
export function writes(draw: Draw): Words[] {
  const key = (kind: string): string => `${kind}${draw(kind === "x" ? 3 : 8)}`;
  const value = (): string => (draw(20) === 0 ? "y".repeat(draw(5000)) : String(draw(1000)));
  const one = (): Words => {
    const make = KINDS[draw(KINDS.length)]!;
    return make(key, value, draw);
  };
  const fate = draw(100);
  if (fate < 8) return [["MULTI"], ...Array.from({ length: 1 + draw(5) }, one), ["EXEC"]];
  if (fate < 12) return [["SELECT", String(draw(3))], one()];
  return [one()];
}

type Make = (key: (kind: string) => string, value: () => string, draw: Draw) => Words;

const KINDS: readonly Make[] = [
  (key, value) => ["SET", key("s"), value()],
  (key, value, draw) => ["SET", key("s"), value(), "PX", String(1 + draw(300))],
  (key, value, draw) => ["SET", key("s"), value(), "EX", String(1000 + draw(300)), "GET"],
  (key, value) => ["SETNX", key("s"), value()],
  (key) => ["GETDEL", key("s")],
  (key, _value, draw) => ["GETEX", key("s"), "PX", String(1 + draw(500))],
  (key, value) => ["APPEND", key("a"), value()],
  (key, _value, draw) => ["SETRANGE", key("a"), String(draw(200)), "patch"],
  (key, _value, draw) => ["SETBIT", key("b"), String(draw(5000)), String(draw(2))],
  (key) => ["BITFIELD", key("b"), "INCRBY", "u5", "100", "1", "OVERFLOW", "FAIL", "SET", "i8", "0", "7"],
  (key) => ["INCR", key("n")],
  (key) => ["INCRBYFLOAT", key("f"), "0.1"],
  (key, value) => ["HSET", key("h"), value(), value(), "f", value()],
  (key) => ["HINCRBYFLOAT", key("h"), "float", "0.3"],
  (key, value) => ["HDEL", key("h"), value()],
  (key, value) => ["RPUSH", key("l"), value(), value()],
  (key) => ["LPOP", key("l"), "2"],
  (key) => ["LMOVE", key("l"), key("l"), "LEFT", "RIGHT"],
  (key) => ["BRPOPLPUSH", key("l"), key("l"), "0.01"],
  (key) => ["BLPOP", key("l"), key("l"), "0.01"],
  (key) => ["SORT", key("l"), "ALPHA", "LIMIT", "0", "3", "STORE", key("l")],
  (key, value) => ["SADD", key("t"), value(), value()],
  (key, _value, draw) => ["SPOP", key("t"), String(1 + draw(3))],
  (key) => ["SPOP", key("t")],
  (key) => ["SINTERSTORE", key("t"), key("t"), key("t")],
  (key, value) => ["ZADD", key("z"), value(), value(), "INF", "top"],
  (key, value) => ["ZADD", key("z"), "INCR", "1.5", value()],
  (key) => ["ZPOPMIN", key("z")],
  (key) => ["BZPOPMAX", key("z"), "0.01"],
  (key) => ["ZRANGESTORE", key("z"), key("z"), "0", "5"],
  (key, value) => ["XADD", key("x"), "MAXLEN", "~", "50", "*", "f", value(), "g", value()],
  (key) => ["XADD", key("x"), "NOMKSTREAM", "*", "f", "same"],
  (key) => ["XREADGROUP", "GROUP", GROUP, "alice", "COUNT", "2", "STREAMS", key("x"), ">"],
  (key) => ["XAUTOCLAIM", key("x"), GROUP, "bob", "0", "0", "COUNT", "2"],
  (key) => ["XTRIM", key("x"), "MAXLEN", "30"],
  (key, value) => ["PFADD", key("p"), value(), value()],
  (key) => ["PFMERGE", key("p"), key("p"), key("p")],
  (key) => ["GEOADD", key("g"), "13.361389", "38.115556", "Palermo"],
  (key, _value, draw) => ["PEXPIRE", key("h"), String(1 + draw(2000))],
  (key, _value, draw) => ["EXPIRE", key("l"), String(draw(3) - 1)],
  (key) => ["PERSIST", key("l")],
  (key) => ["RENAME", key("s"), key("s")],
  (key) => ["COPY", key("a"), key("a"), "REPLACE"],
  (key, _value, draw) => ["MOVE", key("s"), String(draw(3))],
  (key) => ["DEL", key("s"), key("h"), key("t")],
  (key) => ["UNLINK", key("a")],
  (_key, value) => ["PUBLISH", "news", value()],
  (_key, _value, draw) => (draw(10) === 0 ? ["SWAPDB", "1", "2"] : ["PING"]),
  (_key, _value, draw) => (draw(40) === 0 ? ["FLUSHDB"] : ["TOUCH", "s1"]),
];
