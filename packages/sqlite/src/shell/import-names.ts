/** Names for columns from the first row of an import: equal ones, whatever their case, get numbers. */
export function uniqueNames(given: readonly string[]): { readonly names: string[]; readonly renamed: string } {
  const base = given.map((name) => (name === "" ? "?" : name));
  const counts = new Map<string, number>();
  for (const name of base) counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  const digits = String(base.length).length;
  const renamed: string[] = [];
  const names = base.map((name, at) => {
    if (counts.get(name.toLowerCase()) === 1) return name;
    const made = `${name}_${String(at + 1).padStart(digits, "0")}`;
    renamed.push(`"${name}" to "${made}"`);
    return made;
  });
  return { names, renamed: renamed.join(",\n") };
}
