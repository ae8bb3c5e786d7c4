/** Questions and records as lines in dig's columns. */
import type { Question } from "../message/message.ts";
import { CLASS, classText, typeText } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { rdataLayout, shortDuration } from "./rdata-layout.ts";
import { FULL_STYLE, type RecordStyle } from "./style.ts";

const TAB = 8;

/** Where TTL, class, type and data begin. What is left out leaves its column to the next. */
function columnsOf({ multiline, ttl, class: hasClass }: RecordStyle): readonly [number, number, number, number] {
  if (multiline || !(ttl || hasClass)) return [24, 24, 24, 32];
  return ttl && hasClass ? [24, 32, 40, 48] : [24, 24, 32, 40];
}

export function questionLine({ name, class: questionClass, type }: Question, style: RecordStyle = FULL_STYLE): string {
  const [, classAt, typeAt] = columnsOf(style);
  const line = new Columns(name.toString());
  // Also where records go without.
  line.put(classAt, className(questionClass, style));
  line.put(typeAt, typeName(type, style));
  return `;${line.text}`;
}

/** Over several lines where the style says so. */
export function recordLine(record: ResourceRecord, style: RecordStyle = FULL_STYLE): string {
  const { name, ttl, class: recordClass, type, rdata } = record;
  const [ttlAt, classAt, typeAt, dataAt] = columnsOf(style);
  const line = new Columns(name.toString());
  if (style.ttl) line.put(ttlAt, style.ttlUnits ? shortDuration(ttl) : String(ttl));
  if (style.class) line.put(classAt, className(recordClass, style));
  line.put(typeAt, typeName(type, style));
  if (rdata.length > 0 || recordClass === CLASS.IN) line.put(dataAt, rdataLayout(type, rdata, style));
  return line.text;
}

function className(code: number, { unknownFormat }: RecordStyle): string {
  return unknownFormat ? `CLASS${code}` : classText(code);
}

function typeName(code: number, { unknownFormat }: RecordStyle): string {
  return unknownFormat ? `TYPE${code}` : typeText(code);
}

/** A line whose parts begin at columns, behind tabs; one that is beyond its column already takes a blank. */
class Columns {
  text: string;
  /** Where the line ends, tabs counted. */
  #column: number;

  constructor(first: string) {
    this.text = first;
    this.#column = first.length;
  }

  put(wanted: number, part: string): void {
    const column = Math.max(wanted, this.#column + 1);
    const tabs = Math.floor(column / TAB) - Math.floor(this.#column / TAB);
    const blanks = tabs > 0 ? column % TAB : column - this.#column;
    this.text += "\t".repeat(tabs) + " ".repeat(blanks) + part;
    this.#column = column + part.length;
  }
}
