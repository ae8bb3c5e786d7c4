/** DNS: names, records, messages, master files, and a server of zones. */
export { DnsError, type DnsErrorCode } from "./errors.ts";
export { messageText, rcodeText } from "./dig/print.ts";
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
export type { AskedQuery } from "./asked.ts";
export { Authority, type AuthorityOptions, type Client, NOT_HERE } from "./authority/authority.ts";
export type { CookieOptions } from "./authority/cookies.ts";
export type { RateLimit } from "./authority/rate-limit.ts";
export { UpstreamError, type UpstreamErrorCode } from "./client/errors.ts";
export { type Reply, UpstreamClient, type UpstreamQueryOptions } from "./client/upstream-client.ts";
export type { DnsConfig } from "./config/config.ts";
export { type ConfigPath, type ConfigProblem, DnsConfigError } from "./config/errors.ts";
export type { Fault, FaultMatcher, Faults } from "./faults.ts";
export type { Interception, Interceptor, ShortAnswer } from "./intercept.ts";
export type { LookupAddress, LookupFunction, LookupOptions, Lookups, RecordWithTtl } from "./lookups.ts";
export { rcodeName, type RcodeName, RCODES } from "./message/rcodes.ts";
export { DEFAULT_LIMITS, type DnsLimits, type DnsServerOptions } from "./options.ts";
export { DnsServer, type DnsSnapshot, type ReconfigureOptions, type ServerClock } from "./server.ts";
export { type ZoneHandle, type ZoneUpdate, ZoneUpdateError } from "./zone-handle.ts";
export type { LoggedQuery } from "./query-log.ts";
export { TransferError, type TransferErrorCode } from "./transfer/errors.ts";
export {
  ask,
  type Exchanger,
  fetchTransfer,
  type FetchOptions,
  fetchZone,
  type Remote,
  request,
} from "./transfer/exchange.ts";
export { type OutgoingOptions, transferAnswer, type ZoneHistory } from "./transfer/outgoing.ts";
export type { TransferLimits, TransferResult } from "./transfer/reader.ts";
export { TsigError } from "./tsig/errors.ts";
export { type TsigAlgorithm, type TsigKey, tsigKey } from "./tsig/key.ts";
export { applyUpdate, type UpdateResult } from "./update/apply.ts";
export { ZoneLoadError, type ZoneSource } from "./zone-source.ts";
export { type RRset } from "./zone/rrset.ts";
export { type ZoneChange, ZoneData } from "./zone/zone-data.ts";
export { ZoneError, type ZoneErrorCode } from "./zone/errors.ts";
export { ServedZone, type ZoneListener, ZoneSet } from "./zone/zone-set.ts";
export type { CacheEntry, CacheView } from "./resolver/cache-view.ts";
export { TransferReader } from "./transfer/reader.ts";
export { TsigContext } from "./tsig/context.ts";
