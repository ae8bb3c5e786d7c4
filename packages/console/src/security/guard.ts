/**
 * Who may talk to the console.
 *
 * The console can start and stop services and read their data, and it listens where every page in the user's browser
 * can reach it. Three independent checks stand in front of it:
 *
 * 1. **Host** must be a loopback name with our port. A page of `evil.example` that rebinds its DNS name to 127.0.0.1
 *    is same-origin with us in the browser's eyes, but its requests carry `Host: evil.example`.
 * 2. **Origin** must be ours on whatever changes state and on the live stream; where the browser says `Sec-Fetch-Site`,
 *    the API wants `same-origin`. That stops other local ports, which are same-*site* with us and get our cookie sent.
 * 3. **Token**: random per run, in the URL that `tenon up` prints. It is exchanged once for a session cookie —
 *    HttpOnly, SameSite=Strict — with a secret of its own, and leaves the address bar. Cookies do not know ports, so
 *    the cookie's name contains ours: two stacks on one machine do not log each other out.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Random } from "@tenon/kit";

const SECRET_BYTES = 32;

/** Names under which a browser reaches the loopback interface. `localhost` never leaves the machine (RFC 6761 §6.3). */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Methods that only look. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

export type Refusal = "host" | "origin" | "token";

export class Guard {
  /** Goes into the URL. */
  readonly token: string;
  readonly #session: string;
  /** Set once it is known which port was bound. */
  #port = 0;

  constructor(random: Random) {
    this.token = secret(random);
    this.#session = secret(random);
  }

  /** Must be called before the first request is checked. */
  bind(port: number): void {
    this.#port = port;
  }

  /** The checks on where a request comes from; `live` is the event stream, which is read-only and yet must be ours. */
  refusesOrigin(request: Request, area: "page" | "api" | "live"): Refusal | undefined {
    const host = request.headers.get("host") ?? "";
    if (!this.#isOurHost(host)) return "host";
    const origin = request.headers.get("origin");
    if (origin === null) {
      if (!SAFE_METHODS.has(request.method)) return "origin";
    } else if (origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
      // A top-level form or link may bring a foreign or opaque Origin to the page, which changes nothing.
      if (area !== "page" || !SAFE_METHODS.has(request.method)) return "origin";
    }
    // Absent in old browsers and outside browsers; where it is there, it cannot be forged by a page.
    const site = request.headers.get("sec-fetch-site");
    if (area !== "page" && site !== null && site !== "same-origin") return "origin";
    return undefined;
  }

  /** Whether `candidate` is the token of this run, in time that does not depend on where they differ. */
  isToken(candidate: string): boolean {
    return equalInConstantTime(candidate, this.token);
  }

  /** Whether the request carries the cookie of this run. */
  hasSession(request: Request): boolean {
    const cookie = readCookie(request.headers.get("cookie") ?? "", this.#cookieName);
    return cookie !== undefined && equalInConstantTime(cookie, this.#session);
  }

  /** Value of the `Set-Cookie` header that lets a browser in until it is closed. */
  sessionCookie(): string {
    return `${this.#cookieName}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  get #cookieName(): string {
    return `tenon_console_${this.#port}`;
  }

  #isOurHost(host: string): boolean {
    const colon = host.lastIndexOf(":");
    if (colon < 0 || host.endsWith("]")) return this.#port === 80 && LOOPBACK_NAMES.has(host.toLowerCase());
    return host.slice(colon + 1) === String(this.#port) && LOOPBACK_NAMES.has(host.slice(0, colon).toLowerCase());
  }
}

/** Whether `host` is an address or name that only this machine can reach. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function secret(random: Random): string {
  return Buffer.from(random.bytes(SECRET_BYTES)).toString("base64url");
}

/** Compares digests, so that neither content nor length shows in the time. */
function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}
