/** What the tests use of libraries that come without types. */
declare module "redlock" {
  import type { Redis } from "ioredis";

  export interface Lock {
    readonly value: string;
    extend(ttlMs: number): Promise<Lock>;
    unlock(): Promise<void>;
  }
  export default class Redlock {
    constructor(clients: Redis[], options?: { retryCount?: number; retryDelay?: number });
    lock(resource: string, ttlMs: number): Promise<Lock>;
  }
}

declare module "express-session" {
  export class Cookie {
    readonly originalMaxAge: number | null;
  }
  export interface SessionData {
    cookie: Cookie;
    [name: string]: unknown;
  }
  export class Store {
    on(event: string, listener: () => void): this;
  }
  const session: { readonly Cookie: typeof Cookie };
  export default session;
}
