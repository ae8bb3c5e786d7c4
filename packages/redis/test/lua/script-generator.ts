/**
 * Random scripts that call the server: commands of every type, right and wrong, and what scripts do with replies. None raises a table that
 * is no error: redis-server 7.0 does not survive that.
 */
import { generator } from "./program-generator.ts";

const KEYS = ["s", "n", "l", "h", "z", "set", "x", "none"] as const;
const WORDS = ["a", "b", "c", "1", "2", "-3", "10", "1.5", "", "abc", "field"] as const;
/** Commands with what they take: k a key, w a word, i an integer, f a float. */
const COMMANDS = [
  "set k w",
  "get k",
  "getset k w",
  "append k w",
  "incr k",
  "incrby k i",
  "incrbyfloat k f",
  "strlen k",
  "setrange k i w",
  "mget k k k",
  "mset k w k w",
  "del k",
  "exists k k",
  "type k",
  "expire k i",
  "ttl k",
  "persist k",
  "rename k k",
  "lpush k w w",
  "rpush k w",
  "lpop k",
  "lrange k i i",
  "llen k",
  "lset k i w",
  "linsert k before w w",
  "hset k w w w w",
  "hget k w",
  "hgetall k",
  "hincrby k w i",
  "hdel k w",
  "hmget k w w",
  "sadd k w w",
  "smembers k",
  "sismember k w",
  "scard k",
  "srem k w",
  "zadd k f w f w",
  "zrange k i i withscores",
  "zscore k w",
  "zincrby k f w",
  "zrank k w",
  "zrangebyscore k -inf +inf",
  "xadd k 5-* w w",
  "xlen k",
  "blpop k i",
  "ping",
  "echo w",
  "dbsize",
  "select i",
  "nope w",
  "get",
  "subscribe w",
  "config get maxmemory",
  "object encoding k",
  "sort k alpha",
  "lpos k w",
  "setex k i w",
  "copy k k",
] as const;

const PRELUDE = `local function show(v,depth) depth=depth or 0
  if type(v)~='table' then return type(v)..':'..tostring(v) end
  if depth>3 then return '{...}' end
  local ks={} for k in pairs(v) do ks[#ks+1]=k end
  table.sort(ks,function(x,y) return tostring(x)<tostring(y) end)
  local out={} for _,k in ipairs(ks) do out[#out+1]=tostring(k)..'='..show(v[k],depth+1) end
  return '{'..table.concat(out,',')..'}' end
local function fail(v) if type(v)=='table' and type(v.err)~='string' then v='a table' end error(v) end
local a,b,c=1,'x',{}
`;

/** The script of a seed. */
export function randomScript(seed: number): string {
  const random = generator(seed);
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!;
  const variable = (): string => pick(["a", "b", "c"]);
  const word = (): string => (random(5) === 0 ? variable() : `'${pick(WORDS)}'`);

  const call = (): string => {
    const parts = pick(COMMANDS).split(" ");
    const args = parts.map((part, at) => {
      if (at === 0) return `'${random(6) === 0 ? part.toUpperCase() : part}'`;
      if (part === "k") return random(8) === 0 ? "KEYS[1]" : `'${pick(KEYS)}'`;
      if (part === "w") return word();
      if (part === "i") return pick(["0", "1", "2", "-1", "100", "'1'", "'x'", variable()]);
      return part === "f" ? pick(["1", "-2", "'2.5'", "'inf'", "'x'"]) : `'${part}'`;
    });
    if (random(12) === 0) args.pop();
    if (random(30) === 0) args.push(pick(["nil", "{}", "true", "print"]));
    return `redis.${random(3) === 0 ? "call" : "pcall"}(${args.join(",")})`;
  };
  const value = (depth: number): string => {
    if (depth <= 0) return random(2) === 0 ? variable() : word();
    switch (random(12)) {
      case 0:
        return `{${value(depth - 1)},${value(depth - 1)}}`;
      case 1:
        return `show(${value(depth - 1)})`;
      case 2:
        return `{${pick(["ok", "err", "double", "map", "set", "x"])}=${value(depth - 1)}}`;
      case 3:
        return `#${variable()}`;
      case 4:
        return `tostring(${call()})`;
      case 5:
        return random(3) === 0
          ? `redis.sha1hex('${pick(WORDS)}')`
          : `redis.${pick(["error_reply", "status_reply"])}(${value(depth - 1)})`;
      case 6:
        return pick(["true", "false", "nil", "3.5", "-1.5", "KEYS", "ARGV", "ARGV[1]"]);
      case 7:
        return `select(2,pcall(function() return ${call()} end))`;
      case 8:
        return `(${variable()} or ${value(depth - 1)})`;
      case 9:
        return `(type(${variable()})=='table' and ${variable()}[1])`;
      default:
        return call();
    }
  };
  const statement = (depth: number): string => {
    switch (random(depth > 0 ? 9 : 4)) {
      case 0:
        return call();
      case 1:
        return `if type(${variable()})=='table' then ${variable()}=${variable()}[1] end`;
      case 2:
      case 3:
        return `${variable()}=${value(2)}`;
      case 4:
        return `for i=1,${1 + random(3)} do ${statement(depth - 1)} end`;
      case 5:
        return `if ${value(1)} then ${statement(depth - 1)} else ${statement(depth - 1)} end`;
      case 6:
        return `pcall(function() ${statement(depth - 1)} end)`;
      case 7:
        return pick(["redis.setresp(3)", "redis.setresp(2)", "fail(c)", "error('stop')", `fail(${value(1)})`]);
      default:
        return `local a=${value(2)} ${statement(depth - 1)}`;
    }
  };
  const body = Array.from({ length: 2 + random(7) }, () => `${statement(2)}\n`).join("");
  return `${PRELUDE}${body}return ${pick(["a", "b", "c", "{a,b,c}", "show(c)", value(2), value(3)])}`;
}
