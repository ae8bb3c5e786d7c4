/** Echoes over `World.net`. */
import { ready } from "@tenon/bench";
import { realWorld } from "@tenon/kit";

const listener = await realWorld.net.listen({}, (connection) => {
  connection.handle({
    data: (chunk) => void connection.write(chunk),
    end: () => connection.end(),
    drain() {},
    close() {},
  });
});
ready({ host: listener.address.address, port: listener.address.port });
