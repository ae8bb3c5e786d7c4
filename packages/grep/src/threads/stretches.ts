/** A file cut at line starts: the n-th stretch is the lines that begin in the n-th `stretchBytes` of the file. */

const PIECE_BYTES = 64 * 1024;

/** Reads at a position into the array's beginning; how many bytes were there. */
export type ReadAt = (into: Uint8Array, position: number) => number;

export interface CutFile {
  readonly size: number;
  readonly stretchBytes: number;
  readonly terminator: number;
  readonly readAt: ReadAt;
}

/** Where the `index`-th stretch begins and ends; the same offset twice where no line begins in it. */
export function stretchBounds(file: CutFile, index: number): { readonly from: number; readonly to: number } {
  const nominal = index * file.stretchBytes;
  const next = Math.min(file.size, nominal + file.stretchBytes);
  const from = lineStart(file, nominal, next);
  // Whoever has the line that goes beyond the stretch looks for its end: each byte is looked at for one of them only.
  return { from, to: from === next ? from : lineStart(file, next, file.size) };
}

/** The first line start in [from, limit); `limit` where there is none. */
function lineStart({ terminator, readAt }: CutFile, from: number, limit: number): number {
  if (from === 0) return 0;
  const piece = new Uint8Array(PIECE_BYTES);
  for (let position = from - 1; position < limit - 1; position += PIECE_BYTES) {
    const count = Math.min(readAt(piece, position), limit - 1 - position);
    if (count <= 0) return limit;
    const at = piece.subarray(0, count).indexOf(terminator);
    if (at !== -1) return position + at + 1;
  }
  return limit;
}
