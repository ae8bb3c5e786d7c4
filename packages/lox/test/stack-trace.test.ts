/** Stack traces as each engine wrote them, of Node 26 (V8 14.6), gjs 1.74 (SpiderMonkey 102) and jsc 2.50 (JavaScriptCore). */
import { expect, test } from "vitest";
import { stackFrames } from "../src/fast/stack-trace.ts";

test("V8: behind the message, whose lines are none", () => {
  const stack = `Error: two lines,
fib$@lox:9:1:1
    at numbers (file:///lox/dist/fast/runtime.js:58:13)
    at fib$ (lox:1:5:26)
    at A$$0.$m [as $init] (lox:1:7:3)
    at new construct$$ (lox:12:8:3)
    at Object.$m (lox:2:3:15)
    at String.repeat (<anonymous>)
    at script$$ (lox:1:9:1)
    at async file:///lox/main.js:3:1`;
  expect(stackFrames(stack)).toEqual([
    { name: "numbers", url: "file:///lox/dist/fast/runtime.js", line: 58 },
    { name: "fib$", url: "lox:1", line: 5 },
    { name: "$m", url: "lox:1", line: 7 },
    { name: "construct$$", url: "lox:12", line: 8 },
    { name: "$m", url: "lox:2", line: 3 },
    undefined,
    { name: "script$$", url: "lox:1", line: 9 },
    undefined,
  ]);
});

test("SpiderMonkey", () => {
  const stack = "fib$@lox:1:5:26\n@t.js:1:114\nconstruct$$@lox:3:3:53\nrun@file:///lox/lox.js line 12 > Function:6:1\n";
  expect(stackFrames(stack)).toEqual([
    { name: "fib$", url: "lox:1", line: 5 },
    { name: "", url: "t.js", line: 1 },
    { name: "construct$$", url: "lox:3", line: 3 },
    { name: "run", url: "file:///lox/lox.js line 12 > Function", line: 6 },
  ]);
});

test("JavaScriptCore does not say where generated code stands", () => {
  expect(stackFrames("a$b@\nglobal code@t.js:2:77\nrepeat@[native code]")).toEqual([
    undefined,
    { name: "global code", url: "t.js", line: 2 },
    undefined,
  ]);
});
