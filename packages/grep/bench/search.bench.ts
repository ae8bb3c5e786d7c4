/** The specification's table: `tenon grep` against GNU grep and ripgrep on one thread, and our own kernels in plain JavaScript. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandScenario, type Scenario, type Suite, suite } from "@tenon/bench";
import { bundleGrep } from "../../../scripts/bundle-grep.ts";
import { peer } from "../../../scripts/test-peer.ts";
import { type SearchCommand, searchScenario } from "./search-scenario.ts";
import { largeText, NEEDLE, tree } from "./texts.ts";

const quick = process.argv.includes("--quick");
const text = largeText(quick ? 48 : 512);
const prose = largeText(quick ? 48 : 512, "prose");
const larger = largeText(quick ? 96 : 1024);
/** Back-references are slow with everybody. */
const smaller = largeText(quick ? 8 : 48);
const files = tree(quick ? 3_000 : 15_000);
const tenonGrep = [process.execPath, await published(), "grep"] as const;

/** The command as it is published. */
async function published(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tenon-grep-command-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await bundleGrep(join(folder, "bundle"));
  mkdirSync(join(folder, "bin"));
  const launcher = join(folder, "bin/tenon.cjs");
  copyFileSync(join(import.meta.dirname, "../../tenon/bin/tenon.cjs"), launcher);
  return launcher;
}

/** A row of the table: what GNU grep is asked, and ripgrep; the ratios ours ÷ theirs in CPU time that are meant to be reached. */
interface Row {
  readonly name: string;
  readonly gnu: readonly string[];
  /** Undefined where ripgrep cannot answer. */
  readonly ripgrep: readonly string[] | undefined;
  readonly againstGnu: number;
  readonly againstRipgrep?: number;
  readonly on?: string;
}

const TEN_WORDS = "Gustav|Hanna|undefined99|zebra|finally_async|catch_yield|quokka|Emil Berta|Doris Carl|throw_super1";

