/** Names inside rdata. */
import { MAX_NAME_BYTES } from "../../name/limits.ts";
import type { Name } from "../../name/name.ts";
import type { NameTreatment } from "../../wire/writer.ts";
import { type Field, NAME_FIELDS } from "../format.ts";

const scratch = new Uint8Array(MAX_NAME_BYTES);

function nameField(treatment: NameTreatment, pointers: "pointers" | "plain"): Field<Name> {
  return {
    read: (from) => from.name(pointers),
    write: (to, name) => to.name(name, treatment),
    parse(from, to, what) {
      from.take(what);
      to.prefixOf(scratch, from.tokenNameInto(scratch));
    },
    print: (from) => from.name(pointers).toString(),
  };
}

/** RFC 1035's types: compressed in messages, lower-cased in the canonical form. */
export const compressibleName: Field<Name> = nameField("compressible", "pointers");
/** Types that RFC 3597 §4 wants decompressed and never compressed; lower-cased in the canonical form. */
export const decompressibleName: Field<Name> = nameField("foldable", "pointers");
/** Never compressed; lower-cased in the canonical form (RFC 4034 §6.2). */
export const foldableName: Field<Name> = nameField("foldable", "plain");
/** Neither: all types after RFC 4034, and NSEC (RFC 6840 §5.1). */
export const exactName: Field<Name> = nameField("exact", "plain");

for (const field of [compressibleName, decompressibleName, foldableName]) NAME_FIELDS.add(field);

/** Names to the end of the rdata. */
export const exactNames: Field<readonly Name[]> = {
  read(from) {
    const names: Name[] = [];
    while (from.remaining > 0) names.push(from.name("plain"));
    return names;
  },
  write(to, names) {
    for (const name of names) to.name(name, "exact");
  },
  parse(from, to, what) {
    while (!from.atEnd()) to.bytes(from.name(what).wire);
  },
  print: (from) => exactNames.read(from).join(" "),
};
