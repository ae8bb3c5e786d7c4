/** Characters of strings, which are one unit of UTF-16 or two: code points. */

/** What keeps units from being characters, or ends a text: only texts that have it are looked at unit by unit. */
export const SPECIAL: RegExp = /[\0\ud800-\udbff]/;
/** Up to so many units a loop is quicker than a regular expression. */
export const SHORT = 24;

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at); // NaN at the end, which is none
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Whether the two units at `at` are one character. */
export function isPairAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code <= 0xdbff && isLowSurrogate(text, at + 1);
}

/** Where the character that begins at `at` ends. */
export function nextCharacter(text: string, at: number): number {
  return isPairAt(text, at) ? at + 2 : at + 1;
}

/** Where the character that ends at `end` begins, if a character begins at `start`. */
export function previousCharacter(text: string, start: number, end: number): number {
  return end > start + 1 && isPairAt(text, end - 2) ? end - 2 : end - 1;
}
