/**
 * The config's schema, put together from the systems' own. It is both the judge of a config and, as JSON Schema, what
 * an editor knows of one.
 *
 * Convention, here and in the systems' files: the `error` of every part completes the sentence “expected …”;
 * `problems.ts` makes the rest of the sentence.
 */
import * as z from "zod";
import { SYSTEMS } from "../systems.ts";
import type { AnySystem } from "../systems/system.ts";
import type { StackConfig } from "./config.ts";

const SETTINGS = "an object of settings";
const ON_OFF_OR_SETTINGS = "true, false or an object of settings";
const PORT = "a port, a whole number from 0 to 65535";
const FOLDER = "true, false or the path of a folder";
const DATABASES = "an object of names and paths of database files";
const DATABASE = "the path of a database file";
const VARIABLE = "a name of letters, digits and _";

const port = z.int(PORT).min(0, PORT).max(65_535, PORT);

/** Beside `external` only these make sense: nothing is started that could have settings. */
const KEYS_WITH_EXTERNAL: ReadonlySet<string> = new Set(["external", "env"]);

function serviceSchema(system: AnySystem): z.ZodType {
  const schemes = system.schemes.map((scheme) => `${scheme}://…`).join(" or ");
  const hostWithScheme = new RegExp(`^(?:${system.schemes.join("|")})://[^/]`);
  const settings = object(
    {
      port: port.describe(`Where to listen; without it ${system.port}, or a free port where that is taken.`).optional(),
      host: z.string("an address to listen on").min(1, "an address to listen on").optional(),
      env: z
        .record(
          z.string().regex(/^[A-Za-z_]\w*$/, VARIABLE),
          z.string("text, with {url}, {host} or {port} to fill in"),
          {
            error: "an object of variables",
          },
        )
        .describe("More variables for `tenon run`: names, and texts with {url}, {host} or {port} to fill in.")
        .optional(),
      external: z
        .string(`a URL like ${schemes}`)
        .regex(hostWithScheme, `a URL like ${schemes}`)
        .refine((text) => URL.canParse(text), `a URL like ${schemes}`)
        .describe("URL of a real one: none is started, this one is shown and passed on.")
        .optional(),
      ...system.schema(z),
    },
    system.otherKeys,
  ).check((context) => {
    if (context.value.external === undefined) return;
    for (const [key, input] of Object.entries(context.value)) {
      if (KEYS_WITH_EXTERNAL.has(key)) continue;
      context.issues.push({
        code: "custom",
        path: [key],
        input,
        message: "nothing beside `external`, which starts no server that could have it",
      });
    }
  });
  return z.union([z.boolean(), settings], ON_OFF_OR_SETTINGS).describe(system.summary);
}

/** An object of these keys and, where the system judges some of its keys itself, of keys like `otherKeys`. */
function object<Shape extends z.core.$ZodLooseShape>(shape: Shape, otherKeys: RegExp | undefined): z.ZodObject<Shape> {
  if (otherKeys === undefined) return z.strictObject(shape, SETTINGS);
  const scalar = z.union([z.string(), z.number(), z.boolean()], "text, a number, true or false");
  const open = z.object(shape, SETTINGS).catchall(scalar);
  return open.check((context) => {
    const keys = Object.keys(context.value).filter((key) => !Object.hasOwn(shape, key) && !otherKeys.test(key));
    if (keys.length > 0) context.issues.push({ code: "unrecognized_keys", keys, input: context.value });
  }) as unknown as z.ZodObject<Shape>;
}

const services = Object.values(SYSTEMS).map((system) => [system.name, serviceSchema(system).optional()] as const);

/** Of the whole config. `$schema` is what editors want in a JSON file. */
export const stackSchema: z.ZodType<StackConfig> = z.strictObject(
  {
    $schema: z.string("the address of a JSON schema").optional(),
    ...Object.fromEntries(services),
    data: z
      .union([z.boolean(), z.string().min(1, FOLDER)], FOLDER)
      .describe("Keeps data on disk: true under .tenon/ beside the config, or a folder.")
      .optional(),
    sqlite: z
      .strictObject(
        { databases: z.record(z.string(), z.string(DATABASE).min(1, DATABASE), DATABASES).optional() },
        SETTINGS,
      )
      .describe("SQLite files that the console opens: databases by their names.")
      .optional(),
    console: z
      .union(
        [
          z.boolean(),
          z.strictObject({ port: port.optional(), search: z.string().min(1, FOLDER).optional() }, SETTINGS),
        ],
        ON_OFF_OR_SETTINGS,
      )
      .describe("The web console of `tenon up`.")
      .optional(),
  },
  SETTINGS,
) as z.ZodType<StackConfig>;

/** The schema as JSON Schema (draft 2020-12). What only code can say (functions) is left out. */
export function stackJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(stackSchema, {
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      const { properties } = jsonSchema;
      if (properties === undefined) return;
      for (const [key, property] of Object.entries(properties)) {
        if (typeof property === "object" && Object.keys(property).length === 0) delete properties[key];
      }
    },
  });
}
