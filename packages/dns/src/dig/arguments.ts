/** dig's command line: dashes, pluses, and words whose places do not matter (`dig [@server] [name] [type] [class] …`, again and again). */
import { DnsError } from "../errors.ts";
import { classCode, TYPE, typeCode } from "../rdata/types.ts";
import { TSIG_ALGORITHMS, tsigKey, type TsigKey } from "../tsig/key.ts";
import { type Globals, type Lookup } from "./lookup.ts";
import { localAddressOf, numberOf, portOf, reverseName } from "./option-values.ts";
import { applyQueryOption } from "./query-options.ts";
import { DigUsageError } from "./usage-error.ts";

export interface ParsedArguments {
  readonly lookups: readonly QueuedLookup[];
  /** Of `-f`: lines to come, each a command line of its own. */
  readonly batchFile: string | undefined;
  readonly wants: "help" | "version" | "lookups";
}

/** A lookup, and what dig writes above its answer. */
export interface QueuedLookup {
  readonly lookup: Lookup;
  /** Of the command line's first. */
  readonly greeting: Greeting | undefined;
}

export interface Greeting {
  readonly words: readonly string[];
  /** A server had been named by then, so that it is known how many addresses it has. */
  readonly countsServers: boolean;
}

export interface ArgumentContext {
  readonly globals: Globals;
  /** What later command lines of a batch begin with; changed by what is said before the first name. */
  readonly defaults: Lookup;
  /** Standard error, at once. */
  readonly warn: (text: string) => void;
  /** Standard output, at once. */
  readonly print: (text: string) => void;
  /** Of `-k`; undefined when there is no such file. */
  readonly readKey: (file: string) => TsigKey | undefined;
}

/** Options that take a value, in the same word or the next. */
const VALUED = "bcfkpqtxy";

/** Throws DigUsageError. */
export function parseArguments(words: readonly string[], context: ArgumentContext): ParsedArguments {
  return new ArgumentParser(words, context).parse();
}

class ArgumentParser {
  readonly #words: readonly string[];
  readonly #context: ArgumentContext;
  readonly #lookups: QueuedLookup[] = [];
  #lookup: Lookup;
  #batchFile: string | undefined;
  /** Until `-t` or `-c` has said that words are names. */
  #wordsMayBeTypes = true;

  constructor(words: readonly string[], context: ArgumentContext) {
    this.#words = words;
    this.#context = context;
    this.#lookup = context.defaults;
  }

