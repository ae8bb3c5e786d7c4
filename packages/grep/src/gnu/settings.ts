/** What the command line asks for: every option read, last one wins where GNU has it so. Files named by options are read by the caller's `readFile`. */
import { ExclusionRules } from "../walk/exclusion.ts";
import type { ByteString } from "../byte-string.ts";
import { OptionError, OptionParser } from "./getopt.ts";
import { decimalInteger } from "./integer.ts";
import { type Locale, quoted } from "./locale.ts";
import { GREP_OPTIONS } from "./option-table.ts";
import { PatternCollector } from "./patterns.ts";
import { EXIT_NONE, Trouble } from "./trouble.ts";

type Matcher = "bre" | "ere" | "fixed" | "perl";
/** What the command may be called, which says how its patterns are read. */
export type MatcherName = "egrep" | "fgrep";
export type BinaryFiles = "binary" | "text" | "without-match";
export type Directories = "read" | "recurse" | "skip";
/** "command-line": read those that are named, skip those that a recursion meets. */
export type Devices = "read" | "skip" | "command-line";

export interface Settings {
  matcher: Matcher;
  ignoreCase: boolean;
  wholeLines: boolean;
  /** Says less than wholeLines, where both are asked for. */
  wholeWords: boolean;
  invert: boolean;
  /** The byte that ends lines. */
  terminator: 10 | 0;
  binaryFiles: BinaryFiles;
  maxCount: number;
  /** -1: not asked for, which only the separator tells from 0. */
  before: number;
  after: number;
  separator: ByteString | undefined;
  byteOffsets: boolean;
  lineNumbers: boolean;
  lineBuffered: boolean;
  onlyMatching: boolean;
  initialTab: boolean;
  nullAfterName: boolean;
  withFilename: boolean | undefined;
  label: ByteString | undefined;
  count: boolean;
  list: "matching" | "non-matching" | undefined;
  quiet: boolean;
  noMessages: boolean;
  colour: "always" | "never" | "auto";
  directories: Directories;
  devices: Devices;
  /** -R: follow every symbolic link. */
  dereference: boolean;
  readonly excludeFiles: ExclusionRules;
  readonly excludeDirectories: ExclusionRules;
  /** Undefined: none was given, and the first operand is the pattern. */
  patterns: PatternCollector | undefined;
  perlClasses: boolean;
  explain: boolean;
  engine: "auto" | "js" | "wasm";
  /** How many threads may search; 1: this one. */
  threads: number;
  readonly and: ByteString[];
  readonly not: ByteString[];
  operands: readonly ByteString[];
}

export interface CommandLine {
  readonly settings: Settings;
  /** What was asked for instead of a search. */
  readonly show: "help" | "version" | undefined;
}

/** What reading the options needs of the outside. */
export interface SettingsContext {
  readonly locale: Locale;
  readonly posixlyCorrect: boolean;
  /** All of a file ("-" is standard input). Throws Trouble. */
  readFile(name: ByteString): Uint8Array;
  warn(text: ByteString): void;
}

const DIRECTORIES: readonly Directories[] = ["read", "recurse", "skip"];
const MATCHERS: Readonly<Record<string, Matcher>> = {
  grep: "bre",
  egrep: "ere",
  fgrep: "fixed",
  perl: "perl",
  // POSIX's and GNU's awk differ from ERE in escapes only, which grep's own patterns do not have.
  awk: "ere",
  gawk: "ere",
  posixawk: "ere",
};
const COLOUR_WORDS: Readonly<Record<string, Settings["colour"]>> = {
  always: "always",
  yes: "always",
  force: "always",
  never: "never",
  no: "never",
  none: "never",
  auto: "auto",
  tty: "auto",
  "if-tty": "auto",
};

export function readCommandLine(
  args: readonly ByteString[],
  context: SettingsContext,
  initial: MatcherName | undefined,
): CommandLine {
  return new CommandLineReader(args, context, initial).read();
}

class CommandLineReader {
  readonly #parser: OptionParser;
  readonly #context: SettingsContext;
  readonly #settings: Settings = defaults();
  /** By its name in the table. */
  #matcher: string | undefined;
  #context0 = -1;
  #show: CommandLine["show"];
  #showUsageHelp = false;

  constructor(args: readonly ByteString[], context: SettingsContext, initial: MatcherName | undefined) {
    this.#parser = new OptionParser(args, GREP_OPTIONS, context.posixlyCorrect);
    this.#context = context;
    this.#matcher = initial;
  }

