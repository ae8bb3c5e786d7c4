/** What highlights which part of the output: SGR parameters ("01;31"), an empty string for none. */
export interface Colours {
  /** Matching text in selected lines. */
  selectedMatch: string;
  /** Matching text in lines of context (with -v). */
  contextMatch: string;
  selectedLine: string;
  contextLine: string;
  /** Selected and context lines change their colours with -v. */
  reverse: boolean;
  fileName: string;
  lineNumber: string;
  byteOffset: string;
  separator: string;
  /** Do not clear to the end of the line after each change of colour. */
  noErase: boolean;
}

export const DEFAULT_COLOURS: Readonly<Colours> = {
  selectedMatch: "01;31",
  contextMatch: "01;31",
  selectedLine: "",
  contextLine: "",
  reverse: false,
  fileName: "35",
  lineNumber: "32",
  byteOffset: "32",
  separator: "36",
  noErase: false,
};

/** No colour at all. */
export const PLAIN: Readonly<Colours> = {
  selectedMatch: "",
  contextMatch: "",
  selectedLine: "",
  contextLine: "",
  reverse: false,
  fileName: "",
  lineNumber: "",
  byteOffset: "",
  separator: "",
  noErase: false,
};

/** The bytes before and after a coloured part. Empty around what has no colour. */
export interface Paint {
  readonly start: string;
  readonly end: string;
}

const NO_PAINT: Paint = { start: "", end: "" };

export function paint(parameters: string, { noErase }: Readonly<Colours>): Paint {
  if (parameters === "") return NO_PAINT;
  const erase = noErase ? "" : "\x1b[K";
  return { start: `\x1b[${parameters}m${erase}`, end: `\x1b[m${erase}` };
}
