import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type LuaRun, LuaState, LuaSyntaxError, LuaTable, type LuaValue } from "../../src/lua/lua.ts";

/** Runs until done, however often it stops; gives up on a script that stops for ever. */
function toTheEnd(source: string, slices = 10_000): LuaRun {
  let questions = 0;
  const state = new LuaState({ poll: () => ++questions % 4 === 0, maxStringBytes: 1 << 26, memoryBytes: 1 << 27 });
  const run = state.start(compile(source, "@user_script"));
  for (let slice = 0; run.status === "suspended" && slice < slices; slice++) run.resume();
  return run;
}

describe("a script that would not end", () => {
  test.each([
    ["loops", "while true do end"],
    ["loops within pcall", "while true do pcall(function() while true do end end) end"],
    ["calls itself in tail position", "local function f() return f() end return f()"],
    ["repeats", "repeat local x = 1 until x == 2"],
    ["counts for ever", "for i = 1, math.huge do end"],
    ["iterates for ever", "for k in function() return 1 end do end"],
    ["loops in a coroutine", "coroutine.wrap(function() while true do end end)()"],
    ["loops in a metamethod", "local t = setmetatable({}, {__index = function() while true do end end}) return t.x"],
    ["loops in a comparison", "table.sort({3, 1, 2, 5}, function() while true do end end)"],
    ["loops in a replacement", "string.gsub('abc', '.', function() while true do end end)"],
    ["loops in an error handler", "xpcall(error, function() while true do end end)"],
    ["loops while it prints", "tostring(setmetatable({}, {__tostring = function() while true do end end}))"],
  ])("stops where the host wants it to, and can be killed: it %s", (_, source) => {
    const run = toTheEnd(source, 5);
    expect(run.status).toBe("suspended");
    run.kill("killed by the host");
    expect(run.status).toBe("failed");
    expect(run.error?.message).toBe("killed by the host");
  });
});

test("a killed script leaves the state ready for the next", () => {
  let stop = true;
  const state = new LuaState({ poll: () => stop });
  state.start(compile("while true do end", "@user_script")).kill("enough");
  stop = false;
  expect(state.start(compile("return 1 + 1", "@user_script")).values).toEqual([2]);
});

test.each([
  ["endless recursion", "local function f() return 1 + f() end return f()", "user_script:1: stack overflow"],
  ["a huge string.rep", "return string.rep('x', 2000000000)", "not enough memory"],
  ["a string that doubles", "local s = 'x' while true do s = s .. s end", "not enough memory"],
  [
    "a gigantic table.concat",
    "local t, s = {}, ('x'):rep(1e6) for i = 1, 1000 do t[i] = s end return table.concat(t)",
    "not enough memory",
  ],
  ["a table without end", "local t = {} for i = 1, 1e9 do t[i] = i end", "not enough memory"],
  ["a hash without end", "local t = {} for i = 1, 1e9 do t[-i] = i end", "not enough memory"],
  [
    "a pattern that backtracks",
    "return string.find(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30) .. 'b')",
    "user_script:1: pattern too complex",
  ],
  [
    "a pattern that recurses",
    "return string.find(('a'):rep(5000), ('a?'):rep(5000))",
    "user_script:1: pattern too complex",
  ],
  ["unpack of a range", "return unpack({}, 0, 1e8)", "user_script:1: too many results to unpack"],
  [
    "unpack around the ends of int",
    "return unpack({}, -2147483648, 2147483647)",
    "user_script:1: too many results to unpack",
  ],
  [
    "recursion through pcall",
    "local function f() local ok, e = pcall(f) error(e, 0) end f()",
    "user_script:1: stack overflow",
  ],
  [
    "recursion through gsub",
    "local function f() return (string.gsub('a', 'a', f)) end f()",
    "user_script:1: stack overflow",
  ],
  [
    "recursion through a metamethod",
    "local t t = setmetatable({}, {__index = function(_, k) return t[k] end}) return t.x",
    "user_script:1: stack overflow",
  ],
])("%s ends with an error", (_, source, message) => {
  const run = toTheEnd(source);
  expect(run.status).toBe("failed");
  expect(run.error?.message).toContain(message.replace("user_script:1: ", ""));
});

