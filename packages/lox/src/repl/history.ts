/**
 * Lines typed at the prompt, over several sessions: one per line in a file, oldest first.
 *
 * Nothing is written unless the environment names a file (`TENON_LOX_HISTORY`), and only its owner may read it.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export const HISTORY_LINES = 1_000;

/** The newest first, as `node:readline` has them; none where there is no file yet. */
export function loadHistory(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .slice(-HISTORY_LINES)
    .toReversed();
}

/** A history that cannot be written is lost, and no reason to fail. */
export function saveHistory(path: string, newestFirst: readonly string[]): void {
  const lines = newestFirst.slice(0, HISTORY_LINES).toReversed();
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  } catch {
    // The session was good without it.
  }
}
