/** Programs that mean harm: each ends in its limit, and the host goes on. */
import { describe, expect, test, vi } from "vitest";
import {
  compile,
  type EngineName,
  Lox,
  LoxCompileError,
  LoxLimitError,
  type LoxOptions,
  native,
} from "../src/index.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

const CLOCK = { now: () => Date.now(), monotonic: () => performance.now() };
const LIMITS: LoxOptions = { limits: { steps: 2_000_000, depth: 2_000, strings: 1 << 20 }, clock: CLOCK };

/** Name, program, and the limit in which it ends. */
const ENDLESS: readonly (readonly [string, string, string])[] = [
  ["an endless loop", "while (true) {}", "STEPS"],
  ["an endless loop without a body to speak of", "for (;;) nil;", "STEPS"],
  ["a loop in a loop in a loop", "for (;;) for (;;) for (;;) {}", "STEPS"],
  ["endless recursion", "fun f(n) { return f(n + 1); } f(0);", "DEPTH"],
  ["mutual recursion", "fun a() { b(); } fun b() { a(); } a();", "DEPTH"],
  [
    "recursion through methods and super",
    "class A { m() { this.m(); } } class B < A { m() { super.m(); } } B().m();",
    "DEPTH",
  ],
  ["recursion through init", "class A { init() { A(); } } A();", "DEPTH"],
  ["recursion through the host", "fun f() { callBack(f); } f();", "DEPTH"],
  ["exponential recursion", "fun f(n) { if (n < 1) return; f(n - 1); f(n - 1); } f(60);", "STEPS"],
  ["a string that doubles", 'var s = "ab"; while (true) s = s + s;', "STRING"],
  ["a string that grows in a field", 'class A {} var a = A(); a.s = "x"; while (true) a.s = a.s + a.s;', "STRING"],
  [
    "closures that hold each other",
    "var f; fun make(g) { fun h() { return g; } return h; } while (true) f = make(f);",
    "STEPS",
  ],
  ["printing for ever", 'while (true) print "x";', "STEPS"],
];

describe.each(["fast", "closures", "tree"] satisfies EngineName[])("%s", (engine) => {
  test.each(ENDLESS)("%s ends", (_, source, code) => {
    const callBack = native(1, (f) => (f as () => null)());
    const lox = new Lox({ engine, ...LIMITS, globals: { callBack } });
    let error: unknown;
    try {
      lox.run(compile(source));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(LoxLimitError);
    expect(error).toMatchObject({ code, line: 1 });
    lox.reset();
    expect(lox.run(compile("1 + 1;"))).toBe(2);
  });

  test("an endless list ends in MEMORY", () => {
    const memoryBytes = (): number => process.memoryUsage().heapUsed;
    const lox = new Lox({ engine, limits: { memoryBytes: 30_000_000 }, memoryBytes });
    const source = "class N { init(next) { this.next = next; } } var n; while (true) n = N(n);";
    expect(() => lox.run(compile(source))).toThrow(expect.objectContaining({ code: "MEMORY" }));
  });

  test("TIME ends a program within 100 ms of its limit", () => {
    // In CPU time of this process: the machine may be busy with others.
    const usedMs = (): number => process.cpuUsage().user / 1_000;
    const lox = new Lox({ engine, limits: { timeMs: 50 }, clock: { now: Date.now, monotonic: usedMs } });
    const start = usedMs();
    expect(() => lox.run(compile("while (true) {}"))).toThrow(expect.objectContaining({ code: "TIME" }));
    expect(usedMs() - start).toBeLessThan(150);
  });

  test("without a depth limit, JavaScript's own stack ends a recursion, and the error says where", () => {
    const lox = new Lox({ engine });
    const source = "fun f(n) {\n  return 1 + f(n + 1);\n}\nf(0);";
    expect(() => lox.run(compile(source))).toThrow(
      expect.objectContaining({ code: "DEPTH", message: "Stack overflow.", line: 2 }),
    );
    lox.reset();
    expect(lox.run(compile("2;"))).toBe(2);
  });

  test("a string beyond what JavaScript can hold ends in STRING without a limit of ours", () => {
    const lox = new Lox({ engine });
    expect(() => lox.run(compile('var s = "ab";\nwhile (true) s = s + s;'))).toThrow(
      expect.objectContaining({ code: "STRING", line: 2 }),
    );
  });

  test("no name leads to JavaScript's objects", () => {
    const names = [
      ...Object.getOwnPropertyNames(Object.prototype),
      ...Object.getOwnPropertyNames(Function.prototype),
      ...Object.getOwnPropertyNames(Function),
      ...["globalThis", "process", "require", "Function", "eval", "this$", "isInstance", "className", "then", "toJSON"],
    ].filter((name) => /^[A-Za-z_]\w*$/.test(name));
    const lox = new Lox({ engine, globals: { host: native(0, () => null) } });
    lox.run(compile("class A { m() {} } fun f() {} var a = A(); var bound = a.m;"));
    for (const name of new Set(names)) {
      if (name === "this") continue;
      for (const object of ["a", "A", "f", "bound", "host", '"text"', "1", "true", "a.m"]) {
        expect(() => lox.run(compile(`${object}.${name};`)), `${object}.${name}`).toThrow(
          /^(Undefined property|Only instances)/,
        );
        expect(() => lox.run(compile(`${object}.${name}();`)), `${object}.${name}()`).toThrow(
          /^(Undefined property|Only instances)/,
        );
      }
      expect(() => lox.run(compile(`${name};`)), name).toThrow(/^Undefined variable/);
      expect(() => lox.run(compile(`{ fun g() { return ${name}; } g(); }`)), name).toThrow(/^Undefined variable/);
      // And a program that uses them for its own purposes gets what it put there.
      const own = `class ${name} { ${name}(${name}) { return ${name}; } } var o = ${name}(); o.${name} = o.${name}(5); o.${name};`;
      expect(new Lox({ engine }).run(compile(own)), own).toBe(5);
      const local = `var r; { var ${name} = 3; fun f(${name}) { return ${name}; } r = f(${name}); } r;`;
      expect(new Lox({ engine }).run(compile(local)), local).toBe(3);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
  });

  test("text that looks like JavaScript stays text", () => {
    const texts = [
      "${process.exit(1)}",
      "`",
      "'); process.exit(1); ('",
      "\\",
      "\\u0022",
      "\u2028\u2029",
      "*/",
      "</script>",
      "\0\u0001\u0002",
      "\n//# sourceURL=x",
    ];
    for (const text of texts) expect(new Lox({ engine }).run(compile(`"${text}";`))).toBe(text);
  });
});

test.each(["(", "!", "-", "{", "fun f() {", "if (true) ", "f(", "a = ", "while (a) {", "class A { m() {"])(
  "10⁵ times `%s` is an error, not a crash",
  (opening) => {
    for (const dialect of ["jlox", "clox"] as const) {
      expect(() => compile(opening.repeat(100_000), { dialect })).toThrow(LoxCompileError);
    }
  },
);
