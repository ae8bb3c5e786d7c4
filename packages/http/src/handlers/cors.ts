/** Cross-origin sharing (WHATWG Fetch §3.3): which pages of other origins may read the answers. */
import type { FetchHandler } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { withFields } from "./with-fields.ts";

export interface CorsOptions {
  /** `*`, the default, lets every origin in, without credentials; otherwise those listed. */
  readonly origins?: "*" | readonly string[];
  readonly methods?: readonly string[];
  /** Request fields allowed; default: whatever the preflight asks for. */
  readonly headers?: readonly string[];
  readonly exposedHeaders?: readonly string[];
  /** Cookies and authorization; only with a list of origins. */
  readonly credentials?: boolean;
  readonly maxAgeSeconds?: number;
}

/** Wraps `handler`; answers preflights itself. Throws TypeError for credentials with every origin, which browsers refuse. */
export function cors(handler: FetchHandler, options: CorsOptions = {}): FetchHandler {
  const { origins = "*", credentials = false, methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] } = options;
  if (credentials && origins === "*") throw new TypeError("credentials need a list of origins");

  const shared = (origin: string): [string, string][] => {
    const fields: [string, string][] = [["Access-Control-Allow-Origin", origins === "*" ? "*" : origin]];
    if (origins !== "*") fields.push(["Vary", "Origin"]);
    if (credentials) fields.push(["Access-Control-Allow-Credentials", "true"]);
    return fields;
  };

  return async (request, context) => {
    const origin = request.headers.get("origin");
    const allowed = origin !== null && (origins === "*" || origins.includes(origin));
    const isPreflight = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
    if (isPreflight && origin !== null) {
      if (!allowed) return new FastResponse(null, { status: 204, headers: { Vary: "Origin" } });
      const asked = options.headers?.join(", ") ?? request.headers.get("access-control-request-headers");
      const fields = [...shared(origin), ["Access-Control-Allow-Methods", methods.join(", ")] as [string, string]];
      if (asked !== null && asked !== "") fields.push(["Access-Control-Allow-Headers", asked]);
      if (options.maxAgeSeconds !== undefined) fields.push(["Access-Control-Max-Age", `${options.maxAgeSeconds}`]);
      return new FastResponse(null, { status: 204, headers: fields });
    }
    const response = await handler(request, context);
    // The answer differs by origin, also for those that get nothing.
    if (!allowed) return origins === "*" ? response : withFields(response, [["Vary", "Origin"]]);
    const fields = shared(origin);
    if (options.exposedHeaders !== undefined) {
      fields.push(["Access-Control-Expose-Headers", options.exposedHeaders.join(", ")]);
    }
    return withFields(response, fields);
  };
}
