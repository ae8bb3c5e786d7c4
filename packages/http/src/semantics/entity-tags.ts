/** Entity tags (RFC 9110 §8.8.3): `"opaque"`, or `W/"opaque"` for weak ones. */

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;
const TAG_IN_LIST = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/y;
const BETWEEN = /[ \t]*,[ \t,]*/y;

export function isEntityTag(text: string): boolean {
  return TAG.test(text);
}

/** `*`, the tags of a list, or undefined for what is neither. */
export function parseEntityTags(field: string): "*" | string[] | undefined {
  const text = field.replaceAll(/^[ \t,]+|[ \t,]+$/g, "");
  if (text === "*") return "*";
  const tags: string[] = [];
  let at = 0;
  while (at < text.length) {
    TAG_IN_LIST.lastIndex = at;
    const tag = TAG_IN_LIST.exec(text)?.[0];
    if (tag === undefined) return undefined;
    tags.push(tag);
    at += tag.length;
    if (at === text.length) break;
    BETWEEN.lastIndex = at;
    const between = BETWEEN.exec(text)?.[0];
    if (between === undefined) return undefined;
    at += between.length;
  }
  return tags;
}

/** Both strong, and the same (RFC 9110 §8.8.3.2). */
export function strongMatch(a: string, b: string): boolean {
  return a === b && !a.startsWith("W/");
}

/** The same, whether strong or weak. */
export function weakMatch(a: string, b: string): boolean {
  return a.replace(/^W\//, "") === b.replace(/^W\//, "");
}