  read(): CommandLine {
    try {
      this.#readOptions();
    } catch (error) {
      if (error instanceof OptionError) throw new Trouble(error.message, true);
      throw error;
    }
    const settings = this.#settings;
    settings.matcher = MATCHERS[this.#matcher ?? "grep"]!;
    if (settings.before < 0) settings.before = this.#context0;
    if (settings.after < 0) settings.after = this.#context0;
    if (settings.dereference && settings.devices === "command-line") settings.devices = "read";
    settings.operands = this.#parser.operands;
    if (this.#show !== "version" && this.#showUsageHelp) this.#show = "help";
    return { settings, show: this.#show };
  }

  /** Digits among the options are a context length: those of one argument stand together (-12), those of the next start anew. */
  #readOptions(): void {
    let digits = "";
    let startedAt = 0;
    let lastDigitStart = -1;
    for (;;) {
      const option = this.#parser.next();
      if (option !== undefined && /^\d$/.test(option.id)) {
        if (lastDigitStart !== startedAt) digits = "";
        else if (digits === "0") digits = "";
        digits += option.id;
        if (digits.length > DIGITS) throw new Trouble(`${digits.slice(0, DIGITS)}...: invalid context length argument`);
        lastDigitStart = startedAt;
        startedAt = option.nextIndex;
        continue;
      }
      if (digits !== "") this.#context0 = contextLength(digits);
      digits = "";
      lastDigitStart = -1;
      if (option === undefined) return;
      startedAt = option.nextIndex;
      if (option.id === "color") this.#setColour(option.value ?? "auto");
      else this.#apply(option.id, option.value ?? "");
    }
  }

  #apply(id: string, value: ByteString): void {
    const settings = this.#settings;
    switch (id) {
      case "A":
        settings.after = contextLength(value);
        break;
      case "B":
        settings.before = contextLength(value);
        break;
      case "C":
        this.#context0 = contextLength(value);
        break;
      case "D":
        if (value !== "read" && value !== "skip") throw new Trouble("unknown devices method");
        settings.devices = value;
        break;
      case "d":
        settings.directories = this.#directories(value);
        break;
      case "E":
        this.#setMatcher("egrep");
        break;
      case "F":
        this.#setMatcher("fgrep");
        break;
      case "G":
        this.#setMatcher("grep");
        break;
      case "P":
        this.#setMatcher("perl");
        break;
      case "X":
        this.#setMatcher(value);
        break;
      case "e":
        this.#patterns().addText(value);
        break;
      case "f":
        this.#patterns().addFile(this.#context.readFile(value), value);
        break;
      case "m":
        settings.maxCount = maxCount(value);
        break;
      case "u":
        this.#context.warn("warning: --unix-byte-offsets (-u) is obsolete");
        break;
      case "R":
        settings.dereference = true;
        settings.directories = "recurse";
        break;
      case "binary-files":
        if (value !== "binary" && value !== "text" && value !== "without-match")
          throw new Trouble("unknown binary-files type");
        settings.binaryFiles = value;
        break;
      case "exclude":
        settings.excludeFiles.add(value, "exclude");
        break;
      case "include":
        settings.excludeFiles.add(value, "include");
        break;
      case "exclude-from":
        settings.excludeFiles.addFile(this.#context.readFile(value));
        break;
      case "exclude-dir":
        settings.excludeDirectories.add(value.length > 1 ? value.replace(/(?<=.)\/+$/s, "") : value, "exclude");
        break;
      case "engine":
        if (value !== "auto" && value !== "js" && value !== "wasm") throw new Trouble("unknown engine");
        settings.engine = value;
        break;
      case "threads":
        settings.threads = threadCount(value);
        break;
      case "and":
        settings.and.push(value);
        break;
      case "not":
        settings.not.push(value);
        break;
      case "x":
        settings.wholeLines = true;
        break;
      case "w":
        settings.wholeWords = true;
        break;
      case "help":
        this.#showUsageHelp = true;
        break;
      case "V":
        this.#show = "version";
        break;
      default:
        Object.assign(settings, FLAGS[id]!(value));
    }
  }

  #patterns(): PatternCollector {
    return (this.#settings.patterns ??= new PatternCollector());
  }

  /** There is one kind of pattern for all. */
  #setMatcher(name: string): void {
    if (!Object.hasOwn(MATCHERS, name)) throw new Trouble(`invalid matcher ${name}`);
    if (this.#matcher !== undefined && this.#matcher !== name) throw new Trouble("conflicting matchers specified");
    this.#matcher = name;
  }

  #setColour(word: ByteString): void {
    if (Object.hasOwn(COLOUR_WORDS, word.toLowerCase())) this.#settings.colour = COLOUR_WORDS[word.toLowerCase()]!;
    else this.#showUsageHelp = true;
  }

  /** gnulib's XARGMATCH: abbreviations are understood. */
  #directories(word: ByteString): Directories {
    const exact = DIRECTORIES.find((action) => action === word);
    if (exact !== undefined) return exact;
    const candidates = DIRECTORIES.filter((action) => action.startsWith(word));
    if (candidates.length === 1) return candidates[0]!;
    const { locale } = this.#context;
    const problem = candidates.length === 0 ? "invalid" : "ambiguous";
    const valid = DIRECTORIES.map((action) => `\n  - ${quoted(action, locale)}`).join("");
    throw new Trouble(
      `${problem} argument ${quoted(word, locale)} for ${quoted("--directories", locale)}\nValid arguments are:${valid}`,
      true,
      EXIT_NONE,
    );
  }
}

