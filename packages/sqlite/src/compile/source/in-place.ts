/**
 * Rows of tables read where they lie on their pages.
 *
 * A loop goes along the cells of a leaf by itself and asks the cursor for the next leaf. Of a row it reads the header up to the last column that
 * is used, each type once, and makes a value of a column where it is first used. Where the tree may have changed since (`isGuarded`) the
 * cursor's version tells, and the row is read through the cursor instead.
 */
import type { Affinity } from "../../values/affinity.ts";
import { ROWID } from "../../schema/table.ts";
import { ROWID_SLOT, type TableColumns } from "../../runtime/sources/table-columns.ts";
import type { Generator } from "./generator.ts";
import type { RawColumn, Value } from "./value.ts";

export interface InPlace {
  readonly source: number;
  readonly columns: TableColumns;
  /** Variables: the cursor, its version when the row was found, and the row's place on the leaf (undefined: the cursor stands there anyway). */
  readonly cursor: string;
  readonly version: string;
  readonly index: string | undefined;
  /** Variables: the record's memory, its end and its header's end; the page's memory, and where the rowid stands in it. */
  readonly bytes: string;
  readonly view: string;
  readonly end: string;
  readonly headerEnd: string;
  readonly page: string;
  readonly rowidAt: string;
  isGuarded: boolean;
}

/** Declares the variables for the cells of the leaf on which a cursor stands. */
export function declareLeaf(gen: Generator, id: number): void {
  gen.line(`let g${id}, y${id}, w${id}, m${id} = 0, z${id} = 0, i${id} = 0, v${id} = 0;`);
  enterLeaf(gen, id);
}

/** Sets them, for the leaf that the cursor has come to. */
export function enterLeaf(gen: Generator, id: number): void {
  gen.line(
    `g${id} = c${id}.leaf; y${id} = g${id}.bytes; w${id} = g${id}.view; m${id} = cellCount(g${id}); z${id} = pointersOf(g${id}); i${id} = c${id}.leafIndex; v${id} = c${id}.version;`,
  );
}

/** Begins to read the row at `i` of the leaf; the source is in place from here on. */
export function openRow(gen: Generator, source: number, id: number, columns: TableColumns, walks: boolean): InPlace {
  gen.line(`let a${id} = w${id}.getUint16(z${id} + 2 * i${id});`);
  gen.line(`if (a${id} < z${id} || a${id} > u${id} - 4) malformed();`);
  gen.line(`let l${id} = y${id}[a${id}++];`);
  gen.line(`if (l${id} > 127) { l${id} = varintAt(y${id}, a${id} - 1); a${id} = varintAfter(); }`);
  gen.line(`const d${id} = a${id};`);
  gen.line(
    `if (y${id}[a${id}] < 128) a${id} += 1; else if (y${id}[a${id} + 1] < 128) a${id} += 2; else if (y${id}[a${id} + 2] < 128) a${id} += 3; else a${id} = skipVarint(y${id}, a${id});`,
  );
  gen.line(`let b${id} = y${id}, x${id} = w${id}, e${id} = a${id} + l${id};`);
  gen.block(`if (l${id} > o${id})`, () => {
    gen.line(`v${id} = c${id}.stand(i${id});`);
    gen.line(
      `const whole = c${id}.payload(); b${id} = whole.bytes; x${id} = whole.view; a${id} = whole.start; e${id} = whole.end;`,
    );
  });
  gen.line(`else if (e${id} > u${id}) malformed();`);
  gen.line(`let q${id} = b${id}[a${id}], h${id} = a${id} + 1;`);
  gen.line(`if (q${id} > 127) { q${id} = varintAt(b${id}, a${id}); h${id} = varintAfter(); }`);
  gen.line(`q${id} += a${id}; let f${id} = q${id};`);
  gen.line(`if (q${id} > e${id} || h${id} > q${id}) malformed();`);
  gen.scope.headers.set(source, { next: 0, header: `h${id}`, content: `f${id}` });
  return {
    source,
    columns,
    cursor: `c${id}`,
    version: `v${id}`,
    index: walks ? `i${id}` : undefined,
    bytes: `b${id}`,
    view: `x${id}`,
    end: `e${id}`,
    headerEnd: `q${id}`,
    page: `y${id}`,
    rowidAt: `d${id}`,
    isGuarded: false,
  };
}

/** A column of a source that is read in place. */
export function columnInPlace(gen: Generator, place: InPlace, column: number): Value {
  const key = `${place.source}:${column}`;
  const known = gen.scope.value(key);
  if (known !== undefined) return known;
  const value = place.isGuarded ? guarded(gen, place, column) : read(gen, place, column);
  gen.scope.values.set(key, value);
  return value;
}

/** The column where it lies; undefined: it is the rowid, it has been read already, or it has to be asked for first whether it is there. */
export function rawInPlace(gen: Generator, place: InPlace, column: number): RawColumn | undefined {
  if (place.isGuarded || isRowid(place, column) || gen.scope.value(`${place.source}:${column}`) !== undefined)
    return undefined;
  return locate(gen, place, column);
}

