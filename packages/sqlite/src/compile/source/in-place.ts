/**
 * Rows of tables read where they lie on their pages.
 *
 * A loop goes along the cells of a leaf by itself and asks the cursor for the next leaf. Of a row it reads the header up to the last column that
 * is used, each type once, and makes a value of a column where it is first used. Where the tree may have changed since (`isGuarded`) the
 * cursor's version tells, and the row is read through the cursor instead.
 */
import type { Affinity } from "../../values/affinity.ts";
import { indexSlotOf, NO_SLOT, ROWID_SLOT, type TableColumns } from "../../runtime/sources/table-columns.ts";
import { type Index, ROWID, type Table } from "../../schema/table.ts";
import { Cells } from "../../values/value.ts";
import type { Expression } from "../program.ts";
import type { Generator } from "./generator.ts";
import type { RawColumn, Value } from "./value.ts";

/** Where columns stand in the records of a tree. */
export interface RecordShape {
  /** ROWID_SLOT: in front of the record; NO_SLOT: nowhere in this tree. */
  slotOf(column: number): number;
  readonly affinities: readonly { readonly affinity: Affinity }[];
  /** Rows may be shorter than their table, which was given columns later; entries of indexes only where the file is damaged. */
  readonly hasDefaults: boolean;
}

export interface InPlace {
  readonly source: number;
  readonly shape: RecordShape;
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

export function tableShape(columns: TableColumns): RecordShape {
  const { slots, table } = columns;
  return {
    slotOf: (column) => (column === ROWID ? ROWID_SLOT : slots[column]!),
    affinities: table.columns,
    hasDefaults: true,
  };
}

export function indexShape(table: Table, index: Index): RecordShape {
  return { slotOf: (column) => indexSlotOf(table, index, column), affinities: table.columns, hasDefaults: false };
}

/** Declares the variables for the cells of the leaf on which a cursor stands. */
export function declareLeaf(gen: Generator, id: number, kind: TreeKind): void {
  gen.line(`let g${id}, y${id}, w${id}, m${id} = 0, z${id} = 0, i${id} = 0, v${id} = 0;`);
  if (kind === "index") gen.line(`let n${id} = 0, r${id} = 0;`);
  enterLeaf(gen, id, kind);
}

export type TreeKind = "table" | "index";

/** Sets them, for the leaf that the cursor has come to. An index has entries on interior nodes too: there the cursor goes on after each. */
export function enterLeaf(gen: Generator, id: number, kind: TreeKind): void {
  gen.line(
    `g${id} = c${id}.leaf; y${id} = g${id}.bytes; w${id} = g${id}.view; m${id} = cellCount(g${id}); z${id} = pointersOf(g${id}); i${id} = c${id}.leafIndex; v${id} = c${id}.version;`,
  );
  if (kind === "index")
    gen.line(
      `if (isLeaf(g${id})) { n${id} = 0; r${id} = 0; } else { n${id} = 4; r${id} = i${id}; m${id} = i${id} + 1; }`,
    );
}

/** What a row is opened with; `accepts`: JavaScript that says whether the scan goes as far as the record whose memory, start and end it is given. */
export interface RowOptions {
  readonly source: number;
  readonly id: number;
  readonly kind: TreeKind;
  readonly shape: RecordShape;
  /** The loop goes along cells by itself. */
  readonly walks: boolean;
  readonly accepts?: ((record: string) => string) | undefined;
}

/** Begins to read the row at `i` of the leaf; the source is in place from here on. */
export function openRow(gen: Generator, { source, id, kind, shape, walks, accepts }: RowOptions): InPlace {
  gen.line(`let a${id} = w${id}.getUint16(z${id} + 2 * i${id});`);
  gen.line(`if (a${id} < z${id} || a${id} > u${id} - 4) malformed();`);
  if (kind === "index") gen.line(`a${id} += n${id};`);
  gen.line(`let l${id} = y${id}[a${id}++];`);
  gen.line(`if (l${id} > 127) { l${id} = varintAt(y${id}, a${id} - 1); a${id} = varintAfter(); }`);
  if (kind === "table") {
    gen.line(`const d${id} = a${id};`);
    gen.line(
      `if (y${id}[a${id}] < 128) a${id} += 1; else if (y${id}[a${id} + 1] < 128) a${id} += 2; else if (y${id}[a${id} + 2] < 128) a${id} += 3; else a${id} = skipVarint(y${id}, a${id});`,
    );
  }
  gen.line(`let b${id} = y${id}, x${id} = w${id}, e${id} = a${id} + l${id};`);
  gen.block(`if (l${id} > o${id})`, () => {
    gen.line(`v${id} = c${id}.stand(i${id});`);
    gen.line(
      `const whole = c${id}.payload(); b${id} = whole.bytes; x${id} = whole.view; a${id} = whole.start; e${id} = whole.end;`,
    );
  });
  gen.line(`else if (!(e${id} <= u${id})) malformed();`);
  if (accepts !== undefined) gen.line(`if (!${accepts(`b${id}, x${id}, a${id}, e${id}`)}) break;`);
  gen.line(`let q${id} = b${id}[a${id}], h${id} = a${id} + 1;`);
  gen.line(`if (q${id} > 127) { q${id} = varintAt(b${id}, a${id}); h${id} = varintAfter(); }`);
  gen.line(`q${id} += a${id}; let f${id} = q${id};`);
  gen.line(`if (!(q${id} <= e${id}) || h${id} > q${id}) malformed();`);
  gen.scope.headers.set(`c${id}`, { next: 0, header: `h${id}`, content: `f${id}` });
  return {
    source,
    shape,
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
  const value =
    place.shape.slotOf(column) === NO_SLOT
      ? columnOfRow(gen, place, column)
      : place.isGuarded
        ? guarded(gen, place, column)
        : read(gen, place, column);
  gen.scope.values.set(key, value);
  return value;
}

/** A column that the index does not have: its row is looked up where it is first needed, and read in place too. */
function columnOfRow(gen: Generator, entry: InPlace, column: number): Value {
  const { source } = entry;
  let row = gen.scope.row(source);
  if (row === undefined && !entry.isGuarded) {
    const rowid = columnInPlace(gen, entry, ROWID);
    const id = gen.fresh();
    gen.line(`const c${id} = S${source}.rows;`);
    gen.line(`if (${rowid.t} !== 1 || c${id}.seek(${rowid.p}) !== 0) malformed();`);
    declareGeometry(gen, source, id, "table");
    declareLeaf(gen, id, "table");
    const shape = tableShape(gen.layout.tables[source]!);
    row = openRow(gen, { source, id, kind: "table", shape, walks: false });
    gen.scope.rows.set(source, row);
    gen.lookedUp.push(row);
  }
  if (row !== undefined) return row.isGuarded ? guarded(gen, row, column) : read(gen, row, column);
  if (entry.index !== undefined)
    gen.line(
      `if (${entry.cursor}.version === ${entry.version}) ${entry.version} = ${entry.cursor}.stand(${entry.index});`,
    );
  return gen.define(undefined, `S${source}.read(frame, ${column})`);
}

/** Variables for what the page's size decides. */
export function declareGeometry(gen: Generator, source: number, id: number, kind: TreeKind): void {
  const layout = gen.program.sources[source]!;
  if (layout.kind !== "table" && layout.kind !== "index") throw new Error("only trees have rows in place");
  const most = kind === "table" ? "maxTableLocal" : "maxIndexLocal";
  gen.line(`const { usableSize: u${id}, ${most}: o${id} } = frame.environment.btree(${layout.database}).geometry;`);
}

/** The column where it lies; undefined: it is the rowid, it has been read already, or it has to be asked for first whether it is there. */
export function rawInPlace(gen: Generator, place: InPlace, column: number): RawColumn | undefined {
  if (place.isGuarded || place.shape.slotOf(column) < 0 || gen.scope.value(`${place.source}:${column}`) !== undefined)
    return undefined;
  return locate(gen, place, column);
}

/** A column that can be looked at without a value being made of it; undefined: `expression` is no such thing. */
export function rawOf(gen: Generator, expression: Expression): RawColumn | undefined {
  if (expression.kind !== "column" || gen.scope.isNull(expression.source)) return undefined;
  const place = gen.inPlace.find(({ source }) => source === expression.source);
  return place === undefined ? undefined : rawInPlace(gen, place, expression.column);
}

/** A variable that says whether a column is NULL. */
export function rawIsNull(gen: Generator, { type, at, view, missing }: RawColumn): string {
  const id = gen.fresh();
  gen.line(`let b${id} = ${type} === 0 || ${type} === 10 || ${type} === 11;`);
  gen.line(
    `if (${type} === 7) b${id} = Number.isNaN(${view}.getFloat64(${at})); else if (${type} < 0) b${id} = ${missing}.tags[0] === 0;`,
  );
  return `b${id}`;
}

function isRowid({ shape }: InPlace, column: number): boolean {
  return shape.slotOf(column) === ROWID_SLOT;
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
  const slot = place.shape.slotOf(column);
  const known = gen.scope.raw(`${place.cursor}:${slot}`);
  if (known !== undefined) return { ...known, ...facts(gen, place, column) };
  const { state, isOwn } = gen.scope.header(place.cursor)!; // opened with the row
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
    found = { type: `t${id}`, at: `o${id}`, bytes: place.bytes, view: place.view, ...facts(gen, place, column) };
    gen.scope.raws.set(`${place.cursor}:${at}`, found);
  }
  gen.line(`if (${content} > ${place.end} || ${header} > ${place.headerEnd}) malformed();`);
  gen.scope.headers.set(place.cursor, { next: slot + 1, header, content });
  return found!; // the slot was not known, so that it is not below `next`
}

const ONE_NULL = new Cells(1);

function facts(gen: Generator, place: InPlace, column: number): { affinity: Affinity | undefined; missing: string } {
  return {
    affinity: place.shape.affinities[column]?.affinity,
    missing: place.shape.hasDefaults
      ? `S${place.source}.columns.defaultOf(${column}, frame.encoding)`
      : gen.constant(ONE_NULL),
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
  const long = `if (${type} & 1) { ${into.t} = 3; ${into.p} = ${gen.textReader}(${bytes}, ${at}, ${at} + ((${type} - 13) >>> 1), frame.encoding); } else { ${into.t} = 4; ${into.p} = ${bytes}.slice(${at}, ${at} + ((${type} - 12) >>> 1)); }`;
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
