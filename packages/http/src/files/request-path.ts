/** From a URL's path to a name below a root, decoded once. */

/** What a path asks for. */
export interface FilePath {
  /** `/`-separated, without a slash at either end; empty for the root. */
  readonly name: string;
  /** The path ended in a slash: it means a directory. */
  readonly isDirectory: boolean;
}

/** `pathname` of an absolute URL, without making a URL object. */
export function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const fragment = url.indexOf("#", start);
  const query = url.indexOf("?", start);
  const end = query < 0 || (fragment >= 0 && fragment < query) ? fragment : query;
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** The URL's query with its question mark; empty without one. */
export function queryOf(url: string): string {
  const start = url.indexOf("?");
  if (start < 0) return "";
  const end = url.indexOf("#", start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** Nothing to decode, no segment that is empty or begins with a dot: what nearly every path looks like. */
const PLAIN_PATH = /^(?:\/[\w\-~][\w\-~.]*)+$/;

/**
 * The file that `pathname` names; undefined for what names none: malformed escapes and UTF-8, escaped slashes and NULs,
 * backslashes, dot segments, empty segments, and, unless `hidden`, names that begin with a dot (`.well-known` may be
 * seen: RFC 8615).
 */
export function filePath(pathname: string, hidden: boolean): FilePath | undefined {
  if (PLAIN_PATH.test(pathname)) return { name: pathname.slice(1), isDirectory: false };
  const isDirectory = pathname.endsWith("/");
  const trimmed = pathname.slice(1, isDirectory && pathname.length > 1 ? -1 : undefined);
  if (trimmed === "") return { name: "", isDirectory: true };
  const segments: string[] = [];
  for (const encoded of trimmed.split("/")) {
    let segment: string;
    try {
      segment = decodeURIComponent(encoded);
    } catch {
      return undefined;
    }
    if (segment === "" || segment === "." || segment === ".." || /[/\\\0]/.test(segment)) return undefined;
    if (segment.startsWith(".") && !hidden && segment !== ".well-known") return undefined;
    segments.push(segment);
  }
  return { name: segments.join("/"), isDirectory };
}
