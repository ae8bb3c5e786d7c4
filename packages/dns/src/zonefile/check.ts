/** What a zone has to be beyond its syntax: one SOA and an NS at the apex, nothing outside, nothing beside a CNAME. */
import type { Name } from "../name/name.ts";
import { TYPE } from "../rdata/types.ts";
import { ZoneFileError, type ZoneRecord } from "./parser.ts";

/** Types that may stand beside a CNAME (RFC 2181 §10.1, RFC 4035 §2.5). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, TYPE.KEY, TYPE.NXT, TYPE.SIG]);

/** What is wrong with the records of a zone whose syntax is right; in the order of the file. `file` is what a missing record is missing from. */
export function checkZone(records: readonly ZoneRecord[], origin: Name, file: string): ZoneFileError[] {
  const errors: ZoneFileError[] = [];
  const refuse = (record: ZoneRecord, text: string): void => {
    errors.push(new ZoneFileError(record.file, record.line, text));
  };
  const byOwner = Map.groupBy(records, ({ name }) => name.folded().toString());
  const apex = byOwner.get(origin.folded().toString()) ?? [];
  const soas = apex.filter(({ type }) => type === TYPE.SOA);
  if (soas.length === 0) errors.push(new ZoneFileError(file, 1, `no SOA at ${origin.toString()}`));
  if (!apex.some(({ type }) => type === TYPE.NS))
    errors.push(new ZoneFileError(file, 1, `no NS at ${origin.toString()}`));
  for (const extra of soas.slice(1)) refuse(extra, "a second SOA");
  for (const record of records) {
    if (!record.name.isAtOrBelow(origin))
      refuse(record, `${record.name.toString()} is outside of the zone ${origin.toString()}`);
    else if (record.type === TYPE.SOA && !record.name.equals(origin)) refuse(record, "a SOA below the zone's apex");
  }
  for (const rest of byOwner.values()) errors.push(...singletonErrors(rest));
  return errors.sort((a, b) => (a.file === b.file ? a.line - b.line : 0));
}

/** Types of which a name has one, and what a CNAME excludes. */
function singletonErrors(records: readonly ZoneRecord[]): ZoneFileError[] {
  const errors: ZoneFileError[] = [];
  const [alias, ...aliases] = distinct(records.filter(({ type }) => type === TYPE.CNAME));
  const [dname, ...dnames] = distinct(records.filter(({ type }) => type === TYPE.DNAME));
  const owner = records[0]!.name.toString();
  for (const { file, line } of aliases) errors.push(new ZoneFileError(file, line, `a second CNAME of ${owner}`));
  if (dname !== undefined) {
    for (const { file, line } of dnames) errors.push(new ZoneFileError(file, line, `a second DNAME of ${owner}`));
  }
  if (alias === undefined) return errors;
  const beside = records.find(({ type }) => type !== TYPE.CNAME && !BESIDE_CNAME.has(type));
  if (beside !== undefined) {
    const later = records.indexOf(beside) > records.indexOf(alias) ? beside : alias;
    errors.push(new ZoneFileError(later.file, later.line, `${owner} has a CNAME and other data`));
  }
  return errors;
}

function distinct(records: readonly ZoneRecord[]): ZoneRecord[] {
  const byData = new Map(records.toReversed().map((record) => [Buffer.from(record.rdata).toString("latin1"), record]));
  return [...byData.values()].toReversed();
}