/** rg has no -G: a pattern is given to both as each reads it. */
const ROWS: readonly Row[] = [
  { name: "rare literal, -c", gnu: ["-c", NEEDLE], ripgrep: ["-c", NEEDLE], againstGnu: 0.7, againstRipgrep: 1.6 },
  { name: "common literal, -c", gnu: ["-c", "the"], ripgrep: ["-c", "the"], againstGnu: 0.5, againstRipgrep: 1.6 },
  {
    name: "literal in any case, -ci",
    gnu: ["-ci", "gustav"],
    ripgrep: ["-ci", "gustav"],
    againstGnu: 0.5,
    againstRipgrep: 1.6,
  },
  { name: "ten words, -c", gnu: ["-cE", TEN_WORDS], ripgrep: ["-c", TEN_WORDS], againstGnu: 0.3, againstRipgrep: 2 },
  {
    name: "classes, [a-z]+_[a-z]+[0-9]{3}",
    gnu: ["-cE", "[a-z]+_[a-z]+[0-9]{3}"],
    ripgrep: ["-c", "[a-z]+_[a-z]+[0-9]{3}"],
    againstGnu: 0.45,
    againstRipgrep: 0.65,
  },
  {
    name: "classes, [A-Z][a-z]+ [A-Z][a-z]+ [a-z]",
    gnu: ["-cE", "[A-Z][a-z]+ [A-Z][a-z]+ [a-z]"],
    ripgrep: ["-c", "[A-Z][a-z]+ [A-Z][a-z]+ [a-z]"],
    againstGnu: 0.45,
    againstRipgrep: 0.65,
  },
  { name: "every line, -c ''", gnu: ["-c", ""], ripgrep: ["-c", ""], againstGnu: 0.5, againstRipgrep: 0.5 },
  { name: "all other lines, -vc e", gnu: ["-vc", "e"], ripgrep: ["-vc", "e"], againstGnu: 0.5, againstRipgrep: 0.5 },
  { name: "numbered lines, -n", gnu: ["-n", "return"], ripgrep: ["-n", "return"], againstGnu: 0.7, againstRipgrep: 2 },
  {
    name: "matches alone, -o",
    gnu: ["-oE", "[a-z]+_[a-z]+"],
    ripgrep: ["-oN", "[a-z]+_[a-z]+"],
    againstGnu: 0.7,
    againstRipgrep: 2,
  },
  {
    name: "Cyrillic word, -c",
    gnu: ["-c", "привет"],
    ripgrep: ["-c", "привет"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
    on: prose,
  },
  {
    name: "Cyrillic word in any case, -ci",
    gnu: ["-ci", "москва"],
    ripgrep: ["-ci", "москва"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
    on: prose,
  },
  {
    name: "Chinese word, -c",
    gnu: ["-c", "正規表現"],
    ripgrep: ["-c", "正規表現"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
    on: prose,
  },
  {
    name: "Cyrillic, x.{8,13}y",
    gnu: ["-cE", "мир.{8,13}слово"],
    ripgrep: ["-c", "мир.{8,13}слово"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
    on: prose,
  },
  {
    name: "Cyrillic word in source text, -c",
    gnu: ["-c", "привет"],
    ripgrep: ["-c", "привет"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
  },
  {
    name: "ASCII, x.{8,13}y",
    gnu: ["-cE", "value.{8,13}return"],
    ripgrep: ["-c", "value.{8,13}return"],
    againstGnu: 0.3,
    againstRipgrep: 2.5,
  },
  {
    name: "tree, rare literal, one thread",
    gnu: ["-rl", NEEDLE],
    ripgrep: ["-l", NEEDLE],
    againstGnu: 1.3,
    againstRipgrep: 1.3,
    on: files,
  },
  { name: "back-reference, (\\w+) \\1", gnu: ["-cE", "(\\w+) \\1"], ripgrep: undefined, againstGnu: 1, on: smaller },
];

function row({ name, gnu, ripgrep, againstGnu, againstRipgrep, on = text }: Row): ReturnType<typeof searchScenario> {
  const peers: SearchCommand[] = [
    { name: "GNU grep", command: [peer("grep"), ...gnu, on] },
    ...(ripgrep === undefined
      ? []
      : [{ name: "rg -j1", command: [peer("rg"), "--no-config", "-uuu", "-j1", ...ripgrep, on] as const }]),
    { name: "tenon, js", command: [...tenonGrep, "--engine=js", ...gnu, on] },
  ];
  return searchScenario({
    name,
    ours: { name: "tenon", command: [...tenonGrep, ...gnu, on] },
    peers,
    unordered: on === files,
    // The harness takes ratios so that more is better: theirs ÷ ours.
    targets: {
      "GNU grep": { cpu: 1 / againstGnu },
      ...(againstRipgrep === undefined ? {} : { "rg -j1": { cpu: 1 / againstRipgrep } }),
    },
  });
}

/** Two threads are asked for their wall time, in which a busy machine has a part. */
function inTwoThreads(): Scenario {
  const pattern = "[a-z]+_[a-z]+[0-9]{3}";
  return searchScenario({
    name: "classes in two threads, a larger file",
    ours: { name: "tenon", command: [...tenonGrep, "--threads=2", "-cE", pattern, larger] },
    peers: [
      { name: "GNU grep", command: [peer("grep"), "-cE", pattern, larger] },
      { name: "rg -j1", command: [peer("rg"), "--no-config", "-uuu", "-j1", "-c", pattern, larger] },
      { name: "tenon, one thread", command: [...tenonGrep, "-cE", pattern, larger] },
    ],
    targets: { "GNU grep": { wall: 1 / 0.35 }, "rg -j1": { wall: 1 / 0.35 } },
  });
}

const small = join(tmpdir(), "tenon-grep-bench", "small");
writeFileSync(small, `${"a line of a small file, which has a word in it\n".repeat(21)}`);

const scenarios: readonly Scenario[] = [
  ...ROWS.map(row),
  inTwoThreads(),
  commandScenario({
    name: "a file of 1 kB",
    ours: { name: "tenon", command: [...tenonGrep, "word", small] },
    peers: [
      { name: "node -e 0", command: [process.execPath, "-e", "0"] },
      { name: "GNU grep", command: [peer("grep"), "word", small] },
    ],
    targets: { "node -e 0": { cpu: 1 / 1.3 } },
  }),
];

const everything: Suite = suite("grep", scenarios);
export default everything;
