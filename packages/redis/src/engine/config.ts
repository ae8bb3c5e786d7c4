/**
 * The settings of a running server: values by name, checked as redis.conf and CONFIG SET check them, in the original's words.
 *
 * Reading a number is a map lookup; code that is hot takes it once and listens for changes.
 */
import { CONFIG_TABLE, type ConfigRow } from "./config-table.ts";

/** A value that a setting does not take. The message is the part behind the dash of CONFIG SET's error. */
export class ConfigError extends Error {
  /** The setting. */
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.name = "ConfigError";
    this.setting = setting;
  }
}

const ROWS = new Map<string, ConfigRow>();
for (const row of CONFIG_TABLE) {
  ROWS.set(row.name, row);
  if (row.alias !== undefined) ROWS.set(row.alias, row);
}

const MEMORY = /^(\d+)(b|k|kb|m|mb|g|gb)?$/i;
const MEMORY_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1024,
  m: 1000 ** 2,
  mb: 1024 ** 2,
  g: 1000 ** 3,
  gb: 1024 ** 3,
};
const EVENT_LETTERS = "g$lshzxetdnKEm";

export type ConfigListener = (name: string, value: string) => void;

/** Puts changes by CONFIG SET into effect: `changed` has their canonical names, `before` the values that held. May refuse by ConfigError. */
export type ConfigApplier = (changed: readonly string[], before: ReadonlyMap<string, string>) => void;

export class Config {
  /** Canonical name → value as CONFIG GET shows it. */
  readonly #values = new Map<string, string>();
  readonly #numbers = new Map<string, number>();
  readonly #listeners: ConfigListener[] = [];
  readonly #appliers: ConfigApplier[] = [];

  constructor() {
    for (const row of CONFIG_TABLE) this.#store(row, row.initial);
  }

  /** The row of a setting, by its name or old name in any case. */
  row(name: string): ConfigRow | undefined {
    return ROWS.get(name.toLowerCase());
  }

  /** Names as CONFIG GET knows them, old ones included. */
  names(): Iterable<string> {
    return ROWS.keys();
  }

  /** The value as CONFIG GET shows it. Throws for a name that is none: a mistake in the program. */
  text(name: string): string {
    const value = this.#values.get(ROWS.get(name)?.name ?? name);
    if (value === undefined) throw new Error(`no such setting: ${name}`);
    return value;
  }

  number(name: string): number {
    const value = this.#numbers.get(ROWS.get(name)?.name ?? name);
    if (value === undefined) throw new Error(`no such number: ${name}`);
    return value;
  }

  flag(name: string): boolean {
    return this.text(name) === "yes";
  }

  /** Sets at start: immutable settings too. Throws ConfigError. */
  load(name: string, value: string): void {
    const row = this.row(name);
    if (row === undefined) throw new ConfigError(name, "Bad directive or wrong number of arguments");
    this.#set(row, checked(row, value, name, this.text(row.name)));
  }

