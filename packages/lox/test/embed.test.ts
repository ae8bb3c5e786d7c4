import { describe, expect, test, vi } from "vitest";
import {
  compile,
  type EngineName,
  type HostArgument,
  Lox,
  type LoxCallable,
  type LoxInstance,
  LoxLimitError,
  type LoxOptions,
  LoxRuntimeError,
  native,
} from "../src/index.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const ENGINES: readonly EngineName[] = ["fast", "closures", "tree"];

function runtimeError(action: () => unknown): LoxRuntimeError {
  try {
    action();
  } catch (error) {
    if (error instanceof LoxRuntimeError) return error;
    throw error;
  }
  throw new Error("nothing failed");
}

describe.each(ENGINES)("%s", (engine) => {
  const create = (options: LoxOptions = {}): Lox => new Lox({ engine, ...options });

  test("run gives the value of the last expression statement at the top level", () => {
    expect(create().run(compile("1 + 2;"))).toBe(3);
    expect(create().run(compile('"a"; { 5; } var x = 7;'))).toBe("a");
    expect(create().run(compile("var x;"))).toBe(null);
  });

  test("globals of the host are globals of the program, and the other way round", () => {
    const lox = create({ globals: { rate: 0.5, __proto__: "odd" } });
    lox.run(compile("var total = 10 * rate; rate = 2;"));
    expect(lox.getGlobal("total")).toBe(5);
    expect(lox.getGlobal("rate")).toBe(2);
    lox.setGlobal("total", 6);
    expect(lox.run(compile("total * rate;"))).toBe(12);
    expect(lox.getGlobal("toString")).toBe(undefined);
    expect(lox.globalNames().toSorted()).toEqual(["rate", "total"]);
  });

  test("programs on one object share globals; later definitions replace earlier ones, also for functions that use them", () => {
    const lox = create();
    lox.run(compile("fun next() { return step() + 1; } fun step() { return 10; }"));
    expect(lox.run(compile("next();"))).toBe(11);
    lox.run(compile("fun step() { return 20; }"));
    expect(lox.run(compile("next();"))).toBe(21);
    lox.run(compile("var step = 3;"));
    expect(runtimeError(() => lox.run(compile("next();"))).message).toBe("Can only call functions and classes.");
    lox.run(compile("class Base { name() { return 1; } }"));
    lox.run(compile("class Derived < Base {} var object = Derived();"));
    expect(lox.run(compile("object.name();"))).toBe(1);
  });

  test("one compiled program runs on many objects, each with its own globals", () => {
    const program = compile("count = count + 1; count;");
    const [a, b] = [create({ globals: { count: 1 } }), create({ globals: { count: 100 } })];
    expect([a.run(program), a.run(program), b.run(program)]).toEqual([2, 3, 101]);
  });

  test("functions of the host get plain values and give them", () => {
    const seen: unknown[] = [];
    const lox = create({
      globals: { see: native(3, (...args) => void seen.push(...args)), price: native(1, (sku) => `${String(sku)}!`) },
    });
    expect(lox.run(compile('see(1, "two", nil); see(true, price("a"), 0.5);'))).toBe(null);
    expect(seen).toEqual([1, "two", null, true, "a!", 0.5]);
    expect(runtimeError(() => lox.run(compile("price();"))).message).toBe("Expected 1 arguments but got 0.");
  });

  test("what a function of the host throws is a runtime error at the call, with the frames and the cause", () => {
    const cause = new TypeError("no such price");
    const lox = create({
      globals: {
        price: native(0, () => {
          throw cause;
        }),
      },
    });
    const error = runtimeError(() => lox.run(compile("fun total() {\n  return price();\n}\n\ntotal();")));
    expect(error).toMatchObject({ message: "no such price", line: 2, cause });
    expect(error.frames.map(({ line, functionName }) => [functionName, line])).toEqual([
      ["total", 2],
      [null, 5],
    ]);
    const printing = create({
      print: () => {
        throw cause;
      },
    });
    expect(runtimeError(() => printing.run(compile("\nprint 1;")))).toMatchObject({ line: 2, cause });
    expect(printing.run(compile("1;"))).toBe(1);
  });

  test("a function of the program is a function outside, checked", () => {
    const lox = create();
    lox.run(compile("fun add(a, b) { return a + b; } class Point { init(x) { this.x = x; } }"));
    expect(lox.call("add", [1, 2])).toBe(3);
    const add = lox.getGlobal("add") as LoxCallable;
    expect(add("a", "b")).toBe("ab");
    expect(String(add)).toBe("<fn add>");
    expect(lox.getGlobal("add")).toBe(add);
    expect(runtimeError(() => add(1)).message).toBe("Expected 2 arguments but got 1.");
    expect(runtimeError(() => add(1, "a"))).toMatchObject({
      message: "Operands must be two numbers or two strings.",
      line: 1,
    });
    expect(runtimeError(() => lox.call("nobody")).message).toBe("Undefined variable 'nobody'.");
    const point = (lox.getGlobal("Point") as LoxCallable)(4) as LoxInstance;
    expect(String(point)).toBe("Point instance");
    expect(() => add({} as unknown as HostArgument, 1)).toThrow(TypeError);
    expect(() => add((() => 1) as unknown as HostArgument, 1)).toThrow("native(arity, fn)");
    expect(() => add(1n as unknown as HostArgument, 1)).toThrow(TypeError);
  });

  test("instances are handles outside: fields, methods, identity", () => {
    const lox = create();
    const source =
      "class P { init(x) { this.x = x; } twice() { return this.x * 2; } } var p = P(4); fun same(o) { return o == p; } p;";
    const p = lox.run(compile(source)) as LoxInstance;
    expect([p.get("x"), p.call("twice"), p.get("nothing")]).toEqual([4, 8, undefined]);
    p.set("x", 5);
    p.set("other", null);
    expect(p.fields()).toEqual(["x", "other"]);
    const twice = p.get("twice") as LoxCallable;
    expect(twice()).toBe(10);
    expect(lox.call("same", [p])).toBe(true);
    expect(lox.getGlobal("p")).toBe(p);
    const stranger = create();
    expect(() => stranger.setGlobal("p", p)).toThrow(TypeError);
  });

  test("a function of the host may call back into the program, which may call it again", () => {
    const lox: Lox = create({ globals: { apply: native(2, (f, x) => (f as LoxCallable)(x)) } });
    const source = "fun down(n) { if (n < 1) return 0; return 1 + apply(down, n - 1); } down(20);";
    expect(lox.run(compile(source))).toBe(20);
    const failing = compile("fun bad(x) {\n  return -x;\n}\nfun outer() {\n  return apply(bad, nil);\n}\nouter();");
    const error = runtimeError(() => lox.run(failing));
    expect(error.message).toBe("Operand must be a number.");
    expect(error.frames.map(({ line, functionName }) => [functionName, line])).toEqual([
      ["bad", 2],
      ["outer", 5],
      [null, 7],
    ]);
  });

  test("a host's function may catch what it called, and the program goes on", () => {
    const attempt = native(1, (f) => {
      try {
        (f as LoxCallable)();
        return "fine";
      } catch (error) {
        return (error as Error).message;
      }
    });
    const lox = create({ globals: { attempt }, limits: { depth: 50 } });
    const source =
      "fun bad() { return nil.x; } fun deep(n) { if (n > 0) return deep(n - 1); return attempt(bad); } deep(30) + deep(30);";
    expect(lox.run(compile(source))).toBe("Only instances have properties.Only instances have properties.");
  });

  test("an error of another Lox object's program arrives as a host's error", () => {
    const other = create();
    const lox = create({ globals: { ask: native(0, () => other.run(compile("\n\n\nnil();"))) } });
    const error = runtimeError(() => lox.run(compile("\nask();")));
    expect(error).toMatchObject({ message: "Can only call functions and classes.", line: 2 });
    expect(error.frames).toHaveLength(1);
    expect(error.cause).toMatchObject({ line: 4 });
  });

  test("after a limit the object is unusable until reset, which forgets the programs but not the host", () => {
    const lox = create({ limits: { steps: 1_000 }, globals: { host: 7 } });
    lox.run(compile("var mine = 1; fun spin() { while (true) {} }"));
    const error = runtimeError(() => lox.call("spin"));
    expect(error).toBeInstanceOf(LoxLimitError);
    expect(error).toMatchObject({ code: "STEPS", line: 1, frames: [{ functionName: "spin" }] });
    expect(() => lox.run(compile("1;"))).toThrow("unusable until reset()");
    lox.reset({ keepGlobals: true });
    expect(lox.run(compile("mine;"))).toBe(1);
    lox.reset();
    expect(lox.getGlobal("mine")).toBe(undefined);
    expect(lox.run(compile("host;"))).toBe(7);
  });

  test("a limit that a host's function swallows ends the run all the same", () => {
    const swallow = native(1, (f) => {
      try {
        (f as LoxCallable)();
      } catch {
        // That is what this test is about.
      }
    });
    const lox = create({ globals: { swallow }, limits: { depth: 20 } });
    const source = "fun f() { f(); } swallow(f); print 1;";
    expect(runtimeError(() => lox.run(compile(source)))).toMatchObject({ code: "DEPTH" });
  });

  test("each run and each call has the whole budget", () => {
    const lox = create({ limits: { steps: 100 } });
    lox.run(compile("fun work() { for (var i = 0; i < 90; i = i + 1) {} }"));
    for (let round = 0; round < 5; round++) lox.call("work");
    expect(runtimeError(() => lox.run(compile("work(); work();")))).toMatchObject({ code: "STEPS" });
  });

  test("a signal stops a program of an interruptible object", () => {
    const stop = { aborted: false };
    const lox = create({ interruptible: true, globals: { stop: native(0, () => void (stop.aborted = true)) } });
    const program = compile("stop(); while (true) {}");
    expect(runtimeError(() => lox.run(program, { signal: stop }))).toMatchObject({ code: "ABORTED" });
    expect(() => create().run(compile("1;"), { signal: stop })).toThrow(TypeError);
  });

  test("time and memory are read from the gauges that the host gives", () => {
    let nowMs = 0;
    const clock = { now: () => 86_400_000, monotonic: () => (nowMs += 10) };
    const timed = create({ clock, limits: { timeMs: 1_000 } });
    expect(timed.run(compile("clock();"))).toBe(86_400);
    expect(runtimeError(() => timed.run(compile("while (true) {}")))).toMatchObject({ code: "TIME" });
    expect(nowMs).toBeLessThan(1_100);
    let used = 0;
    const measured = create({ memoryBytes: () => (used += 1_000), limits: { memoryBytes: 50_000 } });
    expect(runtimeError(() => measured.run(compile("while (true) {}")))).toMatchObject({ code: "MEMORY" });
    expect(() => create({ limits: { timeMs: 1 } })).toThrow("needs a clock");
  });
});

