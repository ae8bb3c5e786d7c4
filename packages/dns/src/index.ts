/** DNS: names, records, messages, master files, and a server of zones. */
export { DnsError, type DnsErrorCode } from "./errors.ts";
export { messageText } from "./dig/print.ts";
export { decodeMessage } from "./message/decode.ts";
export { describeMessage } from "./message/describe.ts";
export { encodeMessage, type EncodeOptions } from "./message/encode.ts";
export {
  type Edns,
  type EdnsOption,
  type Message,
  type MessageTsig,
  OPCODE,
  type Question,
} from "./message/message.ts";
export type { MessageField } from "./message/field-reader.ts";
export { ednsOption, type EdnsOptionValue, optionValue } from "./message/options.ts";
export { Name } from "./name/name.ts";
export { recordText, type ResourceRecord, unknownRecordText } from "./record.ts";
export { canonicalRdata, parseRdata, rdataBytes, rdataFromText, rdataText } from "./rdata/rdata.ts";
export type { Rdata } from "./rdata/registry.ts";
export { CLASS, classCode, classText, TYPE, typeCode, typeText } from "./rdata/types.ts";
export { checkZone } from "./zonefile/check.ts";
export { diffZones, type ZoneDifference } from "./zonefile/diff.ts";
export { type ParsedZone, parseZone, ZoneFileError, type ZoneFileOptions, type ZoneRecord } from "./zonefile/parser.ts";
export { DEFAULT_LIMITS, type DnsLimits, DnsServer, type DnsServerOptions } from "./server.ts";
export type { LoggedQuery } from "./query-log.ts";
export { ZoneLoadError, type ZoneSource } from "./zone-source.ts";
export { type RRset } from "./zone/rrset.ts";
export { type ZoneChange, ZoneData } from "./zone/zone-data.ts";
export { ZoneError, type ZoneErrorCode } from "./zone/errors.ts";
export { ServedZone, type ZoneListener, ZoneSet } from "./zone/zone-set.ts";
