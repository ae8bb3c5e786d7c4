/** The least that a DNS server on Node can do: each packet goes back with the QR bit set. What is above this is the server's own work. */
import { createSocket } from "node:dgram";
import { ready } from "@tenon/bench";

const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
socket.on("message", (packet, from) => {
  packet[2]! |= 0x80;
  socket.send(packet, from.port, from.address);
});
socket.bind(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: socket.address().port }));
