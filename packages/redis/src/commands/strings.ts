/** Strings: GET, SET and their kin. */
import { EVENT, type CommandContext } from "./context.ts";
import { WRONG_TYPE } from "./errors.ts";
import { Collection, type StringValue } from "../types/value.ts";
import { key, type CommandRow } from "./table.ts";

/** The string at the key in argument `i`, for reading; throws WRONGTYPE. */
function readString(ctx: CommandContext, i: number): StringValue | undefined {
  const value = ctx.lookup(i);
  if (value instanceof Collection) throw WRONG_TYPE;
  return value;
}

function get(ctx: CommandContext): void {
  const value = readString(ctx, 1);
  if (value === undefined) ctx.reply.nil();
  else ctx.reply.value(value);
}

function set(ctx: CommandContext): void {
  ctx.put(1, ctx.args.value(2));
  ctx.changed(1, EVENT.string, "set");
  ctx.reply.ok();
}

export const stringCommands: readonly CommandRow[] = [
  {
    name: "get",
    arity: 2,
    flags: ["readonly", "fast"],
    categories: ["string"],
    keys: [key("RO access")],
    since: "1.0.0",
    group: "string",
    summary: "Returns the string value of a key.",
    complexity: "O(1)",
    syntax: "key",
    handler: get,
  },
  {
    name: "set",
    arity: -3,
    flags: ["write", "denyoom"],
    categories: ["string"],
    keys: [key("OW update")],
    since: "1.0.0",
    group: "string",
    summary: "Sets the string value of a key, ignoring its type. The key is created if it doesn't exist.",
    complexity: "O(1)",
    syntax: "key value",
    handler: set,
  },
];
