/**
 * The manifest of a multi-part AOF (Redis 7): which files, in which order, make up the whole.
 *
 *     file appendonly.aof.1.base.rdb seq 1 type b      one base: everything up to some instant, as RDB or as commands
 *     file appendonly.aof.1.incr.aof seq 1 type i      increments: what came after, in order
 *     file appendonly.aof.0.base.rdb seq 0 type h      history: was replaced, and may be deleted
 *
 * Names with blanks, quotes or bytes beyond printing are quoted as in inline commands.
 */
import { splitInline } from "../resp/inline.ts";

export type AofPartKind = "base" | "increment" | "history";

export interface AofPart {
  readonly name: string;
  readonly sequence: number;
  readonly kind: AofPartKind;
}

/** What makes an AOF unusable, in the original's words. */
export class AofError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AofError";
  }
}

const KINDS: Readonly<Record<string, AofPartKind>> = { b: "base", i: "increment", h: "history" };
const LETTERS: Readonly<Record<AofPartKind, string>> = { base: "b", increment: "i", history: "h" };
const MAX_LINE = 1024;

/** The parts in the manifest's order. Throws AofError. */
export function parseManifest(text: string): AofPart[] {
  const fail = (line: number, what: string): AofError =>
    new AofError(`*** FATAL AOF MANIFEST FILE ERROR ***\nReading the manifest file, at line ${line}\n${what}`);
  const parts: AofPart[] = [];
  const lines = text.split("\n");
  if (lines.at(-1) !== "") throw fail(lines.length, "The AOF manifest file contains too long line");
  lines.pop();
  if (lines.length === 0) throw fail(0, "Found an empty AOF manifest");
  lines.forEach((raw, index) => {
    const line = raw.trim();
    if (line.startsWith("#")) return;
    if (line.length > MAX_LINE) throw fail(index + 1, "The AOF manifest file contains too long line");
    const words = splitInline(line);
    if (words === undefined || words.length < 6 || words.length % 2 !== 0)
      throw fail(index + 1, "Invalid AOF manifest file format");
    const values = new Map<string, string>();
    for (let i = 0; i < words.length; i += 2) values.set(words[i]!.toLowerCase(), words[i + 1]!);
    const name = values.get("file");
    const sequence = Number(values.get("seq"));
    const kind = KINDS[values.get("type") ?? ""];
    if (name === undefined || !(sequence >= 0) || kind === undefined)
      throw fail(index + 1, "Invalid AOF manifest file format");
    if (name.includes("/")) throw fail(index + 1, "File can't be a path, just a filename");
    parts.push({ name, sequence, kind });
  });
  const bases = parts.filter(({ kind }) => kind === "base");
  if (bases.length > 1) throw fail(lines.length, "Found duplicate base file information");
  const increments = parts.filter(({ kind }) => kind === "increment");
  for (let i = 1; i < increments.length; i++) {
    if (increments[i]!.sequence <= increments[i - 1]!.sequence)
      throw fail(lines.length, "Found a non-monotonic sequence number");
  }
  return parts;
}

export function formatManifest(parts: readonly AofPart[]): string {
  const rank = { base: 0, history: 1, increment: 2 };
  return parts
    .toSorted((a, b) => rank[a.kind] - rank[b.kind])
    .map(({ name, sequence, kind }) => `file ${quoted(name)} seq ${sequence} type ${LETTERS[kind]}\n`)
    .join("");
}

function quoted(name: string): string {
  if (!/[\s"'\\]|[^\x21-\x7e]/.test(name)) return name;
  const escaped = Array.from(name, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const code = character.charCodeAt(0);
    return code >= 0x20 && code <= 0x7e ? character : `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped.join("")}"`;
}
