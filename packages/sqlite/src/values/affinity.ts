/** Affinities: what a column makes of values that it is given (https://www.sqlite.org/datatype3.html §3). */

export type Affinity = "BLOB" | "TEXT" | "NUMERIC" | "INTEGER" | "REAL";

/** The affinity of a declared type, by the first of the rules that fits: INT; CHAR, CLOB, TEXT; BLOB or no type; REAL, FLOA, DOUB; any other. */
export function affinityOfType(type: string): Affinity {
  const name = type.toUpperCase();
  if (name.includes("INT")) return "INTEGER";
  if (name.includes("CHAR") || name.includes("CLOB") || name.includes("TEXT")) return "TEXT";
  if (name === "" || name.includes("BLOB")) return "BLOB";
  if (name.includes("REAL") || name.includes("FLOA") || name.includes("DOUB")) return "REAL";
  return "NUMERIC";
}
