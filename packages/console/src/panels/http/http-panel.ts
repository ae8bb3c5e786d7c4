/** HTTP on the server's side of the console: the newest requests, as the server in this process counts them. */
import { HttpServer, type RecentRequest } from "@tenon/http";
import { ApiError } from "../../api-error.ts";
import { Batches } from "../../live/batches.ts";
import type { Panel, PanelContext, Subscriber, Topic } from "../panel.ts";

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
    const batches = new Batches<RecentRequest>(world.clock, subscriber);
    batches.begin(server.recentRequests());
    const unsubscribe = server.onRequest((request) => batches.push(request));
    return {
      close: () => {
        unsubscribe();
        batches.close();
      },
    };
  };
  return { topics: { requests }, close: () => undefined };
}
