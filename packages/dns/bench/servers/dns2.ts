/** npm dns2's server with a `Map` behind it, as its README shows. */
import { ready } from "@tenon/bench";
import dns2 from "dns2";
import { hosts } from "./hosts.ts";

const addresses = hosts();
const { Packet } = dns2;
const server = dns2.createServer({
  udp: true,
  handle(request, send) {
    const response = Packet.createResponseFromRequest(request);
    const { name } = request.questions[0]!;
    const address = addresses.get(name.toLowerCase());
    if (address !== undefined) {
      response.answers.push(
        new Packet.Resource({ name, type: Packet.TYPE.A, class: Packet.CLASS.IN, ttl: 3600, address }),
      );
    }
    send(response);
  },
});
await server.listen({ udp: { port: 0, address: "127.0.0.1" } });
ready({ host: "127.0.0.1", port: server.addresses().udp!.port });
