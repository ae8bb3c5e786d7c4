/** Compresses answers that have not been compressed yet (RFC 9110 §8.4, §12.5.3). */
import { Readable } from "node:stream";
import { constants, createBrotliCompress, createDeflate, createGzip, createZstdCompress } from "node:zlib";
import type { Transform } from "node:stream";
import type { FetchHandler } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { isCompressible } from "../semantics/media-types.ts";
import { chooseCoding, type ContentCoding } from "../semantics/negotiation.ts";
import { withHeaders } from "./with-fields.ts";

export interface CompressOptions {
  /** In order of preference. Default: zstd, br, gzip, deflate. */
  readonly codings?: readonly Exclude<ContentCoding, "identity">[];
  /** Bodies known to be smaller are left alone. Default: 1024. */
  readonly minBytes?: number;
}

const COMPRESSORS: Readonly<Record<Exclude<ContentCoding, "identity">, () => Transform>> = {
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  br: () => createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: () => createGzip({ level: 6 }),
  deflate: () => createDeflate({ level: 6 }),
};

/** Wraps `handler`. Left alone: ranges, `no-transform`, event streams, types that do not shrink, small bodies. */
export function compress(handler: FetchHandler, options: CompressOptions = {}): FetchHandler {
  const { codings = ["zstd", "br", "gzip", "deflate"], minBytes = 1024 } = options;
  return (request, context) => {
    const answer = handler(request, context);
    return answer instanceof Promise
      ? answer.then((response) => compressed(request, response, codings, minBytes))
      : compressed(request, answer, codings, minBytes);
  };
}

function compressed(
  request: Request,
  response: Response,
  codings: readonly Exclude<ContentCoding, "identity">[],
  minBytes: number,
): Response {
  if (!mayCompress(response, minBytes)) return response;
  const headers = new Headers(response.headers);
  const vary = headers.get("vary") ?? "";
  if (!/(?:^|,)\s*(?:\*|accept-encoding)\s*(?:,|$)/i.test(vary)) headers.append("vary", "Accept-Encoding");
  const coding = chooseCoding(request.headers.get("accept-encoding"), codings);
  if (coding === undefined) {
    void response.body?.cancel();
    return new FastResponse("Not Acceptable\n", { status: 406, headers: { Vary: "Accept-Encoding" } });
  }
  if (coding === "identity") return withHeaders(response, headers, undefined);
  headers.set("content-encoding", coding);
  headers.delete("content-length");
  headers.delete("accept-ranges");
  const etag = headers.get("etag");
  // The bytes are others now, though they mean the same.
  if (etag !== null && !etag.startsWith("W/")) headers.set("etag", `W/${etag}`);
  if (request.method === "HEAD") return withHeaders(response, headers, null);
  const compressor = COMPRESSORS[coding]();
  const source = Readable.fromWeb(response.body! as Parameters<typeof Readable.fromWeb>[0]);
  source.on("error", (error) => compressor.destroy(error));
  compressor.on("close", () => source.destroy());
  source.pipe(compressor);
  return withHeaders(response, headers, Readable.toWeb(compressor) as unknown as ReadableStream<Uint8Array>);
}

function mayCompress(response: Response, minBytes: number): boolean {
  const { status, headers } = response;
  if (status === 204 || status === 206 || status === 304) return false;
  if (headers.has("content-encoding") || headers.has("content-range")) return false;
  if (/(?:^|,)\s*no-transform\s*(?:,|$)/i.test(headers.get("cache-control") ?? "")) return false;
  if (!isCompressible(headers.get("content-type") ?? "")) return false;
  const plain = FastResponse.is(response) ? response.plainBody : undefined;
  const length =
    typeof plain === "string" || plain instanceof Uint8Array ? plain.length : headers.get("content-length");
  if (length !== null && Number(length) < minBytes) return false;
  return plain !== undefined ? plain !== null : response.body !== null;
}
