/** An HTTP server on raw TCP, with a WHATWG fetch handler for its interface. */
export { HttpServer, type HttpServerOptions } from "./server.ts";
export { FastResponse, type FastResponseInit, installFastResponse } from "./fetch/fast-response.ts";
export type { FetchHandler, RequestContext } from "./fetch/context.ts";
export type { Fault, FaultMatcher, Faults } from "./faults.ts";
export type { RecentRequest } from "./recent-requests.ts";
export { DEFAULT_LIMITS, type HttpLimits } from "./h1/limits.ts";
export { type HttpFault, HttpProtocolError } from "./h1/errors.ts";
