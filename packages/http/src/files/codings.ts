/** Content codings of files: their neighbours' extensions and their compressors (Node's). */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";

export type FileCoding = "br" | "zstd" | "gzip";

/** In the server's order of preference: the smallest first. */
export const FILE_CODINGS: readonly FileCoding[] = ["br", "zstd", "gzip"];

/** `style.css` → `style.css.br`. */
export const NEIGHBOUR: Readonly<Record<FileCoding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);
const compressZstd = promisify(zstdCompress);

/** Compresses a file once for many readers, off the event loop. */
export async function compressWhole(coding: FileCoding, bytes: Uint8Array): Promise<Buffer> {
  switch (coding) {
    case "br":
      return compressBrotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: 6,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        },
      });
    case "zstd":
      return compressZstd(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 9 } });
    default:
      return compressGzip(bytes, { level: 7 });
  }
}
