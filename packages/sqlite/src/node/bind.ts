/** Arguments of a call → parameters of a statement: perhaps an object of names first, then values for the nameless ones. */
import { SqliteError } from "../errors.ts";
import type { PreparedStatement } from "../connection/prepared-statement.ts";
import { INTEGER } from "../values/value.ts";
import { invalidArgument, invalidState, invalidValue, translating } from "./errors.ts";
import { convert } from "./values.ts";

export interface BindRules {
  /** Names may lack their sign. */
  readonly bare: boolean;
  /** Names that no parameter has are passed over. */
  readonly unknown: boolean;
}

export function bindArguments(statement: PreparedStatement, values: readonly unknown[], rules: BindRules): void {
  const { bindings, parameters } = statement;
  bindings.tags.fill(0);
  bindings.payloads.fill(null);
  const [first] = values;
  const isNamed =
    ((typeof first === "object" && first !== null) || typeof first === "function") &&
    !ArrayBuffer.isView(first) &&
    !(first instanceof ArrayBuffer);
  if (isNamed) bindNamed(statement, first as Readonly<Record<string, unknown>>, rules);
  let at = 0;
  for (const value of isNamed ? values.slice(1) : values) {
    // A number of the program's own, as in `?3`, is no name.
    while (parameters[at] !== undefined && !parameters[at]!.startsWith("?")) at += 1;
    bindValue(statement, at, value);
    at += 1;
  }
}

function bindNamed(statement: PreparedStatement, values: Readonly<Record<string, unknown>>, rules: BindRules): void {
  const { parameters } = statement;
  const bare = rules.bare ? bareNames(parameters) : undefined;
  for (const [name, value] of Object.entries(values)) {
    const full = parameters.indexOf(name);
    const at = full === -1 ? (bare?.get(name) ?? -1) : full;
    if (at !== -1) bindValue(statement, at, value);
    else if (!rules.unknown) throw invalidState(`Unknown named parameter '${name}'`);
  }
}

function bareNames(parameters: readonly (string | undefined)[]): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const [at, parameter] of parameters.entries()) {
    if (parameter === undefined) continue;
    const name = parameter.slice(1);
    const known = names.get(name);
    if (known !== undefined) {
      const conflict = `conflicting names '${parameters[known]!}' and '${parameter}'`;
      throw invalidState(`Cannot create bare named parameter '${name}' because of ${conflict}.`);
    }
    names.set(name, at);
  }
  return names;
}

function bindValue({ bindings }: PreparedStatement, at: number, value: unknown): void {
  if (typeof value === "boolean") {
    bindings.set(inRange(bindings.length, at), INTEGER, value ? 1 : 0);
    return;
  }
  const converted = convert(value);
  if (converted === "too big") throw invalidValue("BigInt value is too large to bind.");
  if (converted === "invalid") throw invalidArgument(`Provided value cannot be bound to SQLite parameter ${at + 1}.`);
  bindings.set(inRange(bindings.length, at), converted.tag, converted.payload);
}

function inRange(length: number, at: number): number {
  if (at >= length)
    return translating(() => {
      throw new SqliteError("SQLITE_RANGE", "column index out of range");
    });
  return at;
}
