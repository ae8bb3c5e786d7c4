/** CREATE TABLE statements, right ones and wrong ones, from a seed. */
import { randomBelow } from "./random-below.ts";

const TYPES = [
  "",
  "INTEGER",
  "int",
  "TEXT",
  "varchar(10)",
  "REAL",
  "double precision",
  "BLOB",
  "ANY",
  "numeric",
  "decimal(10, 2)",
];
const COLLATIONS = ["nocase", "BINARY", "rtrim"];
const CONFLICTS = ["", " ON CONFLICT REPLACE", " ON CONFLICT IGNORE", " on conflict abort"];
const DEFAULTS = [
  "1",
  "-1",
  "'x'",
  "null",
  "(1 + 2)",
  "current_time",
  "foo",
  "x'00'",
  "+ 1.5",
  "true",
  "(a)",
  "(abs(-1))",
];
const ACTIONS = [
  "",
  " ON DELETE CASCADE",
  " on update set null",
  " ON DELETE SET DEFAULT ON UPDATE RESTRICT",
  " DEFERRABLE INITIALLY DEFERRED",
];

export function randomTable(seed: number): string {
  const below = randomBelow(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const sometimes = (inverse: number, text: () => string): string => (below(inverse) === 0 ? text() : "");
  const names = ["a", "b", "c", "d", "e"].slice(0, 1 + below(5));
  const withoutRowid = below(4) === 0;
  const strict = below(5) === 0;
  const some = (): string =>
    Array.from(
      { length: 1 + below(3) },
      () => pick(names) + sometimes(5, () => ` COLLATE ${pick(COLLATIONS)}`) + sometimes(4, () => " DESC"),
    ).join(", ");
  const column = (name: string): string => {
    const type = strict && below(10) > 0 ? pick(["INT", "integer", "TEXT", "real", "BLOB", "any"]) : pick(TYPES);
    const constraints = [
      sometimes(
        withoutRowid ? 3 : 6,
        () => ` PRIMARY KEY${pick(["", "", " DESC", " ASC"])}${pick(CONFLICTS)}${sometimes(6, () => " AUTOINCREMENT")}`,
      ),
      sometimes(4, () => ` NOT NULL${pick(CONFLICTS)}`),
      sometimes(5, () => ` UNIQUE${pick(CONFLICTS)}`),
      sometimes(5, () => ` DEFAULT ${pick(DEFAULTS)}`),
      sometimes(6, () => ` collate ${pick(COLLATIONS)}`),
      sometimes(8, () => ` CHECK (${name} > 0)`),
      sometimes(8, () => ` REFERENCES p${sometimes(2, () => "(x)")}${pick(ACTIONS)}`),
      sometimes(10, () => ` ${pick(["GENERATED ALWAYS ", ""])}AS (1 + 1)${pick(["", " STORED", " virtual"])}`),
    ];
    return `${name} ${type}${constraints.toSorted(() => below(2) - 0.5).join("")}`;
  };
  const constraints = [
    sometimes(withoutRowid ? 2 : 4, () => `, PRIMARY KEY (${some()})${pick(CONFLICTS)}`),
    sometimes(3, () => `, UNIQUE (${some()})${pick(CONFLICTS)}`),
    sometimes(4, () => `, constraint u2 UNIQUE (${some()})`),
    sometimes(6, () => `, CHECK (${pick(names)} IS NOT NULL)`),
    sometimes(
      5,
      () =>
        `, FOREIGN KEY (${pick(names)}, ${pick(names)}) REFERENCES q${sometimes(2, () => pick(["(x, y)", "(x)"]))}${pick(ACTIONS)}`,
    ),
  ];
  const options = [withoutRowid ? "WITHOUT ROWID" : "", strict ? "STRICT" : ""].filter((option) => option !== "");
  return `CREATE TABLE t${seed}(${names.map(column).join(", ")}${constraints.join("")}) ${options.join(", ")}`;
}
