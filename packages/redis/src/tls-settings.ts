/** The tls-* settings as kit's network takes them; the files that they name are read here. */
import { join, resolve } from "node:path";
import type { Address, Disk, TlsConnectOptions, TlsListenOptions, TlsOptions, TlsVersion } from "@tenon/kit";
import type { Config } from "./engine/config.ts";

/** Settings that cannot be followed. The message is what redis-server logs. */
export class TlsSettingsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TlsSettingsError";
  }
}

const VERSIONS: Readonly<Record<string, TlsVersion>> = {
  tlsv1: "TLSv1",
  "tlsv1.1": "TLSv1.1",
  "tlsv1.2": "TLSv1.2",
  "tlsv1.3": "TLSv1.3",
};
const CERTIFICATE = "-----BEGIN CERTIFICATE-----";
/** A file of certificates is not larger; a folder may hold other things. */
const MAX_CERTIFICATE_FILE_BYTES = 4 * 1024 * 1024;

export interface TlsFiles {
  readonly disk: Disk;
  /** What relative paths begin at. */
  readonly directory: string;
}

/** How the TLS port speaks; `failed` is told of handshakes that fail. Throws TlsSettingsError. */
export function tlsListenOptions(
  config: Config,
  files: TlsFiles,
  failed: (error: Error, remote: Address) => void,
): TlsListenOptions {
  if (config.text("tls-cert-file") === "") throw new TlsSettingsError("No tls-cert-file configured!");
  if (config.text("tls-key-file") === "") throw new TlsSettingsError("No tls-key-file configured!");
  const clients = config.text("tls-auth-clients");
  const dhParameters = config.text("tls-dh-params-file");
  return {
    ...commonOptions(config, files),
    cert: readSetting(config.text("tls-cert-file"), "Failed to load certificate", files),
    key: readSetting(config.text("tls-key-file"), "Failed to load private key", files),
    ...passphrase(config.text("tls-key-file-pass")),
    clientCertificates: clients === "yes" ? "required" : clients === "optional" ? "optional" : "no",
    preferServerOrder: config.flag("tls-prefer-server-ciphers"),
    sessions: config.flag("tls-session-caching"),
    sessionTimeoutSeconds: config.number("tls-session-cache-timeout"),
    ...(dhParameters === "" ? {} : { dhParameters: readSetting(dhParameters, "Failed to read DH parameters", files) }),
    failed,
  };
}

/** How connections to a master speak, where `tls-replication` is yes. Throws TlsSettingsError. */
export function tlsConnectOptions(config: Config, files: TlsFiles): TlsConnectOptions {
  const own = config.text("tls-client-cert-file") !== "";
  const cert = config.text(own ? "tls-client-cert-file" : "tls-cert-file");
  const key = config.text(own ? "tls-client-key-file" : "tls-key-file");
  return {
    ...commonOptions(config, files),
    ...(cert === "" || key === ""
      ? {}
      : {
          cert: readSetting(cert, "Failed to load certificate", files),
          key: readSetting(key, "Failed to load private key", files),
          ...passphrase(config.text(own ? "tls-client-key-file-pass" : "tls-key-file-pass")),
        }),
    verify: "chain",
  };
}

function commonOptions(config: Config, files: TlsFiles): TlsOptions {
  const [file, folder] = [config.text("tls-ca-cert-file"), config.text("tls-ca-cert-dir")];
  const needed =
    config.text("tls-auth-clients") !== "no" || config.flag("tls-cluster") || config.flag("tls-replication");
  if (needed && file === "" && folder === "") {
    throw new TlsSettingsError(
      "Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!",
    );
  }
  const ca: Uint8Array[] = [];
  if (file !== "") ca.push(readSetting(file, "Failed to configure CA certificate(s) file/directory", files));
  if (folder !== "") ca.push(...authorities(folder, files));
  const [ciphers, cipherSuites] = [config.text("tls-ciphers"), config.text("tls-ciphersuites")];
  const versions = protocols(config.text("tls-protocols"));
  return {
    ...(ca.length === 0 ? {} : { ca }),
    ...(ciphers === "" ? {} : { ciphers }),
    ...(cipherSuites === "" ? {} : { cipherSuites }),
    ...(versions === undefined ? {} : { versions }),
  };
}

function passphrase(text: string): { readonly passphrase?: string } {
  return text === "" ? {} : { passphrase: text };
}

function protocols(text: string): TlsVersion[] | undefined {
  if (text === "") return undefined;
  return text.split(/\s+/).map((word) => {
    const version = VERSIONS[word.toLowerCase()];
    if (version !== undefined) return version;
    throw new TlsSettingsError(
      "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.",
    );
  });
}

function readSetting(path: string, what: string, { disk, directory }: TlsFiles): Uint8Array {
  try {
    return disk.readFile(resolve(directory, path));
  } catch (error) {
    throw new TlsSettingsError(`${what}: ${path}: ${(error as Error).message}`);
  }
}

/** Every certificate in a folder; OpenSSL, which finds them by their hashes, wants links of certain names. */
function authorities(path: string, { disk, directory }: TlsFiles): Uint8Array[] {
  const folder = resolve(directory, path);
  try {
    return disk
      .readDirectory(folder)
      .map(({ name }) => join(folder, name))
      .filter((file) => {
        const stat = disk.stat(file);
        return stat?.kind === "file" && stat.size <= MAX_CERTIFICATE_FILE_BYTES;
      })
      .map((file) => disk.readFile(file))
      .filter((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(CERTIFICATE));
  } catch (error) {
    throw new TlsSettingsError(
      `Failed to configure CA certificate(s) file/directory: ${path}: ${(error as Error).message}`,
    );
  }
}
