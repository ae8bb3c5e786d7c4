/**
 * Formats of printf, read: texts and conversions in turn.
 *
 * A conversion is `%`, flags (`-+ #!0,`), width, `.` precision, `l`s, which mean nothing, and a letter.
 */
import type { NumberStyle } from "./printf-numbers.ts";

export interface Conversion extends NumberStyle {
  readonly letter: string;
  /** Arguments of their own tell width and precision. */
  readonly takesWidth: boolean;
  readonly takesPrecision: boolean;
}

const CONVERSION = /%([-+ #!0,]*)([1-9]\d*|\*)?(?:\.(\*|\d*))?(?:ll?)?([^]?)/y;

/** The pieces of a format, which is to hold no NUL. A % at the very end is a text. */
export function parseFormat(format: string): readonly (string | Conversion)[] {
  const pieces: (string | Conversion)[] = [];
  for (let at = 0; at < format.length; at = CONVERSION.lastIndex) {
    const percent = format.indexOf("%", at);
    if (percent !== at) pieces.push(format.slice(at, percent < 0 ? undefined : percent));
    if (percent < 0) break;
    if (percent === format.length - 1) {
      pieces.push("%");
      break;
    }
    CONVERSION.lastIndex = percent;
    pieces.push(conversionOf(CONVERSION.exec(format)!)); // everything but the % may be missing
  }
  return pieces;
}

function conversionOf([, flags = "", width = "", precision, letter = ""]: RegExpExecArray): Conversion {
  return {
    letter,
    width: width === "" || width === "*" ? 0 : digitsMod31(width),
    precision: precision === undefined || precision === "*" ? -1 : digitsMod31(precision),
    takesWidth: width === "*",
    takesPrecision: precision === "*",
    isLeft: flags.includes("-"),
    sign: flags.lastIndexOf("+") > flags.lastIndexOf(" ") ? "+" : flags.includes(" ") ? " " : "",
    alternate: flags.includes("#"),
    exclamation: flags.includes("!"),
    zeros: flags.includes("0"),
    commas: flags.includes(","),
  };
}

/** The lowest 31 bits. */
function digitsMod31(digits: string): number {
  return Number(BigInt(digits === "" ? 0 : digits) & 0x7fff_ffffn);
}
