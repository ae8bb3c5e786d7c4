/** What dig prints of messages of ours, against what we print of them. */
import { execFile } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { peer } from "../../../../scripts/test-peer.ts";
import { messageText } from "../../src/dig/print.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { ednsOption } from "../../src/message/options.ts";
import { Name } from "../../src/name/name.ts";
import { drawing, randomMessage } from "../support/random-messages.ts";
import { TYPE } from "../../src/rdata/types.ts";

/** What BIND 9.18 lacks, prints in another form, or refuses under owners as random as these. */
const DIG_LACKS = new Set<number>([
  ...(["CLA", "IPN", "DSYNC", "HHIT", "BRID", "TKEY", "SVCB", "HTTPS", "NSEC", "NSEC3", "A6"] as const).map(
    (name) => TYPE[name],
  ),
]);

/** The part between dig's own lines, without the word on whether it knows the cookie. */
function messagePart(output: string): string {
  const end = output.indexOf("\n;; Query time:");
  return output.slice(output.indexOf(";; ->>HEADER"), end).replaceAll(/^(; COOKIE: \w+) \(\w+\)$/gm, "$1");
}

/** Answers each query with the next message, under the query's id and question. */
async function answering(messages: Message[]): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => {
    const { id, questions } = decodeMessage(bytes);
    socket.send(encodeMessage({ ...messages.shift()!, id, questions }), from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

test("dig prints random messages as we do", async () => {
  const dig = peer("dig");
  if (dig === undefined) return;
  const draw = drawing(11);
  const options = [
    ednsOption({ option: "EXPIRE", seconds: 788_645 }),
    ednsOption({ option: "KEY-TAG", keyTags: [20_326, 1] }),
    ednsOption({ option: "EXTENDED-ERROR", infoCode: 29, text: "" }),
    ednsOption({ option: "NSID", data: new Uint8Array(0) }),
    ednsOption({ option: "EXPIRE" }),
    ednsOption({ option: "TCP-KEEPALIVE" }),
    { code: 65_002, data: new Uint8Array(0) },
  ];
  const messages = Array.from({ length: 40 }, (_, i): Message => {
    const message = randomMessage(draw, (type) => !DIG_LACKS.has(type));
    // Whatever dig would take for another answer's or ask again for stays out.
    const edns = {
      udpPayload: 1232,
      version: 0,
      dnssecOk: i % 2 === 0,
      options: [...(message.edns?.options ?? []), ...options],
    };
    const rcode = [0, 3, 5, 9, 13][i % 5]!;
    return { ...message, opcode: 0, response: true, truncated: false, rcode, ...(i % 3 === 0 ? { edns } : {}) };
  });
  const question = { name: Name.parse("www.example."), type: TYPE.A, class: 1 };
  const socket = await answering([...messages]);
  try {
    for (const message of messages) {
      const args = [
        "@127.0.0.1",
        "-p",
        String(socket.address().port),
        "+tries=1",
        "+time=20",
        "+ignore",
        "www.example.",
        "A",
      ];
      const { stdout } = await promisify(execFile)(dig, args);
      expect(stdout).toContain("Got answer");
      const id = Number(/id: (\d+)/.exec(stdout)?.[1]);
      expect(messagePart(stdout)).toBe(messageText({ ...message, id, questions: [question] }).slice(0, -1));
    }
  } finally {
    socket.close();
  }
});
