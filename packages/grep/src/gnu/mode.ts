/** What the options come to, once it is known what standard output is. */
import { statSync } from "node:fs";
import type { GrepIo } from "./io.ts";
import type { Settings } from "./settings.ts";

export interface Mode {
  /** Names of files instead of lines. -q overrides -l and -L, which override -c. */
  readonly list: "matching" | "non-matching" | undefined;
  /** Counts instead of lines. */
  readonly count: boolean;
  /** One selected line in a file is all there is to know of it. */
  readonly stopAtFirst: boolean;
  /** Lines are output. */
  readonly lines: boolean;
  readonly coloured: boolean;
  /** The regular file that is standard output, which must not be searched. */
  readonly outputFile: { readonly dev: number; readonly ino: number } | undefined;
}

export function modeOf(settings: Settings, { env, stdout }: GrepIo): Mode {
  const stat = settings.quiet ? undefined : stdout.stat;
  const device = stat?.isCharacterDevice() ?? false;
  const toNothing = stat !== undefined && device && isNullDevice(stat);
  const silent = settings.quiet || toNothing;
  const list = silent ? undefined : settings.list;
  const stopAtFirst = silent || list !== undefined;
  const count = settings.count && !stopAtFirst;
  const terminal = device && !toNothing && stdout.isTerminal;
  return {
    list,
    count,
    stopAtFirst,
    lines: !count && !stopAtFirst,
    coloured: settings.colour === "always" || (settings.colour === "auto" && terminal && canColour(env["TERM"])),
    outputFile: stat?.isFile() ? { dev: stat.dev, ino: stat.ino } : undefined,
  };
}

/** Nobody reads what is written there, so that nothing needs to be. */
function isNullDevice(stat: { readonly dev: number; readonly ino: number }): boolean {
  const nothing = statSync("/dev/null", { throwIfNoEntry: false });
  return nothing?.dev === stat.dev && nothing.ino === stat.ino;
}

function canColour(terminal: string | undefined): boolean {
  return terminal !== undefined && terminal !== "dumb";
}