  /** CONFIG SET: all of `settings`, or none. Throws ConfigError. */
  setAll(settings: readonly (readonly [string, string])[]): void {
    const checkedValues: [ConfigRow, string][] = [];
    // By name: the original knows an old name of a setting as a setting of its own.
    const seen = new Set<string>();
    for (const [name] of settings) {
      const row = this.row(name)!;
      if (row.immutable === true) throw new ConfigError(name, "can't set immutable config");
      if (seen.has(name.toLowerCase())) throw new ConfigError(name, "duplicate parameter");
      seen.add(name.toLowerCase());
    }
    for (const [name, value] of settings) {
      const row = this.row(name)!;
      checkedValues.push([row, checked(row, value, name, this.text(row.name))]);
    }
    const before = new Map(checkedValues.map(([row]) => [row.name, this.text(row.name)]));
    for (const [row, value] of checkedValues) this.#store(row, value);
    try {
      for (const apply of this.#appliers) apply([...before.keys()], before);
    } catch (error) {
      for (const [row] of checkedValues) this.#store(row, before.get(row.name)!);
      throw error;
    }
    for (const [row, value] of checkedValues) for (const listener of this.#listeners) listener(row.name, value);
  }

  /** Calls `apply` with what CONFIG SET is about to change; when it throws, all is as it was. */
  onApply(apply: ConfigApplier): void {
    this.#appliers.push(apply);
  }

  /** Calls `listener` after each change with the canonical name. */
  onChange(listener: ConfigListener): void {
    this.#listeners.push(listener);
  }

  #set(row: ConfigRow, value: string): void {
    this.#store(row, value);
    for (const listener of this.#listeners) listener(row.name, value);
  }

  #store(row: ConfigRow, value: string): void {
    this.#values.set(row.name, value);
    if (row.kind === "integer" || row.kind === "memory") this.#numbers.set(row.name, Number(value));
  }
}

/** `value` in the form that is kept, or ConfigError; `current` is what holds until then. */
function checked(row: ConfigRow, value: string, name: string, current: string): string {
  switch (row.kind) {
    case "boolean": {
      const lower = value.toLowerCase();
      if (lower !== "yes" && lower !== "no") throw new ConfigError(name, "argument must be 'yes' or 'no'");
      return lower;
    }
    case "integer":
      return integer(row, value, name);
    case "memory": {
      const match = MEMORY.exec(value);
      if (match === null) throw new ConfigError(name, "argument must be a memory value");
      return String(Number(match[1]) * MEMORY_UNITS[(match[2] ?? "").toLowerCase()]!);
    }
    case "octal":
      if (!/^[0-7]+$/.test(value)) throw new ConfigError(name, "argument couldn't be parsed as an octal number");
      if (Number.parseInt(value, 8) > row.max!) {
        throw new ConfigError(name, `argument must be between 0 and ${row.max!.toString(8)} inclusive`);
      }
      return Number.parseInt(value, 8).toString(8);
    case "enum": {
      const choices = row.choices!.split(" ");
      const lower = value.toLowerCase();
      if (!choices.includes(lower)) {
        throw new ConfigError(name, `argument(s) must be one of the following: ${choices.join(", ")}`);
      }
      return lower;
    }
    case "text":
      return text(row, value, name, current);
  }
}

function integer(row: ConfigRow, value: string, name: string): string {
  if (!/^-?\d+$/.test(value)) throw new ConfigError(name, "argument couldn't be parsed into an integer");
  const number = Number(value);
  if (number < row.min! || number > row.max!) {
    const highest = row.max! > Number.MAX_SAFE_INTEGER ? "9223372036854775807" : row.max!;
    throw new ConfigError(name, `argument must be between ${row.min} and ${highest} inclusive`);
  }
  // serverCron runs between 1 and 500 times a second, whatever is asked.
  if (row.name === "hz") return String(Math.min(500, Math.max(1, number)));
  return String(number);
}

/** Settings with a syntax of their own. */
function text(row: ConfigRow, value: string, name: string, current: string): string {
  switch (row.name) {
    case "notify-keyspace-events":
      return eventLetters(parseEventLetters(value, name));
    case "save": {
      const words = value.trim() === "" ? [] : value.trim().split(/\s+/);
      if (words.length % 2 !== 0 || words.some((word) => !/^\d+$/.test(word))) {
        throw new ConfigError(name, "Invalid save parameters");
      }
      return words.join(" ");
    }
    case "client-output-buffer-limit":
      return outputLimits(value, name, current);
    case "shutdown-on-sigint":
    case "shutdown-on-sigterm":
      return shutdownWords(value, name);
    case "replicaof":
      return master(value, name);
    case "oom-score-adj-values":
      return oomScores(value, name);
    case "latency-tracking-info-percentiles":
      return percentiles(value, name);
    case "dbfilename":
    case "appendfilename":
    case "appenddirname":
      return baseName(value, name);
    default:
      return value;
  }
}

const SHUTDOWN_WORDS = ["default", "save", "nosave", "now", "force"];

/** What a signal means: words in the original's order. */
function shutdownWords(value: string, name: string): string {
  const words = value.toLowerCase().split(/\s+/);
  if (words.some((word) => !SHUTDOWN_WORDS.includes(word))) {
    throw new ConfigError(name, `argument(s) must be one of the following: ${SHUTDOWN_WORDS.join(", ")}`);
  }
  if (words.includes("save") && words.includes("nosave")) {
    throw new ConfigError(name, "shutdown options SAVE and NOSAVE can't be used simultaneously");
  }
  const said = SHUTDOWN_WORDS.slice(1).filter((word) => words.includes(word));
  return said.length === 0 ? "default" : said.join(" ");
}

function oomScores(value: string, name: string): string {
  const words = value.trim().split(/\s+/);
  if (words.length !== 3) throw new ConfigError(name, "wrong number of arguments");
  const scores = words.map(Number);
  if (words.some((word) => !/^-?\d+$/.test(word)) || scores.some((score) => Math.abs(score) > 2000)) {
    throw new ConfigError(name, "Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
  }
  return scores.join(" ");
}

function percentiles(value: string, name: string): string {
  const words = value.trim() === "" ? [] : value.trim().split(/\s+/);
  for (const word of words) {
    const number = Number(word);
    if (Number.isNaN(number)) {
      throw new ConfigError(name, `Invalid ${name} parameters`);
    }
    if (number < 0 || number > 100) {
      throw new ConfigError(name, `${name} parameters should sit between [0.0,100.0]`);
    }
  }
  return words.map((word) => String(Number(word))).join(" ");
}

/** `<host> <port>` of a master; none for "no one". */
function master(value: string, name: string): string {
  if (value === "") return "";
  const words = value.split(" ");
  if (words.length !== 2) throw new ConfigError(name, "wrong number of arguments");
  if (value.toLowerCase() === "no one") return "";
  const [, port = ""] = words;
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw new ConfigError(name, "Invalid master port");
  return value;
}

/** A name that leads to no other directory. */
function baseName(value: string, name: string): string {
  const kind = name === "appenddirname" ? "dirname" : "filename";
  if (/[/\\]/.test(value) || value === "." || value === "..") {
    throw new ConfigError(name, `${name} can't be a path, just a ${kind}`);
  }
  if (value === "" && name !== "dbfilename") throw new ConfigError(name, `${name} can't be empty`);
  return value;
}

/** Merges `<class> <hard> <soft> <seconds>` groups into those of all three classes that hold now. */
function outputLimits(value: string, name: string, current: string): string {
  const words = value.trim().split(/\s+/);
  if (words.length % 4 !== 0) throw new ConfigError(name, "Wrong number of arguments in buffer limit configuration.");
  const limits = new Map<string, string>();
  const now = current.split(" ");
  for (let i = 0; i < now.length; i += 4) limits.set(now[i]!, now.slice(i + 1, i + 4).join(" "));
  for (let i = 0; i < words.length; i += 4) {
    const kind = words[i]!.toLowerCase() === "replica" ? "slave" : words[i]!.toLowerCase();
    if (!limits.has(kind)) throw new ConfigError(name, "Invalid client class specified in buffer limit configuration.");
    const numbers = [words[i + 1]!, words[i + 2]!].map((word) => {
      const match = MEMORY.exec(word);
      if (match === null)
        throw new ConfigError(name, "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
      return Number(match[1]) * MEMORY_UNITS[(match[2] ?? "").toLowerCase()]!;
    });
    if (!/^\d+$/.test(words[i + 3]!)) {
      throw new ConfigError(name, "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }
    limits.set(kind, `${numbers.join(" ")} ${words[i + 3]}`);
  }
  return Array.from(limits, ([kind, numbers]) => `${kind} ${numbers}`).join(" ");
}

/** Letters of notify-keyspace-events → their bits (`EVENT`). "A" stands for all but m and n. */
const LETTER_BITS: Readonly<Record<string, number>> = {
  K: 1,
  E: 2,
  g: 4,
  $: 8,
  l: 16,
  s: 32,
  h: 64,
  z: 128,
  x: 256,
  e: 512,
  t: 1024,
  m: 2048,
  d: 8192,
  n: 16384,
};
const ALL_CLASSES = 4 | 8 | 16 | 32 | 64 | 128 | 256 | 512 | 1024 | 8192;

export function parseEventLetters(value: string, name = "notify-keyspace-events"): number {
  let bits = 0;
  for (const letter of value) {
    const bit = letter === "A" ? ALL_CLASSES : LETTER_BITS[letter];
    if (bit === undefined) {
      throw new ConfigError(name, "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
    bits |= bit;
  }
  return bits;
}

/** The letters of a set of bits, in the original's order. */
function eventLetters(bits: number): string {
  if ((bits & ALL_CLASSES) === ALL_CLASSES) {
    const others = "KEmn".split("").filter((letter) => (bits & LETTER_BITS[letter]!) !== 0);
    return `A${others.join("")}`;
  }
  return Array.from(EVENT_LETTERS)
    .filter((letter) => (bits & LETTER_BITS[letter]!) !== 0)
    .join("");
}