function isRowid(place: InPlace, column: number): boolean {
  return column === ROWID || place.columns.slots[column] === ROWID_SLOT;
}

function read(gen: Generator, place: InPlace, column: number): Value {
  if (isRowid(place, column)) return gen.define(1, `rowidAt(${place.page}, ${place.rowidAt})`);
  const value = gen.declare();
  readRaw(gen, locate(gen, place, column), value);
  return value;
}

function guarded(gen: Generator, place: InPlace, column: number): Value {
  const value = gen.declare();
  gen.block(`if (${place.cursor}.version === ${place.version})`, () => {
    if (isRowid(place, column)) gen.line(`${value.p} = rowidAt(${place.page}, ${place.rowidAt}); ${value.t} = 1;`);
    else readRaw(gen, locate(gen, place, column), value);
  });
  gen.line(`else { ${value.p} = S${place.source}.read(frame, ${column}); ${value.t} = frame.tag; }`);
  return value;
}

/** Reads the header up to a column, if that has not been done. */
function locate(gen: Generator, place: InPlace, column: number): RawColumn {
  const { source } = place;
  const slot = place.columns.slots[column]!;
  const known = gen.scope.raw(`${source}:${slot}`);
  if (known !== undefined) return { ...known, ...facts(place, column) };
  const { state, isOwn } = gen.scope.header(source)!; // opened with the row
  let { header, content } = state;
  if (!isOwn) {
    const id = gen.fresh();
    gen.line(`let h${id} = ${header}, f${id} = ${content};`);
    [header, content] = [`h${id}`, `f${id}`];
  }
  let found: RawColumn | undefined;
  for (let at = state.next; at <= slot; at++) {
    const id = gen.fresh();
    gen.line(`let t${id} = ${header} < ${place.headerEnd} ? ${place.bytes}[${header}++] : -1;`);
    gen.line(`if (t${id} > 127) { t${id} = varintAt(${place.bytes}, ${header} - 1); ${header} = varintAfter(); }`);
    gen.line(`const o${id} = ${content};`);
    gen.line(`${content} += t${id} < 12 ? LENGTHS[t${id} + 1] : (t${id} - 12) >>> 1;`);
    found = { type: `t${id}`, at: `o${id}`, bytes: place.bytes, view: place.view, ...facts(place, column) };
    gen.scope.raws.set(`${source}:${at}`, found);
  }
  gen.line(`if (${content} > ${place.end} || ${header} > ${place.headerEnd}) malformed();`);
  gen.scope.headers.set(source, { next: slot + 1, header, content });
  return found!; // the slot was not known, so that it is not below `next`
}

function facts(place: InPlace, column: number): { affinity: Affinity | undefined; missing: string } {
  return {
    affinity: place.columns.table.columns[column]?.affinity,
    missing: `S${place.source}.columns.defaultOf(${column}, frame.encoding)`,
  };
}

/** Makes a value of what was found. */
export function readRaw(gen: Generator, raw: RawColumn, into: Value): void {
  const { type, at, bytes, view, affinity, missing } = raw;
  const integer =
    affinity === "REAL"
      ? `${into.t} = 2; ${into.p} = Number(integerAt(${bytes}, ${view}, ${at}, ${type}));`
      : `${into.t} = 1; ${into.p} = integerAt(${bytes}, ${view}, ${at}, ${type});`;
  const real = `${into.p} = ${view}.getFloat64(${at}); ${into.t} = 2; if (${into.p} !== ${into.p}) { ${into.t} = 0; ${into.p} = null; }`;
  const long = `if (${type} & 1) { ${into.t} = 3; ${into.p} = textAt(${bytes}, ${at}, ${at} + ((${type} - 13) >>> 1), frame.encoding); } else { ${into.t} = 4; ${into.p} = ${bytes}.slice(${at}, ${at} + ((${type} - 12) >>> 1)); }`;
  const rest = `else if (${type} < 0) { const cells = ${missing}; ${into.t} = cells.tags[0]; ${into.p} = cells.payloads[0]; }`;
  const isInteger = `(${type} > 0 && ${type} < 7) || ${type} === 8 || ${type} === 9`;
  if (affinity === "TEXT" || affinity === "BLOB") {
    gen.line(`if (${type} >= 12) { ${long} }`);
    gen.line(`else if (${isInteger}) { ${integer} }`);
    gen.line(`else if (${type} === 7) { ${real} }`);
  } else if (affinity === "REAL") {
    gen.line(`if (${type} === 7) { ${real} }`);
    gen.line(`else if (${isInteger}) { ${integer} }`);
    gen.line(`else if (${type} >= 12) { ${long} }`);
  } else {
    gen.line(`if (${isInteger}) { ${integer} }`);
    gen.line(`else if (${type} >= 12) { ${long} }`);
    gen.line(`else if (${type} === 7) { ${real} }`);
  }
  gen.line(rest);
}
