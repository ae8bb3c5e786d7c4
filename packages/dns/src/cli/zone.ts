/** `tenon dns zone check | format | diff`. */
import { basename, dirname, relative, resolve } from "node:path";
import process from "node:process";
import { type Disk, realDisk } from "@tenon/kit";
import { CliError } from "@tenon/kit/cli";
import { Name } from "../name/name.ts";
import { recordText, unknownRecordText } from "../record.ts";
import { checkZone } from "../zonefile/check.ts";
import { differenceLines, diffZones } from "../zonefile/diff.ts";
import { type ParsedZone, parseZone, type ZoneFileError } from "../zonefile/parser.ts";

/** Bytes that are gathered before they are written. */
const OUTPUT_CHUNK = 1 << 16;

export function checkCommand(file: string, options: { readonly origin: string }): void {
  const origin = originOf(options.origin);
  const { records, errors } = readZone(file, origin);
  const complaints = errors.length > 0 ? errors : checkZone(records, origin, file);
  if (complaints.length > 0) refuse(complaints);
}

export function formatCommand(
  file: string,
  options: { readonly origin: string; readonly unknown?: true; readonly keepGoing?: true },
): void {
  const { records, errors } = readZone(file, originOf(options.origin));
  if (errors.length > 0 && options.keepGoing !== true) refuse(errors);
  print(records.map(options.unknown === true ? unknownRecordText : recordText));
  if (errors.length > 0) refuse(errors);
}

export function diffCommand(before: string, after: string, options: { readonly origin: string }): void {
  const origin = originOf(options.origin);
  const zones = [before, after].map((file) => readZone(file, origin));
  const errors = zones.flatMap((zone) => zone.errors);
  if (errors.length > 0) refuse(errors);
  const lines = differenceLines(diffZones(zones[0]!.records, zones[1]!.records));
  print(lines);
  if (lines.length > 0) throw new CliError("");
}

function originOf(text: string): Name {
  return Name.parse(text);
}

/** What it includes is looked for from the directory of the zone's file on, and nowhere above it. */
function readZone(file: string, origin: Name): ParsedZone {
  const root = dirname(resolve(file));
  const disk = realDisk(root);
  return parseZone(readOrExplain(disk, basename(file), file), {
    origin,
    file,
    include: (path) => disk.readFile(relative(root, resolve(root, path))),
  });
}

function readOrExplain(disk: Disk, path: string, file: string): Uint8Array {
  try {
    return disk.readFile(path);
  } catch (error) {
    throw new CliError(`${file}: ${error instanceof Error ? error.message : String(error)}`, 1, { cause: error });
  }
}

function print(lines: readonly string[]): void {
  let text = "";
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < OUTPUT_CHUNK) continue;
    process.stdout.write(text);
    text = "";
  }
  if (text !== "") process.stdout.write(text);
}

/** All of them on standard error, a line each, and the exit code 1. */
function refuse(errors: readonly ZoneFileError[]): never {
  process.stderr.write(errors.map(({ message }) => `${message}\n`).join(""));
  throw new CliError("");
}
