/** Checksums over 64 KiB, against the plainest way to compute the same and against zlib's native CRC-32 as a yardstick. */
import { crc32 as zlibCrc32 } from "node:zlib";
import { microScenario, type MicroContender, suite, type Suite } from "@tenon/bench";
import { adler32, crc32, crc32c, crc64, fnv1a32, fnv1a64, murmur2, xxhash32 } from "@tenon/kit";

const BYTES = 64 * 1024;

const MIB_PER_CALL = BYTES / 2 ** 20;

/** Some bytes; which ones makes no difference to any of these. */
function input(): Uint8Array {
  return Uint8Array.from({ length: BYTES }, (_, i) => i * 31 + (i >> 8));
}

function over(name: string, checksum: (bytes: Uint8Array) => unknown): MicroContender {
  return {
    name,
    setup: () => {
      const bytes = input();
      return () => checksum(bytes);
    },
  };
}

const native: MicroContender = over("zlib.crc32 (native)", (bytes) => zlibCrc32(bytes));

/** One table, one byte at a time. */
function bytewiseCrc32c(): (bytes: Uint8Array) => number {
  const table = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
    return crc;
  });
  return (bytes) => {
    let crc = -1;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
    return ~crc >>> 0;
  };
}

/** As it is written in a textbook, with BigInt. */
function bigintFnv1a64(bytes: Uint8Array): bigint {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100_0000_01b3n);
  return hash;
}

const scenario = (name: string, ours: (bytes: Uint8Array) => unknown, peers: MicroContender[]): Suite["scenarios"][0] =>
  microScenario({ name, unit: "MiB", unitsPerCall: MIB_PER_CALL, ours: over("tenon", ours), peers });

const checksums: Suite = suite("kit", [
  scenario("CRC-32", (bytes) => crc32(bytes), [native]),
  scenario("CRC-32C", (bytes) => crc32c(bytes), [over("one table, bytewise", bytewiseCrc32c()), native]),
  scenario("CRC-64 (Jones)", crc64, [native]),
  scenario("Adler-32", (bytes) => adler32(bytes), [native]),
  scenario("FNV-1a, 32 bits", (bytes) => fnv1a32(bytes), [native]),
  scenario("FNV-1a, 64 bits", fnv1a64, [over("with BigInt", bigintFnv1a64)]),
  scenario("murmur2", murmur2, [native]),
  scenario("XXH32", (bytes) => xxhash32(bytes), [native]),
]);

export default checksums;
