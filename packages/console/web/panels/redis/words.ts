/** A typed line as arguments, by the rules of redis-cli (sds.c, sdssplitargs), and the text of replies. */
import type { WireReply } from "../../../src/panels/redis/wire.ts";
import type { WireBytes } from "../../../src/protocol.ts";
import { quoted } from "./bytes-text.ts";
import { isObject } from "./redis-api.ts";

const ESCAPED: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * Splits at spaces. In double quotes `\n`, `\r`, `\t`, `\b`, `\a` and `\xHH` stand for bytes; in single quotes only `\'` is
 * special. Undefined when a quote is not closed, or something follows a closing quote directly.
 */
export function splitWords(line: string): WireBytes[] | undefined {
  const source = new TextEncoder().encode(line);
  const words: WireBytes[] = [];
  let at = 0;
  const isSpace = (byte: number | undefined): boolean =>
    byte !== undefined && (byte === 32 || (byte >= 9 && byte <= 13));
  for (;;) {
    while (isSpace(source[at])) at++;
    if (at >= source.length) return words;
    const bytes: number[] = [];
    while (at < source.length && !isSpace(source[at])) {
      const quote = source[at]!;
      if (quote !== 34 && quote !== 39) {
        bytes.push(quote);
        at++;
        continue;
      }
      at++;
      for (; source[at] !== quote; at++) {
        if (at >= source.length) return undefined;
        if (source[at] !== 92) {
          bytes.push(source[at]!);
        } else if (quote === 39) {
          if (source[at + 1] === 39) at++;
          bytes.push(source[at]!);
        } else {
          const hex = /^x([0-9a-f]{2})/i.exec(String.fromCharCode(...source.subarray(at + 1, at + 4)))?.[1];
          if (hex !== undefined) {
            bytes.push(Number.parseInt(hex, 16));
            at += 3;
          } else {
            at++;
            if (at >= source.length) return undefined;
            bytes.push(ESCAPED[String.fromCharCode(source[at]!)] ?? source[at]!);
          }
        }
      }
      at++;
      if (at < source.length && !isSpace(source[at])) return undefined;
    }
    words.push(wireBytes(Uint8Array.from(bytes)));
  }
}

/** A reply as redis-cli prints it on a terminal. */
export function replyText(reply: WireReply, indent = ""): string {
  if (reply === null) return "(nil)";
  if (typeof reply === "string") return quoted(reply);
  if (Array.isArray(reply)) return listText(reply as readonly WireReply[], ")", "(empty array)", indent);
  if (!isObject(reply)) return "";
  if ("base64" in reply) return quoted(reply);
  if ("status" in reply) return reply.status;
  if ("error" in reply) return `(error) ${reply.error}`;
  if ("integer" in reply) return `(integer) ${reply.integer}`;
  if ("double" in reply) return `(double) ${reply.double}`;
  if ("boolean" in reply) return reply.boolean ? "(true)" : "(false)";
  if ("set" in reply) return listText(reply.set, "~", "(empty set)", indent);
  const width = String(reply.map.length).length;
  if (reply.map.length === 0) return "(empty hash)";
  return reply.map
    .map(([name, value], index) => {
      const head = `${String(index + 1).padStart(width)}# `;
      const inner = `${indent}${" ".repeat(head.length)}`;
      const nested = isObject(value) ? "map" in value || "set" in value : Array.isArray(value);
      const text = nested ? `\n${inner}${replyText(value, inner)}` : ` ${replyText(value, inner)}`;
      return `${index === 0 ? "" : indent}${head}${replyText(name)} =>${text}`;
    })
    .join("\n");
}

function listText(items: readonly WireReply[], mark: string, empty: string, indent: string): string {
  if (items.length === 0) return empty;
  const width = String(items.length).length;
  return items
    .map((item, index) => {
      const head = `${String(index + 1).padStart(width)}${mark} `;
      return `${index === 0 ? "" : indent}${head}${replyText(item, indent + " ".repeat(head.length))}`;
    })
    .join("\n");
}

function wireBytes(bytes: Uint8Array): WireBytes {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: btoa(String.fromCharCode(...bytes)) };
  }
}
