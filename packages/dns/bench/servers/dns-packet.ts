/** What people write with npm dns-packet: decode, a `Map`, encode. */
import { createSocket } from "node:dgram";
import { ready } from "@tenon/bench";
import packet from "dns-packet";
import { hosts } from "./hosts.ts";

const addresses = hosts();
const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
socket.on("message", (bytes, from) => {
  const { id, questions } = packet.decode(bytes);
  const { name } = questions[0]!;
  const data = addresses.get(name.toLowerCase());
  const answer = packet.encode({
    type: "response",
    id,
    flags: packet.AUTHORITATIVE_ANSWER,
    questions,
    answers: data === undefined ? [] : [{ type: "A", name, ttl: 3600, data }],
  });
  socket.send(answer, from.port, from.address);
});
socket.bind(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: socket.address().port }));
