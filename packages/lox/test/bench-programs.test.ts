import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { peer } from "../../../scripts/test-peer.ts";
import { PROGRAMS, programText } from "../bench/programs.ts";
import { compile } from "../src/index.ts";
import { SHAPES } from "./support/shapes.ts";

// Much work on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 });

function javascriptOutput(name: string): string[] {
  const printed: string[] = [];
  const text = programText(name, "js", "little");
  new Function("console", text)({ log: (value: unknown) => printed.push(String(value)) });
  return printed;
}

test.each(PROGRAMS)("the benchmark %s computes the same in Lox, on every engine, and in JavaScript", (name) => {
  const wanted = javascriptOutput(name);
  expect(wanted.join()).toMatch(/\d/);
  const source = programText(name, "lox", "little");
  for (const shape of SHAPES.filter(({ dialect }) => dialect === "jlox")) {
    const printed: string[] = [];
    shape.create((text) => printed.push(text)).run(compile(source));
    // Lox writes large numbers in Java's manner.
    expect(
      printed.map((text) => (Number.isNaN(Number(text)) ? text : String(Number(text)))),
      shape.name,
    ).toEqual(wanted);
  }
});

test.each(["lua5.4", "luajit"])("the benchmarks compute the same in %s", (name) => {
  const lua = peer(name);
  if (lua === undefined) return;
  const folder = mkdtempSync(join(tmpdir(), "lox-lua-"));
  try {
    for (const program of PROGRAMS) {
      const file = join(folder, "program.lua");
      writeFileSync(file, programText(program, "lua", "little"));
      const printed = execFileSync(lua, [file], { encoding: "utf8" }).trimEnd().split("\n");
      expect(printed, program).toEqual(javascriptOutput(program));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
