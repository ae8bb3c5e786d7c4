/** What is searched: one large text, and a tree of small files. Generated from a seed, and kept in the temporary folder between runs. */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stands once in the whole text. */
export const NEEDLE = "zqxjkv_needle";

const WORDS =
  "the of and to in is return function const value string number array index length error result buffer offset line file path name type class object map set key list node parent child start end begin write read open close search pattern match state table byte char code text input output option default export import static private public readonly if else for while switch case break continue true false null undefined new this super throw try catch finally async await yield".split(
    " ",
  );
const CYRILLIC = "привет мир строка слово поиск Москва жизнь работа время человек".split(" ");
const CHINESE = "漢字 文字 検索 世界 時間 人間 言葉 正規表現".split(" ");
const SYLLABLES = "при вет ми ра стро ка сло во по иск мос ква жи знь ра бо та вре мя че ло век не го то ко".split(" ");
const NAMES = "Ann Berta Carl Doris Emil Frida Gustav Hanna".split(" ");

/** "source": something like source text, with a little of other scripts in it. "prose": Russian and Chinese, with a little Latin. */
type TextKind = "source" | "prose";

class TextMaker {
  #state: number;
  readonly #kind: TextKind;

  constructor(seed: number, kind: TextKind) {
    this.#state = seed;
    this.#kind = kind;
  }

  line(): string {
    return this.#kind === "source" ? this.#sourceLine() : this.#proseLine();
  }

  #proseLine(): string {
    const kind = this.#below(100);
    if (kind < 8) return "";
    if (kind < 40) return `${Array.from({ length: 4 + this.#below(16) }, () => this.#pick(CHINESE)).join("")}。`;
    const words = Array.from({ length: 3 + this.#below(10) }, () => this.#russianWord());
    return `${words.join(" ")}${this.#pick([".", ",", "", " —", ` ${this.#pick(WORDS)}.`])}`;
  }

  /** One of the known words now and then, else syllables: rare words as a language has them. */
  #russianWord(): string {
    if (this.#below(5) === 0) return this.#pick(CYRILLIC);
    const word = Array.from({ length: 1 + this.#below(4) }, () => this.#pick(SYLLABLES)).join("");
    return this.#below(12) === 0 ? word[0]!.toUpperCase() + word.slice(1) : word;
  }

  #sourceLine(): string {
    const indent = "  ".repeat(this.#below(5));
    const kind = this.#below(100);
    if (kind < 8) return "";
    if (kind < 12) return `${indent}// ${this.#pick(NAMES)} ${this.#pick(NAMES)} ${this.#words(4)}`;
    if (kind < 14) return `${indent}// ${this.#pick(CYRILLIC)} ${this.#words(2)} ${this.#pick(CYRILLIC)}`;
    if (kind < 15) return `${indent}// ${this.#pick(CHINESE)}${this.#pick(CHINESE)} ${this.#words(2)}`;
    if (kind < 25)
      return `${indent}${this.#pick(WORDS)}_${this.#pick(WORDS)}${this.#below(1000)} = ${this.#below(100_000)};`;
    return `${indent}${this.#words(3 + this.#below(8))}${this.#pick([";", " {", "", ")", ","])}`;
  }

  lines(bytes: number): string {
    const parts: string[] = [];
    for (let length = 0; length < bytes;) {
      const line = this.line();
      parts.push(line);
      length += Buffer.byteLength(line) + 1;
    }
    return `${parts.join("\n")}\n`;
  }

  #words(count: number): string {
    return Array.from({ length: count }, () => this.#pick(WORDS)).join(" ");
  }

  #pick(list: readonly string[]): string {
    return list[this.#below(list.length)]!;
  }

  #below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.#state >>> 8) % bound;
  }
}

const folder = join(tmpdir(), "tenon-grep-bench");
const BLOCK_BYTES = 8 * 1024 * 1024;

/** Path of a text of so many megabytes, the needle three quarters in. */
export function largeText(megabytes: number, kind: TextKind = "source"): string {
  const path = join(folder, `${kind === "source" ? "text" : kind}-${megabytes}m`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const descriptor = openSync(`${path}.new`, "w");
  const blocks = Math.ceil((megabytes * 1024 * 1024) / BLOCK_BYTES);
  // Eight different blocks, in turn: making half a gigabyte of new lines would take longer than searching it a hundred times.
  const different = Array.from({ length: Math.min(8, blocks) }, (_, seed) =>
    Buffer.from(new TextMaker(seed + 1, kind).lines(BLOCK_BYTES)),
  );
  for (let block = 0; block < blocks; block++) {
    writeSync(descriptor, different[block % different.length]!);
    if (block === Math.floor(blocks * 0.75)) writeSync(descriptor, `one ${NEEDLE} line\n`);
  }
  closeSync(descriptor);
  renameSync(`${path}.new`, path);
  return path;
}

/** A folder of so many files of a few KiB, a hundred to a folder; one file in a thousand has the needle. */
export function tree(files: number): string {
  const path = join(folder, `tree-${files}`);
  if (existsSync(path)) return path;
  const building = `${path}.new`;
  const maker = new TextMaker(99, "source");
  for (let i = 0; i < files; i++) {
    const inside = join(building, `d${Math.floor(i / 2000)}`, `e${Math.floor(i / 100) % 20}`);
    if (i % 100 === 0) mkdirSync(inside, { recursive: true });
    const needle = i % 1000 === 500 ? `one ${NEEDLE} line\n` : "";
    writeFileSync(join(inside, `file${i}.ts`), maker.lines(1_000 + (i % 7) * 1_000) + needle);
  }
  renameSync(building, path);
  return path;
}
