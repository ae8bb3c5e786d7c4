/** An HTTP server on raw TCP, with a WHATWG fetch handler for its interface. */
export { HttpServer, type HttpServerOptions } from "./server.ts";
export { FastResponse, type FastResponseInit, installFastResponse } from "./fetch/fast-response.ts";
export { installIncomingRequest } from "./fetch/install-request.ts";
export type { FetchHandler, RequestContext } from "./fetch/context.ts";
export type { Fault, FaultMatcher, Faults } from "./faults.ts";
export type { RecentRequest } from "./recent-requests.ts";
export { DEFAULT_LIMITS, type HttpLimits } from "./h1/limits.ts";
export { type HttpFault, HttpProtocolError } from "./h1/errors.ts";

// Handlers that compose.
export { files, type FilesOptions } from "./files/files.ts";
export { type EventSink, eventStream, type EventStreamOptions, type ServerEvent } from "./handlers/event-stream.ts";
export { basicAuth, type BasicAuthOptions } from "./handlers/basic-auth.ts";
export { compress, type CompressOptions } from "./handlers/compress.ts";
export { cors, type CorsOptions } from "./handlers/cors.ts";
export { type AccessLogFormat, type AccessLogEntry, accessLogLine } from "./log/access-log.ts";
export { accessLog, type AccessLogOptions } from "./handlers/access-log.ts";
export { router, type RouteHandler } from "./handlers/router.ts";

// The sans-IO parts.
export { RequestHeadParser } from "./h1/request-head.ts";
export { FieldParser, POSITIONS_PER_FIELD } from "./h1/field-parser.ts";
export { type BodyDecoder, type BodySink, LengthDecoder } from "./h1/body.ts";
export { ChunkedDecoder, chunkHead, LAST_CHUNK } from "./h1/chunked.ts";
export { FieldBlock } from "./h1/response-head.ts";
export {
  type Conditional,
  evaluateConditions,
  rangeApplies,
  type Validators,
  type Verdict,
} from "./semantics/conditions.ts";
export { formatHttpDate, parseHttpDate } from "./semantics/dates.ts";
export { parseEntityTags, strongMatch, weakMatch } from "./semantics/entity-tags.ts";
export { mediaTypeOf } from "./semantics/media-types.ts";
export {
  chooseCoding,
  chooseType,
  type ContentCoding,
  parsePreferences,
  type Preference,
} from "./semantics/negotiation.ts";
export { type ByteRange, contentRange, MAX_RANGES, parseByteRanges } from "./semantics/ranges.ts";
