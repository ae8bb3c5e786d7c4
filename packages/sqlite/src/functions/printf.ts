/**
 * format() and printf() (https://www.sqlite.org/printf.html): C's conversions, of them those that make sense for values, and SQL's own %q, %Q and %w.
 *
 * Width and precision count bytes, with `!` characters, so everything is done on binary strings (binary-string.ts). At a letter that is none the rest
 * is left out. Arguments that there are not count as NULL.
 */
import { type Cells, NULL } from "../values/value.ts";
import { integerAt, realAt, tagAt, textAt } from "./arguments.ts";
import { fromBinary, toBinary } from "./binary-string.ts";
import { pure } from "./core-values.ts";
import type { CallContext, ScalarFunction } from "./function.ts";
import { type Conversion, parseFormat } from "./printf-format.ts";
import { MAX_PRECISION, printInteger, printReal } from "./printf-numbers.ts";
import { escapedControls } from "./quote.ts";
import { Recent } from "./recent.ts";
import { beforeNul } from "./utf8.ts";

export const printfFunctions: readonly ScalarFunction[] = [
  pure("format", 0, Infinity, printf),
  pure("printf", 0, Infinity, printf),
];

const formats = new Recent<readonly (string | Conversion)[]>();

function printf(context: CallContext, cells: Cells, at: number, count: number): void {
  if (count === 0 || tagAt(cells, at) === NULL) return context.setNull();
  const format = beforeNul(toBinary(textAt(cells, at, context.encoding)));
  const pieces = formats.get(format) ?? formats.set(format, parseFormat(format));
  context.setText(fromBinary(new Formatter(context, cells, at + 1, at + count).format(pieces)));
}

/** Of 32 bits. */
const LEAST: number = -(2 ** 31);

class Formatter {
  readonly #context: CallContext;
  readonly #cells: Cells;
  /** The next argument. */
  #next: number;
  readonly #end: number;
  #result = "";

  constructor(context: CallContext, cells: Cells, start: number, end: number) {
    this.#context = context;
    this.#cells = cells;
    this.#next = start;
    this.#end = end;
  }

  format(pieces: readonly (string | Conversion)[]): string {
    for (const piece of pieces) {
      if (typeof piece === "string") this.#append(piece);
      else if (!this.#convert(piece.takesWidth || piece.takesPrecision ? this.#withArguments(piece) : piece)) break;
    }
    return this.#result;
  }

  #withArguments(conversion: Conversion): Conversion {
    const width = conversion.takesWidth ? this.#int32() : conversion.width;
    const precision = conversion.takesPrecision ? this.#int32() : conversion.precision;
    return {
      ...conversion,
      isLeft: conversion.isLeft || width < 0,
      width: width === LEAST ? 0 : Math.abs(width),
      precision: precision === LEAST ? -1 : conversion.takesPrecision ? Math.abs(precision) : precision,
    };
  }

  /** False: what follows is left out. */
  #convert(conversion: Conversion): boolean {
    switch (conversion.letter) {
      case "d":
      case "i":
      case "u":
      case "x":
      case "X":
      case "o":
      case "p":
      case "r":
        this.#reserve(Math.max(conversion.width, conversion.precision * (conversion.commas ? 4 / 3 : 1)));
        this.#pad(printInteger(this.#integer(), conversion.letter, conversion), conversion);
        return true;
      case "f":
      case "e":
      case "E":
      case "g":
      case "G":
        this.#reserve(Math.max(conversion.width, Math.min(conversion.precision, MAX_PRECISION)));
        this.#pad(printReal(this.#real(), conversion.letter, conversion), conversion);
        return true;
      case "s":
      case "z":
        this.#padText(leading(this.#text() ?? "", conversion), conversion);
        return true;
      case "q":
      case "Q":
      case "w":
        this.#padText(quoted(this.#text(), conversion), conversion);
        return true;
      case "c":
        this.#character(conversion);
        return true;
      case "%":
        this.#pad("%", conversion);
        return true;
      case "n":
        return true;
      default:
        return false;
    }
  }

  /** The first character, `precision` times. */
  #character(conversion: Conversion): void {
    const text = this.#text() ?? "";
    const character = /^[\xc0-\xff][\x80-\xbf]{0,3}/.exec(text)?.[0] ?? (text === "" ? "\0" : text[0]!);
    const times = Math.max(1, conversion.precision);
    this.#reserve(times * character.length);
    let width = conversion.width - (times - 1);
    if (times > 1 && width > 1 && !conversion.isLeft) {
      this.#append(" ".repeat(width - 1));
      width = 0;
    }
    this.#append(character.repeat(times - 1));
    this.#padText(character, { ...conversion, width: Math.max(0, width), exclamation: true });
  }

  #padText(text: string, conversion: Conversion): void {
    const { width } = conversion;
    if (!conversion.exclamation || width === 0) return this.#pad(text, conversion);
    let continuations = 0;
    for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xc0) === 0x80) continuations += 1;
    this.#pad(text, { ...conversion, width: width + continuations });
  }

  #pad(text: string, { width, isLeft }: Conversion): void {
    this.#reserve(Math.max(width, text.length));
    this.#append(isLeft ? text.padEnd(width) : text.padStart(width));
  }

  #append(text: string): void {
    this.#reserve(text.length);
    this.#result += text;
  }

  #reserve(bytes: number): void {
    this.#context.checkString(this.#result.length + bytes);
  }

  #integer(): bigint {
    if (this.#next >= this.#end) return 0n;
    this.#next += 1;
    return BigInt(integerAt(this.#cells, this.#next - 1, this.#context.encoding));
  }

  #int32(): number {
    return Number(BigInt.asIntN(32, this.#integer()));
  }

  #real(): number {
    if (this.#next >= this.#end) return 0;
    this.#next += 1;
    return realAt(this.#cells, this.#next - 1, this.#context.encoding);
  }

  /** Up to a NUL; undefined: there is none. */
  #text(): string | undefined {
    if (this.#next >= this.#end) return undefined;
    const at = this.#next;
    this.#next += 1;
    if (tagAt(this.#cells, at) === NULL) return undefined;
    return beforeNul(toBinary(textAt(this.#cells, at, this.#context.encoding)));
  }
}

/** As much of a text as the precision lets through. */
function leading(text: string, { precision, exclamation }: Conversion): string {
  if (precision < 0) return text;
  if (!exclamation) return text.slice(0, precision);
  let at = 0;
  for (let count = 0; count < precision && at < text.length; count++) at = characterEnd(text, at);
  return text.slice(0, at);
}

function characterEnd(text: string, at: number): number {
  let end = at + 1;
  if (text.charCodeAt(at) < 0xc0) return end;
  while ((text.charCodeAt(end) & 0xc0) === 0x80) end += 1;
  return end;
}

/** The precision counts what is quoted, not the quotes. */
function quoted(text: string | undefined, conversion: Conversion): string {
  const { letter, alternate } = conversion;
  if (text === undefined) return leading(letter === "Q" ? "NULL" : "(NULL)", conversion);
  const part = leading(text, conversion);
  if (letter === "w") return part.replaceAll('"', '""');
  const hasControls = /[\x01-\x1f]/.test(part);
  if (letter === "q") return alternate ? escapedControls(part) : part.replaceAll("'", "''");
  return alternate && hasControls ? `unistr('${escapedControls(part)}')` : `'${part.replaceAll("'", "''")}'`;
}
