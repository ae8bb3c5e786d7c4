/** .parameter: values of parameters for the statements to come. */
import { SqliteError } from "../../errors.ts";
import { type DotCommand, wholeText } from "../command.ts";
import { quotedText } from "../format/values.ts";
import { hasParameters, makeParameterTable } from "../parameters.ts";
import type { Shell } from "../shell.ts";

const HELP: DotCommand["help"] = [
  "parameter CMD ...",
  "Manage SQL parameter bindings",
  "   clear                   Erase all bindings",
  "   init                    Initialize the TEMP table that holds bindings",
  "   list                    List the current parameter bindings",
  "   set PARAMETER VALUE     Given SQL parameter PARAMETER a value of VALUE",
  "                           PARAMETER should start with one of: $ : @ ?",
  "   unset PARAMETER         Remove PARAMETER from the binding table",
];

function setParameter(shell: Shell, name: string, value: string): boolean {
  makeParameterTable(shell);
  const insert = (text: string): void =>
    shell.database.exec(`REPLACE INTO temp.sqlite_parameters(key,value)VALUES(${quotedText(name)},${text});`);
  try {
    insert(value);
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error;
    insert(quotedText(value)); // what is no expression is a text
  }
  return true;
}

function list(shell: Shell): boolean {
  if (!hasParameters(shell)) return true;
  const rows = shell.rows("SELECT key, quote(value) FROM temp.sqlite_parameters");
  const width = Math.min(40, Math.max(0, ...rows.map(([key]) => String(key).length)));
  for (const [key, value] of rows) shell.print(`${String(key).padEnd(width)} ${String(value)}\n`);
  return true;
}

function run(shell: Shell, words: readonly string[]): boolean {
  const [, command, name, value] = words;
  const count = words.length;
  if (command === "clear" && count === 2) {
    if (hasParameters(shell)) shell.database.exec("DELETE FROM temp.sqlite_parameters");
    return true;
  }
  if (command === "list" && count === 2) return list(shell);
  if (command === "init" && count === 2) {
    makeParameterTable(shell);
    return true;
  }
  if (command === "set" && count === 4) return setParameter(shell, name!, value!);
  if (command === "unset" && count === 3) {
    if (hasParameters(shell))
      shell.database.exec(`DELETE FROM temp.sqlite_parameters WHERE key = ${quotedText(name!)}`);
    return true;
  }
  shell.print(wholeText(HELP));
  return true;
}

export const PARAMETER_COMMANDS: readonly DotCommand[] = [{ name: "parameter", least: 3, help: HELP, run }];
