/**
 * The value of a column that a row does not have because the column was added later.
 *
 * The original takes for it what it can tell without running anything: literals, signs, CAST; anything else, which ADD COLUMN does not let in,
 * is NULL.
 */
import type { Column } from "../../schema/table.ts";
import type { Expression, Literal } from "../../sql/ast.ts";
import { narrowed } from "../../record/varint.ts";
import { type Affinity, affinityOfType } from "../../values/affinity.ts";
import { negate } from "../../values/arithmetic.ts";
import { applyAffinity, cast } from "../../values/cast.ts";
import type { TextEncoding } from "../../values/text-codec.ts";
import { numericPrefix } from "../../values/text-number.ts";
import { BLOB, Cells, INTEGER, NULL, REAL, TEXT } from "../../values/value.ts";

/** In a row of one. */
export function columnDefault(column: Column, encoding: TextEncoding): Cells {
  const cells = new Cells(1);
  if (column.default !== undefined) evaluate(column.default.expression, column.affinity, encoding, cells);
  return cells;
}

function evaluate(expression: Expression, affinity: Affinity, encoding: TextEncoding, cells: Cells): void {
  switch (expression.kind) {
    case "literal":
      literal(expression, cells);
      applyAffinity(cells, 0, cells.tags[0] !== TEXT && affinity === "BLOB" ? "NUMERIC" : affinity);
      break;
    case "identifier":
      if (!/^(?:true|false)$/i.test(expression.name)) return;
      cells.set(0, INTEGER, expression.name.length === 4 ? 1 : 0);
      applyAffinity(cells, 0, affinity);
      break;
    case "unary":
      evaluate(expression.operand, affinity, encoding, cells);
      if (expression.operator === "-") negate(cells, 0, 0, encoding);
      if (expression.operator === "-" || expression.operator === "+") applyAffinity(cells, 0, affinity);
      else cells.set(0, NULL, null);
      break;
    case "cast":
      evaluate(expression.operand, affinityOfType(expression.type), encoding, cells);
      cast(cells, 0, affinityOfType(expression.type), encoding);
      applyAffinity(cells, 0, affinity);
      break;
    default:
  }
}

function literal({ type, text }: Literal, cells: Cells): void {
  switch (type) {
    case "null":
      break;
    case "string":
      cells.set(0, TEXT, text);
      break;
    case "blob":
      cells.set(0, BLOB, bytesOfHex(text.slice(2, -1)));
      break;
    case "float":
      cells.set(0, REAL, Number(text.replaceAll("_", "")));
      break;
    case "integer": {
      const digits = text.replaceAll("_", "");
      if (/^0x/i.test(digits)) cells.set(0, INTEGER, narrowed(BigInt.asIntN(64, BigInt(digits))));
      else {
        const { integer, real } = numericPrefix(digits);
        if (integer === undefined) cells.set(0, REAL, real);
        else cells.set(0, INTEGER, integer);
      }
    }
  }
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16));
}
