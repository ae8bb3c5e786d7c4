/**
 * The prompt: `node:readline` edits the lines, a session on another thread runs them.
 *
 * Without a terminal there is nothing to edit and nobody to be asked: lines are taken as they come, silently.
 */
import { createInterface, type Interface } from "node:readline";
import type { LoxArguments } from "../cli/arguments.ts";
import { isTerminal, type TextSink } from "../cli/output.ts";
import { errorStyle, EXIT } from "../cli/report.ts";
import type { Completion } from "./completion.ts";
import { HISTORY_LINES, loadHistory, saveHistory } from "./history.ts";
import { Session } from "./session.ts";
import { SessionThread } from "./session-thread.ts";

const PROMPT = "> ";
const CONTINUATION = "… ";

/** Runs until the input ends; resolves to the exit code. */
export async function prompt(args: LoxArguments, output: TextSink, errors: TextSink): Promise<number> {
  if (isTerminal(0) && output.isTerminal) {
    await converse(args, errors);
    return EXIT.ok;
  }
  const session = new Session({ settings: args, output, errors, errorStyle: errorStyle(args, errors) });
  for await (const line of createInterface({ input: process.stdin })) session.line(line);
  session.end();
  return EXIT.ok;
}

async function converse(args: LoxArguments, errors: TextSink): Promise<void> {
  let session = new SessionThread(args, args.plain);
  const historyFile = args.history ? process.env["TENON_LOX_HISTORY"] : undefined;
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    completer: (line: string, done: Completed) => void complete(session, line, done),
    history: historyFile === undefined ? [] : loadHistory(historyFile),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
  }) as Interface & { readonly history: string[] };

  // Ctrl-C stops the program that runs; where none does, it gives up what is being typed, as in a shell.
  lines.on("SIGINT", () => {
    if (session.busy) {
      session.stop();
      return;
    }
    process.stdout.write("^C\n");
    lines.setPrompt(PROMPT);
    clear(lines);
    void session.abandon();
  });

  ask(lines, PROMPT);
  for await (const line of lines) {
    try {
      ask(lines, (await session.line(line)) ? CONTINUATION : PROMPT);
    } catch (error) {
      errors.write(`The session is lost, a new one begins: ${(error as Error).message}\n`);
      session = new SessionThread(args, args.plain);
      ask(lines, PROMPT);
    }
  }
  process.stdout.write("\n");
  await session.end().catch(() => undefined);
  if (historyFile !== undefined) saveHistory(historyFile, lines.history);
}

function ask(lines: Interface, text: string): void {
  lines.setPrompt(text);
  lines.prompt();
}

/** What a user types to give a line up: to its end, and delete to its beginning. */
function clear(lines: Interface): void {
  lines.write(null, { ctrl: true, name: "e" });
  lines.write(null, { ctrl: true, name: "u" });
}

type Completed = (error: null, completion: Completion) => void;

async function complete(session: SessionThread, line: string, done: Completed): Promise<void> {
  const completion = await session.complete(line).catch((): Completion => [[], line]);
  done(null, completion);
}
