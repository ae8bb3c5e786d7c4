/** A directory for people (HTML) and for programs (JSON). */
import type { Disk, DirectoryEntry } from "@tenon/kit";
import { FastResponse } from "../fetch/fast-response.ts";
import { formatHttpDate } from "../semantics/dates.ts";
import { chooseType } from "../semantics/negotiation.ts";

interface Row {
  readonly name: string;
  readonly isDirectory: boolean;
  /** Bytes; undefined for directories. */
  readonly size: number | undefined;
  readonly modifiedMs: number;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);

/** The listing of the directory `name` below the disk's root, as `Accept` asks for it. */
export function listing(request: Request, disk: Disk, name: string, pathname: string, hidden: boolean): Response {
  const rows = disk
    .readDirectory(`/${name}`)
    .filter((entry) => hidden || !entry.name.startsWith("."))
    .flatMap((entry) => row(disk, name, entry))
    .toSorted((a, b) => Number(b.isDirectory) - Number(a.isDirectory));
  const type = chooseType(request.headers.get("accept"), ["text/html", "application/json"]);
  const headers = { Vary: "Accept", "Cache-Control": "no-cache" };
  if (type === "application/json") {
    const entries = rows.map(({ name: entry, isDirectory, size, modifiedMs }) => ({
      name: entry,
      type: isDirectory ? "directory" : "file",
      ...(size === undefined ? {} : { size }),
      modified: new Date(modifiedMs).toISOString(),
    }));
    return FastResponse.json(entries, { headers });
  }
  return new FastResponse(page(decodeURIComponent(pathname), name === "", rows), {
    headers: {
      ...headers,
      "Content-Type": "text/html; charset=utf-8",
      // Names come from the disk: whatever they contain, nothing here runs.
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
  });
}

function row(disk: Disk, directory: string, entry: DirectoryEntry): Row[] {
  try {
    // Follows links, and throws for those that lead out.
    const stat = disk.stat(`${directory === "" ? "" : `/${directory}`}/${entry.name}`);
    if (stat === undefined || (stat.kind !== "file" && stat.kind !== "directory")) return [];
    const isDirectory = stat.kind === "directory";
    return [{ name: entry.name, isDirectory, size: isDirectory ? undefined : stat.size, modifiedMs: stat.modifiedMs }];
  } catch {
    return [];
  }
}

function page(title: string, isRoot: boolean, rows: readonly Row[]): string {
  const heading = escapeHtml(title);
  const lines = rows.map(({ name, isDirectory, size, modifiedMs }) => {
    const slash = isDirectory ? "/" : "";
    const link = `<a href="./${encodeURIComponent(name)}${slash}">${escapeHtml(name)}${slash}</a>`;
    return `<tr><td>${link}<td class=n>${size === undefined ? "" : size.toLocaleString("en")}<td>${formatHttpDate(modifiedMs)}`;
  });
  const parent = isRoot ? "" : `<tr><td><a href="../">../</a><td><td>`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>${heading}</title>
<style>body{font:15px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}td{padding-right:2rem}.n{text-align:right}
a{text-decoration:none}a:hover{text-decoration:underline}td+td{opacity:.7;white-space:nowrap}</style>
<h1>${heading}</h1>
<table>${parent}${lines.join("\n")}</table>
</html>
`;
}
