/** Name servers by others, each with one zone that is transferred and updated with a key alone. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeMessage, Name, request, TYPE, UpstreamClient, UpstreamError } from "@tenon/dns";
import { realWorld } from "@tenon/kit";
import type { WireKey } from "../../src/panels/dns/wire.ts";
import { freePort } from "./free-port.ts";

export interface ForeignZone {
  /** Absolute. */
  readonly origin: string;
  readonly text: string;
  readonly key: WireKey;
}

export interface ForeignNameServer extends AsyncDisposable {
  readonly url: string;
}

interface Place {
  readonly folder: string;
  readonly port: number;
}

interface Server {
  readonly args: readonly string[];
  readonly settings: (place: Place, zone: ForeignZone) => string;
}

export const NAME_SERVERS: Readonly<Record<"knotd" | "named", Server>> = {
  knotd: {
    args: ["-c"],
    settings: ({ folder, port }, { origin, key }) => `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
database:
    storage: "${folder}"
key:
  - id: ${key.name}
    algorithm: ${key.algorithm}
    secret: ${key.secret}
acl:
  - id: signed
    key: ${key.name}
    action: [transfer, update]
zone:
  - domain: "${origin}"
    file: "${folder}/zone"
    zonefile-sync: -1
    acl: signed
`,
  },
  named: {
    args: ["-g", "-n", "1", "-c"],
    settings: ({ folder, port }, { origin, key }) => `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  lock-file none;
  managed-keys-directory "${folder}";
  dnssec-validation no;
  recursion no;
  notify no;
};
controls { };
key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
zone "${origin}" { type primary; file "${folder}/zone"; allow-transfer { key ${key.name}; }; allow-update { key ${key.name}; }; };
`,
  },
};

/** Starts `executable`, which is the server `name`. */
export async function startNameServer(
  name: keyof typeof NAME_SERVERS,
  executable: string,
  zone: ForeignZone,
): Promise<ForeignNameServer> {
  const { args, settings } = NAME_SERVERS[name];
  const folder = mkdtempSync(join(tmpdir(), "tenon-console-name-server-"));
  const port = await freePort();
  writeFileSync(join(folder, "zone"), zone.text);
  writeFileSync(join(folder, "settings"), settings({ folder, port }, zone));
  const child = spawn(executable, [...args, join(folder, "settings")], { cwd: folder, stdio: "ignore" });
  const exited = once(child, "exit");
  const client = new UpstreamClient(realWorld);
  while (!(await serves(zone.origin, port, client))) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    await sleep(20);
  }
  client.close();
  return {
    url: `dns://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the zone is loaded: a server may listen before. */
async function serves(origin: string, port: number, client: UpstreamClient): Promise<boolean> {
  const question = encodeMessage(request({ name: Name.parse(origin), type: TYPE.SOA, class: 1 }));
  try {
    const { message } = await client.query(question, { address: "127.0.0.1", port }, { tcp: true });
    return message.answers.length === 1;
  } catch (error) {
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}
