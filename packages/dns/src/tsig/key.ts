/** TSIG keys: a name and a secret that both ends have, and the HMAC that is made with it (RFC 8945 §6). */
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";

export type TsigAlgorithm =
  | "hmac-md5"
  | "hmac-sha1"
  | "hmac-sha224"
  | "hmac-sha256"
  | "hmac-sha256-128"
  | "hmac-sha384"
  | "hmac-sha384-192"
  | "hmac-sha512"
  | "hmac-sha512-256";

export interface AlgorithmRow {
  /** What a message calls it. */
  readonly wireName: Name;
  /** What OpenSSL calls its hash. */
  readonly hash: string;
  readonly hashBytes: number;
  /** What is sent of it, and the least that is taken. */
  readonly macBytes: number;
}

/**
 * A truncated one goes by its hash's full name and a shorter MAC, as BIND and Knot have it; the names that RFC 8945 gives them are
 * understood in requests.
 */
const ALGORITHMS: Readonly<Record<TsigAlgorithm, AlgorithmRow>> = {
  "hmac-md5": row("hmac-md5.sig-alg.reg.int", "md5", 16),
  "hmac-sha1": row("hmac-sha1", "sha1", 20),
  "hmac-sha224": row("hmac-sha224", "sha224", 28),
  "hmac-sha256": row("hmac-sha256", "sha256", 32),
  "hmac-sha256-128": row("hmac-sha256", "sha256", 32, 16),
  "hmac-sha384": row("hmac-sha384", "sha384", 48),
  "hmac-sha384-192": row("hmac-sha384", "sha384", 48, 24),
  "hmac-sha512": row("hmac-sha512", "sha512", 64),
  "hmac-sha512-256": row("hmac-sha512", "sha512", 64, 32),
};

function row(wireName: string, hash: string, hashBytes: number, macBytes = hashBytes): AlgorithmRow {
  return { wireName: Name.parse(wireName), hash, hashBytes, macBytes };
}

export const TSIG_ALGORITHMS: readonly TsigAlgorithm[] = Object.keys(ALGORITHMS) as TsigAlgorithm[]; // its own keys

export interface TsigKey {
  readonly name: Name;
  readonly algorithm: TsigAlgorithm;
  /** Not printed by `JSON.stringify` or `inspect` when the key comes from here. */
  readonly secret: Uint8Array;
}

export function algorithmRow(algorithm: TsigAlgorithm): AlgorithmRow {
  return ALGORITHMS[algorithm];
}

/** The keys under which `TsigContext.verifyRequest` looks for them. */
export function keyMap(keys: Iterable<TsigKey>): Map<string, TsigKey> {
  const map = new Map<string, TsigKey>();
  for (const key of keys) map.set(keyId(key.name), key);
  return map;
}

export function keyId(name: Name): string {
  return name.folded().toString();
}

/** Keeps its secret from whoever prints it. */
class SecretKey implements TsigKey {
  readonly name: Name;
  readonly algorithm: TsigAlgorithm;
  readonly #secret: Uint8Array;

  constructor(name: Name, algorithm: TsigAlgorithm, secret: Uint8Array) {
    this.name = name;
    this.algorithm = algorithm;
    this.#secret = secret;
  }

  get secret(): Uint8Array {
    return this.#secret;
  }
}

/** A key as configurations say it. Throws DnsError("syntax"), in which the secret does not stand. */
export function tsigKey(name: string, algorithm: string, secretBase64: string): TsigKey {
  const folded = algorithm.toLowerCase().replace(/\.$/, "").replace(".sig-alg.reg.int", "");
  if (!isAlgorithm(folded)) {
    throw new DnsError(
      "syntax",
      `key ${name}: unknown algorithm ${algorithm}; there are ${TSIG_ALGORITHMS.join(", ")}`,
    );
  }
  const base64 = secretBase64.replaceAll(/\s/g, "");
  if (base64 === "" || !/^(?:[\w+/-]{4})*(?:[\w+/-]{2}==|[\w+/-]{3}=)?$/.test(base64)) {
    throw new DnsError("syntax", `key ${name}: its secret is not base64`);
  }
  return new SecretKey(Name.parse(name), folded, new Uint8Array(Buffer.from(base64, "base64")));
}

function isAlgorithm(text: string): text is TsigAlgorithm {
  return Object.hasOwn(ALGORITHMS, text);
}

/** `[algorithm:]name:secret`, as `-y` has it; the algorithm is hmac-sha256 unless it says otherwise. Throws DnsError("syntax"). */
export function keyFromArgument(text: string): TsigKey {
  const parts = text.split(":");
  if (parts.length !== 2 && parts.length !== 3)
    throw new DnsError("syntax", "a key is given as [algorithm:]name:secret");
  const [secret, name] = [parts.at(-1)!, parts.at(-2)!];
  return tsigKey(name, parts.length === 3 ? parts[0]! : "hmac-sha256", secret);
}

/** BIND's number for each algorithm where a KEY record holds the secret. */
const KEY_RECORD_ALGORITHMS: Readonly<Record<string, TsigAlgorithm>> = {
  157: "hmac-md5",
  161: "hmac-sha1",
  162: "hmac-sha224",
  163: "hmac-sha256",
  164: "hmac-sha384",
  165: "hmac-sha512",
};

/**
 * A key file's key: BIND's `key "name" { algorithm …; secret "…"; };` as tsig-keygen writes it, the KEY record of a `K….key`, or
 * the line of `-y`. Throws DnsError("syntax").
 */
export function keyFromFile(text: string): TsigKey {
  // A secret may hold "//", but no blank before it.
  const bare = text.replaceAll(/\/\*[^]*?\*\//g, " ").replaceAll(/(^|\s)(?:\/\/|#)[^\n]*/g, "$1");
  const block = /^\s*key\s+"?([^\s"{]+)"?\s*\{([^}]*)\}/m.exec(bare);
  if (block !== null) {
    const algorithm = /\balgorithm\s+"?([\w.-]+)"?\s*;/.exec(block[2]!)?.[1];
    const secret = /\bsecret\s+"?([^";]+)"?\s*;/.exec(block[2]!)?.[1];
    if (algorithm === undefined || secret === undefined) {
      throw new DnsError("syntax", `key ${block[1]!}: algorithm or secret is missing`);
    }
    return tsigKey(block[1]!, algorithm, secret);
  }
  const record = /^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?KEY\s+\d+\s+3\s+(\d+)\s+(\S.*)$/im.exec(text);
  if (record !== null) return tsigKey(record[1]!, KEY_RECORD_ALGORITHMS[record[2]!] ?? record[2]!, record[3]!);
  return keyFromArgument(text.trim());
}
