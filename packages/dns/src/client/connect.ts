import type { Address, Connection, World } from "@tenon/kit";
import { UpstreamError } from "./errors.ts";

export interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly local?: Address | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rejects with UpstreamError, or with the signal's reason. */
export async function connectTo(
  { net }: World,
  server: Address,
  { timeoutMs, local, signal }: ConnectionOptions,
): Promise<Connection> {
  try {
    return await net.connect({
      host: server.address,
      port: server.port,
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
      ...(local === undefined ? {} : { localAddress: local.address }),
    });
  } catch (error) {
    throw signal?.aborted === true ? error : UpstreamError.fromSystem(error, server);
  }
}
