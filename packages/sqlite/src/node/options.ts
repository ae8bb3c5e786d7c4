/** Arguments as programs give them, looked at in Node's manner. */
import { fileURLToPath } from "node:url";
import { invalidArgument } from "./errors.ts";

export type Options = Readonly<Record<string, unknown>>;

/** Undefined options are none. Throws TypeError for what is no object. */
export function optionsOf(options: unknown): Options {
  if (options === undefined) return {};
  if (typeof options !== "object" || options === null)
    throw invalidArgument('The "options" argument must be an object.');
  return options as Options;
}

export function booleanOption(options: Options, name: string, byDefault: boolean): boolean {
  const value = options[name];
  if (value === undefined) return byDefault;
  if (typeof value !== "boolean") throw invalidArgument(`The "options.${name}" argument must be a boolean.`);
  return value;
}

export function integerOption(options: Options, name: string, byDefault: number): number {
  const value = options[name];
  if (value === undefined) return byDefault;
  if (typeof value !== "number" || !Number.isInteger(value))
    throw invalidArgument(`The "options.${name}" argument must be an integer.`);
  return value;
}

export function stringOption(options: Options, name: string, byDefault: string): string {
  const value = options[name];
  if (value === undefined) return byDefault;
  if (typeof value !== "string") throw invalidArgument(`The "options.${name}" argument must be a string.`);
  return value;
}

export function functionOption<F>(options: Options, name: string): F | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value !== "function") throw invalidArgument(`The "options.${name}" argument must be a function.`);
  return value as F;
}

export function booleanArgument(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw invalidArgument(`The "${name}" argument must be a boolean.`);
  return value;
}

export function stringArgument(value: unknown, name: string): string {
  if (typeof value !== "string") throw invalidArgument(`The "${name}" argument must be a string.`);
  return value;
}

/** A path from a string, its bytes, or a file URL. */
export function pathArgument(value: unknown): string {
  const path =
    value instanceof Uint8Array ? Buffer.from(value).toString() : value instanceof URL ? pathOfUrl(value) : value;
  if (typeof path !== "string" || path.includes("\0"))
    throw invalidArgument('The "path" argument must be a string, Uint8Array, or URL without null bytes.');
  return path;
}

function pathOfUrl(url: URL): string {
  if (url.protocol !== "file:")
    throw Object.assign(new TypeError("The URL must be of scheme file:"), { code: "ERR_INVALID_URL_SCHEME" });
  return fileURLToPath(url);
}
