/**
 * Rdata as dig lays it out: over several lines, with comments, without what is cryptographic (BIND's `dns_rdata_tofmttext`).
 *
 * Text in the syntax of master files has no blanks inside of its fields but in strings, and the types that are laid out in a special way have
 * no strings. So they are rows that say which of their fields goes where, and layout works on the fields' text.
 */
import { rdataText, unknownText } from "../rdata/rdata.ts";
import { TYPE } from "../rdata/types.ts";
import { splitText } from "../text/strings.ts";
import { keyComment, keyTagOf } from "./key-comments.ts";
import type { RecordStyle } from "./style.ts";

/** Where the columns of rdata begin. */
const LINE_BREAK = "\n\t\t\t\t";

interface Layout {
  /** Fields before the long one at the end. */
  readonly head: number;
  /** Where the parenthesis opens: before a line break behind the head, or before everything. */
  readonly open: "behind head" | "before all" | "before long";
  /** What stands for the long field without `+crypto`; undefined when it is shown all the same. */
  readonly omitted?: "[omitted]" | "[key id]";
  /** Whether it is one of those that stay whole on one line. */
  readonly whole?: true;
}

const DIGEST: Layout = { head: 3, open: "behind head", omitted: "[omitted]" };
const ASSOCIATION: Layout = { head: 3, open: "behind head" };
const KEY: Layout = { head: 3, open: "behind head", omitted: "[key id]" };
const SIGNATURE: Layout = { head: 8, open: "behind head", omitted: "[omitted]" };

const LAYOUTS: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [TYPE.DS, DIGEST],
  [TYPE.CDS, DIGEST],
  [TYPE.DLV, DIGEST],
  [TYPE.TA, DIGEST],
  [TYPE.ZONEMD, DIGEST],
  [TYPE.TLSA, ASSOCIATION],
  [TYPE.SMIMEA, ASSOCIATION],
  [TYPE.CERT, ASSOCIATION],
  [TYPE.SSHFP, { head: 2, open: "behind head" }],
  [TYPE.DNSKEY, KEY],
  [TYPE.CDNSKEY, KEY],
  [TYPE.KEY, KEY],
  [TYPE.RKEY, KEY],
  [TYPE.RRSIG, SIGNATURE],
  [TYPE.SIG, SIGNATURE],
  [TYPE.OPENPGPKEY, { head: 0, open: "before long", omitted: "[omitted]" }],
  [TYPE.DHCID, { head: 0, open: "before long" }],
  [TYPE.IPSECKEY, { head: 4, open: "before all" }],
  [TYPE.HIP, { head: 2, open: "before all", whole: true }],
]);

/** The data of a record as dig prints it behind its type. */
export function rdataLayout(type: number, rdata: Uint8Array, style: RecordStyle): string {
  const { multiline, splitWidth, crypto, rrComments } = style;
  const whole = style.unknownFormat ? unknownText(rdata) : rdataText(type, rdata, { splitWidth: 0 });
  if (whole.startsWith("\\#")) return genericLayout(whole, style);
  if (type === TYPE.AAAA && style.expandAaaa) return expandedAddress(rdata);
  if (type === TYPE.SOA && multiline) return soaLayout(whole, rrComments);
  if (type === TYPE.NSEC3 && multiline) return nsec3Layout(whole);
  const layout = LAYOUTS.get(type);
  if (layout === undefined) return rdataText(type, rdata, { splitWidth });
  const fields = whole.split(" ");
  const head = fields.slice(0, layout.head);
  const separator = multiline ? LINE_BREAK : " ";
  const long =
    layout.whole === true ? fields.slice(layout.head) : [splitTail(fields.slice(layout.head), splitWidth, separator)];
  const isOmitted = !crypto && layout.omitted !== undefined && fields.length > layout.head;
  const tail = isOmitted ? [layout.omitted === "[key id]" ? `[key id = ${keyTagOf(rdata)}]` : layout.omitted] : long;
  const comment = layout === KEY && rrComments ? keyComment(type, rdata) : "";
  if (!multiline)
    return inOneLine(
      [...head, ...tail].filter((part) => part !== ""),
      comment,
    );
  if (layout === SIGNATURE) return signatureLayout(head, tail);
  if (type === TYPE.DHCID) return `( ${tail.join("")} )${dhcidComment(rdata)}`;
  if (layout.open === "before long") return `( ${tail.join("")} )`;
  if (layout.open === "before all") return `( ${[head.join(" "), ...tail].join(LINE_BREAK)} )`;
  const close = layout === KEY && rrComments ? `${LINE_BREAK})${comment}` : " )";
  return `${head.join(" ")} (${LINE_BREAK}${tail.join("")}${close}`;
}

