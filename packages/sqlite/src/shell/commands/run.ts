/** Other inputs, other programs, and the end: .read, .shell, .cd, .exit, .quit. */
import { spawnSync } from "node:child_process";
import { integerOf } from "../arguments.ts";
import { type DotCommand, misused } from "../command.ts";
import { DescriptorLines, type LineSource, linesOf } from "../input.ts";
import { readInput } from "../reader.ts";
import { ExitRequest, InputEnd, type Shell } from "../shell.ts";

function runRead(shell: Shell, words: readonly string[]): boolean {
  const name = words[1];
  if (name === undefined || words.length !== 2) return misused(shell, ".read FILE");
  const lines = name.startsWith("|") ? outputOf(shell, name.slice(1)) : open(shell, name);
  if (lines === undefined) return false;
  try {
    return !readInput(shell, lines);
  } finally {
    lines.close();
  }
}

function open(shell: Shell, path: string): LineSource | undefined {
  try {
    return DescriptorLines.open(path);
  } catch {
    shell.complain(`Error: cannot open "${path}"\n`);
    return undefined;
  }
}

/** What a command of the system's shell writes. */
function outputOf(shell: Shell, command: string): LineSource {
  shell.io.stdout.flush();
  const { stdout } = spawnSync("/bin/sh", ["-c", command], {
    argv0: "sh",
    stdio: ["inherit", "pipe", "inherit"],
    maxBuffer: Number.POSITIVE_INFINITY,
  });
  return linesOf(stdout);
}

function runSystem(shell: Shell, words: readonly string[]): boolean {
  if (words.length < 2) return misused(shell, ".system COMMAND");
  const command = words
    .slice(1)
    .map((word, at) => (at > 0 && word.includes(" ") ? `"${word}"` : word))
    .join(" ");
  shell.io.stdout.flush();
  const { status, signal } = spawnSync("/bin/sh", ["-c", command], { argv0: "sh", stdio: "inherit" });
  // As wait() tells it: the code in the second byte.
  if (status !== 0) shell.complain(`System command returns ${signal === null ? (status ?? 127) << 8 : signal}\n`);
  return true;
}

export const RUN_COMMANDS: readonly DotCommand[] = [
  {
    name: "read",
    least: 3,
    help: [
      "read FILE",
      "Read input from FILE or command output",
      '    If FILE begins with "|", it is a command that generates the input.',
    ],
    run: runRead,
  },
  { name: "shell", least: 2, help: ["shell CMD ARGS...", "Run CMD ARGS... in a system shell"], run: runSystem },
  { name: "system", least: 2, help: ["system CMD ARGS...", "Run CMD ARGS... in a system shell"], run: runSystem },
  {
    name: "cd",
    least: 2,
    help: ["cd DIRECTORY", "Change the working directory to DIRECTORY"],
    run(shell, words) {
      if (words.length !== 2) return misused(shell, ".cd DIRECTORY");
      try {
        process.chdir(words[1]!);
        return true;
      } catch {
        shell.complain(`Cannot change to directory "${words[1]}"\n`);
        return false;
      }
    },
  },
  {
    name: "exit",
    least: 3,
    help: ["exit ?CODE?", "Exit this program with return-code CODE"],
    run(_shell, words) {
      const code = integerOf(words[1] ?? "0") & 0xff;
      throw code === 0 ? new InputEnd() : new ExitRequest(code);
    },
  },
  {
    name: "quit",
    help: ["quit", "Exit this program"],
    run() {
      throw new InputEnd();
    },
  },
];
