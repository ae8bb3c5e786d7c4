/** Functions that SQL has in the shell only. */
import { readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import type { Database } from "../api/database.ts";
import { SqliteError } from "../errors.ts";
import type { SqlValue } from "../values/value.ts";
import { bytesOf } from "./bytes.ts";

export function addShellFunctions(database: Database): void {
  database.function("readfile", (path) => (path === null ? null : readIfThere(String(path))), { directOnly: true });
  database.function("writefile", (path, content) => writtenTo(path ?? null, content ?? null), {
    directOnly: true,
    arguments: 2,
  });
  for (const count of [1, 2])
    database.function("sha3", (value, size) => sha3(value ?? null, size ?? 256), {
      deterministic: true,
      arguments: count,
    });
}

function readIfThere(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function writtenTo(path: SqlValue, content: SqlValue): number | null {
  if (path === null) return null;
  const bytes = content instanceof Uint8Array ? content : bytesOf(content === null ? "" : String(content));
  try {
    writeFileSync(String(path), bytes);
    return bytes.length;
  } catch {
    throw new SqliteError("SQLITE_ERROR", `failed to write file: ${String(path)}`);
  }
}

function sha3(value: SqlValue, size: SqlValue): Uint8Array | null {
  if (value === null) return null;
  if (![224, 256, 384, 512].includes(Number(size)))
    throw new SqliteError("SQLITE_ERROR", "SHA3 size should be one of: 224 256 384 512");
  const bytes = value instanceof Uint8Array ? value : bytesOf(String(value));
  return createHash(`sha3-${size}`).update(bytes).digest();
}
