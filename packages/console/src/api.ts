/**
 * The JSON API of the page. Who may call it was decided before (security/guard.ts). Answers are JSON; failures are
 * `{ error: { code, message } }`.
 */
import { type FetchHandler, type RequestContext, type RouteHandler, router } from "@tenon/http";
import type { Log } from "@tenon/kit";
import { ApiError, Fields, json, readJson } from "./api-error.ts";
import type { LiveHub } from "./live/live-hub.ts";
import { metricsTopic } from "./live/metrics-topic.ts";
import type { Sampler } from "./live/sampler.ts";
import type { Panel, Subscriber, Topic } from "./panels/panel.ts";
import type { ServiceView, StackView } from "./stack-view.ts";
import type { FolderSearch } from "./tools/search.ts";
import type { StackDatabases } from "./tools/sqlite/stack-databases.ts";

export interface ApiOptions {
  readonly stack: StackView;
  readonly hub: LiveHub;
  readonly sampler: Sampler;
  readonly panelOf: (service: ServiceView) => Panel | undefined;
  readonly log: Log;
  /** Undefined when no folder may be searched. */
  readonly search: FolderSearch | undefined;
  readonly databases: StackDatabases;
}

export class Api {
  readonly #options: ApiOptions;
  readonly #route: FetchHandler;

  constructor(options: ApiOptions) {
    this.#options = options;
    const act = (name: "start" | "stop" | "restart"): RouteHandler => {
      return (request, _context, { service = "" }) => this.#act(request, this.#service(service), name);
    };
    this.#route = router(
      {
        // The page's event stream.
        "GET /api/live": (request) => this.#live(request),
        // Opens a topic on it; sends a message to a topic and answers its reply; closes a topic.
        "POST /api/live/:session/topics": (request, _context, { session = "" }) => this.#openTopic(request, session),
        "POST /api/live/:session/topics/:id": (request, _context, { session = "", id = "" }) =>
          this.#message(request, session, id),
        "DELETE /api/live/:session/topics/:id": (_request, _context, { session = "", id = "" }) => {
          options.hub.session(session).closeTopic(id);
          return new Response(null, { status: 204 });
        },
        // Answer when it is done.
        "POST /api/services/:service/start": act("start"),
        "POST /api/services/:service/stop": act("stop"),
        "POST /api/services/:service/restart": act("restart"),
        // Lines of the files below the config's folder, as they are found.
        "POST /api/search": async (request) => this.#search().answer(await readJson(request)),
        "POST /api/search/folder": () => json(this.#search().folder()),
        // The config's SQLite files: which there are, a question to one, the end of what runs on it.
        "POST /api/sqlite": () => json(options.databases.list()),
        "POST /api/sqlite/:database": async (request, _context, { database = "" }) =>
          options.databases.answer(database, await readJson(request)),
        "POST /api/sqlite/:database/stop": async (request, _context, { database = "" }) => {
          await readJson(request);
          await options.databases.stop(database);
          return new Response(null, { status: 204 });
        },
        // Asks the panel of the service's kind.
        "POST /api/services/:service/panel/:route": (request, _context, { service = "", route = "" }) =>
          this.#panel(request, this.#service(service), route),
      },
      () => {
        throw notFound();
      },
    );
  }

  /** Answers a request to a path below `/api`. Rejects with ApiError. */
  async handle(request: Request, context: RequestContext): Promise<Response> {
    const response = await this.#route(request, context);
    if (response.status !== 405) return response;
    const allowed = response.headers.get("allow") ?? "none";
    throw new ApiError(405, "method-not-allowed", `${request.method} is not allowed here; allowed: ${allowed}`);
  }

  #live(request: Request): Response {
    // The router answers HEAD by GET, and a stream that nobody reads is of no use.
    if (request.method !== "GET") throw new ApiError(405, "method-not-allowed", "the stream is there for GET alone");
    return this.#options.hub.open(request);
  }

  async #openTopic(request: Request, sessionId: string): Promise<Response> {
    const session = this.#options.hub.session(sessionId);
    const fields = new Fields(await readJson(request));
    const service = this.#service(fields.text("service"));
    const open = this.#topicNamed(service, fields.text("topic"));
    await session.openTopic(fields.text("id", 64), (subscriber) => open(subscriber, fields.value("params")));
    return new Response(null, { status: 204 });
  }

  async #message(request: Request, sessionId: string, id: string): Promise<Response> {
    const session = this.#options.hub.session(sessionId);
    return json((await session.receive(id, await readJson(request))) ?? null);
  }

  #topicNamed(
    service: ServiceView,
    topic: string,
  ): (subscriber: Subscriber, params: unknown) => Topic | Promise<Topic> {
    if (topic === "metrics") return (subscriber) => metricsTopic(this.#options.sampler, service.name, subscriber);
    const topics = this.#options.panelOf(service)?.topics ?? {};
    const open = Object.hasOwn(topics, topic) ? topics[topic] : undefined;
    if (open === undefined) throw new ApiError(404, "no-such-topic", `${service.name} has no topic ${topic}`);
    return open;
  }

  async #panel(request: Request, service: ServiceView, route: string): Promise<Response> {
    const routes = this.#options.panelOf(service)?.routes ?? {};
    const answer = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (answer === undefined) throw notFound();
    return json((await answer(await readJson(request))) ?? null);
  }

  #search(): FolderSearch {
    const { search } = this.#options;
    if (search === undefined)
      throw new ApiError(409, "no-folder", 'the config names no folder to search: console: { search: "src" }');
    return search;
  }

  async #act(request: Request, service: ServiceView, action: "start" | "stop" | "restart"): Promise<Response> {
    await readJson(request);
    if (service.state === "external") {
      throw new ApiError(409, "external", `${service.name} is external: the stack does not start or stop it`);
    }
    try {
      await service[action]();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#options.log.error(`${action} failed`, { service: service.name, error });
      throw new ApiError(409, "action-failed", `${action} of ${service.name} failed: ${message}`);
    }
    return json({ state: service.state });
  }

  #service(name: string): ServiceView {
    const service = this.#options.stack.services.find((candidate) => candidate.name === name);
    if (service === undefined) throw new ApiError(404, "no-such-service", `the stack has no service ${name}`);
    return service;
  }
}

function notFound(): ApiError {
  return new ApiError(404, "not-found", "no such place in the API");
}
