/**
 * The command as a whole: reads the command line, compiles the patterns, and goes through the files. Returns the exit code: 0 when a line was
 * selected, 1 when none was, 2 after an error (unless -q had found something by then).
 */
import { type ByteString, fromText } from "../byte-string.ts";
import { PLAIN } from "../print/colours.ts";
import { OutputBuffer } from "../print/output-buffer.ts";
import { errorText, systemErrorCode } from "../system-error.ts";
import { compileConditions, compilePatterns } from "./compile-patterns.ts";
import { Diagnostics } from "./diagnostics.ts";
import { explanation } from "./explain.ts";
import { FileSearch } from "./file-search.ts";
import { FoundEnough, InputSearch, type SearchParts } from "./input-search.ts";
import { coloursOf } from "./grep-colors.ts";
import { shown } from "./help.ts";
import { type GrepIo, InputFile, locate } from "./io.ts";
import { localeOf } from "./locale.ts";
import { type Mode, modeOf } from "./mode.ts";
import { PatternCollector } from "./patterns.ts";
import { type MatcherName, readCommandLine, type Settings } from "./settings.ts";
import { matchesTakeTerminator } from "./whole-line-matches.ts";
import { EXIT_NONE, EXIT_SELECTED, EXIT_TROUBLE, Trouble } from "./trouble.ts";
import { TRY_HELP, USAGE } from "./usage.ts";

/** 128 + SIGPIPE, as a shell reports the original. */
const EXIT_BROKEN_PIPE = 141;

/** Whoever asks for output that cannot be written. */
class OutputFailure extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Runs grep with `args` (byte strings, without the program's name); `initial` is what egrep and fgrep set. */
export function runGrep(args: readonly ByteString[], io: GrepIo, initial?: MatcherName): number {
  const output = outputOf(io);
  try {
    const asked = prepare(args, io, output, initial);
    const code = typeof asked === "number" ? asked : searchAll(asked);
    output.out.flush();
    return code;
  } catch (error) {
    return codeOfFailure(error, output.diagnostics);
  }
}

export interface Output {
  readonly out: OutputBuffer;
  readonly diagnostics: Diagnostics;
}

export function outputOf(io: GrepIo): Output {
  const out = new OutputBuffer({ write: (bytes) => writeOut(io, bytes) });
  return { out, diagnostics: new Diagnostics(io.stderr, out) };
}

/** Says what ended the command before its time. The exit code. */
export function codeOfFailure(error: unknown, diagnostics: Diagnostics): number {
  if (error instanceof OutputFailure) {
    if (error.code === "EPIPE") return EXIT_BROKEN_PIPE;
    diagnostics.say(`write error: ${errorText(error.code)}`);
    return EXIT_TROUBLE;
  }
  if (!(error instanceof Trouble)) throw error;
  if (error.text !== "") diagnostics.say(error.text);
  if (error.usage) diagnostics.sayUsage(USAGE + TRY_HELP);
  return error.exitCode;
}

function writeOut(io: GrepIo, bytes: Uint8Array): void {
  try {
    io.stdout.write(bytes);
  } catch (error) {
    throw new OutputFailure(systemErrorCode(error) ?? "EIO");
  }
}

/** Reads the command line and compiles the patterns. An exit code where that is all there is to do. */
export function prepare(
  args: readonly ByteString[],
  io: GrepIo,
  { out, diagnostics }: Output,
  initial: MatcherName | undefined,
  knownMode?: Mode,
): SearchParts | number {
  const locale = localeOf(io.env, io.collation);
  const warn = (text: ByteString): void => diagnostics.say(text);
  const context = {
    locale,
    posixlyCorrect: io.env["POSIXLY_CORRECT"] !== undefined,
    readFile: io.readFile ?? ((name: ByteString) => readWhole(name, io)),
    warn,
  };
  const { settings, show } = readCommandLine(args, context, initial);
  if (show !== undefined) {
    out.text(shown(show));
    return EXIT_SELECTED;
  }
  const patterns = takePatterns(settings);
  const mode = knownMode ?? modeOf(settings, io);
  if (isPointless(settings, mode, patterns)) return EXIT_NONE;
  const colours = mode.coloured ? coloursOf(io.env, (text) => warn(fromText(text))) : PLAIN;
  const regex = compilePatterns(patterns, settings, locale, warn);
  const conditions = compileConditions(settings, locale, warn);
  if (settings.explain) {
    out.text(explanation(regex));
    return EXIT_SELECTED;
  }
  settings.excludeFiles.utf8 = settings.excludeDirectories.utf8 = locale.encoding === "utf8";
  return {
    settings,
    mode,
    io,
    out,
    diagnostics,
    regex,
    conditions,
    colours,
    matchesTakeTerminator: matchesTakeTerminator(settings, patterns.patterns, locale),
  };
}

function searchAll(parts: SearchParts): number {
  const inputs = new InputSearch(parts);
  try {
    new FileSearch(parts.settings, parts.io, inputs).run();
  } catch (error) {
    if (error instanceof FoundEnough) return EXIT_SELECTED;
    throw error;
  }
  return exitCodeOf(inputs);
}

export function exitCodeOf({ failedAny, selectedAny }: { failedAny: boolean; selectedAny: boolean }): number {
  if (failedAny) return EXIT_TROUBLE;
  return selectedAny ? EXIT_SELECTED : EXIT_NONE;
}

/** The first operand is the pattern where no option was. */
function takePatterns(settings: Settings): PatternCollector {
  if (settings.patterns !== undefined) return settings.patterns;
  const [first, ...operands] = settings.operands;
  if (first === undefined) throw new Trouble("", true);
  settings.operands = operands;
  const patterns = new PatternCollector();
  patterns.addText(first);
  return patterns;
}

/** Nothing can be selected, so that no file needs to be opened. */
function isPointless(settings: Settings, { list }: Mode, { patterns }: PatternCollector): boolean {
  const { maxCount, invert, wholeLines, wholeWords } = settings;
  const matchesAll = patterns.length === 1 && patterns[0] === "" && !wholeLines && !wholeWords;
  const nothing = invert ? matchesAll : patterns.length === 0;
  return list !== "non-matching" && (maxCount === 0 || nothing);
}

export function readWhole(name: ByteString, io: GrepIo): Uint8Array {
  try {
    const file =
      name === "-" ? InputFile.inherited(io.stdin) : InputFile.open(locate(name, io), { follow: true, wait: true });
    try {
      return file.readAll();
    } finally {
      file.close();
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw new Trouble(`${name}: ${errorText(code)}`);
  }
}
