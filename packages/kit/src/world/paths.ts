/** Paths of a disk: `/`-separated, and never above the root. Shared by the real and the simulated disk. */

/** An error as the operating system's calls report it. */
export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBADF: "bad file descriptor",
  EEXIST: "file already exists",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "illegal operation on a directory",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
};

/** An error in Node's manner: `ENOENT: no such file or directory, open '/a'`. */
export function systemError(code: string, syscall: string, path?: string, reason?: string): SystemError {
  const where = path === undefined ? "" : ` '${path}'`;
  const error = new Error(`${code}: ${reason ?? REASONS[code] ?? "failed"}, ${syscall}${where}`);
  return Object.assign(error, path === undefined ? { code, syscall } : { code, syscall, path });
}

/** The error for a path that would leave the root. */
export function leavesRoot(syscall: string, path: string): SystemError {
  return systemError("EACCES", syscall, path, "path leaves the root of the disk");
}

/** The names along `path` from the root, with `.` and `..` resolved. Throws `EACCES` above the root. */
export function pathSegments(path: string, syscall: string): string[] {
  if (path.includes("\0")) throw systemError("EINVAL", syscall, path, "path contains a zero byte");
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) throw leavesRoot(syscall, path);
  }
  return segments;
}

/** Byte order of UTF-8, which is code point order and not JavaScript's order of UTF-16 units. */
export function compareNames(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    // Surrogates (U+D800–DFFF) stand for code points above every other unit, U+E000–FFFF included.
    const leftHigh = left >= 0xd800 && left <= 0xdfff;
    const rightHigh = right >= 0xd800 && right <= 0xdfff;
    return leftHigh === rightHigh ? left - right : leftHigh ? 1 : -1;
  }
  return a.length - b.length;
}
