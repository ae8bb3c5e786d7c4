/** What a server answers that was given nothing to serve: this machine's addresses, whatever the name. */
import type { Elsewhere } from "./slow-path.ts";
import type { Message } from "./message/message.ts";
import { replyTo } from "./message/reply.ts";
import { rdataFromText } from "./rdata/rdata.ts";
import { CLASS, TYPE } from "./rdata/types.ts";

const TTL = 60;
const ADDRESSES: ReadonlyMap<number, Uint8Array> = new Map([
  [TYPE.A, rdataFromText(TYPE.A, "127.0.0.1")],
  [TYPE.AAAA, rdataFromText(TYPE.AAAA, "::1")],
]);

export const floor: Elsewhere = {
  async resolve(query: Message): Promise<Message> {
    const { name, type, class: questionClass } = query.questions[0]!; // the slow path has seen to it
    const rdata = questionClass === CLASS.IN ? ADDRESSES.get(type) : undefined;
    const answers = rdata === undefined ? [] : [{ name, type, class: CLASS.IN, ttl: TTL, rdata }];
    return replyTo(query, { answers });
  },
};
