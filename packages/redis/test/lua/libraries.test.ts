import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { compile, LuaState, type LuaTable } from "../../src/lua/lua.ts";
import { createBit } from "../../src/scripting/lib/bit.ts";
import { createCjson } from "../../src/scripting/lib/cjson.ts";
import { createCmsgpack } from "../../src/scripting/lib/cmsgpack.ts";
import { createStruct } from "../../src/scripting/lib/struct.ts";
import { type Original, type OriginalServer, startOriginal } from "../original.ts";
import { generator } from "./program-generator.ts";
import { quote } from "./original-lua.ts";

/** Each script calls one function (and undoes settings), and gives what it returned, or its error, as one text. */
const wrap = (call: string): string => `
  local function show(v) if type(v)=='table' then local ks,out={},{} for k in pairs(v) do ks[#ks+1]=k end
    table.sort(ks,function(a,b) return tostring(a)<tostring(b) end) for _,k in ipairs(ks) do out[#out+1]=show(k)..'='..show(v[k]) end return '{'..table.concat(out,',')..'}' end
    if type(v)=='number' then return string.format('%.17g',v) end return type(v)..':'..tostring(v) end
  local r={pcall(function() return ${call} end)} for i=1,table.maxn(r) do r[i]=show(r[i]) end return table.concat(r,'|')`;
const chain = (setting: string, call: string): string => wrap(`(function() ${setting} return ${call} end)()`);

const NUMBERS = [
  "0",
  "1",
  "-1",
  "31",
  "32",
  "127",
  "128",
  "255",
  "256",
  "-32",
  "-33",
  "-128",
  "-129",
  "32767",
  "32768",
  "65535",
  "65536",
  "-32768",
  "-32769",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "4294967295",
  "4294967296",
  "2^53",
  "2^63",
  "-2^63",
  "2^64",
  "1.5",
  "-2.5",
  "0.1",
  "1e300",
  "1/3",
  "1/0",
  "-1/0",
  "1e14",
  "123456789012345",
  "3.4e38",
  "1e-7",
];

