/** Basic authentication (RFC 7617). */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FetchHandler } from "../fetch/context.ts";
import { FastResponse } from "../fetch/fast-response.ts";

export interface BasicAuthOptions {
  /** Name → password. */
  readonly users: Readonly<Record<string, string>>;
  /** What the browser shows. Default: `Restricted`. */
  readonly realm?: string;
}

/** Wraps `handler`: only who names a user with the right password gets through; the rest get 401. */
export function basicAuth(handler: FetchHandler, options: BasicAuthOptions): FetchHandler {
  const { users, realm = "Restricted" } = options;
  const challenge = `Basic realm="${realm.replaceAll(/["\\]/g, "\\$&")}", charset="UTF-8"`;
  const expected = Object.entries(users).map(([name, password]) => digest(`${name}:${password}`));
  return (request, context) => {
    const credentials = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (credentials !== undefined) {
      const given = digest(Buffer.from(credentials, "base64").toString("utf8"));
      // Every pair is compared, in constant time: how long it takes tells nothing.
      let matches = false;
      for (const pair of expected) matches = timingSafeEqual(pair, given) || matches;
      if (matches) return handler(request, context);
    }
    return new FastResponse("Unauthorized\n", { status: 401, headers: { "WWW-Authenticate": challenge } });
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
