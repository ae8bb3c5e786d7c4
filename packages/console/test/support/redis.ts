/** A Redis of somebody else: the original, as a process of its own on a free port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./free-port.ts";

export interface ForeignRedis {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts `executable` (redis-server), without files. */
export async function startRedis(executable: string): Promise<ForeignRedis> {
  const port = await freePort();
  const child = spawn(executable, ["--port", String(port), "--bind", "127.0.0.1", "--save", ""], { stdio: "ignore" });
  const exited = once(child, "exit");
  while (!(await answers(port))) await sleep(20);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    close: async () => {
      child.kill();
      await exited;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
