/** Random commands on strings, keys, expiry, transactions and connections: sensible ones, and some that are not. */
import type { Draw } from "./collections.ts";

const KEYS = ["a", "b", "c", "d", "list", "\xff\x00\r\n", ""];
const VALUES = ["", "0", "1", "-1", "10", "x", "hello world", "3.0", "1e3", "-0", "007", "9223372036854775807", "-9223372036854775808", "9007199254740993", "\x00\xff\r\n$5", "a".repeat(44), "b".repeat(45), "z".repeat(20_000), " 1", "inf", "nan", "0x10"];
const NUMBERS = ["0", "1", "-1", "2", "5", "-5", "100", "-100", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "x", "1.5", "", "4294967296", "9007199254740992"];
const FLOATS = ["0", "1", "-1", "0.1", "0.2", "3.0e3", "1e-5", "-2.5", "1e17", "x", "", "inf", "1e400", "0.30000000000000004", "123456789.123456789"];
/** Far from now, so that the answer does not depend on the moment. */
const SECONDS = ["100", "100000", "0", "-1", "x", "9223372036854775807", "1.5"];
const WORDS = ["NX", "XX", "GT", "LT", "GET", "KEEPTTL", "EX", "nx", "FOO", "PERSIST", ""];

export function stringCommand(draw: Draw): string[] {
  const of = (choices: readonly string[]): string => choices[draw(choices.length)]!;
  const key = (): string => of(KEYS);
  const value = (): string => of(VALUES);
  const number = (): string => of(NUMBERS);
  const maybe = (percent: number, ...words: string[]): string[] => (draw(100) < percent ? words : []);
  const expiry = (): string[] => maybe(30, of(["EX", "PX", "ex"]), of(SECONDS));
  const shapes: readonly (() => string[])[] = [
    () => ["SET", key(), value()],
    () => ["SET", key(), value()],
    () => ["SET", key(), value(), ...expiry(), ...maybe(30, of(WORDS)), ...maybe(20, of(WORDS))],
    () => ["GET", key()],
    () => ["GET", key()],
    () => ["SETNX", key(), value()],
    () => ["SETEX", key(), of(SECONDS), value()],
    () => ["PSETEX", key(), of(SECONDS), value()],
    () => ["GETSET", key(), value()],
    () => ["GETDEL", key()],
    () => ["GETEX", key(), ...expiry(), ...maybe(20, of(WORDS))],
    () => ["MGET", key(), key(), key()],
    () => ["MSET", key(), value(), key(), value()],
    () => ["MSET", key(), value(), key()],
    () => ["MSETNX", key(), value(), key(), value()],
    () => ["INCR", key()],
    () => ["DECR", key()],
    () => ["INCRBY", key(), number()],
    () => ["DECRBY", key(), number()],
    () => ["INCRBYFLOAT", key(), of(FLOATS)],
    () => ["INCRBYFLOAT", "float", of(FLOATS)],
    () => ["APPEND", key(), value()],
    () => ["STRLEN", key()],
    () => ["SETRANGE", key(), of(["0", "1", "5", "30", "-1", "x", "536870912"]), value()],
    () => ["GETRANGE", key(), number(), number()],
    () => ["SUBSTR", key(), number(), number()],
    () => ["LCS", of(["a", "b", "c"]), of(["a", "b", "d"]), ...maybe(30, "IDX"), ...maybe(20, "LEN"), ...maybe(20, "WITHMATCHLEN"), ...maybe(20, "MINMATCHLEN", number())],
    () => ["DEL", key(), ...maybe(30, key())],
    () => ["UNLINK", key()],
    () => ["EXISTS", key(), key(), key()],
    () => ["TOUCH", key(), key()],
    () => ["TYPE", key()],
    () => ["EXPIRE", key(), of(SECONDS), ...maybe(40, of(WORDS)), ...maybe(15, of(WORDS))],
    () => ["PEXPIRE", key(), of(SECONDS), ...maybe(40, of(WORDS))],
    () => ["EXPIREAT", key(), of(["99999999999", "1", "0", "x", "-5"]), ...maybe(30, of(WORDS))],
    () => ["PEXPIREAT", key(), of(["9999999999999", "1"]), ...maybe(30, of(WORDS))],
    () => ["TTL", key()],
    () => ["EXPIRETIME", "fixed"],
    () => ["PERSIST", key()],
    () => ["RENAME", key(), key()],
    () => ["RENAMENX", key(), key()],
    () => ["COPY", key(), key(), ...maybe(30, "REPLACE"), ...maybe(20, "DB", of(["0", "1", "16", "x"]))],
    () => ["MOVE", key(), of(["0", "1", "16", "-1", "x"])],
    () => ["SELECT", of(["0", "0", "0", "1", "16", "x"])],
    () => ["SWAPDB", of(["0", "1", "x"]), of(["0", "1", "99", "y"])],
    () => ["DBSIZE"],
    () => ["KEYS", of(["*", "?", "[a-c]", "[^a]", "l*t", "\\a", "x*"])],
    () => ["OBJECT", "ENCODING", key()],
    () => ["OBJECT", of(["REFCOUNT", "FREQ", "NOPE"]), key()],
    () => ["RPUSH", "list", value()],
    () => ["MULTI"],
    () => ["EXEC"],
    () => ["EXEC"],
    () => ["DISCARD"],
    () => ["WATCH", key()],
    () => ["UNWATCH"],
    () => ["PING", ...maybe(50, value())],
    () => ["ECHO", value()],
    () => [of(["NOSUCH", "get", "GeT", "set", "config", "object"]), ...maybe(60, key()), ...maybe(50, value()), ...maybe(20, value())],
    () => ["COMMAND", "GETKEYS", ...of(["SET a b", "MSET a 1 b 2", "NOSUCH a", "PING x", "RENAME a b", "ZUNION 2 a b"]).split(" ")],
    () => ["CLIENT", of(["GETNAME", "NOPE", "GETREDIR"])],
    () => ["CLIENT", "SETNAME", of(["me", "a b", ""])],
    () => ["CONFIG", "SET", of(["maxmemory", "hz", "nope", "appendonly", "port"]), of(["x", "-1"])],
    () => ["PUBLISH", "channel", value()],
    () => ["FLUSHDB", ...maybe(30, of(["SYNC", "ASYNC", "X"]))],
    () => ["WAIT", "0", of(["0", "-1", "x"])],
    () => ["SCAN", "x"],
    () => ["SCAN", "0", "COUNT", of(["0", "x"])],
  ];
  return shapes[draw(shapes.length)]!();
}
