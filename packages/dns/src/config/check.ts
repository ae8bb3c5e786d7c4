/** A value → a checked configuration, or all that is wrong with it. */
import type * as z from "zod";
import type { CheckedConfig } from "./config.ts";
import { type ConfigPath, type ConfigProblem, DnsConfigError } from "./errors.ts";
import { configSchema } from "./schema.ts";
import { unsupportedIn } from "./unsupported.ts";

/** Throws DnsConfigError. A key without a value (`nsid:`) is as good as absent. */
export function checkConfig(config: unknown, placeOf?: (path: ConfigPath) => string | undefined): CheckedConfig {
  const value = withoutNulls(config);
  const { success, data, error } = configSchema.safeParse(value ?? {});
  const misshapen = (error?.issues ?? [])
    .flatMap((issue) => problemsOf(issue, []))
    .map((problem) => whole(problem, value));
  const problems = [...misshapen, ...unsupportedIn(value)];
  if (!success || problems.length > 0) throw new DnsConfigError(problems, placeOf);
  return data;
}

function problemsOf(issue: z.core.$ZodIssue, prefix: ConfigPath): ConfigProblem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => ({ path: [...path, key], text: UNKNOWN }));
  if (issue.code !== "invalid_union") return [{ path, text: issue.message }];
  // One of the alternatives may be a list of the other: what is wrong inside of it says more.
  const inside = issue.errors.find((inner) => inner.length > 0 && inner.every((deeper) => deeper.path.length > 0));
  if (inside !== undefined) return inside.flatMap((inner) => problemsOf(inner, path));
  const told = issue.errors.flat().find(({ message }) => message !== "a list");
  return [{ path, text: issue.message === "Invalid input" ? (told?.message ?? "a value") : issue.message }];
}

/** The keys stay, so that misspelt ones are found. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutNulls(inner)]));
}

const UNKNOWN = "no such setting";

/** The schema's messages complete a sentence. */
function whole({ path, text }: ConfigProblem, config: unknown): ConfigProblem {
  if (text === UNKNOWN) return { path, text };
  let value = config;
  for (const key of path) value = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return { path, text: value === undefined ? `is missing: ${text}` : `expected ${text}` };
}
