/** Queries as bytes, by hand: what is sent to the peers must not depend on the codec under test. */

export interface WireQuestion {
  /** Labels between dots, without escapes; or its wire form. */
  readonly name: string | Uint8Array;
  readonly type: number;
  /** 1 (IN) unless said. */
  readonly class?: number;
  /** 0 unless said. */
  readonly opcode?: number;
  readonly recursionDesired?: boolean;
  readonly checkingDisabled?: boolean;
  /** Without it the query has no OPT record. */
  readonly edns?: { readonly udpPayload: number; readonly dnssecOk: boolean; readonly version?: number };
}

export function wireName(name: string | Uint8Array): Uint8Array {
  if (typeof name !== "string") return name;
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([Buffer.byteLength(label), ...Buffer.from(label)])),
    Buffer.alloc(1),
  ]);
}

export function queryBytes(id: number, question: WireQuestion): Buffer {
  const { type, class: questionClass = 1, opcode = 0, edns } = question;
  const flags =
    (opcode << 11) | (question.recursionDesired === true ? 0x100 : 0) | (question.checkingDisabled === true ? 0x10 : 0);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns === undefined ? 0 : 1, 10);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(type, 0);
  tail.writeUInt16BE(questionClass, 2);
  const parts = [header, wireName(question.name), tail];
  if (edns !== undefined) {
    const opt = Buffer.alloc(11);
    opt.writeUInt16BE(41, 1);
    opt.writeUInt16BE(edns.udpPayload, 3);
    opt[6] = edns.version ?? 0;
    opt[7] = edns.dnssecOk ? 0x80 : 0;
    parts.push(opt);
  }
  return Buffer.concat(parts);
}
