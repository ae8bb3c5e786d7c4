/** Values of SQL as the page gets them. */
import type { Cell } from "./sqlite-wire.ts";

/** Of longer texts only the start is sent, in UTF-16 units, */
const MAX_TEXT = 2_000;
/** and of blobs, in bytes. */
const MAX_BLOB_BYTES = 256;

/** `value` comes from a statement whose INTEGERs are BigInts, so every number is a REAL. */
export function cellOf(value: string | number | bigint | Uint8Array | null): Cell {
  switch (typeof value) {
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : { integer: String(value) };
    case "number":
      return Number.isInteger(value) || !Number.isFinite(value) ? { real: realText(value) } : value;
    case "string":
      return value.length <= MAX_TEXT ? value : { text: value.slice(0, MAX_TEXT), length: value.length };
    default:
      if (value === null) return null;
      return { blob: hex(value.subarray(0, MAX_BLOB_BYTES)), length: value.length };
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** As SQLite writes REALs that have no fraction: `1.0`, `1.0e+21`, `-Inf`. */
function realText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return text.includes("e") ? text.replace(/^(-?\d+)e/, "$1.0e") : `${text}.0`;
}

/** About how much of an answer it takes, in UTF-16 units. */
export function sizeOf(cell: Cell): number {
  if (typeof cell === "string") return cell.length + 3;
  if (cell === null || typeof cell === "number") return 12;
  return "text" in cell ? cell.text.length + 30 : "blob" in cell ? cell.blob.length + 30 : 30;
}
