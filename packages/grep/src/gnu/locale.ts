/**
 * The locale, as far as grep asks for it: are bytes characters or UTF-8, and does `i` have a dot of its own?
 *
 * A name with a codeset of UTF-8 counts as UTF-8 whether or not the machine has the locale installed; everything else is the C locale.
 */
import type { Collation } from "@tenon/regex";
import { type ByteString, fromText } from "../byte-string.ts";

export interface Locale {
  readonly encoding: "utf8" | "bytes";
  /** Turkish and Azeri: i folds to İ, ı to I. */
  readonly dottedI: boolean;
  /** Characters sort as ISO 14651 has them, not by their numbers: in every UTF-8 locale whose LC_COLLATE is not C's. */
  readonly collates: boolean;
  /** The table for that, where somebody brought it. */
  readonly collation: Collation | undefined;
}

export function localeOf(env: Readonly<Record<string, string | undefined>>, table?: Collation): Locale {
  const { language, utf8 } = category("LC_CTYPE", env);
  const collates = utf8 && !/^(?:C|POSIX)$/.test(category("LC_COLLATE", env).language);
  return {
    encoding: utf8 ? "utf8" : "bytes",
    dottedI: utf8 && /^(?:tr|az)$/.test(language),
    collates,
    collation: collates ? table : undefined,
  };
}

/** The locale of one category. */
function category(
  variable: "LC_CTYPE" | "LC_COLLATE",
  env: Readonly<Record<string, string | undefined>>,
): { readonly language: string; readonly utf8: boolean } {
  const name = env["LC_ALL"] || env[variable] || env["LANG"] || "C";
  const [, language = "", codeset = ""] = /^([^._@]*)[^.@]*(?:\.([^@]*))?/.exec(name) ?? [];
  return { language, utf8: /^utf-?8$/i.test(codeset) };
}

/** A word in the quotes that gnulib's quote() puts around it in this locale. */
export function quoted(word: ByteString, { encoding }: Locale): ByteString {
  return encoding === "utf8" ? `${fromText("‘")}${word}${fromText("’")}` : `'${word}'`;
}
