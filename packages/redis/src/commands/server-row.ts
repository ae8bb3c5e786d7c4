import type { CommandFlag, CommandRow, Handler } from "./table.ts";

/** A row of the group "server" as most of them are: no keys, no category beyond those of its flags, O(1). `rest` says what differs. */
export function serverRow(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  handler: Handler,
  rest: Partial<CommandRow> = {},
): CommandRow {
  return { name, arity, flags, categories: [], since, group: "server", summary, complexity: "O(1)", handler, ...rest };
}
