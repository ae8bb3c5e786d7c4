/**
 * What a system adds to the console on the server's side. The page's side is in `web/panels/`.
 *
 * A panel lives as long as the console, one per service. It reaches the service by `service.url`, as any client does,
 * and therefore must expect that the service is stopped, restarted on another port, or was never ours.
 */
import type { World } from "@tenon/kit";
import type { Summary } from "../protocol.ts";
import type { ServiceView } from "../stack-view.ts";

export interface PanelContext {
  readonly service: ServiceView;
  readonly world: World;
}

/** One page's end of an open topic. */
export interface Subscriber {
  /** Sends `message` (JSON) to the page. Returns false when the page does not keep up: drop or thin out what comes. */
  send(message: unknown): boolean;
  /** Ends the topic from this side, after a last message. */
  end(message?: unknown): void;
}

/** The server's end of an open topic. */
export interface Topic {
  /** Answers what the page posted to the topic; topics without it only send. */
  receive?(message: unknown): Promise<unknown>;
  /** The page left or closed the topic. Called once. */
  close(): void;
}

export interface Panel {
  /** Answers of `POST /api/services/<name>/panel/<route>`: JSON in, JSON out; throws ApiError. */
  readonly routes?: Readonly<Record<string, (body: unknown) => Promise<unknown>>>;
  /** What a page can subscribe to. Called when a page does; throws ApiError. */
  readonly topics?: Readonly<Record<string, (subscriber: Subscriber, params: unknown) => Topic | Promise<Topic>>>;
  /** The overview's numbers of an external service, which has no metrics of ours. */
  readonly summary?: () => Promise<Summary>;
  close(): void;
}

export type OpenPanel = (context: PanelContext) => Panel;
