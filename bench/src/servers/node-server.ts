/** Servers written in TypeScript or JavaScript: ours, node:http, bare node:net. */
import { fileURLToPath } from "node:url";
import { type Server, startProgram } from "./program.ts";

export interface NodeServerOptions {
  readonly name: string;
  /** The script; it listens on an ephemeral port of 127.0.0.1, then calls `ready(address)`. */
  readonly script: URL;
  readonly args?: readonly string[];
  /** Flags for Node itself: `--max-old-space-size=512`. */
  readonly nodeArgs?: readonly string[];
}

/** A server that runs `script` in a Node process of its own, of the same version as the harness. */
export function nodeServer(options: NodeServerOptions): Server {
  return {
    name: options.name,
    start: () =>
      startProgram({
        command: process.execPath,
        args: [...(options.nodeArgs ?? []), fileURLToPath(options.script), ...(options.args ?? [])],
        env: { NODE_ENV: "production" },
      }),
  };
}

/** To be called in the script once it listens; tells the harness where. The script ends on SIGTERM, as Node does by itself. */
export function ready(address: { readonly host: string; readonly port: number }): void {
  process.stdout.write(`ready ${address.host}:${address.port}\n`);
}
