/** Runs a load generator to its end and hands back what it printed. */
import { execFile } from "node:child_process";
import { peer } from "../../scripts/test-peer.ts";
import { MissingPeerError } from "./model.ts";

const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Standard output of the peer `name`; rejects with everything it said when it fails, and with MissingPeerError when it is not installed. */
export function runPeer(name: string, args: readonly string[]): Promise<string> {
  const command = peer(name);
  if (command === undefined) return Promise.reject(new MissingPeerError(name));
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${name} ${args.join(" ")} failed: ${error.message}\n${stdout}${stderr}`));
    });
  });
}