function splitTail(fields: readonly string[], width: number, separator: string): string {
  const text = fields.join(" ");
  return splitText(text, width).replaceAll(" ", separator);
}

function inOneLine(parts: readonly string[], comment: string): string {
  const text = parts.join(" ");
  return comment === "" ? text : `${text} ${comment}`;
}

function genericLayout(whole: string, { multiline, splitWidth }: RecordStyle): string {
  const [mark = "", length = "", hex] = whole.split(" ");
  if (hex === undefined) return whole;
  const separator = multiline ? LINE_BREAK : " ";
  const split = splitText(hex, splitWidth).replaceAll(" ", separator);
  return multiline ? `${mark} ${length} ( ${split} )` : `${mark} ${length} ${split}`;
}

const SOA_NOTES: readonly string[] = ["serial", "refresh", "retry", "expire", "minimum"];

function soaLayout(whole: string, rrComments: boolean): string {
  const [mname = "", rname = "", ...numbers] = whole.split(" ");
  const lines = numbers.map((number, i) => {
    if (!rrComments) return number;
    const note = i === 0 ? "" : ` (${verboseDuration(Number(number))})`;
    return `${number.padEnd(10)} ; ${SOA_NOTES[i]}${note}`;
  });
  const close = rrComments ? `${LINE_BREAK})` : ")";
  return `${mname} ${rname} (${LINE_BREAK}${lines.join(LINE_BREAK)}${close}`;
}

function nsec3Layout(whole: string): string {
  const [algorithm, flags, iterations, salt, next, ...types] = whole.split(" ");
  const bitmap = types.length === 0 ? "" : `${LINE_BREAK}${types.join(" ")}`;
  return `${algorithm} ${flags} ${iterations} ${salt} (${LINE_BREAK}${next}${bitmap} )`;
}

/** Type, algorithm, labels and TTL; then times, tag and signer; then the signature. */
function signatureLayout(head: readonly string[], tail: readonly string[]): string {
  return `${head.slice(0, 4).join(" ")} (${LINE_BREAK}${head.slice(4).join(" ")}${LINE_BREAK}${tail.join("")} )`;
}

/** Kind of identifier, digest, and the digest's length (RFC 4701 §3). */
function dhcidComment(rdata: Uint8Array): string {
  if (rdata.length < 3) return "";
  return ` ; ${(rdata[0]! << 8) | rdata[1]!} ${rdata[2]} ${rdata.length - 3}`;
}

function expandedAddress(rdata: Uint8Array): string {
  return Buffer.from(rdata).toString("hex").match(/.{4}/g)?.join(":") ?? "";
}

const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "2 hours 46 minutes 39 seconds". */
export function verboseDuration(seconds: number): string {
  return unitCounts(seconds)
    .map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`)
    .join(" ");
}

/** "2h46m39s". */
export function shortDuration(seconds: number): string {
  return unitCounts(seconds)
    .map(([count, name]) => `${count}${name[0]}`)
    .join("");
}

function unitCounts(seconds: number): (readonly [count: number, name: string])[] {
  let rest = seconds;
  const counts = UNITS.map(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return [count, name] as const;
  });
  const present = counts.filter(([count]) => count > 0);
  return present.length === 0 ? [[0, "second"]] : present;
}
