/** Media types of files, and which of them shrink. */
import { lookup } from "mrmime";

const IS_TEXT = /^text\/|^application\/(?:javascript|ecmascript|xml)$|\+xml$/;
const SHRINKS =
  /^text\/|[+/](?:json|xml|javascript|yaml|text)$|^application\/(?:wasm|x-ndjson|manifest\+json|rtf|sql|toml|graphql|x-sh|vnd\.ms-fontobject)|^font\/(?:ttf|otf|collection)|^image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)$/;

/** The Content-Type of a file by its name; text is UTF-8. Unknown: `application/octet-stream`. */
export function mediaTypeOf(fileName: string): string {
  const type = lookup(fileName) ?? "application/octet-stream";
  return IS_TEXT.test(type) ? `${type}; charset=utf-8` : type;
}

/** Whether content of this type is worth compressing. Server-Sent Events are not: they would wait in the compressor. */
export function isCompressible(contentType: string): boolean {
  const type = contentType.split(";", 1)[0]!.trim().toLowerCase();
  return type !== "text/event-stream" && SHRINKS.test(type);
}