/** Options that take no value and only set something. */
const FLAGS: Readonly<Record<string, (value: ByteString) => Partial<Settings>>> = {
  H: () => ({ withFilename: true }),
  h: () => ({ withFilename: false }),
  I: () => ({ binaryFiles: "without-match" }),
  L: () => ({ list: "non-matching" }),
  T: () => ({ initialTab: true }),
  // Only where text files end lines with CR LF does -U do anything.
  U: () => ({}),
  Z: () => ({ nullAfterName: true }),
  a: () => ({ binaryFiles: "text" }),
  b: () => ({ byteOffsets: true }),
  c: () => ({ count: true }),
  i: () => ({ ignoreCase: true }),
  y: () => ({ ignoreCase: true }),
  l: () => ({ list: "matching" }),
  n: () => ({ lineNumbers: true }),
  o: () => ({ onlyMatching: true }),
  q: () => ({ quiet: true }),
  r: () => ({ directories: "recurse" }),
  s: () => ({ noMessages: true }),
  v: () => ({ invert: true }),
  z: () => ({ terminator: 0 }),
  "no-ignore-case": () => ({ ignoreCase: false }),
  "line-buffered": () => ({ lineBuffered: true }),
  label: (label) => ({ label }),
  "group-separator": (separator) => ({ separator }),
  "no-group-separator": () => ({ separator: undefined }),
  "perl-classes": () => ({ perlClasses: true }),
  explain: () => ({ explain: true }),
};

function defaults(): Settings {
  return {
    matcher: "bre",
    ignoreCase: false,
    wholeLines: false,
    wholeWords: false,
    invert: false,
    terminator: 10,
    binaryFiles: "binary",
    maxCount: Number.POSITIVE_INFINITY,
    before: -1,
    after: -1,
    separator: "--",
    byteOffsets: false,
    lineNumbers: false,
    lineBuffered: false,
    onlyMatching: false,
    initialTab: false,
    nullAfterName: false,
    withFilename: undefined,
    label: undefined,
    count: false,
    list: undefined,
    quiet: false,
    noMessages: false,
    colour: "never",
    directories: "read",
    devices: "command-line",
    dereference: false,
    excludeFiles: new ExclusionRules(),
    excludeDirectories: new ExclusionRules(),
    patterns: undefined,
    perlClasses: false,
    explain: false,
    engine: "auto",
    threads: 1,
    and: [],
    not: [],
    operands: [],
  };
}

/** More digits than an intmax_t has are refused with these many of them. */
const DIGITS = 21;

function contextLength(text: ByteString): number {
  const length = decimalInteger(text);
  if (length === undefined || length < 0) throw new Trouble(`${text}: invalid context length argument`);
  return length;
}

/** A negative count is no limit. */
function maxCount(text: ByteString): number {
  const count = decimalInteger(text);
  if (count === undefined) throw new Trouble("invalid max count");
  return count < 0 ? Number.POSITIVE_INFINITY : count;
}

/** More do not make a search faster. */
const MOST_THREADS = 64;

function threadCount(text: ByteString): number {
  const count = decimalInteger(text);
  if (count === undefined || count < 1) throw new Trouble(`${text}: invalid number of threads`);
  return Math.min(count, MOST_THREADS);
}
