/** From anything to a config that is known to be right. */
import type * as z from "zod";
import { ConfigError } from "./config-error.ts";
import type { StackConfig } from "./config.ts";
import { problemsOf } from "./problems.ts";
import { stackSchema } from "./schema.ts";

/** `value` as a config. Throws ConfigError, which names every problem; `source` says where the value came from. */
export function checkConfig(value: unknown, source = "config"): StackConfig {
  const result = stackSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(source, problemsOf(result.error.issues, value, keysAt));
}

/** The keys that the schema knows in the object at `path`. */
function keysAt(path: readonly PropertyKey[]): readonly string[] {
  let current: z.core.$ZodType | undefined = stackSchema;
  for (const key of path) current = shapeOf(current)?.[String(key)];
  // `$schema` is for editors; nobody means it.
  return Object.keys(shapeOf(current) ?? {}).filter((key) => !key.startsWith("$"));
}

/** The shape of an object schema, through what is optional and whichever alternative of a union is an object. */
function shapeOf(schema: z.core.$ZodType | undefined): Readonly<Record<string, z.core.$ZodType>> | undefined {
  if (schema === undefined) return undefined;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return def.shape;
    case "optional":
      return shapeOf(def.innerType);
    case "union":
      return def.options.map(shapeOf).find((shape) => shape !== undefined);
    default:
      return undefined;
  }
}
