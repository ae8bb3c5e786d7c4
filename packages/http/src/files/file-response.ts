/** From a stored file to an answer: conditions, ranges, codings (RFC 9110 §13 and §14). */
import type { Disk } from "@tenon/kit";
import { FastResponse } from "../fetch/fast-response.ts";
import { FieldBlock } from "../h1/response-head.ts";
import { evaluateConditions, rangeApplies } from "../semantics/conditions.ts";
import { chooseCoding } from "../semantics/negotiation.ts";
import { type ByteRange, contentRange, parseByteRanges } from "../semantics/ranges.ts";
import type { FileCoding } from "./codings.ts";
import { FileBody } from "./file-body.ts";
import type { FileContent, StoredFile } from "./file-store.ts";

export interface FileSource {
  readonly disk: Disk;
  /** Wall time, milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Answers `request`, a GET or HEAD, with `file`; `status` other than 200 (a custom 404) turns conditions and ranges off. */
export function fileResponse(
  request: Request,
  file: StoredFile,
  source: FileSource,
  status = 200,
): Response | Promise<Response> {
  const { headers } = request;
  const wantsRange = status === 200 && request.method === "GET" && headers.get("range") !== null;
  // Ranges are ranges of the file as it is.
  const coding =
    wantsRange || file.codings.length === 0 ? "identity" : chooseCoding(headers.get("accept-encoding"), file.codings);
  if (coding === undefined) return new FastResponse("Not Acceptable\n", { status: 406 });
  const content = coding === "identity" ? file.identity : file.encoded(coding as FileCoding);
  if (content instanceof Promise)
    return content.then((ready) => answer(request, file, ready, source, status, wantsRange));
  return answer(request, file, content, source, status, wantsRange);
}

function answer(
  request: Request,
  file: StoredFile,
  content: FileContent,
  source: FileSource,
  status: number,
  wantsRange: boolean,
): Response {
  if (status !== 200) return whole(request, content, source, status);
  const validators = { etag: content.etag, lastModifiedMs: file.lastModifiedMs };
  const verdict = evaluateConditions(request, validators, source.nowMs);
  if (verdict === "not-modified") return new FastResponse(null, { status: 304, headers: content.validatorFields });
  if (verdict === "precondition-failed") return new FastResponse("Precondition Failed\n", { status: 412 });
  if (!wantsRange || !rangeApplies(request, validators, source.nowMs)) return whole(request, content, source, 200);
  const ranges = parseByteRanges(request.headers.get("range")!, content.size);
  if (ranges === undefined) return whole(request, content, source, 200);
  if (ranges === "unsatisfiable") {
    return new FastResponse("Range Not Satisfiable\n", {
      status: 416,
      headers: { "Content-Range": `bytes */${content.size}` },
    });
  }
  return ranges.length === 1 ? single(file, content, ranges[0]!, source) : multiple(file, content, ranges, source);
}

function whole(request: Request, content: FileContent, source: FileSource, status: number): Response {
  const init = { status, headers: content.fields };
  if (request.method === "HEAD") return new FastResponse(null, init);
  if (content.bytes !== undefined) return new FastResponse(content.bytes as Buffer<ArrayBuffer>, init);
  return new FastResponse(new FileBody(content, [{ first: 0, last: content.size - 1 }], source.disk), init);
}

function single(file: StoredFile, content: FileContent, range: ByteRange, source: FileSource): Response {
  const length = range.last - range.first + 1;
  const headers = new FieldBlock([
    ["Content-Type", file.type],
    ["Content-Length", `${length}`],
    ["Content-Range", contentRange(range, content.size)],
    ["Accept-Ranges", "bytes"],
    ...content.validatorFields.fields,
  ]);
  const body = content.bytes?.subarray(range.first, range.last + 1) as Buffer<ArrayBuffer> | undefined;
  return new FastResponse(body ?? new FileBody(content, [range], source.disk), { status: 206, headers });
}

/** `multipart/byteranges` (RFC 9110 §14.6). */
function multiple(file: StoredFile, content: FileContent, ranges: readonly ByteRange[], source: FileSource): Response {
  // Derived from the version and never part of its ranges' framing: content cannot be made to fit a tag it does not know.
  const boundary = `part-${content.etag.replaceAll(/[^0-9a-z]/g, "")}-${ranges.length}`;
  const parts: (string | ByteRange)[] = [];
  let length = 0;
  for (const range of ranges) {
    const head = `\r\n--${boundary}\r\nContent-Type: ${file.type}\r\nContent-Range: ${contentRange(range, content.size)}\r\n\r\n`;
    parts.push(head, range);
    length += head.length + range.last - range.first + 1;
  }
  const tail = `\r\n--${boundary}--\r\n`;
  parts.push(tail);
  const headers = new FieldBlock([
    ["Content-Type", `multipart/byteranges; boundary=${boundary}`],
    ["Content-Length", `${length + tail.length}`],
    ["Accept-Ranges", "bytes"],
    ...content.validatorFields.fields,
  ]);
  return new FastResponse(new FileBody(content, parts, source.disk), { status: 206, headers });
}
