/**
 * When to use colours, decided in one place: `NO_COLOR` (https://no-color.org) turns them off, else `FORCE_COLOR`
 * turns them on, else only a terminal that has colours gets them.
 */
import { styleText } from "node:util";

/** What is asked of a stream that text is written to; `process.stdout` and `process.stderr` are such. */
export interface Terminal {
  readonly isTTY?: boolean;
  /** Present on terminals; knows what `TERM` can show. */
  hasColors?(): boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function wantsColour(stream: Terminal, environment: Environment = process.env): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force } = environment;
  if (no !== undefined && no !== "") return false;
  if (force !== undefined) return force !== "0" && force !== "false";
  return stream.isTTY === true && (stream.hasColors?.() ?? true);
}

/** Any of `styleText`'s styles: `bold`, `dim`, `red`, … or several. */
export type TextStyle = Parameters<typeof styleText>[0];

/** A function that styles text for `stream`, or leaves it as it is where colours are not wanted. */
export function painter(
  stream: Terminal,
  environment: Environment = process.env,
): (style: TextStyle, text: string) => string {
  if (!wantsColour(stream, environment)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
