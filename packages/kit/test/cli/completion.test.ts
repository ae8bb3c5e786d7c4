import { expect, test } from "vitest";
import { complete } from "../../src/cli.ts";
import { demo } from "./demo.ts";

/** What is offered for the last of the words; paths are written in angle brackets. */
async function offered(...words: string[]): Promise<string[]> {
  const program = demo();
  const { candidates, paths } = await complete(program, words, async (command) => {
    if (command.name() !== "lazy") return undefined;
    const { Command } = await import("commander");
    const lazy = new Command("demo lazy");
    lazy.command("inner").option("--depth <n>");
    lazy.command("touch").argument("<file>");
    return lazy;
  });
  return [...candidates.map(({ value }) => value), ...(paths === "none" ? [] : [`<${paths}>`])];
}

test.for<[string, string[], string[]]>([
  ["commands", [""], ["serve", "fail", "flood", "late", "wait", "lazy", "completion", "help"]],
  ["commands that begin so", ["f"], ["fail", "flood"]],
  ["long options", ["serve", "--"], ["--port", "--workers", "--level", "--config-file", "--json", "--help"]],
  ["options that begin so", ["serve", "--p"], ["--port"]],
  ["short options when asked by name", ["serve", "-p"], ["-p"]],
  ["options of the program itself", ["--v"], ["--version"]],
  ["an argument that is a directory", ["serve", ""], ["<directories>"]],
  ["nothing for a second argument where there is one", ["serve", "www", ""], []],
  ["choices of an argument", ["fail", ""], ["plainly", "silently", "unexpectedly", "by-system"]],
  ["choices of an argument that begin so", ["fail", "un"], ["unexpectedly"]],
  ["choices of an option", ["serve", "--level", ""], ["debug", "info", "error"]],
  ["choices after an equals sign", ["serve", "--level=e"], ["--level=error"]],
  ["choices after an equals sign that bash made a word", ["serve", "--level", "=", "e"], ["error"]],
  ["all choices after an equals sign that bash made a word", ["serve", "--level", "="], ["debug", "info", "error"]],
  ["nothing for a value that could be anything", ["serve", "--port", "8"], []],
  ["a file, for an option that names one", ["serve", "--config-file", "t"], ["<files>"]],
  ["the argument after options with values", ["serve", "--level", "info", "--port=80", ""], ["<directories>"]],
  ["no options after --", ["serve", "--", "-"], ["<directories>"]],
  ["what a lazily loaded program knows", ["lazy", ""], ["inner", "touch", "help"]],
  ["options in a lazily loaded program", ["lazy", "inner", "--d"], ["--depth"]],
  ["arguments in a lazily loaded program", ["lazy", "touch", ""], ["<files>"]],
  ["nothing where nothing fits", ["nonsense", "x"], []],
  [
    "commands, though there is no word yet",
    [],
    ["serve", "fail", "flood", "late", "wait", "lazy", "completion", "help"],
  ],
])("offers %s", async ([, words, expected]) => {
  expect(await offered(...words)).toEqual(expected);
});
