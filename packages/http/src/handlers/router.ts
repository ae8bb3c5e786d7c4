/** A small router: patterns of literal segments, `:parameters` and a last `*`. */
import type { RequestContext } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";
import { pathOf } from "../files/request-path.ts";

export type RouteHandler = (
  request: Request,
  context: RequestContext,
  /** Decoded once; what `*` matched is under `"*"`. */
  parameters: Readonly<Record<string, string>>,
) => Response | Promise<Response>;

interface Route {
  /** `*` for any. */
  readonly method: string;
  readonly segments: readonly string[];
  readonly handler: RouteHandler;
}

/**
 * Routes by `"METHOD /pattern"`, or `"/pattern"` for any method: `router({ "GET /users/:id": … , "/files/*": … })`.
 * The first that matches wins. HEAD is answered by a route for GET. A path that is known, but not for this method, is
 * answered with 405; an unknown one by `fallback`, else with 404.
 */
export function router(
  routes: Readonly<Record<string, RouteHandler>>,
  fallback?: RouteHandler,
): (request: Request, context: RequestContext) => Response | Promise<Response> {
  const table = Object.entries(routes).map(([key, handler]) => parseRoute(key, handler));
  return (request, context) => {
    const path = segmentsOf(pathOf(request.url));
    const { method } = request;
    const allowed = new Set<string>();
    for (const route of table) {
      const parameters = match(route.segments, path);
      if (parameters === undefined) continue;
      if (route.method === "*" || route.method === method || (route.method === "GET" && method === "HEAD")) {
        return route.handler(request, context, parameters);
      }
      allowed.add(route.method);
      if (route.method === "GET") allowed.add("HEAD");
    }
    if (allowed.size > 0) {
      return new FastResponse("Method Not Allowed\n", { status: 405, headers: { Allow: [...allowed].join(", ") } });
    }
    return fallback?.(request, context, {}) ?? new FastResponse("Not Found\n", { status: 404 });
  };
}

function parseRoute(key: string, handler: RouteHandler): Route {
  const match = /^(?:([A-Za-z]+) )?(\/\S*)$/.exec(key);
  if (match === null) throw new TypeError(`not a route: ${JSON.stringify(key)}; expected "METHOD /path" or "/path"`);
  return { method: match[1] ?? "*", segments: segmentsOf(match[2]!), handler };
}

function segmentsOf(path: string): string[] {
  return path.slice(1).split("/");
}

function match(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, expected] of pattern.entries()) {
    if (expected === "*" && i === pattern.length - 1) {
      const rest = decoded(path.slice(i).join("/"));
      if (rest === undefined || i > path.length) return undefined;
      parameters["*"] = rest;
      return parameters;
    }
    const actual = path[i];
    if (actual === undefined) return undefined;
    if (expected.startsWith(":")) {
      const value = decoded(actual);
      if (value === undefined || value === "") return undefined;
      parameters[expected.slice(1)] = value;
    } else if (expected !== actual) {
      return undefined;
    }
  }
  return path.length === pattern.length ? parameters : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
