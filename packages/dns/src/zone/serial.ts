/** Serial numbers of zones: 32 bits in a circle (RFC 1982), and the SOA's fields that the life of a secondary goes by. */

/** Whether `a` is after `b`. Of two that are half the circle apart neither is (RFC 1982 §3.2). */
export function isNewerSerial(a: number, b: number): boolean {
  const ahead = (a - b) >>> 0;
  return ahead !== 0 && ahead < 0x8000_0000;
}

/** The one after `serial`, and never 0, which some servers take for "none". */
export function nextSerial(serial: number): number {
  const next = (serial + 1) >>> 0;
  return next === 0 ? 1 : next;
}

/** The numbers at the end of a SOA's rdata (RFC 1035 §3.3.13); seconds, but the serial. */
export interface SoaNumbers {
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

/** Of uncompressed rdata of a SOA. */
export function soaNumbers(rdata: Uint8Array): SoaNumbers {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
  const at = rdata.length - 20;
  return {
    serial: view.getUint32(at),
    refresh: view.getUint32(at + 4),
    retry: view.getUint32(at + 8),
    expire: view.getUint32(at + 12),
    minimum: view.getUint32(at + 16),
  };
}

export function soaSerial(rdata: Uint8Array): number {
  return soaNumbers(rdata).serial;
}

/** The same SOA under another serial. */
export function withSerial(rdata: Uint8Array, serial: number): Uint8Array {
  const copy = Uint8Array.from(rdata);
  new DataView(copy.buffer).setUint32(copy.length - 20, serial);
  return copy;
}
