/** Values as text. */
import type { Cell } from "../../../src/tools/sqlite/sqlite-wire.ts";
import { bytes } from "../../format.ts";

export type CellKind = "null" | "number" | "text" | "blob";

export interface ShownCell {
  readonly kind: CellKind;
  /** In one line. */
  readonly text: string;
}

/** Longest text of a cell in the table, in UTF-16 units: what is behind it is out of sight. */
const MAX_LINE = 200;

export function shown(cell: Cell): ShownCell {
  if (cell === null) return { kind: "null", text: "NULL" };
  if (typeof cell === "number") return { kind: "number", text: String(cell) };
  if (typeof cell === "string") return { kind: "text", text: oneLine(cell) };
  if ("real" in cell) return { kind: "number", text: cell.real };
  if ("integer" in cell) return { kind: "number", text: cell.integer };
  if ("text" in cell) return { kind: "text", text: oneLine(cell.text) };
  const start = cell.blob.slice(0, 32);
  return { kind: "blob", text: `x'${start}${start.length < 2 * cell.length ? "…" : ""}' · ${bytes(cell.length)}` };
}

/** Line breaks and other control characters as their pictures. */
function oneLine(text: string): string {
  const line = text
    .slice(0, MAX_LINE)
    .replaceAll(/[\u0000-\u001f]/g, (sign) => String.fromCharCode(0x2400 + sign.charCodeAt(0)));
  return text.length > MAX_LINE ? `${line}…` : line;
}

/** The whole of what was sent. */
export function inFull(cell: Cell): string {
  if (typeof cell === "string") return cell;
  if (cell === null || typeof cell === "number") return shown(cell).text;
  if ("text" in cell) return `${cell.text}…\n(the first ${cell.text.length} of ${cell.length} characters)`;
  if ("blob" in cell) {
    const lines = cell.blob.match(/.{1,32}/g) ?? [];
    const rest = cell.blob.length < 2 * cell.length ? [`… ${bytes(cell.length)} in all`] : [];
    return [...lines.map((line) => line.replaceAll(/..(?=.)/g, "$& ")), ...rest].join("\n");
  }
  return shown(cell).text;
}

/** Of numbers, as far as a chart can be exact. */
export function numberOf(cell: Cell): number | undefined {
  if (typeof cell === "number") return cell;
  if (cell === null || typeof cell === "string") return undefined;
  if ("integer" in cell) return Number(cell.integer);
  const value = "real" in cell ? Number(cell.real) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
