/** Mutated queries to an authority with everything turned on. */
import { Authority, type Client } from "../../src/authority/authority.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { Name } from "../../src/name/name.ts";
import { TYPE } from "../../src/rdata/types.ts";
import type { ZoneSet } from "../../src/zone/zone-set.ts";
import { mutated } from "./mutations.ts";
import { option, queryBytes } from "./queries.ts";
import { type Draw, drawing } from "./random-messages.ts";

const NAMES = ["www", "x.sub", "foo.wild", "x.dn", "alias", "c5", "many", "nothing", "gone", "x.y.z.sibling"];
const TYPES = [TYPE.A, TYPE.MX, TYPE.AAAA, TYPE.ANY, TYPE.NS, TYPE.DS];
const OPTIONS = [3, 8, 10, 11, 12];
const UDP_PAYLOAD = 1232;
const UDP: Client = { address: "192.0.2.77", port: 5000, tcp: false };
const TCP: Client = { ...UDP, tcp: true };

function query(draw: Draw): Uint8Array {
  const name = Name.parse(`${NAMES[draw(NAMES.length)]}.example.`);
  const type = TYPES[draw(TYPES.length)]!;
  if (draw(3) === 0) return queryBytes(name, type);
  const options = draw(2) === 0 ? [] : [option(OPTIONS[draw(OPTIONS.length)]!, Buffer.alloc(draw(30), draw(256)))];
  return queryBytes(name, type, { payload: draw(2000), options: Buffer.concat(options) });
}

/** Asks `count` mutated queries of `zones`, which serve example-zone.ts. Returns how many were answered; throws for answers that are none. */
export function fuzzAuthority(zones: ZoneSet, count: number, seed: number): number {
  const authority = new Authority({
    zones,
    minimalResponses: seed % 2 === 0,
    udpPayload: UDP_PAYLOAD,
    elsewhere: false,
    nsid: Buffer.from("x"),
    version: "v",
    identity: "i",
    cookies: { secret: Buffer.alloc(16, 3) },
    tcpIdleMs: 1000,
    now: () => 0,
  });
  const draw = drawing(seed);
  const out = new Uint8Array(65_535);
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const bytes = mutated(draw, query(draw));
    const client = draw(2) === 0 ? UDP : TCP;
    try {
      const length = authority.answer(bytes, bytes.length, client, out);
      if (length <= 0) continue;
      const answer = decodeMessage(out.slice(0, length));
      if (!answer.response || answer.id !== ((bytes[0]! << 8) | bytes[1]!))
        throw new Error("an answer to something else");
      if (!client.tcp && length > UDP_PAYLOAD) throw new Error(`${length} bytes over UDP`);
      answered += 1;
    } catch (error) {
      throw new Error(`seed ${seed}, query ${Buffer.from(bytes).toString("hex")}`, { cause: error });
    }
  }
  return answered;
}
