/**
 * TLS as a property of a door or of a connection that is made: `listen({ tls })`, `connect({ tls })`. The connections that come of it
 * are like any others; what they carry is decrypted.
 */
import type { Address } from "./net.ts";

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** What both ends have in common. PEM throughout, as text or bytes. */
export interface TlsOptions {
  /** The certificate, its chain behind it. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** Of an encrypted key. */
  readonly passphrase?: string;
  /** Whom to trust; without it, the authorities that the runtime knows. Each may hold several certificates. */
  readonly ca?: readonly (string | Uint8Array)[];
  /** Versions that are spoken; without it, 1.2 and 1.3. */
  readonly versions?: readonly TlsVersion[];
  /** Up to TLS 1.2, in OpenSSL's notation. */
  readonly ciphers?: string;
  /** Of TLS 1.3, separated by colons. */
  readonly cipherSuites?: string;
}

/** How a server speaks TLS. What is wrong with certificates, keys and ciphers is thrown by `listen`, in OpenSSL's words. */
export interface TlsListenOptions extends TlsOptions {
  readonly cert: string | Uint8Array;
  readonly key: string | Uint8Array;
  /** Whether clients show a certificate of their own. One that is shown must hold before `ca` in any case. Default: "no". */
  readonly clientCertificates?: "no" | "optional" | "required";
  /** Lets the server's order of ciphers decide, not the client's. */
  readonly preferServerOrder?: boolean;
  /** Diffie-Hellman parameters. */
  readonly dhParameters?: string | Uint8Array;
  /** Lets sessions be taken up again, by tickets. Default: true. */
  readonly sessions?: boolean;
  /** How long one can be. */
  readonly sessionTimeoutSeconds?: number;
  /** Told of connections that never came to be: no TLS, no common cipher, a certificate missing. */
  readonly failed?: (error: Error, remote: Address) => void;
}

export interface TlsConnectOptions extends TlsOptions {
  /**
   * What must hold of the server's certificate: "host" (the default): its chain, and that it is for the host asked for; "chain": the
   * chain alone, as Redis' own clients do; "none": nothing, which protects from nobody who can stand between.
   */
  readonly verify?: "host" | "chain" | "none";
  /** The name to ask for (SNI) and to verify; without it, the host that is connected to. */
  readonly serverName?: string;
}
