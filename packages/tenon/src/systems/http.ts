import type { FetchHandler, HttpServer } from "@tenon/http";
import type { System } from "./system.ts";

/** Keys of the config's `http`, beside those that every service has. At most one of them. */
export interface HttpSettings {
  /** Folder whose files are served. */
  readonly dir?: string;
  /** Module whose default export answers: a function, or an object with `fetch`. Read again on every restart. */
  readonly app?: string;
  /** What answers requests, in configs that are code. */
  readonly fetch?: FetchHandler;
}

export const http: System<HttpSettings, HttpServer> = {
  name: "http",
  summary: "an HTTP server for a folder or an app",
  port: 8080,
  schemes: ["http", "https"],
  variables: { HTTP_URL: "{url}", HTTP_HOST: "{host}", HTTP_PORT: "{port}" },
  durable: false,
  connect: ({ url }) => `curl ${url}/`,
  schema: (z) => ({
    dir: z.string("the path of a folder").min(1, "the path of a folder").optional(),
    app: z.string("the path of a module").min(1, "the path of a module").optional(),
    fetch: z.custom((value) => typeof value === "function", "a function from Request to Response").optional(),
  }),
  async start(settings, { world, log, host, port, baseDir }) {
    const [{ HttpServer }, { httpHandler }] = await Promise.all([import("@tenon/http"), import("../http-handler.ts")]);
    const fetch = await httpHandler(settings, { baseDir, clock: world.clock });
    return HttpServer.listen({ host, port, world, log, fetch });
  },
  cli: () => import("@tenon/http/cli"),
};
