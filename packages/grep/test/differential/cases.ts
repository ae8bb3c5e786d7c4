/** Random command lines and the folder of random files that they search. */
import { isUtf8 } from "node:buffer";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ByteString, fromText, toBytes } from "../../src/byte-string.ts";
import { type Dialect, randomPattern } from "./patterns.ts";
import type { Chance } from "./random.ts";

export interface Case {
  /** Byte strings. */
  readonly args: readonly ByteString[];
  readonly env: Readonly<Record<string, string>>;
  /** A file in the folder; standard input is read from it. */
  readonly stdin: string;
}

export const LOCALES = ["C", "C.UTF-8", "en_US.UTF-8"] as const;

const FILES = ["one", "two", "three.c", "four.h"] as const;
const OPTION_OF: Readonly<Record<Dialect, string>> = { bre: "-G", ere: "-E", fixed: "-F", perl: "-P" };
const FLAGS = [
  ..."ivcnbowxlLqshHTZzaI".split("").map((letter) => `-${letter}`),
  "--color=always",
  "-o",
  "-n",
  "-c",
  "-w",
  "-x",
  "-i",
];
const CONTEXT = ["-A1", "-B1", "-C1", "-2", "-A0"] as const;

/** Fills an empty folder: a few small texts, a folder among them, and pattern files. */
export function writeFiles(folder: string, chance: Chance): void {
  mkdirSync(join(folder, "deep/er"), { recursive: true });
  for (const name of [...FILES, "deep/five.c", "deep/er/six.h", "deep/seven"])
    writeFileSync(join(folder, name), randomText(chance));
  writeFileSync(join(folder, "empty"), "");
  for (const dialect of ["bre", "ere", "fixed"] as const) {
    const patterns = chance.times(3, () => randomPattern(chance, dialect)).join("\n");
    writeFileSync(join(folder, `patterns.${dialect}`), toBytes(patterns + (chance.oneIn(2) ? "\n" : "")));
  }
}

const WORDS: readonly ByteString[] = [
  ..."aaabbbccABC1_ -.*[]\\",
  "é",
  "É",
  "k",
  "K",
  "ſ",
  "K",
  "ı",
  "i",
  "ß",
  "ж",
  "Ж",
  "漢",
  "ab",
  "abc",
  "a b",
].map(fromText);

export function randomText(chance: Chance): Uint8Array {
  const broken = chance.oneIn(4);
  const nuls = chance.oneIn(6);
  const lines = chance.times(chance.below(9), () => {
    const line = chance.times(chance.below(7), () => {
      if (broken && chance.oneIn(12))
        return chance.pick(["\xff", "\x80", "\xc3", "\xe6\xbc", "\xed\xa0\x80", "\xf4\x90\x80\x80"]);
      if (nuls && chance.oneIn(12)) return "\0";
      return chance.pick(WORDS);
    });
    return line.join("") + (chance.oneIn(20) ? "\r" : "");
  });
  return toBytes(lines.join("\n") + (chance.oneIn(5) ? "" : "\n"));
}

export function randomCase(chance: Chance, dialect: Dialect): Case {
  const options = randomOptions(chance);
  const args: ByteString[] = [OPTION_OF[dialect], ...options];
  // What bytes that are no characters mean under -i is left out of the comparison (README.md).
  const wantsCharacters = options.includes("-i") && (dialect === "bre" || dialect === "ere");
  const pattern = (): ByteString => {
    for (;;) {
      const one = randomPattern(chance, dialect);
      if (!wantsCharacters || isUtf8(toBytes(one))) return one;
    }
  };
  if (dialect !== "perl" && !wantsCharacters && chance.oneIn(15)) args.push("-f", `patterns.${dialect}`);
  else if (dialect !== "perl" && chance.oneIn(6)) for (const one of chance.times(2, pattern)) args.push("-e", one);
  else args.push("-e", pattern());
  args.push(...randomOperands(chance));
  const env: Record<string, string> = { [chance.pick(["LC_ALL", "LC_CTYPE", "LANG"])]: chance.pick(LOCALES) };
  if (chance.oneIn(30)) env["GREP_COLORS"] = chance.pick(["mt=1", "sl=1:cx=2", "rv:sl=1:cx=2:mc=3", "ne", "fn=:se="]);
  return { args, env, stdin: chance.pick(FILES) };
}

function randomOptions(chance: Chance): ByteString[] {
  const options: ByteString[] = chance.times(chance.below(4), () => chance.pick(FLAGS));
  if (chance.oneIn(8)) options.push(`-m${chance.below(4)}`);
  if (chance.oneIn(5)) options.push(chance.pick(CONTEXT));
  if (chance.oneIn(30)) options.push(chance.pick(["--group-separator=##", "--no-group-separator"]));
  if (chance.oneIn(30)) options.push(chance.pick(["--label=in", "--line-buffered", "--no-ignore-case", "-U"]));
  if (chance.oneIn(20))
    options.push(chance.pick(["--include=*.c", "--exclude=*.h", "--exclude-dir=er", "--exclude=o*"]));
  return options;
}

function randomOperands(chance: Chance): ByteString[] {
  const kind = chance.below(10);
  if (kind < 3) return [];
  if (kind < 6) return [chance.pick(FILES)];
  if (kind === 6) return ["-r", ...(chance.oneIn(2) ? ["deep"] : [])];
  if (kind === 7) return [chance.pick(FILES), chance.pick(["-", "empty", "missing", "deep"])];
  return chance.times(2 + chance.below(2), () => chance.pick(FILES));
}
