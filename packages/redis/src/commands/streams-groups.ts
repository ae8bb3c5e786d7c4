/** Consumer groups of streams: XGROUP. Reading through them is in streams-reading.ts, what is pending in streams-pending.ts. */
import { StreamValue } from "../types/stream.ts";
import { type StreamGroup, UNKNOWN_READ } from "../types/stream-group.ts";
import { MIN_ID, type StreamId } from "../types/stream-id.ts";
import type { CommandContext } from "./context.ts";
import { CommandError } from "./errors.ts";
import { subcommandHelp } from "./help.ts";
import { changedBeside, looseId, strictId } from "./stream-arguments.ts";
import { createConsumer } from "./streams-reading.ts";
import { type CommandRow, key } from "./table.ts";

const KEY_MUST_EXIST = new CommandError(
  "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.",
);

/** The error of containers for options that a subcommand does not know. */
export function subcommandSyntaxError(ctx: CommandContext): CommandError {
  const container = ctx.args.string(0).toUpperCase();
  const name = ctx.args.string(1).slice(0, 128);
  return new CommandError(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container} HELP.`);
}

function streamOf(ctx: CommandContext): StreamValue {
  const stream = ctx.collectionForWrite(2, StreamValue);
  if (stream === undefined) throw KEY_MUST_EXIST;
  return stream;
}

function existingGroup(ctx: CommandContext, stream: StreamValue): StreamGroup {
  const { args } = ctx;
  const group = stream.group(args.string(3));
  if (group === undefined) {
    throw new CommandError(`NOGROUP No such consumer group '${args.string(3)}' for key name '${args.string(2)}'`);
  }
  return group;
}

/** `[MKSTREAM] [ENTRIESREAD n]` from argument 5 on. */
function groupOptions(ctx: CommandContext, mayMakeStream: boolean): { makes: boolean; entriesRead: number | bigint } {
  const { args } = ctx;
  let makes = false;
  let entriesRead: number | bigint = UNKNOWN_READ;
  for (let i = 5; i < args.length; i++) {
    if (mayMakeStream && args.is(i, "MKSTREAM")) makes = true;
    else if (args.is(i, "ENTRIESREAD") && i + 1 < args.length) {
      entriesRead = args.int64(++i);
      if (entriesRead < 0 && entriesRead !== UNKNOWN_READ) {
        throw new CommandError("ERR value for ENTRIESREAD must be positive or -1");
      }
    } else throw subcommandSyntaxError(ctx);
  }
  return { makes, entriesRead };
}

/** Longest forms of CREATE and SETID, beyond which even good options are too many. */
const CREATE_ARGUMENTS = 8;
const SETID_ARGUMENTS = 7;

function create(ctx: CommandContext): void {
  const { args } = ctx;
  const { makes, entriesRead } = groupOptions(ctx, true);
  const existing = makes ? ctx.collectionForWrite(2, StreamValue) : streamOf(ctx);
  if (args.length > CREATE_ARGUMENTS) throw subcommandSyntaxError(ctx);
  const id: StreamId = args.is(4, "$") ? (existing?.lastId ?? MIN_ID) : strictId(args, 4);
  const stream = existing ?? new StreamValue(ctx.engine.collections);
  if (existing === undefined) {
    ctx.put(2, stream);
    ctx.touch(2);
  }
  if (stream.createGroup(args.string(3), id, entriesRead) === undefined) {
    throw new CommandError("BUSYGROUP Consumer Group name already exists");
  }
  changedBeside(ctx, 2, "xgroup-create");
  ctx.reply.ok();
}

function setId(ctx: CommandContext): void {
  const { args } = ctx;
  const { entriesRead } = groupOptions(ctx, false);
  const stream = streamOf(ctx);
  const group = existingGroup(ctx, stream);
  if (args.length > SETID_ARGUMENTS) throw subcommandSyntaxError(ctx);
  group.lastId = args.is(4, "$") ? stream.lastId : looseId(args, 4);
  group.entriesRead = entriesRead;
  changedBeside(ctx, 2, "xgroup-setid");
  ctx.reply.ok();
}

function destroy(ctx: CommandContext): void {
  const destroyed = streamOf(ctx).destroyGroup(ctx.args.string(3));
  if (destroyed) {
    changedBeside(ctx, 2, "xgroup-destroy");
    // Those who wait for it are told that it is gone.
    ctx.signalReady(2);
  }
  ctx.reply.integer(destroyed ? 1 : 0);
}

function createConsumerCommand(ctx: CommandContext): void {
  const name = ctx.args.string(4);
  const group = existingGroup(ctx, streamOf(ctx));
  const isNew = group.consumer(name) === undefined;
  if (isNew) createConsumer(ctx, 2, group, name);
  ctx.reply.integer(isNew ? 1 : 0);
}

function delConsumer(ctx: CommandContext): void {
  const group = existingGroup(ctx, streamOf(ctx));
  const consumer = group.consumer(ctx.args.string(4));
  if (consumer === undefined) {
    ctx.reply.integer(0);
    return;
  }
  const pending = group.removeConsumer(consumer);
  changedBeside(ctx, 2, "xgroup-delconsumer");
  ctx.reply.integer(pending);
}

export const streamGroupCommands: readonly CommandRow[] = [
  {
    name: "xgroup",
    arity: -2,
    flags: [],
    categories: [],
    since: "5.0.0",
    group: "stream",
    summary: "A container for consumer groups commands.",
    complexity: "Depends on subcommand.",
    subcommands: [
      {
        name: "create",
        arity: -5,
        flags: ["write", "denyoom"],
        categories: ["stream"],
        keys: [key("RW insert", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Creates a consumer group.",
        complexity: "O(1)",
        syntax: "key groupname id:(id | $) [MKSTREAM] [ENTRIESREAD entries-read:integer]",
        history: [["7.0.0", "Added the `entries_read` named argument."]],
        handler: create,
      },
      {
        name: "createconsumer",
        arity: 5,
        flags: ["write", "denyoom"],
        categories: ["stream"],
        keys: [key("RW insert", 2)],
        since: "6.2.0",
        group: "stream",
        summary: "Creates a consumer in a consumer group.",
        complexity: "O(1)",
        syntax: "key groupname consumername",
        handler: createConsumerCommand,
      },
      {
        name: "delconsumer",
        arity: 5,
        flags: ["write"],
        categories: ["stream"],
        keys: [key("RW delete", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Deletes a consumer from a consumer group.",
        complexity: "O(1)",
        syntax: "key groupname consumername",
        handler: delConsumer,
      },
      {
        name: "destroy",
        arity: 4,
        flags: ["write"],
        categories: ["stream"],
        keys: [key("RW delete", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Destroys a consumer group.",
        complexity: "O(N) where N is the number of entries in the group's pending entries list (PEL).",
        syntax: "key groupname",
        handler: destroy,
      },
      {
        name: "setid",
        arity: -5,
        flags: ["write"],
        categories: ["stream"],
        keys: [key("RW update", 2)],
        since: "5.0.0",
        group: "stream",
        summary: "Sets the last-delivered ID of a consumer group.",
        complexity: "O(1)",
        syntax: "key groupname id:(id | $) [ENTRIESREAD entries-read:integer]",
        history: [["7.0.0", "Added the optional `entries_read` argument."]],
        handler: setId,
      },
      subcommandHelp(
        "xgroup",
        "5.0.0",
        "stream",
        ["stream"],
        [
          [
            "CREATE <key> <groupname> <id|$> [option]",
            "Create a new consumer group. Options are:\n* MKSTREAM\n  Create the empty stream if it does not exist.\n* ENTRIESREAD entries_read\n  Set the group's entries_read counter (internal use).",
          ],
          ["CREATECONSUMER <key> <groupname> <consumer>", "Create a new consumer in the specified group."],
          ["DELCONSUMER <key> <groupname> <consumer>", "Remove the specified consumer."],
          ["DESTROY <key> <groupname>", "Remove the specified group."],
          [
            "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
            "Set the current group ID and entries_read counter.",
          ],
        ],
      ),
    ],
  },
];
