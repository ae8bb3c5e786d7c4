import { expect, test, vi } from "vitest";
import { compile, LoxLimitError, LoxRuntimeError } from "../src/index.ts";
import { runIsolated } from "../src/isolated.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

/** The limits must hold where the machine is busy: what is asserted is that they end the program, not how soon. */
async function failure(source: string, options: Parameters<typeof runIsolated>[1] = {}): Promise<LoxRuntimeError> {
  const error = await runIsolated(compile(source), options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof LoxRuntimeError)) throw new Error("no runtime error", { cause: error });
  return error;
}

test("a program runs in its thread: what it prints, its globals and its value cross", async () => {
  const printed: string[] = [];
  const program = compile('print "half of " + name; var d = clock(); class A {} half * 2; ');
  const options = { globals: { half: 21, name: "it" }, print: (text: string) => printed.push(text) };
  expect(await runIsolated(program, options)).toBe(42);
  expect(printed).toEqual(["half of it"]);
  expect(await runIsolated(compile("class A {} A();"))).toBe("A instance");
});

test("runtime errors arrive with their class, line and frames", async () => {
  const error = await failure("fun f() {\n  return nil + 1;\n}\nf();");
  expect(error.constructor).toBe(LoxRuntimeError);
  expect(error.message).toBe("Operands must be two numbers or two strings.");
  expect(error.frames.map(({ line, functionName }) => [line, functionName])).toEqual([
    [2, "f"],
    [4, null],
  ]);
});

test("an endless loop ends in TIME", async () => {
  const error = await failure("while (true) {}", { timeMs: 50 });
  expect(error).toMatchObject({ name: "LoxLimitError", code: "TIME" });
});

test("an endless list ends in MEMORY, and the caller lives", async () => {
  const source = "class N { init(next) { this.next = next; } } var n; while (true) n = N(n);";
  const error = await failure(source, { memoryMb: 32, timeMs: 60_000 });
  expect(error).toMatchObject({ name: "LoxLimitError", code: "MEMORY" });
});

test("endless recursion ends in DEPTH, at a depth that grows with the stack", async () => {
  const source = "var n = 0; fun f() { n = n + 1; print n; f(); } f();";
  const depthWith = async (stackMb: number): Promise<number> => {
    let deepest = 0;
    const print = (text: string): void => {
      deepest = Number(text);
    };
    const error = await failure(source, { stackMb, print, timeMs: 60_000 });
    expect(error).toMatchObject({ code: "DEPTH", message: "Stack overflow.", line: 1 });
    return deepest;
  };
  expect(await depthWith(32)).toBeGreaterThan(3 * (await depthWith(4)));
});

test("a program that prints for ever is held back until the caller has read, and ends in TIME", async () => {
  let characters = 0;
  const print = (text: string): void => {
    characters += text.length;
  };
  const error = await failure('var s = "0123456789"; while (true) print s + s + s;', { timeMs: 3_000, print });
  expect(error).toMatchObject({ code: "TIME" });
  expect(characters).toBeGreaterThan(1_000);
});

test("a signal ends the program", async () => {
  const controller = new AbortController();
  const print = (): void => controller.abort();
  const source = 'var s = "x"; for (var i = 0; i < 17; i = i + 1) s = s + s; print s; while (true) {}';
  const error = await failure(source, { signal: controller.signal, print, timeMs: 60_000 });
  expect(error).toBeInstanceOf(LoxLimitError);
  expect(error).toMatchObject({ code: "ABORTED" });
  expect(await failure("1;", { signal: AbortSignal.abort() })).toMatchObject({ code: "ABORTED" });
});
