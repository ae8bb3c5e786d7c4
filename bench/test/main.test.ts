import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function bench(...args: string[]): Promise<Ended> {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("a package that does not exist is an error, not an empty table", async () => {
  expect(await bench("sqlserver")).toEqual({ code: 1, stdout: "", stderr: "bench: no package called sqlserver\n" });
});

test("an option that does not exist is an error", async () => {
  expect(await bench("--fast")).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("--fast") as string,
  });
});

test("rounds have to be a number", async () => {
  expect(await bench("--rounds", "many")).toMatchObject({
    code: 1,
    stderr: 'bench: --rounds: expected a number above 0, not "many"\n',
  });
});

test("every suite loads, and every scenario has a name", async () => {
  const { code, stdout } = await bench("--list");
  expect(code).toBe(0);
  for (const line of stdout.trimEnd().split("\n")) expect(line).toMatch(/^$|^\w+: \S/);
});
