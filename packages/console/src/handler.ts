/** One request through the console: guard, then gate, page or API; every answer carries the security headers. */
import type { RequestContext } from "@tenon/http";
import type { Log } from "@tenon/kit";
import type { Api } from "./api.ts";
import { ApiError, errorResponse } from "./api-error.ts";
import type { Page } from "./page.ts";
import { gateAsset, letIn, refuse } from "./security/gate.ts";
import type { Guard } from "./security/guard.ts";
import { secured } from "./security/headers.ts";

export interface HandlerOptions {
  readonly guard: Guard;
  readonly page: Page;
  readonly api: Api;
  readonly log: Log;
}

/** Never rejects. */
export async function handle(options: HandlerOptions, request: Request, context: RequestContext): Promise<Response> {
  try {
    return secured(await route(options, request, context));
  } catch (error) {
    if (error instanceof ApiError) return secured(errorResponse(error));
    options.log.error("a console request failed", {
      method: request.method,
      path: new URL(request.url).pathname,
      error,
    });
    return secured(errorResponse(new ApiError(500, "internal", "the console failed to answer; its log says why")));
  }
}

async function route(options: HandlerOptions, request: Request, context: RequestContext): Promise<Response> {
  const { guard, page, api } = options;
  const url = new URL(request.url);
  const isApi = url.pathname === "/api" || url.pathname.startsWith("/api/");
  const area = !isApi ? "page" : url.pathname === "/api/live" ? "live" : "api";

  const refusal = guard.refusesOrigin(request, area);
  if (refusal !== undefined) return refuse(refusal, !isApi);
  if (!isApi) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response("method not allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    }
    const asset = gateAsset(url.pathname);
    if (asset !== undefined) return asset;
    const token = url.searchParams.get("token");
    if (token !== null && guard.isToken(token)) return letIn(guard, url, request);
  }
  if (!guard.hasSession(request)) return refuse("token", !isApi);
  if (!isApi) return page.respond(url.pathname);
  return await api.handle(request, context);
}
