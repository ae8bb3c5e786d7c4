/** DNS: names, records, master files. */
export { DnsError, type DnsErrorCode } from "./errors.ts";
export { Name } from "./name/name.ts";
export { recordText, type ResourceRecord, unknownRecordText } from "./record.ts";
export { canonicalRdata, parseRdata, rdataBytes, rdataFromText, rdataText } from "./rdata/rdata.ts";
export type { Rdata } from "./rdata/registry.ts";
export { CLASS, classCode, classText, TYPE, typeCode, typeText } from "./rdata/types.ts";
export { type ParsedZone, parseZone, ZoneFileError, type ZoneFileOptions, type ZoneRecord } from "./zonefile/parser.ts";
