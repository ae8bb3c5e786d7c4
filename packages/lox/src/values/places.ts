/** Offsets in a source → columns, for programs that are walked from front to back. */

/** A function that finds the column, counted from 1, of an offset. Fast when asked in rising order. */
export function columnFinder(source: string): (offset: number) => number {
  let lineStart = 0;
  let lineEnd = -1;
  return (offset) => {
    if (offset < lineStart || offset > lineEnd) {
      lineStart = offset === 0 ? 0 : source.lastIndexOf("\n", offset - 1) + 1;
      const newline = source.indexOf("\n", offset);
      lineEnd = newline === -1 ? source.length : newline;
    }
    return offset - lineStart + 1;
  };
}
