/** Secrets among arguments, which MONITOR and SLOWLOG must not show. */
import type { CommandEntry } from "../commands/registry.ts";
import { Args } from "../resp/args.ts";

const SHOWN = "(redacted)";
const SECRET_SETTINGS = new Set([
  "requirepass",
  "masterauth",
  "masteruser",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
]);

/** By command: indexes of the arguments that are secret. */
const SECRETS: Readonly<Record<string, (args: Args) => number[]>> = {
  auth: (args) => Array.from({ length: args.length - 1 }, (_, n) => n + 1),
  hello: (args) => {
    for (let i = 2; i + 2 < args.length; i++) if (args.is(i, "AUTH")) return [i + 1, i + 2];
    return [];
  },
  migrate: (args) => {
    for (let i = 6; i < args.length && !args.is(i, "KEYS"); i++) {
      if (args.is(i, "AUTH")) return [i + 1];
      if (args.is(i, "AUTH2")) return [i + 1, i + 2];
    }
    return [];
  },
  "acl|setuser": (args) => Array.from({ length: Math.max(0, args.length - 2) }, (_, n) => n + 2),
  "config|set": (args) => {
    const secret: number[] = [];
    for (let i = 2; i + 1 < args.length; i += 2) {
      if (SECRET_SETTINGS.has(args.string(i).toLowerCase())) secret.push(i + 1);
    }
    return secret;
  },
};

/** `args`, or a copy of it without its secrets. */
export function redacted(entry: CommandEntry, args: Args): Args {
  const secret = SECRETS[entry.fullName]?.(args) ?? [];
  if (secret.length === 0) return args;
  return Args.from(args.strings().map((text, i) => (secret.includes(i) ? SHOWN : text)));
}
