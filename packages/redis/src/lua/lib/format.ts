/** string.format (lstrlib.c, str_format): C's printf, argument by argument. */
import { formatExponential, formatFixed, formatGeneral, nonFinite } from "../numbers.ts";
import type { LuaValue } from "../value.ts";
import type { Vm } from "../vm.ts";

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** Undefined: not given. */
  readonly precision: number | undefined;
}

const DIRECTIVE = /%([-+ #0]*)(\d*)(?:(\.)(\d*))?/y;

export function format(vm: Vm, args: readonly LuaValue[]): string {
  const template = vm.string(args, 0);
  let out = "";
  let argument = 0;
  for (let at = 0; at < template.length;) {
    const percent = template.indexOf("%", at);
    if (percent === -1) return out + template.slice(at);
    out += template.slice(at, percent);
    if (template[percent + 1] === "%") {
      out += "%";
      at = percent + 2;
      continue;
    }
    DIRECTIVE.lastIndex = percent;
    const [text, flags = "", width = "", dot, digits = ""] = DIRECTIVE.exec(template)!;
    if (flags.length > 5) throw vm.error("invalid format (repeated flags)");
    if (width.length > 2 || digits.length > 2) throw vm.error("invalid format (width or precision too long)");
    at = percent + text.length + 1;
    const directive = { flags, width: Number(width), precision: dot === undefined ? undefined : Number(digits) };
    if (argument + 1 >= args.length) throw vm.argumentError(argument + 2, "no value");
    out += convert(vm, template[at - 1], directive, args, ++argument);
    vm.checkLength(out.length);
  }
  return out;
}

/** What C's string functions see of a text: all before its first zero. */
function beforeZero(text: string): string {
  return text.split("\0", 1)[0]!;
}

function convert(
  vm: Vm,
  conversion: string | undefined,
  directive: Directive,
  args: readonly LuaValue[],
  at: number,
): string {
  switch (conversion) {
    case "c": {
      const noZeros = { ...directive, flags: directive.flags.replaceAll("0", "") };
      return beforeZero(padded(String.fromCharCode(vm.int(args, at) & 255), noZeros));
    }
    case "d":
    case "i":
      return integer(toInt64(vm.number(args, at)), directive);
    case "u":
    case "o":
    case "x":
    case "X":
      return unsigned(BigInt.asUintN(64, toInt64(vm.number(args, at))), conversion, directive);
    case "e":
    case "E":
    case "f":
    case "g":
    case "G":
      return float(vm.number(args, at), conversion, directive);
    case "q":
      return quoted(vm.string(args, at));
    case "s": {
      const text = vm.string(args, at);
      const { precision } = directive;
      // Long texts are added as they are, the others pass through sprintf.
      if (precision === undefined && text.length >= 100) return text;
      const noZeros = { ...directive, flags: directive.flags.replaceAll("0", "") };
      return padded(beforeZero(text).slice(0, precision), noZeros);
    }
    default:
      throw vm.error(`invalid option '%${conversion ?? ""}' to 'format'`);
  }
}

const LEAST = -(2n ** 63n);

/** A double as C's long long; out of range, what x86 makes of it. */
function toInt64(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return LEAST;
  return BigInt(Math.trunc(value));
}

/** Pads to the width; zeros go between the sign or "0x" and the digits. */
function padded(text: string, { flags, width }: Directive): string {
  if (text.length >= width) return text;
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0")) return text.padStart(width);
  const prefix = /^[-+ ]?(?:0[xX])?/.exec(text)![0];
  return prefix + text.slice(prefix.length).padStart(width - prefix.length, "0");
}

function signed(text: string, flags: string): string {
  if (text.startsWith("-")) return text;
  if (flags.includes("+")) return `+${text}`;
  return flags.includes(" ") ? ` ${text}` : text;
}

/** A precision makes digits of its own, and the flag 0 meaningless. */
function digitsOf(text: string, precision: number | undefined): string {
  return precision === 0 && text === "0" ? "" : text.padStart(precision ?? 0, "0");
}

function withoutZeros(directive: Directive): Directive {
  return directive.precision === undefined ? directive : { ...directive, flags: directive.flags.replaceAll("0", "") };
}

function integer(value: bigint, directive: Directive): string {
  const digits = digitsOf((value < 0n ? -value : value).toString(), directive.precision);
  return padded(signed(value < 0n ? `-${digits}` : digits, directive.flags), withoutZeros(directive));
}

function unsigned(value: bigint, conversion: string, directive: Directive): string {
  const alternate = directive.flags.includes("#") && value !== 0n;
  let digits: string;
  if (conversion === "u") digits = digitsOf(value.toString(), directive.precision);
  else if (conversion === "o") {
    digits = digitsOf(value.toString(8), directive.precision);
    if (directive.flags.includes("#") && !digits.startsWith("0")) digits = `0${digits}`;
  } else digits = (alternate ? "0x" : "") + digitsOf(value.toString(16), directive.precision);
  if (conversion === "X") digits = digits.toUpperCase();
  return padded(digits, withoutZeros(directive));
}

function float(value: number, conversion: string, directive: Directive): string {
  const { flags, precision = 6 } = directive;
  const special = nonFinite(value);
  const alternate = flags.includes("#");
  let text: string;
  if (special !== undefined) text = special;
  else if (conversion === "f") text = formatFixed(value, precision, alternate);
  else if (conversion === "e" || conversion === "E") text = formatExponential(value, precision, alternate);
  else text = formatGeneral(value, precision, alternate);
  if (conversion === "E" || conversion === "G") text = text.toUpperCase();
  return padded(
    signed(text, flags),
    special === undefined ? directive : { ...directive, flags: flags.replaceAll("0", "") },
  );
}

/** A literal that Lua reads back as the same string. */
function quoted(text: string): string {
  return `"${text.replace(/["\\\n\r\0]/g, (char) => (char === "\r" ? "\\r" : char === "\0" ? "\\000" : `\\${char}`))}"`;
}