  parse(): ParsedArguments {
    const words = this.#words;
    const { globals, warn } = this.#context;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      if (word.startsWith("@")) this.#lookup.server = word.slice(1);
      else if (word.startsWith("+")) applyQueryOption(word.slice(1), this.#lookup, globals, warn);
      else if (word.startsWith("-")) {
        if (word === "-h" || word === "--help") return { lookups: [], batchFile: undefined, wants: "help" };
        if (word === "-v") return { lookups: [], batchFile: undefined, wants: "version" };
        if (this.#dash(word.slice(1), words[i + 1])) i += 1;
      } else this.#word(word);
    }
    if (this.#lookups.length === 0 && this.#batchFile === undefined) this.#root();
    return { lookups: this.#lookups, batchFile: this.#batchFile, wants: "lookups" };
  }

  /** Returns whether the next word was taken. */
  #dash(option: string, next: string | undefined): boolean {
    const { globals } = this.#context;
    const letter = option[0] ?? "";
    if (!VALUED.includes(letter) || letter === "") {
      // Those without a value may stand in one word, with one that has a value at their end.
      this.#switch(letter, option);
      return option.length > 1 ? this.#dash(option.slice(1), next) : false;
    }
    const inWord = option.length > 1;
    const value = inWord ? option.slice(1) : next;
    if (value === undefined) throw new DigUsageError(`Invalid option: -${option}`, { showsUsage: true });
    switch (letter) {
      case "b":
        globals.local = localAddressOf(value);
        break;
      case "c":
        this.#wordsMayBeTypes = false;
        this.#class(value);
        break;
      case "f":
        this.#batchFile = value;
        break;
      case "k":
        globals.key = this.#context.readKey(value);
        break;
      case "p":
        globals.port = portOf(value);
        break;
      case "q":
        this.#name(value);
        break;
      case "t":
        this.#wordsMayBeTypes = false;
        this.#type(value);
        break;
      case "x":
        this.#reverse(value);
        break;
      default:
        this.#signWith(value);
    }
    return !inWord;
  }

  #switch(letter: string, option: string): void {
    const { globals } = this.#context;
    switch (letter) {
      case "4":
      case "6":
        if (globals.family !== undefined && String(globals.family) !== letter) {
          throw new DigUsageError("dig: only one of -4 and -6 allowed");
        }
        globals.family = letter === "4" ? 4 : 6;
        break;
      case "u":
        globals.microseconds = true;
        break;
      // Memory is the garbage collector's; ~/.digrc was read, or not, before.
      case "m":
      case "r":
      case "i":
        break;
      default:
        throw new DigUsageError(`Invalid option: -${option}`, { showsUsage: true });
    }
  }

  /** A type, a class, or a name, whichever it can be. */
  #word(word: string): void {
    if (!this.#wordsMayBeTypes) return this.#name(word);
    const transfer = /^ixfr=(.*)$/i.exec(word);
    const type = transfer === null ? typeOf(word) : TYPE.IXFR;
    if (type !== undefined) {
      if (this.#lookup.typeIsSet) this.#context.warn(";; Warning, extra type option\n");
      this.#setType(type, transfer?.[1]);
      return;
    }
    const code = classOf(word);
    if (code !== undefined) {
      if (this.#lookup.classIsSet) this.#context.warn(";; Warning, extra class option\n");
      this.#lookup.class = code;
      this.#lookup.classIsSet = true;
      return;
    }
    this.#name(word);
  }

  #type(value: string): void {
    const transfer = /^ixfr=(.*)$/i.exec(value);
    const type = transfer === null ? typeOf(value) : TYPE.IXFR;
    if (type === undefined) return this.#context.warn(`;; Warning, ignoring invalid type ${value}\n`);
    if (this.#lookup.typeIsSet) this.#context.warn(";; Warning, extra type option\n");
    this.#setType(type, transfer?.[1]);
  }

  #setType(type: number, serial: string | undefined): void {
    this.#lookup.type = type;
    this.#lookup.typeIsSet = true;
    if (serial !== undefined) this.#lookup.serial = numberOf(serial, "serial number", 0xffff_ffff);
    // Transfers are nothing but their records.
    const isTransfer = type === TYPE.AXFR || type === TYPE.IXFR;
    if (isTransfer) Object.assign(this.#lookup, { question: false, comments: false });
  }

  #class(value: string): void {
    const code = classOf(value);
    if (code === undefined) return this.#context.warn(`;; Warning, ignoring invalid class ${value}\n`);
    if (this.#lookup.classIsSet) this.#context.warn(";; Warning, extra class option\n");
    this.#lookup.class = code;
    this.#lookup.classIsSet = true;
  }

  #name(name: string): void {
    const { defaults } = this.#context;
    this.#queue({ ...defaults, name });
  }

  #reverse(address: string): void {
    const { defaults } = this.#context;
    const lookup: Lookup = { ...defaults, name: reverseName(address) };
    if (!lookup.typeIsSet) lookup.type = TYPE.PTR;
    this.#queue(lookup);
  }

  #queue(lookup: Lookup): void {
    const isGreeted = this.#lookups.length === 0 && this.#context.globals.showCommand;
    const greeting = isGreeted ? { words: this.#words, countsServers: lookup.server !== undefined } : undefined;
    this.#lookups.push({ lookup, greeting });
    this.#lookup = lookup;
  }

  /** Without any name the root's servers are asked for. */
  #root(): void {
    const lookup: Lookup = { ...this.#context.defaults, name: "." };
    if (!lookup.typeIsSet) lookup.type = TYPE.NS;
    this.#queue(lookup);
  }

  /** `[algorithm:]name:secret`, where dig's own algorithm is hmac-md5. */
  #signWith(value: string): void {
    const { globals, print, warn } = this.#context;
    const parts = value.split(":");
    if (parts.length < 2) throw new DigUsageError("", { showsUsage: true });
    const [algorithm, name, secret] = parts.length === 2 ? [DEFAULT_ALGORITHM, ...parts] : parts;
    const isKnown = TSIG_ALGORITHMS.some((known) => known === algorithm!.toLowerCase());
    if (!isKnown) warn(`;; Warning, ignoring invalid TSIG algorithm ${algorithm}\n`);
    try {
      globals.key = tsigKey(name!, isKnown ? algorithm! : DEFAULT_ALGORITHM, secret!);
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      globals.keyIsUnusable = true;
      print(`;; Couldn't create key ${name}: bad base64 encoding\n`);
    }
  }
}

const DEFAULT_ALGORITHM = "hmac-md5";

/** Mnemonics and TYPEnn; text that only looks so is a name. */
function typeOf(text: string): number | undefined {
  try {
    return typeCode(text);
  } catch {
    return undefined;
  }
}

function classOf(text: string): number | undefined {
  try {
    return classCode(text);
  } catch {
    return undefined;
  }
}
