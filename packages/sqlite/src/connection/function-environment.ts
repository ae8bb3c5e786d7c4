/** What functions learn of their connection and of the world. */
import type { FunctionEnvironment } from "../functions/function.ts";
import type { Connection } from "./connection.ts";

/** Random bytes are asked for in blocks of so many. */
const RANDOM_BLOCK = 1_024;

/** For the encoding and the limits that the connection has now. */
export function functionEnvironment(connection: Connection): FunctionEnvironment {
  const { world, settings, limits, encoding, rowChanges } = connection;
  let block: DataView = new DataView(new ArrayBuffer(0));
  let used = 0;
  return {
    encoding,
    limits: { length: limits.length, likePatternLength: limits.likePatternLength },
    get caseSensitiveLike() {
      return settings.caseSensitiveLike;
    },
    now: () => connection.now(),
    localOffsetSeconds: (utcMs) => world.localOffsetSeconds?.(utcMs) ?? 0,
    random() {
      if (used + 8 > block.byteLength) {
        const bytes = world.random.bytes(RANDOM_BLOCK);
        block = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        used = 0;
      }
      const value = block.getBigInt64(used);
      used += 8;
      return value;
    },
    randomBytes: (length) => world.random.bytes(length),
    changes: () => rowChanges.changes,
    totalChanges: () => rowChanges.totalChanges,
    lastInsertRowid: () => rowChanges.lastInsertRowid,
  };
}
