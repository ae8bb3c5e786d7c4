/** Values to parameters: by position, by name. */
import { SqliteError } from "../errors.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import type { BindArguments, BindValue } from "./options.ts";
import { bindValue } from "./values.ts";

export function isNamed(argument: BindArguments[number] | undefined): argument is Readonly<Record<string, BindValue>> {
  return (
    typeof argument === "object" && argument !== null && !Array.isArray(argument) && !(argument instanceof Uint8Array)
  );
}

/** `namelessOnly`: parameters that have names are passed over. Throws SQLITE_RANGE when there are more values than parameters. */
export function bindPositional(
  { bindings, parameters }: PreparedStatement,
  values: readonly BindValue[],
  namelessOnly: boolean,
): void {
  let at = 0;
  for (const value of values) {
    if (namelessOnly) while (parameters[at] !== undefined) at += 1;
    if (at >= parameters.length) throw new SqliteError("SQLITE_RANGE", "column index out of range");
    bindValue(bindings, at, value);
    at += 1;
  }
}

/** Names may lack their sign where only one parameter has them. Throws SQLITE_RANGE for a name that no parameter has. */
export function bindNamed(
  { bindings, parameters }: PreparedStatement,
  values: Readonly<Record<string, BindValue>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    let at = parameters.indexOf(name);
    if (at === -1) at = parameters.findIndex((parameter) => parameter?.slice(1) === name);
    if (at === -1) throw new SqliteError("SQLITE_RANGE", `unknown parameter: ${name}`);
    bindValue(bindings, at, value);
  }
}
