/** The origin that requests of one connection name, worked out once for all that name the same host. */
import type { Address } from "@tenon/kit";
import { HttpProtocolError } from "./errors.ts";
import { equalsExactly, POSITIONS_PER_FIELD } from "./field-parser.ts";
import { latin1 } from "./latin1.ts";
import type { RequestHeadParser } from "./request-head.ts";
import { originOf } from "./request-url.ts";

const SLASH = 0x2f;

export class ConnectionOrigin {
  #host = "";
  #origin = "";

  /**
   * `scheme://host` of the request whose head `parser` has just read from the start of `bytes`; `local` stands in where
   * HTTP/1.0 names none. Throws HttpProtocolError where it and the target make no URL.
   */
  of(bytes: Buffer, parser: RequestHeadParser, local: Address): string {
    let host: string;
    if (parser.hostField < 0) {
      const { address, port } = local;
      host = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
    } else {
      const slot = parser.hostField * POSITIONS_PER_FIELD;
      const start = parser.fields.positions[slot + 2]!;
      const end = parser.fields.positions[slot + 3]!;
      host = equalsExactly(bytes, start, end, this.#host) ? this.#host : latin1(bytes, start, end);
    }
    if (host !== this.#host) {
      this.#origin = originOf(host);
      this.#host = host;
    }
    if (
      bytes[parser.targetStart] !== SLASH &&
      !URL.canParse(latin1(bytes, parser.targetStart, parser.targetEnd), this.#origin)
    ) {
      throw new HttpProtocolError("request-target");
    }
    return this.#origin;
  }
}
