/** BIND's $GENERATE: one entry for each number of a range, with `$` and `${offset,width,base}` replaced by it. */
import { DnsError } from "../errors.ts";
import type { Scanner } from "../text/scanner.ts";

/** Entries of one directive. */
export const MAX_GENERATED = 65_536;
/** Digits that `${…}` may ask for: a label has no more. */
const MAX_WIDTH = 63;

const DOLLAR = "$";

/** The entries, one at a time: `owner [TTL] [class] type rdata`. Throws DnsError for a directive that is malformed or asks for too much. */
export function* generatedEntries(scanner: Scanner): Generator<Uint8Array> {
  const range = scanner.word("$GENERATE's range");
  const match = /^(\d{1,10})-(\d{1,10})(?:\/(\d{1,10}))?$/.exec(range);
  const [start, stop, step] = [Number(match?.[1]), Number(match?.[2]), Number(match?.[3] ?? 1)];
  if (match === null || start > stop || step === 0 || stop > 0x7fff_ffff) {
    throw new DnsError("syntax", `$GENERATE's range is malformed: "${range}"`);
  }
  const count = Math.floor((stop - start) / step) + 1;
  if (count > MAX_GENERATED)
    throw new DnsError("syntax", `$GENERATE asks for ${count} entries, more than ${MAX_GENERATED}`);
  const template = parseTemplate(templateText(scanner));
  for (let number = start; number <= stop; number += step) {
    yield Buffer.from(template.map((part) => (typeof part === "string" ? part : part(number))).join(""), "latin1");
  }
}

/** Rdata in quotes, alone, is what stands in them; BIND wants it so when it has several fields. */
function templateText(scanner: Scanner): string {
  const parts: string[] = [];
  while (!scanner.atEnd()) {
    scanner.take("");
    parts.push(scanner.quoted ? `"${scanner.raw()}"` : scanner.raw());
  }
  if (parts.length < 3) throw new DnsError("syntax", "$GENERATE needs an owner, a type and rdata");
  const last = parts.at(-1)!;
  const isTypeBefore = /^[a-z][a-z0-9-]*$/i.test(parts.at(-2)!);
  const text = [...parts];
  if (isTypeBefore && last.startsWith('"') && !/^(?:TXT|SPF|HINFO)$/i.test(parts.at(-2)!))
    text[text.length - 1] = last.slice(1, -1);
  return text.join(" ");
}

type Part = string | ((number: number) => string);

function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  for (let at = 0; at < text.length;) {
    const character = text[at]!;
    if (character === "\\") {
      literal += text.slice(at, at + 2);
      at += 2;
    } else if (character !== DOLLAR) {
      literal += character;
      at += 1;
    } else if (text[at + 1] === DOLLAR) {
      literal += String.raw`\$`;
      at += 2;
    } else {
      const modifier = text[at + 1] === "{" ? text.slice(at + 2, text.indexOf("}", at)) : undefined;
      parts.push(literal, numberFormat(modifier ?? "0,0,d"));
      literal = "";
      at += modifier === undefined ? 1 : modifier.length + 3;
    }
  }
  return [...parts, literal];
}

/** `offset[,width[,base]]`: base d, o, x, X, or n and N for nibbles with dots between, the lowest first. */
function numberFormat(modifier: string): (number: number) => string {
  const match = /^(-?\d{1,9})(?:,(\d{1,3})(?:,([doxXnN]))?)?$/.exec(modifier);
  const width = Number(match?.[2] ?? 0);
  if (match === null || width > MAX_WIDTH) throw new DnsError("syntax", `malformed \${${modifier}} in $GENERATE`);
  const offset = Number(match[1]);
  const base = match[3] ?? "d";
  return (number) => {
    const value = number + offset;
    if (value < 0) throw new DnsError("syntax", `\${${modifier}} makes ${value} of ${number}`);
    if (base === "n" || base === "N") return nibbles(value, width, base === "N");
    const radix = { d: 10, o: 8, x: 16, X: 16 }[base]!;
    const digits = value.toString(radix).padStart(width, "0");
    return base === "X" ? digits.toUpperCase() : digits;
  };
}

/** `width` counts the dots. */
function nibbles(value: number, width: number, upper: boolean): string {
  const digits = value.toString(16).padStart(Math.ceil(width / 2), "0");
  const text = [...digits].toReversed().join(".");
  return upper ? text.toUpperCase() : text;
}
