/** Records of one owner, type and class: what DNS answers with, and never in parts (RFC 2181 §5). */
import type { Name } from "../name/name.ts";

export interface RRset {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds, the same for all of its records (RFC 2181 §5.2). */
  readonly ttl: number;
  /** Uncompressed wire forms, at least one, none twice. */
  readonly rdatas: readonly Uint8Array[];
}
