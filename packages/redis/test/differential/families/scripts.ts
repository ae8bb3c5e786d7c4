/**
 * Random scripts that call random commands, and what else scripts may do with replies, errors and libraries.
 *
 * Programs in Lua as such are compared elsewhere (test/lua); here it is how they meet the server.
 */
import { createHash } from "node:crypto";
import { chance, type Draw, oneOf } from "../draw.ts";
import { anyKey, integer } from "./values.ts";

/** Commands whose replies a script may hand on: they do not depend on the moment, on an order that is not defined, or on the version. */
const CALLED =
  /^(SET|GET|SETNX|GETSET|GETDEL|MGET|MSET|MSETNX|INCR|DECR|INCRBY|DECRBY|APPEND|STRLEN|SETRANGE|GETRANGE|SUBSTR|[LR]PUSHX?|[LR]POP|LLEN|LRANGE|LINDEX|LSET|LREM|LTRIM|LINSERT|B?LMOVE|B?LMPOP|B?RPOPLPUSH|B[LR]POP|HM?SET|HM?GET|HDEL|HLEN|HEXISTS|HINCRBY|HSETNX|HSTRLEN|SADD|SREM|SCARD|SM?ISMEMBER|SMOVE|S(INTER|UNION|DIFF)STORE|ZADD|ZCARD|ZREM|ZCOUNT|XADD|XLEN|XRANGE|XREVRANGE|XDEL|XTRIM|DEL|UNLINK|EXISTS|TYPE|RENAME|RENAMENX|COPY|MOVE|EXPIRE|PERSIST|[GS]ETBIT|BITOP|BITFIELD|PFADD|PFCOUNT|SELECT)$/;
/** The same, once sorted. */
const SORTED = /^(HKEYS|HVALS|HGETALL|SMEMBERS|SINTER|SUNION|SDIFF)$/;
const SORTER =
  "local function sorted(v) if type(v) == 'table' and not v.err then table.sort(v, function(a, b) return tostring(a) < tostring(b) end) end return v end ";

const SOURCES = [
  "return 1",
  "return KEYS",
  "return {KEYS[1], ARGV[1], ARGV[2]}",
  "return redis.call('GET', KEYS[1])",
  "return redis.call('INCR', KEYS[1])",
];

function sha(source: string): string {
  return createHash("sha1").update(source, "latin1").digest("hex");
}

function literal(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, (character) => `\\${String(character.charCodeAt(0)).padStart(3, "0")}`)}"`;
}

function called(words: readonly string[], how: string): string {
  const safe = CALLED.test(words[0]!) || SORTED.test(words[0]!) ? words : ["GET", words[1] ?? "a"];
  const call = `redis.${how}(${safe.map(literal).join(", ")})`;
  return SORTED.test(words[0]!) ? `sorted(${call})` : call;
}

