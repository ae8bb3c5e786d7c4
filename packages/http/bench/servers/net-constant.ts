/** The floor: bare node:net that writes a constant for every chunk it reads, without looking at it. */
import { type AddressInfo, createServer } from "node:net";
import { ready } from "@tenon/bench";

const ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 13\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\nhello, world!`;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => socket.write(ANSWER, "latin1"));
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }));
