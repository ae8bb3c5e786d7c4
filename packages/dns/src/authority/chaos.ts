/** The questions of class CH that name servers answer about themselves (RFC 4892 §3, and BIND's older names for them). */
import { CLASS, TYPE } from "../rdata/types.ts";
import { LookupName } from "../zone/lookup-name.ts";
import { QUESTION_POINTER, RECORD_HEADER_BYTES, write16, write32 } from "../zone/record-block.ts";
import { Name } from "../name/name.ts";

const MAX_STRING_BYTES = 255;

interface ChaosAnswer {
  readonly hash: number;
  readonly wire: Uint8Array;
  /** Behind the question. */
  readonly record: Uint8Array;
}

export class ChaosAnswers {
  readonly #answers: ChaosAnswer[] = [];

  /** What is undefined is refused. */
  constructor(version: string | undefined, identity: string | undefined) {
    for (const name of ["version.bind.", "version.server."]) this.#add(name, version);
    for (const name of ["id.server.", "hostname.bind."]) this.#add(name, identity);
  }

  /** The TXT record that answers, as it stands behind the question; undefined when there is none. */
  find(name: LookupName, type: number): Uint8Array | undefined {
    if (type !== TYPE.TXT && type !== TYPE.ANY) return undefined;
    const found = this.#answers.find(
      ({ hash, wire }) =>
        hash === name.hashes[0] && wire.length === name.length && wire.every((byte, i) => byte === name.wire[i]),
    );
    return found?.record;
  }

  #add(text: string, value: string | undefined): void {
    if (value === undefined) return;
    const name = new LookupName();
    name.readWire(Name.parse(text).wire);
    const string = Buffer.from(value, "utf8").subarray(0, MAX_STRING_BYTES);
    const record = new Uint8Array(RECORD_HEADER_BYTES + 1 + string.length);
    write16(record, 0, QUESTION_POINTER);
    write16(record, 2, TYPE.TXT);
    write16(record, 4, CLASS.CH);
    write32(record, 6, 0);
    write16(record, 10, 1 + string.length);
    record[RECORD_HEADER_BYTES] = string.length;
    record.set(string, RECORD_HEADER_BYTES + 1);
    this.#answers.push({ hash: name.hashes[0]!, wire: name.wire.slice(0, name.length), record });
  }
}