test.each(ENGINES)("names of a program do not meet those that the engine makes: %s", (engine) => {
  const lox = new Lox({ engine });
  const source = "var C0 = 5; class g { m() { return C0; } } class c < g {} g().m() + c().m();";
  expect(lox.run(compile(source))).toBe(10);
  const failing = "fun script() { return construct(); }\nfun construct() { return nil(); }\nscript();";
  const { frames } = runtimeError(() => lox.run(compile(failing)));
  expect(frames.map(({ functionName }) => functionName)).toEqual(["construct", "script", null]);
});

test("a program of one dialect does not run on an object of the other", () => {
  expect(() => new Lox({ dialect: "clox" }).run(compile("1;"))).toThrow(TypeError);
});

/** Program, and what stands where its error is, in jlox and in clox. */
const PLACES: readonly (readonly [string, string, string])[] = [
  ["print 1\n  + nil;", "+ nil;", "+ nil;"],
  ['var x = 1 + 2 * (3 -\n "a");', "-", '");'],
  ["print -\nnil;", "-", "nil;"],
  ["fun f(a) {}\nf(1,\n  2);", ");", ");"],
  ["fun f(a) {}\nf(1, 2);", "(1, 2);", "(1, 2);"],
  ["class A {}\nA()\n  .b\n  .c;", "b", "b"],
  ["class A {}\nA()\n  .b(\n  1);", "b(", ");"],
  ["nil\n  .b = 1;", "b = 1;", "b = 1;"],
  ["print\n  missing;", "missing;", "missing;"],
];

describe.each(ENGINES)("line and column are of one place: %s", (engine) => {
  test.each(PLACES)("%j", (source, jlox, clox) => {
    for (const [dialect, wanted] of [
      ["jlox", jlox],
      ["clox", clox],
    ] as const) {
      const lox = new Lox({ engine, dialect });
      const { line, column, frames } = runtimeError(() => lox.run(compile(source, { dialect })));
      expect(source.split("\n")[line - 1]!.slice(column - 1), dialect).toBe(wanted);
      expect(source.slice(frames[0]!.start).split("\n")[0], dialect).toBe(wanted);
    }
  });
});
