/** The floor for files: bare node:net writing a head and a file held in memory for every chunk it reads. */
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { ready } from "@tenon/bench";

const body = readFileSync(join(process.argv[2]!, "file.bin"));
const head = `HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: ${body.length}\r\nETag: "1"\r\n\r\n`;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", () => {
    socket.cork();
    socket.write(head, "latin1");
    socket.write(body);
    socket.uncork();
  });
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => ready({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }));
