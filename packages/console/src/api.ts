/**
 * The JSON API of the page, below `/api/`:
 *
 * | request | does |
 * |---|---|
 * | `GET live` | the page's event stream |
 * | `POST live/<session>/topics` | opens a topic on it |
 * | `POST live/<session>/topics/<id>` | sends a message to a topic, answers its reply |
 * | `DELETE live/<session>/topics/<id>` | closes a topic |
 * | `POST services/<name>/start`, `stop`, `restart` | does so; answers when it is done |
 * | `POST services/<name>/panel/<route>` | asks the panel of the service's kind |
 *
 * Who may call it was decided before (security/guard.ts). Failures are `{ error: { code, message } }`.
 */
import type { Log } from "@tenon/kit";
import { ApiError, Fields, json, readJson } from "./api-error.ts";
import type { LiveHub } from "./live/live-hub.ts";
import { metricsTopic } from "./live/metrics-topic.ts";
import type { Sampler } from "./live/sampler.ts";
import type { Panel, Subscriber, Topic } from "./panels/panel.ts";
import type { ServiceView, StackView } from "./stack-view.ts";

export interface ApiOptions {
  readonly stack: StackView;
  readonly hub: LiveHub;
  readonly sampler: Sampler;
  readonly panelOf: (service: ServiceView) => Panel | undefined;
  readonly log: Log;
}

const ACTIONS: Readonly<Record<string, (service: ServiceView) => Promise<void>>> = {
  start: (service) => service.start(),
  stop: (service) => service.stop(),
  restart: (service) => service.restart(),
};

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  /** Answers a request whose path is `/api/` and `segments`, decoded. Throws ApiError. */
  async handle(request: Request, segments: readonly string[], signal: AbortSignal): Promise<Response> {
    const [area, name, part, detail, ...rest] = segments;
    if (rest.length > 0) throw notFound();
    if (area === "live" && name === undefined) return this.#live(request, signal);
    if (area === "live" && name !== undefined && part === "topics") return await this.#topic(request, name, detail);
    if (area === "services" && name !== undefined && part !== undefined) {
      const service = this.#service(name);
      if (part === "panel" && detail !== undefined) return await this.#panel(request, service, detail);
      if (Object.hasOwn(ACTIONS, part) && detail === undefined) return await this.#act(request, service, part);
    }
    throw notFound();
  }

  #live(request: Request, signal: AbortSignal): Response {
    allow(request, "GET");
    return this.#options.hub.open(signal);
  }

  async #topic(request: Request, sessionId: string, id: string | undefined): Promise<Response> {
    allow(request, ...(id === undefined ? ["POST"] : ["POST", "DELETE"]));
    const session = this.#options.hub.session(sessionId);
    if (request.method === "DELETE" && id !== undefined) {
      session.closeTopic(id);
      return new Response(null, { status: 204 });
    }
    const body = await readJson(request);
    if (id !== undefined) return json((await session.receive(id, body)) ?? null);
    const fields = new Fields(body);
    const service = this.#service(fields.text("service"));
    const open = this.#topicNamed(service, fields.text("topic"));
    await session.openTopic(fields.text("id", 64), (subscriber) => open(subscriber, fields.value("params")));
    return new Response(null, { status: 204 });
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
    allow(request, "POST");
    const routes = this.#options.panelOf(service)?.routes ?? {};
    const answer = Object.hasOwn(routes, route) ? routes[route] : undefined;
    if (answer === undefined) throw notFound();
    return json((await answer(await readJson(request))) ?? null);
  }

  async #act(request: Request, service: ServiceView, action: string): Promise<Response> {
    allow(request, "POST");
    await readJson(request);
    if (service.state === "external") {
      throw new ApiError(409, "external", `${service.name} is external: the stack does not start or stop it`);
    }
    try {
      await ACTIONS[action]!(service);
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

function allow(request: Request, ...methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  throw new ApiError(405, "method-not-allowed", `${request.method} is not allowed here; ${methods.join(" or ")} is`);
}

function notFound(): ApiError {
  return new ApiError(404, "not-found", "no such place in the API");
}
