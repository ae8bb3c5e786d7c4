/** A query as a test sees it: for faults' matchers and for interceptors. */
import type { Client } from "./authority/authority.ts";
import { DnsError } from "./errors.ts";
import { decodeMessage } from "./message/decode.ts";
import type { Message } from "./message/message.ts";
import { classText, typeText } from "./rdata/types.ts";

export interface AskedQuery {
  /** Of the first question: in lower case and without the dot at the end; the root is ".". */
  readonly name: string;
  /** `A`, `AAAA`, `TYPE65280` */
  readonly type: string;
  /** `IN` */
  readonly class: string;
  readonly client: { readonly address: string; readonly port: number; readonly transport: "udp" | "tcp" };
  readonly message: Message;
}

/** Undefined for what cannot be read, has no question, or is no query. */
export function askedIn(bytes: Uint8Array, { address, port, tcp }: Client): AskedQuery | undefined {
  let message: Message;
  try {
    message = decodeMessage(bytes);
  } catch (error) {
    if (error instanceof DnsError) return undefined;
    throw error;
  }
  const [question] = message.questions;
  if (question === undefined || message.response) return undefined;
  return {
    name: plainName(question.name.toString()),
    type: typeText(question.type),
    class: classText(question.class),
    client: { address, port, transport: tcp ? "tcp" : "udp" },
    message,
  };
}

/** As people and programs outside of DNS write names. */
export function plainName(text: string): string {
  return text === "." ? text : text.replace(/\.$/, "").toLowerCase();
}
