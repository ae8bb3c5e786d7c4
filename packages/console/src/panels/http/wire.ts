/** What the HTTP panel's two sides say to each other: plain JSON shapes, no code. */
import type { RecentRequest } from "@tenon/http";

/** Message of topic `requests`. */
export interface RequestsMessage {
  /** With the newest so far: what the page knew before is to be forgotten. */
  readonly first?: true;
  /** Oldest first. */
  readonly requests: readonly RecentRequest[];
  /** Requests that were too many to be sent. */
  readonly dropped: number;
}
