/** SHA-1 (RFC 3174): the name of a script, and redis.sha1hex. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** 40 lower-case hexadecimal digits, of one-byte characters. */
export function sha1Hex(text: string): string {
  return createHash("sha1").update(Buffer.from(text, "latin1")).digest("hex");
}
