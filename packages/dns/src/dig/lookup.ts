/** One query of a command line, with all that dig's options say of it. */
import type { Address } from "@tenon/kit";
import type { EdnsOption } from "../message/message.ts";
import { CLASS, TYPE } from "../rdata/types.ts";
import type { TsigKey } from "../tsig/key.ts";
import { FULL_STYLE, MULTILINE_SPLIT_WIDTH, type MessageStyle, SPLIT_WIDTH } from "./style.ts";

/** Options that a lookup takes over from those before it. Names are dig's, where they are words. */
export interface Lookup {
  /** As typed. */
  name: string;
  type: number;
  class: number;
  typeIsSet: boolean;
  classIsSet: boolean;
  /** Of IXFR. */
  serial: number;
  /** As typed behind the `@`; undefined: the system's. */
  server: string | undefined;

  // The header.
  opcode: number;
  id: number | undefined;
  recurse: boolean;
  aaFlag: boolean;
  adFlag: boolean;
  cdFlag: boolean;
  raFlag: boolean;
  tcFlag: boolean;
  zFlag: boolean;
  headerOnly: boolean;

  // EDNS; version -1 for none.
  ednsVersion: number;
  ednsFlags: number;
  ednsNegotiation: boolean;
  bufferSize: number | undefined;
  dnssec: boolean;
  nsid: boolean;
  expire: boolean;
  keepalive: boolean;
  padding: number;
  sendCookie: boolean;
  /** In hexadecimal; undefined: our own. */
  cookie: string | undefined;
  /** `192.0.2.0/24`, or `0`. */
  subnet: { readonly address: Uint8Array; readonly prefix: number } | undefined;
  ednsOptions: EdnsOption[];

  // On the way.
  /** Undefined: as the type needs. */
  tcp: boolean | undefined;
  ignoreTruncation: boolean;
  keepOpen: boolean;
  tries: number;
  timeoutMs: number;
  failOnServfail: boolean;
  badCookie: boolean;
  showBadCookie: boolean;
  bestEffort: boolean;
  search: boolean;
  showSearch: boolean;
  trace: boolean;
  nssearch: boolean;

  // What is shown.
  short: boolean;
  identify: boolean;
  showQuery: boolean;
  stats: boolean;
  oneSoa: boolean;
  comments: boolean;
  question: boolean;
  answer: boolean;
  authority: boolean;
  additional: boolean;
  multiline: boolean;
  ttl: boolean;
  showClass: boolean;
  ttlUnits: boolean;
  crypto: boolean;
  /** Undefined: with `multiline`. */
  rrComments: boolean | undefined;
  /** The global one, once all is read. */
  splitWidth: number | undefined;
  unknownFormat: boolean;
  expandAaaa: boolean;
}

/** What holds for all lookups, however late it is said. */
export interface Globals {
  showCommand: boolean;
  /** Undefined: as the layout has it. */
  splitWidth: number | undefined;
  short: boolean;
  yaml: boolean;
  json: boolean;
  microseconds: boolean;
  port: number;
  family: 4 | 6 | undefined;
  local: Address | undefined;
  key: TsigKey | undefined;
  /** One was named, and cannot be used. */
  keyIsUnusable: boolean;
  /** `+domain`; undefined: the system's. */
  searchDomain: string | undefined;
  ndots: number | undefined;
}

export function defaultLookup(): Lookup {
  return {
    name: ".",
    type: TYPE.A,
    class: CLASS.IN,
    typeIsSet: false,
    classIsSet: false,
    serial: 0,
    server: undefined,
    opcode: 0,
    id: undefined,
    recurse: true,
    aaFlag: false,
    adFlag: true,
    cdFlag: false,
    raFlag: false,
    tcFlag: false,
    zFlag: false,
    headerOnly: false,
    ednsVersion: 0,
    ednsFlags: 0,
    ednsNegotiation: true,
    bufferSize: undefined,
    dnssec: false,
    nsid: false,
    expire: false,
    keepalive: false,
    padding: 0,
    sendCookie: true,
    cookie: undefined,
    subnet: undefined,
    ednsOptions: [],
    tcp: undefined,
    ignoreTruncation: false,
    keepOpen: false,
    tries: 3,
    timeoutMs: 5000,
    failOnServfail: true,
    badCookie: true,
    showBadCookie: false,
    bestEffort: true,
    search: false,
    showSearch: false,
    trace: false,
    nssearch: false,
    short: false,
    identify: false,
    showQuery: false,
    stats: true,
    oneSoa: false,
    comments: true,
    question: true,
    answer: true,
    authority: true,
    additional: true,
    multiline: false,
    ttl: true,
    showClass: true,
    ttlUnits: false,
    crypto: true,
    rrComments: undefined,
    splitWidth: undefined,
    unknownFormat: false,
    expandAaaa: false,
  };
}

export function defaultGlobals(): Globals {
  return {
    showCommand: true,
    splitWidth: undefined,
    short: false,
    yaml: false,
    json: false,
    microseconds: false,
    port: 53,
    family: undefined,
    local: undefined,
    key: undefined,
    keyIsUnusable: false,
    searchDomain: undefined,
    ndots: undefined,
  };
}

/** How the lookup's records and messages are laid out; `short` is always on one line and without comments. */
export function styleOf(lookup: Lookup): MessageStyle {
  const { multiline, rrComments, splitWidth } = lookup;
  return {
    ...FULL_STYLE,
    multiline,
    ttl: lookup.ttl || lookup.ttlUnits,
    class: lookup.showClass,
    ttlUnits: lookup.ttlUnits,
    crypto: lookup.crypto,
    rrComments: rrComments ?? multiline,
    splitWidth: splitWidth ?? (multiline ? MULTILINE_SPLIT_WIDTH : SPLIT_WIDTH),
    unknownFormat: lookup.unknownFormat,
    expandAaaa: lookup.expandAaaa,
    comments: lookup.comments,
    question: lookup.question,
    answer: lookup.answer,
    authority: lookup.authority,
    additional: lookup.additional,
  };
}

/** Whether TCP is used from the start: for transfers, and for ANY unless told otherwise. */
export function usesTcp({ tcp, type }: Lookup): boolean {
  if (type === TYPE.AXFR) return true;
  return tcp ?? (type === TYPE.ANY || type === TYPE.IXFR);
}
