/** The data of a record field by field: rows by their fields, SVCB by its parameters, other types as one text. */
import { compressibleName, decompressibleName, exactName, foldableName } from "../rdata/fields/names.ts";
import { characterStrings } from "../rdata/fields/strings.ts";
import { type Field, WHOLE } from "../rdata/format.ts";
import { paramFormat, paramName } from "../rdata/formats/svcb-params.ts";
import { copyRdata, MAX_RDATA_BYTES, rdataText } from "../rdata/rdata.ts";
import { formatOf } from "../rdata/registry.ts";
import { TYPE } from "../rdata/types.ts";
import { quotedText } from "../text/strings.ts";
import type { WireReader } from "../wire/reader.ts";
import { WireWriter } from "../wire/writer.ts";
import { type FieldReader, type MessageField, problemOf } from "./field-reader.ts";

const NAMES: ReadonlyMap<unknown, "pointers" | "plain"> = new Map<unknown, "pointers" | "plain">([
  [compressibleName, "pointers"],
  [decompressibleName, "pointers"],
  [foldableName, "plain"],
  [exactName, "plain"],
]);

/**
 * Describes the `length` bytes at the reader, whose end is theirs, into `parts`. The text is that of master files, and empty when the data
 * breaks its format; the problem is what no single part of it has.
 */
export function describeRdata(
  reader: WireReader,
  type: number,
  length: number,
  fields: FieldReader,
  parts: MessageField[],
): { readonly text: string; readonly problem?: string } {
  const start = reader.at;
  const plain = new WireWriter("plain", MAX_RDATA_BYTES, length);
  const { end } = reader;
  const problem = problemOf(() => copyRdata(type, length, reader, plain));
  // A reader that was stopped in between keeps narrower bounds.
  reader.end = end;
  const text = problem === undefined ? rdataText(type, plain.take()) : "";
  reader.at = start;
  describeParts(reader, type, fields, parts);
  const isTold = fields.isBroken || parts.some((part) => part.problem !== undefined) || reader.at < reader.end;
  return { text, ...(problem !== undefined && !isTold && { problem }) };
}

function describeParts(reader: WireReader, type: number, fields: FieldReader, parts: MessageField[]): void {
  const format = formatOf(type);
  if (type === TYPE.SVCB || type === TYPE.HTTPS) {
    describeService(reader, fields, parts);
  } else if (format?.fields === undefined) {
    reader.skip(reader.remaining);
  } else {
    for (const { label, field } of format.fields) {
      if (!fields.isBroken) describeField(reader, label, field, fields, parts);
    }
  }
}

function describeField(
  reader: WireReader,
  label: string,
  field: Field<unknown>,
  fields: FieldReader,
  parts: MessageField[],
): void {
  const compression = NAMES.get(field);
  if (compression !== undefined) {
    fields.name(parts, label, compression);
  } else if (field === characterStrings) {
    do fields.read(parts, "string", () => reader.take(reader.u8()), quotedText);
    while (reader.remaining > 0 && !fields.isBroken);
  } else {
    const start = reader.at;
    fields.read(
      parts,
      label,
      () => {
        field.read(reader);
        reader.at = start;
        return field.print(reader, WHOLE);
      },
      (text) => text,
    );
  }
}

/** RFC 9460 §2.2. */
function describeService(reader: WireReader, fields: FieldReader, parts: MessageField[]): void {
  fields.number(parts, "priority", "u16");
  if (!fields.isBroken) fields.name(parts, "target", "plain");
  while (reader.remaining > 0 && !fields.isBroken) {
    const start = reader.at;
    const children: MessageField[] = [];
    const key = fields.read(children, "key", () => reader.u16(), paramName);
    const length = key === undefined ? undefined : fields.number(children, "length", "u16");
    let value = "";
    if (key !== undefined && length !== undefined) {
      const bytes = reader.bytes.subarray(reader.at, Math.min(reader.end, reader.at + length));
      fields.within(children, "value", length, () => {
        reader.skip(reader.remaining);
        const problem = problemOf(() => paramFormat(key).check(bytes));
        if (problem !== undefined) return { value: "", problem };
        value = paramFormat(key).print(bytes) ?? "";
        return { value };
      });
    }
    const label = key === undefined ? "parameter" : paramName(key);
    parts.push({ label, value, start, end: reader.at, children });
  }
}
