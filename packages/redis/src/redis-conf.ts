/**
 * redis.conf: a setting a line, `name value…`, words quoted as in inline commands, `#` comments, `include path`.
 */
import { splitInline } from "./resp/inline.ts";

/** A line that is none. The message is what redis-server says of it. */
export class RedisConfError extends Error {
  constructor(line: number, text: string, reason: string) {
    super(`*** FATAL CONFIG FILE ERROR ***\nReading the configuration file, at line ${line}\n>>> '${text}'\n${reason}`);
    this.name = "RedisConfError";
  }
}

/** Deepest chain of includes. */
const MAX_INCLUDES = 16;

export type Setting = readonly [name: string, value: string];

/** The settings of `text` in order; `read` gives the text of an included file. Throws RedisConfError. */
export function parseRedisConf(text: string, read: (path: string) => string, depth = 0): Setting[] {
  const settings: Setting[] = [];
  text.split("\n").forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const words = splitInline(line);
    if (words === undefined) throw new RedisConfError(index + 1, line, "Unbalanced quotes in configuration line");
    const [name, ...values] = words as [string, ...string[]];
    if (values.length === 0) throw new RedisConfError(index + 1, line, "Bad directive or wrong number of arguments");
    if (name.toLowerCase() === "include") {
      if (depth >= MAX_INCLUDES) throw new RedisConfError(index + 1, line, "Too many levels of include");
      settings.push(...values.flatMap((path) => parseRedisConf(read(path), read, depth + 1)));
    } else settings.push([name.toLowerCase(), values.join(" ")]);
  });
  return settings;
}
