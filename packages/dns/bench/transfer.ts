/** An AXFR client that only counts: it measures the server, and must not be what is waited for. */
import { once } from "node:events";
import { connect } from "node:net";
import { queryBytes } from "../test/support/peers/query.ts";
import { ORIGIN } from "./data.ts";

const [AXFR, SOA] = [252, 6];

/** Records that arrive until the SOA comes again (RFC 5936 §2.2). Throws when the server refuses, or ends before. */
export async function transfer(port: number): Promise<{ readonly records: number; readonly bytes: number }> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const query = queryBytes(1, { name: ORIGIN, type: AXFR });
  socket.write(Buffer.concat([Buffer.from([query.length >> 8, query.length & 255]), query]));
  let [records, bytes, soas] = [0, 0, 0];
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0);
      const message = pending.subarray(2, end);
      if ((message[3]! & 15) !== 0) throw new Error(`the transfer is refused with rcode ${message[3]! & 15}`);
      records += message.readUInt16BE(6);
      soas += soasIn(message);
      pending = pending.subarray(end);
    }
    if (soas === 2) break; // and the socket is destroyed
  }
  if (soas < 2) throw new Error(`the transfer ended after ${records} records`);
  return { records, bytes };
}

/** SOA records of a message: only its first and its last record can be one. */
function soasIn(message: Buffer): number {
  let at = 12;
  for (let questions = message.readUInt16BE(4); questions > 0; questions--) at = afterName(message, at) + 4;
  let count = 0;
  const answers = message.readUInt16BE(6);
  for (let i = 0; i < answers; i++) {
    at = afterName(message, at);
    if (message.readUInt16BE(at) === SOA) count += 1;
    at += 10 + message.readUInt16BE(at + 8);
  }
  return count;
}

function afterName(message: Buffer, start: number): number {
  let at = start;
  while (message[at]! !== 0) {
    if (message[at]! >= 0xc0) return at + 2;
    at += message[at]! + 1;
  }
  return at + 1;
}
