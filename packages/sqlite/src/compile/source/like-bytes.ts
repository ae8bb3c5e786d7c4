/**
 * LIKE with a plain pattern on the bytes of a text: ASCII between runs of `%`, no `_`, no ESCAPE.
 *
 * What functions/like.ts says of patterns holds here too; a test holds the two equal. Letters of ASCII are the same in both cases, and a text ends at
 * its first NUL.
 */

/** What stands before the first `%`, between two, and behind the last one. */
export interface PlainPattern {
  readonly head: Uint8Array;
  readonly middle: readonly Uint8Array[];
  readonly tail: Uint8Array;
  /** There is no `%` at all: the head is the whole text. */
  readonly isWhole: boolean;
}

const FOLDED: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x41 && code <= 0x5a ? code + 32 : code,
);

/** Undefined: the pattern is none of these. */
export function plainPattern(pattern: string): PlainPattern | undefined {
  if (pattern.length > 1_000 || !/^[\x01-\x5e\x60-\x7f]*$/.test(pattern)) return undefined;
  const parts = pattern.split("%").map((part) => Uint8Array.from(part, (unit) => FOLDED[unit.charCodeAt(0)]!));
  const [head, ...rest] = parts;
  const tail = rest.pop();
  const middle = rest.filter((part) => part.length > 0);
  return { head: head!, middle, tail: tail ?? new Uint8Array(0), isWhole: tail === undefined };
}

export function matchesPlain(
  { head, middle, tail, isWhole }: PlainPattern,
  bytes: Uint8Array,
  start: number,
  stop: number,
): boolean {
  if (head.length > stop - start || !isAt(head, bytes, start)) return false;
  let at = start + head.length;
  let end = at;
  while (end < stop && bytes[end] !== 0) end += 1;
  if (isWhole) return at === end;
  end -= tail.length;
  if (end < at || !isAt(tail, bytes, end)) return false;
  for (const part of middle) {
    const last = end - part.length;
    while (at <= last && !isAt(part, bytes, at)) at += 1;
    if (at > last) return false;
    at += part.length;
  }
  return true;
}

function isAt(part: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < part.length; i++) {
    if (FOLDED[bytes[at + i]!] !== part[i]) return false;
  }
  return true;
}