test("no name leads to JavaScript", () => {
  const names = [
    "constructor",
    "prototype",
    "__proto__",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "length",
    "keys",
    "arr",
    "metatable",
  ];
  const source = `local out = {} for _, v in ipairs{ {}, 'x', print or type, 1 } do for _, k in ipairs{${names.map((name) => `'${name}'`).join(",")}} do
    local ok, value = pcall(function() return v[k] end) if ok and value ~= nil then out[#out + 1] = k end end end return #out`;
  expect(toTheEnd(source).values).toEqual([0]);
});

test("what the host froze stays as it is", () => {
  const state = new LuaState();
  const frozen = new LuaTable();
  frozen.setString("x", 1);
  frozen.frozen = true;
  state.globals.setString("frozen", frozen);
  for (const attack of [
    "frozen.x = 2",
    "frozen.y = 2",
    "frozen[1] = 2",
    "rawset(frozen, 'x', 2)",
    "setmetatable(frozen, {})",
    "table.insert(frozen, 1)",
    "local k = 'x' frozen[k] = nil",
  ]) {
    const run = state.start(compile(attack, "@user_script"));
    expect(run.error?.message, attack).toMatch(/Attempt to modify a readonly table$/);
  }
  expect(frozen.getString("x")).toBe(1);
});

test("a run that begins anew performs nothing twice", () => {
  const performed: LuaValue[] = [];
  let questions = 0;
  const state = new LuaState({ poll: () => ++questions === 3 });
  const call = state.recorded(
    (args) => {
      performed.push(args[0]);
      if (args[0] === 500) throw new Error("the outside failed");
      return performed.length;
    },
    (reply) => [LuaTable.ofArray([undefined, reply])],
  );
  state.globals.setString("call", call);
  let begun = 0;
  const source = "local sum = 0 for i = 1, 400 do sum = sum + call(i)[1] for j = 1, 200 do end end return sum";
  const run = state.start(compile(source, "@user_script"), {
    begin: () => {
      begun++;
      return [];
    },
  });
  while (run.status === "suspended") run.resume();
  expect(begun).toBe(2);
  expect(run.values).toEqual([(400 * 401) / 2]);
  expect(performed).toEqual(Array.from({ length: 400 }, (_, at) => at + 1));
});

describe("the parser", () => {
  const tokens = [
    "and",
    "break",
    "do",
    "else",
    "elseif",
    "end",
    "for",
    "function",
    "if",
    "in",
    "local",
    "nil",
    "not",
    "or",
    "repeat",
    "return",
    "then",
    "until",
    "while",
    "x",
    "y",
    "1",
    "'s'",
    "[[l]]",
    "...",
    "..",
    "==",
    "=",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ";",
    ":",
    ",",
    ".",
    "+",
    "-",
    "#",
    "\n",
    "--",
    "--[[",
    "]]",
    "\0",
    "\xff",
  ];
  const compiles = (source: string): void => {
    try {
      compile(source, "@fuzz");
    } catch (failure) {
      expect(failure).toBeInstanceOf(LuaSyntaxError);
    }
  };

  test("throws nothing but its own error, whatever it reads", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 60 }), (parts) => compiles(parts.join(" "))),
      { numRuns: 3000, seed: 1 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => compiles(Buffer.from(bytes).toString("latin1"))),
      { numRuns: 2000, seed: 1 },
    );
  });

  test("reads every beginning of a program", () => {
    const source =
      "local t = {a=1,[2]='x',...} for i=1,#t do t[i]=function(a,...) return a and -t[i]..[[s]] end end while t.x do repeat break until not t end return t:m'x'.y(1)";
    for (let length = 0; length <= source.length; length++) compiles(source.slice(0, length));
  });

  test("bears nesting of any depth", () => {
    for (const [open, close] of [
      ["(", ")"],
      ["{", "}"],
      ["do ", " end "],
      ["x[", "]"],
      ["-", ""],
      ["f(", ")"],
      ["if x then ", " end "],
      ["function f() ", " end "],
    ]) {
      compiles(`return ${open!.repeat(10_000)}1${close!.repeat(10_000)}`);
      compiles(`${open!.repeat(10_000)}${close!.repeat(10_000)}`);
    }
    for (const link of [".x", "[1]", "()", ":m()", "+1", "..1", " and 1", "'s'"])
      compiles(`return x${link.repeat(20_000)}`);
  });
});
