/**
 * What each byte may be, as tables of 256 entries: the whole character-level grammar of HTTP/1.1.
 *
 * The parser asks these tables about what comes in, the writer about what goes out, so that nothing leaves which would
 * be refused on arrival.
 */

function table(matches: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (matches(byte) ? 1 : 0));
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isAlpha = (byte: number): boolean => (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
const among =
  (characters: string) =>
  (byte: number): boolean =>
    characters.includes(String.fromCharCode(byte));

const isTokenPunctuation = among("!#$%&'*+-.^_`|~");
const isHostPunctuation = among("-._~!$&'()*+;=:[]%");

/** `tchar` (RFC 9110 §5.6.2): methods, field names, codings. */
export const TOKEN: Uint8Array = table((b) => isDigit(b) || isAlpha(b) || isTokenPunctuation(b));

/** `field-vchar`, SP and HTAB (RFC 9110 §5.5): everything but the controls; bytes from 0x80 are opaque. */
export const FIELD_VALUE: Uint8Array = table((b) => b === 0x09 || (b >= 0x20 && b !== 0x7f));

/** A request target: visible ASCII but `#`, since a fragment never goes on the wire (RFC 9112 §3.2). */
export const TARGET: Uint8Array = table((b) => b > 0x20 && b < 0x7f && b !== 0x23);

/** `uri-host [":" port]` without comma (RFC 3986 §3.2.2); the URL parser has the last word on its structure. */
export const HOST: Uint8Array = table((b) => isDigit(b) || isAlpha(b) || isHostPunctuation(b));

/** The value of a hexadecimal digit; 0xff for everything else. */
export const HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 0xff : value;
});

/** ASCII upper case to lower case; every other byte is itself. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, b) => (b >= 0x41 && b <= 0x5a ? b | 0x20 : b));

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
