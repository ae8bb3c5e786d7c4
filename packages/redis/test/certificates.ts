/** Certificates for a test, made by openssl in a folder of their own. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificates {
  /** The path of `ca.crt`, `server.crt`, `server.key`, `client.crt`, `client.key`, `other.crt`, `other.key`, `locked.key` (opened by "secret"). */
  path(name: string): string;
  read(name: string): Buffer;
  remove(): void;
}

/** An authority; a server's certificate for localhost, and another; a client's. */
export function makeCertificates(openssl: string): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "tenon-certificates-"));
  const run = (line: string): void => void execFileSync(openssl, line.split(" "), { cwd: folder, stdio: "pipe" });
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  run(`req -x509 ${key} -days 2 -keyout ca.key -out ca.crt -subj /CN=authority`);
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1");
  for (const name of ["server", "other", "client"]) {
    run(`req ${key} -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
    run(`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out ${name}.crt -days 2 -extfile names`);
  }
  run("ec -in server.key -aes256 -passout pass:secret -out locked.key");
  return {
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
