import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { SELECT_SCHEMA } from "../../support/random-select.ts";
import { expectSame } from "../../support/side-by-side.ts";

/** A statement a line. */
function script(name: string): string[] {
  const path = fileURLToPath(new URL(`../../support/${name}`, import.meta.url));
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

const SCHEMA = SELECT_SCHEMA.split(";").filter((statement) => statement.trim() !== "");

describe.each(["closures", "source"] as const)("with %s", (backEnd) => {
  it("affinities, collations, rows of values, aliases and outer columns mean what they mean in the original", () => {
    expectSame([...SCHEMA, ...script("resolve-meaning.sql")], backEnd);
  });

  it("constraints, indexes, triggers, views, changes and RETURNING find the same names and mistakes", () => {
    expectSame(script("resolve-statements.sql"), backEnd);
  });

  it("names find their database: temporary, main, attached", () => {
    expectSame(script("resolve-databases.sql"), backEnd);
  });

  it("result columns are called as full_column_names and short_column_names say", () => {
    expectSame(script("resolve-names.sql"), backEnd);
  });
});
