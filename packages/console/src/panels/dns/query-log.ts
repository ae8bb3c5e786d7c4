/** Topic `queries`: what the server in this process was asked, and how it answered. */
import { DnsServer, type LoggedQuery } from "@tenon/dns";
import type { Timer } from "@tenon/kit";
import { ApiError } from "../../api-error.ts";
import type { PanelContext, Subscriber, Topic } from "../panel.ts";
import type { QueriesMessage } from "./wire.ts";

const BATCH_MS = 100;
/** More in one batch nobody reads, and no browser needs to draw. */
const MAX_QUERIES_PER_BATCH = 500;

export function openQueryLog({ service, world }: PanelContext, subscriber: Subscriber): Topic {
  const server = service.instance;
  if (!(server instanceof DnsServer)) {
    throw new ApiError(
      409,
      "no-queries",
      `${service.name} does not run in this process: its queries are not known here`,
    );
  }
  let pending: LoggedQuery[] = [];
  let dropped = 0;
  let timer: Timer | undefined;
  const flush = (): void => {
    timer = undefined;
    subscriber.send({ queries: pending, dropped } satisfies QueriesMessage);
    pending = [];
    dropped = 0;
  };
  subscriber.send({ first: true, queries: server.queryLog(), dropped: 0 } satisfies QueriesMessage);
  const unsubscribe = server.onQuery((query) => {
    if (pending.length < MAX_QUERIES_PER_BATCH) pending.push(query);
    else dropped++;
    timer ??= world.clock.setTimeout(flush, BATCH_MS);
  });
  return {
    close: () => {
      unsubscribe();
      timer?.close();
    },
  };
}
