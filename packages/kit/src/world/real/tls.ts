/**
 * TLS of the real network, through `node:tls`: OpenSSL reads and writes the socket's own handle, and JavaScript sees what was decrypted.
 *
 * A door keeps its `net.Server` and hands what it accepts to a `tls.Server` that listens nowhere (Node documents the `connection` event for
 * that). New certificates are a new `tls.Server`: connections that are open keep what they were met with.
 */
import { constants } from "node:crypto";
import type { Socket } from "node:net";
import {
  type ConnectionOptions,
  createServer,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
  type TlsOptions as NodeTlsOptions,
} from "node:tls";
import type { TlsConnectOptions, TlsListenOptions, TlsOptions, TlsVersion } from "../tls.ts";

/** Who has not shaken hands by then is dropped. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Handshakes under way at once, per door: the service's own limit counts only those that are over. */
const MAX_HANDSHAKES = 1024;

const ALL_VERSIONS: readonly TlsVersion[] = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
const DEFAULT_VERSIONS: readonly TlsVersion[] = ["TLSv1.2", "TLSv1.3"];
const WITHOUT_VERSION: Readonly<Record<TlsVersion, number>> = {
  TLSv1: constants.SSL_OP_NO_TLSv1,
  "TLSv1.1": constants.SSL_OP_NO_TLSv1_1,
  "TLSv1.2": constants.SSL_OP_NO_TLSv1_2,
  "TLSv1.3": constants.SSL_OP_NO_TLSv1_3,
};

/** OpenSSL's own, for Node takes both kinds of ciphers in one list and would go without the kind that is not in it. */
const DEFAULT_SUITES = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
const DEFAULT_CIPHERS = constants.defaultCipherList
  .split(":")
  .filter((name) => !name.startsWith("TLS_"))
  .join(":");

/** Accepts TLS on sockets that a server of plain ones hands over. */
export class TlsDoor {
  readonly #accept: (socket: TLSSocket) => void;
  #server: Server;
  #handshakes = 0;

  /** Throws what OpenSSL says of the certificate, the key, the ciphers. */
  constructor(options: TlsListenOptions, accept: (socket: TLSSocket) => void) {
    this.#accept = accept;
    this.#server = this.#open(options);
  }

  renew(options: TlsListenOptions): void {
    this.#server = this.#open(options);
  }

  /** Begins the handshake; the socket must not have been read from. */
  meet(socket: Socket): void {
    if (this.#handshakes >= MAX_HANDSHAKES) {
      socket.destroy();
      return;
    }
    this.#handshakes++;
    this.#server.emit("connection", socket);
  }

  #open(options: TlsListenOptions): Server {
    const server = createServer(listenOptions(options), (socket) => {
      this.#handshakes--;
      // A certificate is optional, a false one is not.
      if (options.clientCertificates === "optional" && !socket.authorized && hasCertificate(socket)) {
        this.#refuse(options, socket.authorizationError ?? new Error("certificate verify failed"), socket);
      } else this.#accept(socket);
    });
    server.on("tlsClientError", (error, socket) => {
      this.#handshakes--;
      this.#refuse(options, error, socket);
    });
    return server;
  }

  #refuse(options: TlsListenOptions, error: Error, socket: TLSSocket): void {
    options.failed?.(error, { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 });
    socket.on("error", () => {});
    socket.destroy();
  }
}

function hasCertificate(socket: TLSSocket): boolean {
  return Object.keys(socket.getPeerCertificate()).length > 0;
}

function listenOptions(options: TlsListenOptions): NodeTlsOptions {
  const { clientCertificates = "no", preferServerOrder = false, dhParameters, sessions = true } = options;
  const context = contextOptions(options);
  let secureOptions = context.secureOptions!;
  if (!sessions) secureOptions |= constants.SSL_OP_NO_TICKET;
  return {
    ...context,
    secureOptions,
    allowHalfOpen: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    honorCipherOrder: preferServerOrder,
    requestCert: clientCertificates !== "no",
    rejectUnauthorized: clientCertificates === "required",
    ...(dhParameters === undefined ? {} : { dhparam: dhParameters as string | Buffer }),
    ...(options.sessionTimeoutSeconds === undefined ? {} : { sessionTimeout: options.sessionTimeoutSeconds }),
  };
}

/** What `tls.connect` takes beside the address. Throws what OpenSSL says of the certificate, the key, the ciphers. */
export function connectOptions(options: TlsConnectOptions): ConnectionOptions {
  const { verify = "host", serverName } = options;
  return {
    ...contextOptions(options),
    rejectUnauthorized: verify !== "none",
    ...(verify === "host" ? {} : { checkServerIdentity: () => undefined }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function contextOptions(options: TlsOptions): SecureContextOptions {
  const { cert, key, passphrase, ca, versions = DEFAULT_VERSIONS, ciphers, cipherSuites } = options;
  const spoken = ALL_VERSIONS.filter((version) => versions.includes(version));
  if (spoken.length === 0) throw new RangeError("TLS: no version is left to speak");
  // Node would take it for one of the other kind, of which it is enough that one is known.
  const unknown = cipherSuites?.split(":").find((name) => !name.startsWith("TLS_"));
  if (unknown !== undefined) throw new RangeError(`TLS: no such cipher suite: ${unknown}`);
  let secureOptions = 0;
  for (const version of ALL_VERSIONS) if (!spoken.includes(version)) secureOptions |= WITHOUT_VERSION[version];
  const list = [cipherSuites ?? DEFAULT_SUITES, ciphers ?? DEFAULT_CIPHERS];
  return {
    minVersion: spoken[0]!,
    maxVersion: spoken.at(-1)!,
    secureOptions,
    ...(ciphers === undefined && cipherSuites === undefined ? {} : { ciphers: list.join(":") }),
    ...(cert === undefined ? {} : { cert: cert as string | Buffer }),
    ...(key === undefined ? {} : { key: key as string | Buffer }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(ca === undefined ? {} : { ca: ca as (string | Buffer)[] }),
  };
}
