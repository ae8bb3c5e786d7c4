/** A zone of a server, for programs: to read, to change, to print. */
import type { HostedZone } from "./hosted-zone.ts";
import { OPCODE } from "./message/message.ts";
import { type RcodeName, rcodeName, RCODES } from "./message/rcodes.ts";
import { Name } from "./name/name.ts";
import { rdataFromText } from "./rdata/rdata.ts";
import { CLASS, TYPE, typeCode } from "./rdata/types.ts";
import { recordText, type ResourceRecord } from "./record.ts";
import { request } from "./transfer/exchange.ts";
import { applyUpdate } from "./update/apply.ts";
import type { ZoneData } from "./zone/zone-data.ts";
import { ZoneLoadError, type ZoneSource, zoneFrom } from "./zone-source.ts";
import { parseZone } from "./zonefile/parser.ts";

/** What is to change. The order is: `remove`, then `add`. */
export interface ZoneUpdate {
  /** Lines of a master file, names relative to the zone: `"www 300 A 192.0.2.1"`. */
  readonly add?: string | readonly string[];
  /** `"www A 192.0.2.1"`: that record; `"www A"`: the set; `"www"`: everything at the name. */
  readonly remove?: string | readonly string[];
}

/** An update that was not made. */
export class ZoneUpdateError extends Error {
  override readonly name = "ZoneUpdateError";
  readonly rcode: RcodeName;

  constructor(zone: string, rcode: RcodeName) {
    super(`${zone}: the update was answered with ${rcode}`);
    this.rcode = rcode;
  }
}

const DEFAULT_TTL = 3600;

export class ZoneHandle {
  readonly #hosted: HostedZone;

  constructor(hosted: HostedZone) {
    this.#hosted = hosted;
  }

  /** `example.com.` */
  get name(): string {
    return this.#hosted.served.origin.toString();
  }

  /** The version that is served; undefined while there is none. Versions never change. */
  get data(): ZoneData | undefined {
    return this.#hosted.served.current;
  }

  get serial(): number | undefined {
    return this.data?.serial;
  }

  /** The SOA first. */
  records(): ResourceRecord[] {
    return [...(this.data?.records() ?? [])];
  }

  /** As a master file, one record a line. */
  toText(): string {
    return this.records()
      .map((record) => `${recordText(record)}\n`)
      .join("");
  }

  /**
   * Changes the zone as a dynamic update does (RFC 2136): all or nothing, the serial goes up once, secondaries are told. Resolves when it is
   * served and, where there is a storage, durable. Rejects with ZoneLoadError for text that is none, with ZoneUpdateError otherwise.
   */
  async update({ add = [], remove = [] }: ZoneUpdate): Promise<void> {
    const { origin } = this.#hosted.served;
    const removed = [remove].flat().map((line) => removal(line, origin));
    const added = parsed([add].flat().join("\n"), origin);
    const message = request(
      { name: origin, type: TYPE.SOA, class: CLASS.IN },
      { opcode: OPCODE.UPDATE, authorities: [...removed, ...added] },
    );
    const rcode = await this.#hosted.submit((zone) => applyUpdate(zone, message));
    if (rcode !== RCODES.NOERROR) throw new ZoneUpdateError(this.name, rcodeName(rcode) ?? "SERVFAIL");
  }

  /** Serves another version. */
  async replace(source: ZoneSource): Promise<void> {
    await this.#hosted.replace(zoneFrom(this.#hosted.served.origin, source));
  }

  /** Calls `listener` after each change; returns what ends that. */
  onChange(listener: (data: ZoneData | undefined) => void): () => void {
    return this.#hosted.served.onChange((_before, after) => listener(after));
  }
}

function parsed(text: string, origin: Name): ResourceRecord[] {
  const { records, errors } = parseZone(Buffer.from(text), { origin, file: "update", defaultTtl: DEFAULT_TTL });
  if (errors.length > 0) throw new ZoneLoadError(errors.map(({ message }) => message).join("\n"));
  return records;
}

/** RFC 2136 §2.5.2 to §2.5.4. */
function removal(line: string, origin: Name): ResourceRecord {
  const [, owner, mnemonic, data] = /^\s*(\S+)(?:\s+(\S+)(?:\s+(\S.*?))?)?\s*$/s.exec(line) ?? [];
  const type = mnemonic === undefined ? TYPE.ANY : typeCode(mnemonic);
  if (owner === undefined || type === undefined)
    throw new ZoneLoadError(`not "name", "name TYPE" or "name TYPE data": ${line}`);
  const name = Name.parse(owner, origin);
  if (data === undefined) return { name, type, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array(0) };
  return { name, type, class: CLASS.NONE, ttl: 0, rdata: rdataFromText(type, data, origin) };
}