const CJSON = [
  ...NUMBERS.map((n) => `cjson.encode(${n})`),
  ...[
    "{}",
    "{1,2,3}",
    "{1,nil,3}",
    "{a=1}",
    "{[1]='x',[3]='y'}",
    "{[1]=1,[100]=1}",
    "{[1.5]=1}",
    "{[0]=1}",
    "{[-1]=1}",
    "{[true]=1}",
    "{{},{{}}}",
    "true",
    "nil",
    "cjson.null",
    "{cjson.null,nil,cjson.null}",
    "tostring",
    "{tostring}",
    "'a\\0b\\1\\31\\127\\128\\255/\\\\\"\\b\\f\\n\\r\\t'",
    "(function() local t={} t[1]=t return t end)()",
    "(function() local t={} for i=1,999 do t={t} end return t end)()",
    "(function() local t={} for i=1,1000 do t={t} end return t end)()",
  ].map((v) => `cjson.encode(${v})`),
  "cjson.encode()",
  "cjson.encode(1,2)",
  "cjson.decode()",
  "cjson.decode({})",
  "cjson.decode(12)",
  "cjson.decode('1','2')",
  ...[
    "1",
    "-1",
    "1.5",
    "1e5",
    "-0",
    "01",
    "0x1F",
    "1.",
    ".5",
    "-",
    "+1",
    "--1",
    "1e",
    "1e400",
    "inf",
    "-inf",
    "Infinity",
    "true",
    "false",
    "null",
    "tru",
    "nul",
    "nulll",
    "",
    " ",
    " 1 ",
    "1 2",
    "[",
    "]",
    "[]",
    "[ ]",
    "{}",
    "{ }",
    "[1,2]",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1",
    "[1,",
    '{"a":1}',
    '{"a":1,}',
    "{a:1}",
    '{"a"}',
    '{"a" 1}',
    '{"a":}',
    '{"a":1 "b":2}',
    '{"a":1',
    '{"a":',
    '{"a"',
    "{",
    '{"a":{"b":[1,{"c":null}]}}',
    "[[[[]]]]",
    '""',
    '"a',
    '"a\\',
    '"\\x"',
    '"\\n\\t\\"\\/\\\\\\b\\f\\r"',
    '"\\u0041\\u00e9\\u20ac"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800\\u0041"',
    '"\\ud800x"',
    '"\\u12"',
    '"\\u12g4"',
    '"\\u0000"',
    '"\x01"',
    '"\xff"',
    "a\0",
    "\0a",
    '["a"]x',
    "[1]]",
    "'a'",
    "@",
    '{"__proto__":1,"constructor":2}',
    '{"1":2,"1":3}',
    "[null]",
    "[nul]",
    "\t\n\r[1]\n",
  ].map((json) => `cjson.decode(${quote(json)})`),
  "cjson.decode(string.rep('[',1001))",
  "cjson.decode(string.rep('[',1000)..string.rep(']',1000))~=nil",
  "cjson.encode_max_depth(0)",
  "cjson.encode_max_depth('x')",
  "cjson.encode_number_precision(15)",
  "cjson.encode_number_precision(0)",
  "cjson.encode_sparse_array(1)",
  "cjson.encode_sparse_array('x')",
  "cjson.encode_sparse_array(true,-1)",
  "cjson.encode_invalid_numbers('x')",
  "cjson.encode_invalid_numbers(1,2)",
  "cjson.decode_max_depth()",
  "cjson.encode_keep_buffer()",
  "cjson._NAME..cjson._VERSION",
  "cjson.null",
];
const CJSON_SETTINGS = [
  chain("local c=cjson.new() c.encode_sparse_array(true)", "cjson.encode({[1]=1,[100]=1})"),
  ...[
    "c.encode_sparse_array(true,2,1)",
    "c.encode_sparse_array(false,0)",
    "c.encode_number_precision(3)",
    "c.encode_invalid_numbers(true)",
    "c.encode_invalid_numbers('null')",
    "c.encode_max_depth(2)",
    "c.decode_max_depth(2)",
    "c.decode_invalid_numbers(false)",
  ].map((setting) =>
    chain(
      `local c=cjson.new() local s=${setting}`,
      "tostring(s),pcall(c.encode,{[1]=1,[9]=1,[40]=2}),pcall(c.encode,1/3),pcall(c.encode,1/0),pcall(c.encode,{{{}}}),pcall(c.decode,'[[[]]]'),pcall(c.decode,'nan'),pcall(c.decode,'[01]')",
    ),
  ),
];

