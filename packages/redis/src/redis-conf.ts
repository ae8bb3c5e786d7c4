/**
 * redis.conf: a directive a line, `name value…`, words quoted as in inline commands, `#` comments, `include pattern`.
 */
import { REDIS_VERSION } from "./engine/version.ts";
import { splitInline } from "./resp/inline.ts";

/** What is wrong with the configuration, in redis-server's words: several lines, to be shown as they are. */
export class RedisConfError extends Error {
  constructor(reason: string, directive?: { readonly line: number; readonly text: string }) {
    const where =
      directive === undefined
        ? ""
        : `Reading the configuration file, at line ${directive.line}\n>>> '${directive.text}'\n`;
    super(`\n*** FATAL CONFIG FILE ERROR (Redis ${REDIS_VERSION}) ***\n${where}${reason}`);
    this.name = "RedisConfError";
  }
}

/** Deepest chain of includes. */
const MAX_INCLUDES = 16;

/** A line, its words as one-byte strings. */
export interface Directive {
  /** Lower case. */
  readonly name: string;
  readonly values: readonly string[];
  /** In its file, from 1. */
  readonly line: number;
  readonly text: string;
}

/** How `include` reaches files. */
export interface ConfFiles {
  /** The text in one-byte characters. */
  read(path: string): string;
  /** Paths that match a shell pattern, in order; none is no error. */
  match(pattern: string): string[];
}

export const BAD_DIRECTIVE = "Bad directive or wrong number of arguments";

/** The directives of `text` in order, those of included files in their place. Throws RedisConfError, and what `files` throws. */
export function parseRedisConf(text: string, files: ConfFiles, depth = 0): Directive[] {
  const directives: Directive[] = [];
  text.split("\n").forEach((raw, index) => {
    const line = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
    if (line === "" || line.startsWith("#")) return;
    const words = splitInline(line);
    const place = { line: index + 1, text: line };
    if (words === undefined) throw new RedisConfError("Unbalanced quotes in configuration line", place);
    const [name = "", ...values] = words;
    if (name.toLowerCase() !== "include") {
      directives.push({ name: name.toLowerCase(), values, ...place });
      return;
    }
    if (values.length !== 1) throw new RedisConfError(BAD_DIRECTIVE, place);
    if (depth >= MAX_INCLUDES) throw new RedisConfError("Too many levels of include", place);
    // Several files are read as one, and their lines counted so.
    const included = matching(values[0]!, files).map((path) => files.read(path));
    directives.push(...parseRedisConf(included.join(""), files, depth + 1));
  });
  return directives;
}

function matching(pattern: string, files: ConfFiles): string[] {
  return /[*?[]/.test(pattern) ? files.match(pattern) : [pattern];
}
