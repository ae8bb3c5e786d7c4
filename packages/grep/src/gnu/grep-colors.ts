/** GREP_COLORS (`ms=01;31:sl=…:rv:ne`) and the older GREP_COLOR, as GNU grep 3.8 reads them. */
import { type Colours, DEFAULT_COLOURS } from "../print/colours.ts";

/** A capability with a value, and what it sets. */
const VALUES: Readonly<Record<string, (colours: Colours, value: string) => void>> = {
  ms: (colours, value) => (colours.selectedMatch = value),
  mc: (colours, value) => (colours.contextMatch = value),
  mt: (colours, value) => (colours.selectedMatch = value),
  fn: (colours, value) => (colours.fileName = value),
  ln: (colours, value) => (colours.lineNumber = value),
  bn: (colours, value) => (colours.byteOffset = value),
  se: (colours, value) => (colours.separator = value),
  sl: (colours, value) => (colours.selectedLine = value),
  cx: (colours, value) => (colours.contextLine = value),
};

/** What a capability does besides, with a value or without. */
const EFFECTS: Readonly<Record<string, (colours: Colours) => void>> = {
  mt: (colours) => (colours.contextMatch = colours.selectedMatch),
  rv: (colours) => (colours.reverse = true),
  ne: (colours) => (colours.noErase = true),
};

/** Colours by the environment; `warn` hears of a GREP_COLOR that has an effect. */
export function coloursOf(
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Readonly<Colours> {
  const colours = { ...DEFAULT_COLOURS };
  const legacy = env["GREP_COLOR"] ?? "";
  const useLegacy = /^[0-9;]+$/.test(legacy);
  // Marked, so that a GREP_COLORS of the same value is told from it.
  const mark = `${legacy} `;
  if (useLegacy) colours.selectedMatch = colours.contextMatch = mark;
  readCapabilities(env["GREP_COLORS"] ?? "", colours);
  if (!useLegacy || (colours.selectedMatch !== mark && colours.contextMatch !== mark)) return colours;
  warn(`warning: GREP_COLOR='${legacy}' is deprecated; use GREP_COLORS='mt=${legacy}'`);
  if (colours.selectedMatch === mark) colours.selectedMatch = legacy;
  if (colours.contextMatch === mark) colours.contextMatch = legacy;
  return colours;
}

/** Reads up to the first mistake, and keeps what came before it. */
function readCapabilities(text: string, colours: Colours): void {
  for (const capability of text.split(":")) {
    const [, name = "", value] = /^([^=]*)(?:=([0-9;]*)$)?/.exec(capability) ?? [];
    const wrong = value === undefined ? capability.includes("=") : name === "";
    if (wrong) return;
    if (value !== undefined && Object.hasOwn(VALUES, name)) VALUES[name]!(colours, value);
    if (Object.hasOwn(EFFECTS, name)) EFFECTS[name]!(colours);
  }
}