/** What a script returns that is not a reply. */
const RETURNED = [
  "1.9",
  "-0.5",
  "true",
  "false",
  "nil",
  "'text'",
  "{1, 2, nil, 4}",
  "{1, {2, {'three', false}}, 3.7}",
  "{ok = 'FINE'}",
  "{err = 'MY error'}",
  "{err = 'no code'}",
  "{double = 1.5}",
  "{map = {a = 1}}",
  "{big_number = '123'}",
  "{set = {x = true}}",
  "{verbatim_string = {format = 'txt', string = 'hi'}}",
  "redis.error_reply('BAD news')",
  "redis.error_reply('-BAD news')",
  "redis.status_reply('well')",
  "redis.sha1hex('abc')",
  "redis.sha1hex()",
  "redis.error_reply()",
  "tostring(1e15) .. tostring(0.1) .. tostring(-1/0)",
  "#KEYS + #ARGV",
  "cjson.encode({1, 'a', {x = 1.5}})",
  'cjson.decode(\'{"a":[1,2,{"b":null}]}\').a',
  "cjson.decode('{bad')",
  "cmsgpack.pack({1, 'two', 3.5})",
  "cmsgpack.unpack(cmsgpack.pack({1, 'two', {3}}))",
  "struct.pack('>I2s', 258, 'x')",
  "{struct.unpack('<i4', '\\001\\002\\003\\004')}",
  "bit.band(0xff, 0x0f0) + bit.lshift(1, 4)",
  "bit.tohex(48879)",
  "redis.acl_check_cmd('GET', 'a')",
  "redis.acl_check_cmd('NOSUCH')",
  "redis.REPL_ALL + redis.LOG_WARNING",
  "redis.replicate_commands()",
  "type(redis.call)",
  "undefinedvariable",
  "redis.nothing()",
  "({})[1].x",
  "('x')()",
  "1 + {}",
  "error('thrown')",
  "error({err = 'CODE thrown table'})",
  "error()",
  "redis.call()",
  "redis.call('NOSUCH')",
  "redis.call('GET')",
  "redis.call({}, 1)",
  "redis.pcall('SUBSCRIBE', 'x')",
  "redis.pcall('MULTI').err",
  "redis.call('SET', 'a', true)",
  "redis.call('PING')",
  "redis.call('ECHO', 1.5)",
  "redis.setresp(4)",
  "(select('#', unpack({1, 2, 3})))",
  "pcall(redis.call, 'INCR', 'str')",
  "{pcall(error, 'inside')}",
  "string.rep('ab', 3) .. string.format('%5.2f|%s|%d', 3.14159, 'x', 42)",
];
const STATEMENTS = [
  "redis.setresp(3) ",
  "redis.set_repl(redis.REPL_NONE) ",
  "redis.log(redis.LOG_DEBUG, 'x') ",
  "local n = 0 for i = 1, 20 do n = n + redis.call('RPUSH', KEYS[1] or 'l0', i) end ",
  "leaked = 1 ",
  "if redis.call('EXISTS', KEYS[1] or 'a') == 1 then return 'there' end ",
  "math.randomseed(1) ",
];

function body(draw: Draw, words: () => readonly string[]): string {
  let script = SORTER;
  const results: string[] = [];
  for (let n = draw(4); n > 0; n--) {
    if (chance(draw, 15)) script += oneOf(draw, STATEMENTS);
    const how = chance(draw, 60) ? "pcall" : "call";
    script += `local r${n} = ${called(words(), how)} `;
    results.push(`r${n}`);
  }
  const returned = [`{${results.join(", ")}}`, results[0] ?? "0", ...(chance(draw, 50) ? [oneOf(draw, RETURNED)] : [])];
  return `${script}return ${oneOf(draw, returned)}`;
}

function source(draw: Draw, words: () => readonly string[]): string {
  const kind = draw(20);
  if (kind === 0) return oneOf(draw, ["return return", "x = = 1", "for", "return 'unfinished", "--[[", "goto x"]);
  if (kind < 4) return oneOf(draw, SOURCES);
  if (kind < 10) return `${chance(draw, 20) ? oneOf(draw, STATEMENTS) : ""}return ${oneOf(draw, RETURNED)}`;
  const shebang = chance(draw, 10)
    ? `#!${oneOf(draw, ["lua", "lua flags=no-writes", "lua flags=allow-stale,no-writes", "lua flags=nope", "js", "lua name=x", ""])}\n`
    : "";
  return shebang + body(draw, words);
}

export function scriptCommand(draw: Draw, words: () => readonly string[]): string[] {
  const keys = Array.from({ length: draw(3) }, () => anyKey(draw));
  const args = Array.from({ length: draw(3) }, () => oneOf(draw, ["1", "x", "", "\u00ff\u0000"]));
  const counted = [
    chance(draw, 5) ? oneOf(draw, ["-1", "9", "x", integer(draw)]) : String(keys.length),
    ...keys,
    ...args,
  ];
  const fate = draw(20);
  if (fate < 2) return ["SCRIPT", "EXISTS", sha(oneOf(draw, SOURCES)), sha("return 2")];
  if (fate === 2)
    return ["SCRIPT", ...oneOf(draw, [["FLUSH"], ["FLUSH", "SYNC"], ["FLUSH", "x"], ["KILL"], ["NOPE"], ["LOAD"]])];
  if (fate < 5) return ["SCRIPT", "LOAD", source(draw, words)];
  if (fate < 8)
    return [oneOf(draw, ["EVALSHA", "EVALSHA_RO"]), chance(draw, 10) ? "xyz" : sha(oneOf(draw, SOURCES)), ...counted];
  return [chance(draw, 15) ? "EVAL_RO" : "EVAL", source(draw, words), ...counted];
}
