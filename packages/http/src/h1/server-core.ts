/** What an HTTP/1 connection needs of its server: everything that connections share. */
import type { Counter, Family, Log } from "@tenon/kit";
import type { BodyOwner, ExchangeHandler } from "../exchange/channel.ts";
import type { TimerWheel } from "../timer-wheel.ts";
import type { Http1Exchange } from "./exchange.ts";
import type { HeadCache } from "./head-cache.ts";
import type { HttpLimits } from "./limits.ts";
import type { RequestHeadParser } from "./request-head.ts";

export interface Http1Server {
  readonly limits: HttpLimits;
  readonly wheel: TimerWheel;
  readonly log: Log;
  readonly received: Counter;
  /** By the fault's code. */
  readonly refused: Family<Counter>;
  /** Monotonic and wall time as last read: once per turn is enough. */
  readonly nowMs: number;
  readonly wallMs: number;
  readClock(): void;
  /** `Date: …` with its line end. */
  dateLine(): string;
  readonly heads: HeadCache;
  /** A parser that nobody uses; `giveParser` it back when its head is complete. */
  takeParser(): RequestHeadParser;
  giveParser(parser: RequestHeadParser): void;
  /** A request's head is complete. `bodyOwner`: where a body follows that a handler may read. */
  accept(exchange: Http1Exchange, bodyOwner: BodyOwner | undefined): ExchangeHandler;
  exchangeFinished(exchange: Http1Exchange): void;
}
