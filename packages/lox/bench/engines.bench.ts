/**
 * The engines against Lua 5.4, LuaJIT and hand-written JavaScript: CPU time of whole processes, start-up included.
 *
 * The first column is the geometric mean over the eleven programs; a ratio of two such means is the mean of the ratios.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Contender,
  type Figures,
  type Metric,
  MissingPeerError,
  type Scenario,
  type Suite,
  suite,
} from "@tenon/bench";
import { build } from "esbuild";
import { peer } from "../../../scripts/test-peer.ts";
import { type Language, PROGRAMS, programText, type Size } from "./programs.ts";

const METRICS: readonly Metric[] = [
  { key: "mean", title: "mean CPU ms", better: "lower" },
  ...PROGRAMS.map((name): Metric => ({ key: name, title: name, better: "lower" })),
];

interface Runner {
  readonly name: string;
  readonly language: Language;
  /** Program and arguments before the file; undefined where it is not installed. */
  readonly command: (folder: string) => readonly [string | undefined, ...string[]];
  readonly after?: readonly string[];
}

const LUA: Runner = { name: "lua5.4", language: "lua", command: () => [peer("lua5.4")] };
const LUAJIT: Runner = { name: "luajit", language: "lua", command: () => [peer("luajit")] };
const JAVASCRIPT: Runner = { name: "javascript", language: "js", command: () => [process.execPath] };

const LAUNCHER = "launcher.cjs";

const ours = (...after: string[]): Runner => ({
  name: `tenon ${after.join(", ")}`,
  language: "lox",
  command: (folder) => [process.execPath, join(folder, LAUNCHER)],
  after,
});

function contender(runner: Runner, size: Size): Contender {
  return {
    name: runner.name,
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), "lox-bench-"));
      const [program, ...args] = runner.command(folder);
      if (program === undefined) throw new MissingPeerError(runner.name);
      if (runner.language === "lox") await bundleRunner(folder);
      const files = PROGRAMS.map((name) => {
        const file = join(folder, `${name}.${runner.language}`);
        writeFileSync(file, programText(name, runner.language, size));
        return [name, file] as const;
      });
      return {
        round: async () => {
          const figures: Record<string, number> = {};
          for (const [name, file] of files) {
            figures[name] = await cpuMs(program, [...args, file, ...(runner.after ?? [])]);
          }
          return { mean: geometricMean(figures), ...figures };
        },
        close: async () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

/** As published: without types to strip at the start, and with V8's compiled code kept between runs, as the `tenon` command does. */
async function bundleRunner(folder: string): Promise<void> {
  const entryPoints = [fileURLToPath(new URL("run.ts", import.meta.url))];
  const outfile = join(folder, "run.mjs");
  const cache = JSON.stringify(join(folder, "compile-cache"));
  writeFileSync(join(folder, LAUNCHER), `require("node:module").enableCompileCache(${cache});require("./run.mjs");`);
  await build({
    entryPoints,
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minifyWhitespace: true,
  });
}

function geometricMean(figures: Figures): number {
  const values = Object.values(figures);
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** User and system time of one run to its end. */
async function cpuMs(program: string, args: readonly string[]): Promise<number> {
  const before = childrenCpuMs();
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`))));
  });
  // The kernel counts ticks of 10 ms.
  return Math.max(childrenCpuMs() - before, 10);
}

/** CPU time of all children that this process has waited for (proc(5): cutime and cstime). */
function childrenCpuMs(): number {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Targets are ratios in which more is better: at most 0.35 times Lua's time is at least 1 / 0.35. */
const atMost = (times: number): number => 1 / times;

const engine = (
  name: string,
  runner: Runner,
  peers: readonly Runner[],
  size: Size,
  targets: Scenario["targets"],
): Scenario => ({
  name,
  metrics: METRICS,
  ours: contender(runner, size),
  peers: peers.map((other) => contender(other, size)),
  targets,
});

const eachAtMost = (times: number): Record<string, number> =>
  Object.fromEntries(PROGRAMS.map((name) => [name, atMost(times)]));

export default suite("lox", [
  engine("fast engine", ours("fast"), [LUA, LUAJIT, JAVASCRIPT], "full", {
    "lua5.4": { ...eachAtMost(0.8), mean: atMost(0.35) },
    luajit: { mean: atMost(2.5) },
    javascript: { mean: atMost(1.6) },
  }),
  engine("fast engine, everything counted", ours("fast", "counted"), [LUA], "full", {
    "lua5.4": { mean: atMost(0.7) },
  }),
  engine("closures, no code generation", ours("closures"), [LUA], "reduced", { "lua5.4": { mean: atMost(2.5) } }),
  engine("tree walker", ours("tree"), [LUA], "reduced", { "lua5.4": { mean: atMost(12) } }),
]) satisfies Suite;
