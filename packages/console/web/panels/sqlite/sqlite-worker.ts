/**
 * A dropped database on a thread of the browser's. First come its bytes, then questions.
 *
 * Its Content-Security-Policy (src/security/headers.ts) lets this thread make code from text, as the engine does of statements, and
 * forbids it everything else.
 */
import { Database } from "@tenon/sqlite/browser";
import { answer } from "../../../src/tools/sqlite/answer.ts";
import type { SqliteQuestion } from "../../../src/tools/sqlite/sqlite-wire.ts";

const thread = self as unknown as {
  postMessage(reply: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Uint8Array | SqliteQuestion>) => void): void;
};

let bytes: Uint8Array = new Uint8Array();
let db: Database | undefined;

thread.addEventListener("message", ({ data }) => {
  if (data instanceof Uint8Array) bytes = data;
  else thread.postMessage(answer(() => (db ??= Database.open(bytes)), data));
});
