/** The peer redis-server, in memory only. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "../../../scripts/test-peer.ts";
import { MissingPeerError } from "../model.ts";
import { freePort, type Server, startProgram } from "./program.ts";

/** Debian's redis-server on a free port, with neither RDB nor AOF unless `args` say otherwise (`["--appendonly", "yes"]`). */
export function redisServer(options: { readonly name?: string; readonly args?: readonly string[] } = {}): Server {
  return {
    name: options.name ?? "redis-server",
    async start() {
      const command = peer("redis-server");
      if (command === undefined) throw new MissingPeerError("redis-server");
      const directory = await mkdtemp(join(tmpdir(), "tenon-bench-redis-"));
      const port = await freePort();
      const args = [
        "--port",
        `${port}`,
        "--bind",
        "127.0.0.1",
        "--dir",
        directory,
        "--save",
        "",
        "--loglevel",
        "warning",
      ];
      const running = await startProgram({ command, args: [...args, ...(options.args ?? [])], port });
      return {
        ...running,
        stop: async () => {
          await running.stop();
          await rm(directory, { recursive: true, force: true });
        },
      };
    },
  };
}
