/** How a key's memory is asked for. */
import type { WireReply } from "./wire.ts";

/** What is asked of one key; three replies. */
export function measureCommands(name: Buffer): readonly (string | Buffer)[][] {
  return [
    ["TYPE", name],
    ["PTTL", name],
    ["MEMORY", "USAGE", name],
  ];
}

/** A key that is gone by now has no size: undefined. */
export function measured(replies: readonly WireReply[]): { type: string; expires: boolean; bytes: number } | undefined {
  const [type, ttl, usage] = replies;
  const bytes = integerIn(usage);
  if (bytes === undefined) return undefined;
  const name = typeof type === "object" && type !== null && "status" in type ? type.status : "none";
  return { type: name, expires: (integerIn(ttl) ?? -1) >= 0, bytes };
}

function integerIn(reply: WireReply | undefined): number | undefined {
  return typeof reply === "object" && reply !== null && "integer" in reply ? Number(reply.integer) : undefined;
}
