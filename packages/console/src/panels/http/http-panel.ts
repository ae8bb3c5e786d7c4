/** HTTP on the server's side of the console: the newest requests, as the server in this process counts them. */
import { HttpServer, type RecentRequest } from "@tenon/http";
import type { Timer } from "@tenon/kit";
import { ApiError } from "../../api-error.ts";
import type { Panel, PanelContext, Subscriber, Topic } from "../panel.ts";
import type { RequestsMessage } from "./wire.ts";

const BATCH_MS = 100;
const MAX_REQUESTS_PER_BATCH = 500;

export function openHttpPanel({ service, world }: PanelContext): Panel {
  const requests = (subscriber: Subscriber): Topic => {
    const server = service.instance;
    if (!(server instanceof HttpServer)) {
      throw new ApiError(
        409,
        "no-requests",
        `${service.name} does not run in this process: its requests are not known here`,
      );
    }
    let pending: RecentRequest[] = [];
    let dropped = 0;
    let timer: Timer | undefined;
    const flush = (): void => {
      timer = undefined;
      subscriber.send({ requests: pending, dropped } satisfies RequestsMessage);
      pending = [];
      dropped = 0;
    };
    subscriber.send({ first: true, requests: server.recentRequests(), dropped: 0 } satisfies RequestsMessage);
    const unsubscribe = server.onRequest((request) => {
      if (pending.length < MAX_REQUESTS_PER_BATCH) pending.push(request);
      else dropped++;
      timer ??= world.clock.setTimeout(flush, BATCH_MS);
    });
    return {
      close: () => {
        unsubscribe();
        timer?.close();
      },
    };
  };
  return { topics: { requests }, close: () => undefined };
}
