/** The same echo over bare `node:net`, with the same socket options. */
import { type AddressInfo, createServer } from "node:net";
import { ready } from "@tenon/bench";

const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  socket.on("data", (chunk) => void socket.write(chunk));
  socket.on("end", () => void socket.end());
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const { address, port } = server.address() as AddressInfo;
  ready({ host: address, port });
});
