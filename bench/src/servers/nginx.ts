/** The peer nginx, with a configuration of its own in a temporary folder. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { peer } from "../../../scripts/test-peer.ts";
import { MissingPeerError } from "../model.ts";
import { freePort, type Server, startProgram } from "./program.ts";

export interface NginxOptions {
  readonly name?: string;
  /** Directives of the `server` block besides `listen`: `location / { return 200 "hello"; }`, `root /srv;`. */
  readonly server: string;
  /** Directives of the `http` block. */
  readonly http?: string;
  /** Worker processes; 1 unless said. */
  readonly workers?: number;
}

/** Debian's nginx on a free port, in the foreground, without access log, keep-alive without end (as wrk needs it). */
export function nginx(options: NginxOptions): Server {
  return {
    name: options.name ?? "nginx",
    async start() {
      const command = peer("nginx");
      if (command === undefined) throw new MissingPeerError("nginx");
      const directory = await mkdtemp(join(tmpdir(), "tenon-bench-nginx-"));
      const port = await freePort();
      const file = join(directory, "nginx.conf");
      await mkdir(join(directory, "logs"));
      await writeFile(file, configuration(options, port, directory));
      const running = await startProgram({ command, args: ["-p", directory, "-c", file, "-e", "stderr"], port });
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

function configuration(options: NginxOptions, port: number, directory: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  // Started by root, nginx gives its workers away to `nobody`, who cannot read files in a user's folders.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `${user}
daemon off;
pid ${directory}/nginx.pid;
worker_processes ${options.workers ?? 1};
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  include /etc/nginx/mime.types;
  sendfile on;
  keepalive_requests 1000000000;
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ")}
  ${options.http ?? ""}
  server {
    listen 127.0.0.1:${port};
    ${options.server}
  }
}
`;
}