const CMSGPACK = [
  ...NUMBERS.map((n) => `cmsgpack.pack(${n})`),
  ...NUMBERS.map((n) => `cmsgpack.unpack(cmsgpack.pack(${n}))`),
  ...[
    "nil",
    "true",
    "false",
    "''",
    "'a'",
    "('x'):rep(31)",
    "('x'):rep(32)",
    "('x'):rep(255)",
    "('x'):rep(256)",
    "('x'):rep(65535)",
    "('x'):rep(65536)",
    "{}",
    "{1,2,3}",
    "{1,nil,3}",
    "{a=1}",
    "{[0]=1}",
    "{[1.5]=1}",
    "{[2]=1}",
    "tostring",
    "cjson.null",
    "{{{{}}}}",
    "(function() local t={} for i=1,20 do t={t} end return t end)()",
    "(function() local t={} for i=1,15 do t[i]=i end return t end)()",
    "(function() local t={} for i=1,16 do t[i]=i end return t end)()",
    "(function() local t={} for i=1,70000 do t[i]=1 end return t end)()",
  ].map((v) => `redis.sha1hex(cmsgpack.pack(${v})),#cmsgpack.pack(${v})`),
  "cmsgpack.pack()",
  "cmsgpack.pack(1,'a',{})",
  "cmsgpack.unpack('')",
  "cmsgpack.unpack()",
  "cmsgpack.unpack(cmsgpack.pack(1,2,3))",
  "cmsgpack.unpack_one(cmsgpack.pack(1,2,3))",
  "cmsgpack.unpack_one(cmsgpack.pack(1,2,3),1)",
  "cmsgpack.unpack_one(cmsgpack.pack(1,2,3),2)",
  "cmsgpack.unpack_one(cmsgpack.pack(1,2,3),3)",
  "cmsgpack.unpack_one(cmsgpack.pack(1),5)",
  "cmsgpack.unpack_one('a',-1)",
  "cmsgpack.unpack_limit(cmsgpack.pack(1,2,3),2)",
  "cmsgpack.unpack_limit(cmsgpack.pack(1,2,3),0)",
  "cmsgpack.unpack_limit(cmsgpack.pack(1,2,3),-1)",
  "cmsgpack.unpack_limit(cmsgpack.pack(1,2,3),2,1)",
  "cmsgpack.unpack_limit('x')",
  ...[
    "\xc1",
    "\xc4\x02ab",
    "\xc5\x00\x01a",
    "\xc6\x00\x00\x00\x01a",
    "\xc7\x01\x01a",
    "\xd4\x01a",
    "\x92\x01",
    "\x81\x01",
    "\x81\xc0\x01",
    "\xdc\x00\x01\x05",
    "\xdd\xff\xff\xff\xff",
    "\xdf\x00\x00\x00\x01\xa1a\x02",
    "\xd9\x05ab",
    "\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00",
    "\xca\x3f\xc0\x00\x00",
    "\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
    "\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
    "\xe0",
    "\xff",
    "\xcc",
    "\xde\x00\x01\xc3\xc2",
  ].map((bytes) => `cmsgpack.unpack(${quote(bytes)})`),
];

const STRUCT = [
  ...[
    "B",
    "b",
    "H",
    "h",
    "L",
    "l",
    "T",
    "I",
    "i",
    "I1",
    "i2",
    "I3",
    "i5",
    "i7",
    "I8",
    "i16",
    ">i4",
    ">I8",
    ">i3",
    "f",
    "d",
    ">f",
    ">d",
  ].flatMap((f) =>
    ["0", "1", "-1", "200", "65537", "2^40", "-2^40", "1.7", "-1.7"].map(
      (n) => `struct.pack('${f}',${n}),struct.unpack('${f}',struct.pack('${f}',${n}))`,
    ),
  ),
  ...[
    "z",
    "i33",
    "i99999999999",
    "!3i",
    "!i",
    "!8bd",
    "!4 bi",
    "bdi",
    "x",
    "s",
    "c5",
    "c0",
    "c2",
    " < > i",
    "=i",
    "!16d",
    "c2147483647",
    "i0",
    "I0",
    "!0i",
    "bxh",
    "!bxh",
    "a",
    "%",
    "",
    "c",
  ].flatMap((f) => [
    `struct.size('${f}')`,
    `struct.pack('${f}',1,2,3)`,
    `struct.pack('${f}','abc')`,
    `struct.pack('${f}')`,
    `struct.unpack('${f}','abcdefghijklmnop\\0q')`,
  ]),
  "struct.unpack('bc0','\\3abcd')",
  "struct.unpack('bc0','\\9abcd')",
  "struct.unpack('sc0','a\\0b')",
  "struct.unpack('ss','ab\\0c\\0')",
  "struct.unpack('i','abcd',0)",
  "struct.unpack('i','abcd',2)",
  "struct.unpack('b','abcd',4)",
  "struct.unpack('b','abcd',5)",
  "struct.unpack('b','abcd',-1)",
  "struct.unpack('b','ab',1e10)",
  "struct.unpack('!8bd',struct.pack('!8bd',1,2.5))",
  "struct.unpack('i','abcd','x')",
  "struct.pack('i','x')",
  "struct.pack('i','5')",
  "struct.pack()",
  "struct.pack('iii',1,2)",
  "struct.unpack('f',struct.pack('f',0.1))",
];

