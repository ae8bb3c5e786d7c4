/** What is wrong with a config, in sentences: where, what was expected, what was found, and what was perhaps meant. */
import type * as z from "zod";
import { didYouMean } from "../did-you-mean.ts";

export interface Problem {
  /** `redis.port`; empty for the config as a whole. */
  readonly path: string;
  /** `expected a port, a whole number from 0 to 65535, found "abc"` */
  readonly message: string;
}

/** The problems that zod found in `value`. `keysAt` says which keys would be right in the object at a path. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  const problems = issues.flatMap((issue) => problemsOfIssue(issue, [], value, keysAt));
  // Two checks of one value may have the same to say.
  return [...new Map(problems.map((problem) => [`${problem.path}: ${problem.message}`, problem])).values()];
}

function problemsOfIssue(
  issue: z.core.$ZodIssue,
  prefix: readonly PropertyKey[],
  value: unknown,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): Problem[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const meant = didYouMean(key, keysAt(path));
        const hint =
          meant === undefined ? `there are: ${keysAt(path).join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
        return { path: pathText([...path, key]), message: `no such setting; ${hint}` };
      });
    case "invalid_union": {
      // The alternatives differ in kind (true, or an object): where one fits in kind, what is wrong lies inside it.
      const inside = issue.errors.filter((alternative) =>
        alternative.every((inner) => inner.path.length > 0 || inner.code === "unrecognized_keys"),
      );
      if (inside.length === 1) return inside[0]!.flatMap((inner) => problemsOfIssue(inner, path, value, keysAt));
      return [{ path: pathText(path), message: expectation(issue.message, at(value, path)) }];
    }
    case "invalid_key":
      return [{ path: pathText(path), message: `expected ${issue.issues[0]?.message ?? issue.message}` }];
    default:
      return [{ path: pathText(path), message: expectation(issue.message, at(value, path)) }];
  }
}

function expectation(expected: string, found: unknown): string {
  return `expected ${expected}, found ${foundText(found)}`;
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** `redis.env["my key"]` */
function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (!/^[\w$-]+$/.test(String(key))) text += `[${JSON.stringify(String(key))}]`;
    else text += text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}

const LONGEST_FOUND = 40;

function foundText(found: unknown): string {
  if (found === undefined) return "nothing";
  if (typeof found === "function") return "a function";
  if (Array.isArray(found)) return found.length === 0 ? "an empty array" : "an array";
  if (typeof found === "object" && found !== null) return "an object";
  const text = typeof found === "string" ? JSON.stringify(found) : String(found);
  return text.length > LONGEST_FOUND ? `${text.slice(0, LONGEST_FOUND)}…` : text;
}
