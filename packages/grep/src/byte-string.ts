/**
 * Byte strings: JavaScript strings whose every character is one byte (U+0000 to U+00FF).
 *
 * Arguments, file names and patterns are bytes on POSIX systems, not text; kept like this they can be cut, compared and
 * looked up as strings, and no byte is lost on the way from the command line to the system call.
 */
export type ByteString = string;

export function toBytes(text: ByteString): Buffer {
  return Buffer.from(text, "latin1");
}

export function fromBytes(bytes: Uint8Array): ByteString {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** The UTF-8 bytes of a text. */
export function fromText(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** As a path for node:fs: a string where that says the same and costs less. */
export function toPath(name: ByteString): string | Buffer {
  return isAscii(name) ? name : toBytes(name);
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