const BIT = ["tobit", "bnot", "bswap", "tohex"]
  .flatMap((f) => NUMBERS.filter((n) => !n.includes("/0")).map((n) => `bit.${f}(${n})`))
  .concat(
    ["band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror"].flatMap((f) =>
      ["0x12345678,4", "-1,31", "1,32", "0xffffffff,0", "5,-1", "2^31,1", "1.5,2", "2.5,1"].map(
        (a) => `bit.${f}(${a})`,
      ),
    ),
    [
      "bit.band()",
      "bit.band(1,2,3)",
      "bit.bor('x')",
      "bit.bor('1',2)",
      "bit.tohex(255,4)",
      "bit.tohex(255,-4)",
      "bit.tohex(255,0)",
      "bit.tohex(255,99)",
      "bit.tohex(255,-99)",
      "bit.lshift(1)",
      "bit.bnot()",
    ],
  );

/** MessagePack and JSON of random values, there and back. */
function randomCalls(count: number): string[] {
  const random = generator(7);
  const value = (depth: number): string => {
    const kind = random(depth > 0 ? 7 : 4);
    if (kind === 0) return NUMBERS[random(30)]!;
    if (kind === 1) return quote(String.fromCharCode(...Array.from({ length: random(6) }, () => random(256))));
    if (kind === 2) return String(random(2) === 0);
    if (kind === 3) return String(random(1e6) / 1000);
    const items = Array.from({ length: random(4) }, () => value(depth - 1));
    return kind < 6 ? `{${items.join(",")}}` : `{k=${value(depth - 1)}}`;
  };
  return Array.from({ length: count }, () => {
    const v = value(3);
    return `cmsgpack.pack(${v}),cjson.encode(${v}),cmsgpack.unpack(cmsgpack.pack(${v})),cjson.decode(cjson.encode({${v}}))`;
  });
}

const executable = peer("redis-server");

describe.skipIf(executable === undefined)("libraries of scripts, against redis-server's EVAL", () => {
  let server: OriginalServer;
  let original: Original;
  beforeAll(async () => {
    server = await startOriginal(executable!);
    original = await server.open();
  });
  afterAll(async () => {
    original.end();
    await server.stop();
  });

  const state = new LuaState();
  const libraries: Record<string, LuaTable> = {
    cjson: createCjson(state),
    cmsgpack: createCmsgpack(state),
    struct: createStruct(state),
    bit: createBit(state),
  };
  for (const [name, library] of Object.entries(libraries)) state.globals.setString(name, library);

  const ours = (script: string): string => {
    const run = state.start(compile(script, "@user_script"));
    return run.status === "done" ? String(run.values[0]) : `failed: ${run.error?.message}`;
  };
  const theirs = async (script: string): Promise<string> => {
    const reply = await original.raw(["EVAL", script, "0"]);
    return reply.startsWith("$") ? reply.slice(reply.indexOf("\r\n") + 2, -2) : `failed: ${reply}`;
  };

  test.each([
    ["cjson", CJSON.map(wrap)],
    ["cjson's settings", CJSON_SETTINGS],
    [
      "cmsgpack",
      CMSGPACK.map((call) => wrap(call.replace(/redis\.sha1hex\((cmsgpack\.pack\(.*\))\),#/, "$1:sub(1,40),#"))),
    ],
    ["struct", STRUCT.map(wrap)],
    ["bit", BIT.map(wrap)],
    ["random values", randomCalls(300).map(wrap)],
  ])("%s", async (_, scripts) => {
    for (const script of scripts) {
      expect
        .soft({
          script: script.slice(script.indexOf("return ", script.indexOf("pcall(function"))),
          result: ours(script),
        })
        .toEqual({
          script: script.slice(script.indexOf("return ", script.indexOf("pcall(function"))),
          result: await theirs(script),
        });
    }
  });
});
