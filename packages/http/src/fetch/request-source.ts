/** What a protocol (HTTP/1 today) has to offer so that a WHATWG Request can be made of it, piece by piece, on demand. */
import type { IncomingBody } from "./incoming-body.ts";

export interface RequestSource {
  readonly method: string;
  /** Absolute and normalised, as `new URL(…).href` gives it. */
  readonly url: string;
  readonly fields: RequestFields;
  /** Undefined where the request has none. */
  readonly body: IncomingBody | undefined;
  readonly signal: AbortSignal;
}

export interface RequestFields {
  /** The value of the field by its lower-case name, repeats combined as in `Headers.get`; null without one. */
  get(lowerCaseName: string): string | null;
  /** Every field line in its order, names in lower case. */
  pairs(): (readonly [name: string, value: string])[];
}
