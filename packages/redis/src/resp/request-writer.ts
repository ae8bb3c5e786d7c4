/** Requests as clients send them: an array of bulk strings. */
import { Buffer } from "node:buffer";

export type RequestPart = string | number | Uint8Array;

/** One command. Strings go out as UTF-8. */
export function encodeRequest(parts: readonly RequestPart[]): Buffer {
  const chunks: (string | Uint8Array)[] = [`*${parts.length}\r\n`];
  let size = chunks[0]!.length;
  for (const part of parts) {
    const bytes = typeof part === "object" ? part : Buffer.from(String(part), "utf8");
    const header = `$${bytes.length}\r\n`;
    chunks.push(header, bytes, "\r\n");
    size += header.length + bytes.length + 2;
  }
  const encoded = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const chunk of chunks) {
    if (typeof chunk === "string") at += encoded.write(chunk, at, "latin1");
    else {
      encoded.set(chunk, at);
      at += chunk.length;
    }
  }
  return encoded;
}
