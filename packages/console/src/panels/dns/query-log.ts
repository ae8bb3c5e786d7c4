/** Topic `queries`: what the server in this process was asked, and how it answered. */
import { DnsServer, type LoggedQuery, OPCODE, rcodeText } from "@tenon/dns";
import { ApiError } from "../../api-error.ts";
import { Batches } from "../../live/batches.ts";
import type { PanelContext, Subscriber, Topic } from "../panel.ts";
import type { WireQuery } from "./wire.ts";

export function openQueryLog({ service, world }: PanelContext, subscriber: Subscriber): Topic {
  const server = service.instance;
  if (!(server instanceof DnsServer)) {
    throw new ApiError(
      409,
      "no-queries",
      `${service.name} does not run in this process: its queries are not known here`,
    );
  }
  const batches = new Batches<WireQuery>(world.clock, subscriber);
  batches.begin(server.queryLog().map(wireQuery));
  const unsubscribe = server.onQuery((query) => batches.push(wireQuery(query)));
  return {
    close: () => {
      unsubscribe();
      batches.close();
    },
  };
}

const OPCODES = new Map<number, string>(Object.entries(OPCODE).map(([name, code]) => [code, name]));

function wireQuery({ opcode, rcode, ...query }: LoggedQuery): WireQuery {
  return {
    ...query,
    opcode: OPCODES.get(opcode) ?? `OPCODE${opcode}`,
    ...(rcode !== undefined && { rcode: rcodeText(rcode) }),
  };
}
