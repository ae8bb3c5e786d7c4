/**
 * dig's `+options`, one row a name: what it sets, and what `+no…` and `=value` mean to it.
 *
 * A name may be cut short as long as one row alone begins so; where dig itself has given a short form to one of several, SHORT_FORMS
 * says to which.
 */
import type { Globals, Lookup } from "./lookup.ts";
import { decimalOf, EXIT_INTERNAL, ednsOptionOf, hexOf, numberOf, opcodeOf, subnetOf } from "./option-values.ts";
import { DigUsageError } from "./usage-error.ts";

export interface OptionSetting {
  readonly lookup: Lookup;
  readonly globals: Globals;
  /** False behind `no`. */
  readonly on: boolean;
  readonly value: string | undefined;
  readonly warn: (text: string) => void;
}

/** False: not with this value, or not with `no`. */
type Setter = (setting: OptionSetting) => boolean | void;

/** Keys of those properties of T that are V's. */
type KeysOf<T, V> = { [K in keyof T]: T[K] extends V ? (V extends T[K] ? K : never) : never }[keyof T];

const flag =
  (key: KeysOf<Lookup, boolean>): Setter =>
  ({ lookup, on }) => {
    lookup[key] = on;
  };

const number =
  (set: (lookup: Lookup, value: number) => void, what: string, max: number): Setter =>
  ({ lookup, on, value }) => {
    if (!on || value === undefined) return false;
    set(lookup, numberOf(value, what, max));
    return true;
  };

const obsolete =
  (text: string): Setter =>
  ({ warn }) =>
    warn(text);

const sections: Setter = ({ lookup, globals, on }) => {
  for (const key of ["question", "answer", "authority", "additional", "comments", "stats"] as const) lookup[key] = on;
  lookup.rrComments = on ? undefined : lookup.rrComments;
  globals.showCommand = on;
};

const later =
  (what: string): Setter =>
  ({ on }) => {
    if (on) throw new DigUsageError(`dig: ${what} is not supported yet`);
  };

/** Those whose absence of a value means something stand in the setter. */
const OPTIONS: Readonly<Record<string, Setter>> = {
  aaflag: flag("aaFlag"),
  aaonly: flag("aaFlag"),
  additional: flag("additional"),
  adflag: flag("adFlag"),
  all: sections,
  answer: flag("answer"),
  authority: flag("authority"),
  badcookie: flag("badCookie"),
  besteffort: flag("bestEffort"),
  bufsize({ lookup, on, value }) {
    if (!on) return false;
    lookup.bufferSize = value === undefined ? undefined : numberOf(value, "buffer size", 0xffff);
    if (lookup.ednsVersion === -1) lookup.ednsVersion = 0;
    return true;
  },
  cdflag: flag("cdFlag"),
  class: flag("showClass"),
  cmd({ globals, on }) {
    globals.showCommand = on;
  },
  coflag({ lookup, on }) {
    lookup.ednsFlags = on ? lookup.ednsFlags | COMPACT_OK : lookup.ednsFlags & ~COMPACT_OK;
    if (on && lookup.ednsVersion === -1) lookup.ednsVersion = 0;
  },
  comments: flag("comments"),
  cookie({ lookup, on, value }) {
    lookup.sendCookie = on;
    lookup.cookie = value === undefined ? undefined : hexOf(value);
    if (on && lookup.ednsVersion === -1) lookup.ednsVersion = 0;
  },
  crypto: flag("crypto"),
  defname: flag("search"),
  dns64prefix: later("+dns64prefix"),
  dnssec({ lookup, on }) {
    lookup.dnssec = on;
    if (on && lookup.ednsVersion === -1) lookup.ednsVersion = 0;
  },
  domain({ lookup, globals, on, value }) {
    if (!on || value === undefined) return false;
    globals.searchDomain = value;
    lookup.search = true;
    return true;
  },
  dscp: obsolete(";; +dscp option is obsolete and has no effect"),
  edns({ lookup, on, value }) {
    lookup.ednsVersion = !on ? -1 : value === undefined ? 0 : numberOf(value, "edns", 255);
  },
  ednsflags({ lookup, on, value }) {
    lookup.ednsFlags = on && value !== undefined ? numberOf(value, "ednsflags", 0xffff) & ~DNSSEC_OK : 0;
    if (on && lookup.ednsVersion === -1) lookup.ednsVersion = 0;
  },
  ednsnegotiation: flag("ednsNegotiation"),
  ednsopt({ lookup, on, value }) {
    if (!on) {
      lookup.ednsOptions = [];
      return;
    }
    if (value === undefined)
      throw new DigUsageError("dig: ednsopt no code point specified", { exitCode: EXIT_INTERNAL });
    lookup.ednsOptions = [...lookup.ednsOptions, ednsOptionOf(value)];
    if (lookup.ednsVersion === -1) lookup.ednsVersion = 0;
  },
  expandaaaa: flag("expandAaaa"),
  expire: flag("expire"),
  fail: flag("failOnServfail"),
  "header-only": flag("headerOnly"),
  "http-plain": later("DNS over HTTP"),
  "http-plain-get": later("DNS over HTTP"),
  "http-plain-post": later("DNS over HTTP"),
  https: later("DNS over HTTPS"),
  "https-get": later("DNS over HTTPS"),
  "https-post": later("DNS over HTTPS"),
  identify: flag("identify"),
  idnin: () => {},
  idnout: () => {},
  ignore: flag("ignoreTruncation"),
  json({ globals, on }) {
    globals.json = on;
    if (on) globals.showCommand = false;
  },
  keepalive: flag("keepalive"),
  keepopen: flag("keepOpen"),
  multiline: flag("multiline"),
  ndots({ globals, on, value }) {
    if (!on || value === undefined) return false;
    globals.ndots = numberOf(value, "ndots", 0xff);
    return true;
  },
  nsid: flag("nsid"),
  nssearch({ lookup, on }) {
    lookup.nssearch = on;
    if (!on) return;
    Object.assign(lookup, { recurse: true, identify: true, stats: false, comments: false, short: true });
    for (const key of ["question", "answer", "authority", "additional"] as const) lookup[key] = false;
  },
  onesoa: flag("oneSoa"),
  opcode({ lookup, on, value }) {
    if (on && value === undefined) return false;
    lookup.opcode = on ? opcodeOf(value!) : 0;
    return true;
  },
  padding({ lookup, on, value }) {
    if (!on || value === undefined) return false;
    lookup.padding = numberOf(value, "padding", 512);
    if (lookup.ednsVersion === -1) lookup.ednsVersion = 0;
    return true;
  },
  qid({ lookup, on, value }) {
    lookup.id = on && value !== undefined ? numberOf(value, "qid", 0xffff) : undefined;
  },
  qr: flag("showQuery"),
  question: flag("question"),
  raflag: flag("raFlag"),
  rdflag: flag("recurse"),
  recurse: flag("recurse"),
  retry: number((lookup, value) => (lookup.tries = value + 1), "retries", 0xffff_fffe),
  rrcomments({ lookup, on }) {
    lookup.rrComments = on;
  },
  search: flag("search"),
  short({ lookup, globals, on }) {
    lookup.short = on;
    globals.short = on;
    if (!on) return;
    globals.showCommand = false;
    for (const key of ["question", "authority", "additional", "comments", "stats"] as const) lookup[key] = false;
    lookup.answer = true;
    lookup.rrComments = undefined;
  },
  showbadcookie: flag("showBadCookie"),
  showsearch({ lookup, on }) {
    lookup.showSearch = on;
    lookup.search = on;
  },
  sigchase: obsolete(";; +sigchase option is deprecated"),
  split({ globals, on, value, warn }) {
    if (!on) globals.splitWidth = 0;
    else if (value === undefined) globals.splitWidth = undefined;
    else {
      const width = decimalOf(value, 1023);
      if (width === undefined || width % 4 !== 0) {
        const adjusted = Math.ceil((width ?? 0) / 4) * 4;
        warn(`;; Warning, split must be a multiple of 4; adjusting to ${adjusted}\n`);
        globals.splitWidth = adjusted;
      } else globals.splitWidth = width;
      if (width === undefined) numberOf(value, "split", 1023);
    }
  },
  stats: flag("stats"),
  subnet({ lookup, on, value }) {
    if (on && value === undefined) return false;
    lookup.subnet = on ? subnetOf(value!) : undefined;
    if (on && lookup.ednsVersion === -1) lookup.ednsVersion = 0;
    return true;
  },
  tcflag: flag("tcFlag"),
  tcp({ lookup, on }) {
    lookup.tcp = on;
  },
  time: number(setTimeoutSeconds, "timeout", 3600),
  timeout: number(setTimeoutSeconds, "timeout", 3600),
  tls: later("DNS over TLS"),
  "tls-ca": later("DNS over TLS"),
  "tls-certfile": later("DNS over TLS"),
  "tls-hostname": later("DNS over TLS"),
  "tls-keyfile": later("DNS over TLS"),
  topdown: obsolete(";; +topdown option is deprecated"),
  trace({ lookup, on }) {
    lookup.trace = on;
    if (!on) return;
    Object.assign(lookup, { recurse: false, identify: true, comments: false, stats: false, search: false });
    Object.assign(lookup, { additional: false, authority: true, question: false, dnssec: true, sendCookie: true });
  },
  tries: number((lookup, value) => (lookup.tries = Math.max(1, value)), "tries", 0xffff_ffff),
  "trusted-key": obsolete(";; +trusted-key option is deprecated"),
  ttlid({ lookup, on }) {
    lookup.ttl = on;
  },
  ttlunits({ lookup, on }) {
    lookup.ttlUnits = on;
    lookup.ttl = true;
  },
  unknownformat: flag("unknownFormat"),
  validate: later("+validate"),
  vc({ lookup, on }) {
    lookup.tcp = on;
  },
  yaml({ globals, on }) {
    globals.yaml = on;
    if (on) globals.showCommand = false;
  },
  zflag: flag("zFlag"),
};

/** What dig takes although several names begin so, or none. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  ad: "adflag",
  aa: "aaflag",
  cd: "cdflag",
  co: "coflag",
  do: "dnssec",
  rd: "rdflag",
  ra: "raflag",
  rec: "recurse",
  ret: "retry",
  ttl: "ttlid",
  edns: "edns",
  ti: "timeout",
};

const COMPACT_OK = 0x4000;
const DNSSEC_OK = 0x8000;

function setTimeoutSeconds(lookup: Lookup, seconds: number): void {
  lookup.timeoutMs = Math.max(1, seconds) * 1000;
}

/** Applies `+keyword[=value]`, given without the plus. Throws DigUsageError. */
export function applyQueryOption(text: string, lookup: Lookup, globals: Globals, warn: (text: string) => void): void {
  const equals = text.indexOf("=");
  const keyword = (equals === -1 ? text : text.slice(0, equals)).toLowerCase();
  const value = equals === -1 ? undefined : text.slice(equals + 1);
  const positive = setterOf(keyword);
  const isNegated = positive === undefined && keyword.startsWith("no");
  const setter = isNegated ? setterOf(keyword.slice(2)) : positive;
  const isTaken = setter?.({ lookup, globals, on: !isNegated, value, warn });
  if (setter === undefined || isTaken === false) {
    throw new DigUsageError(`Invalid option: +${text}`, { showsUsage: true });
  }
}

function setterOf(keyword: string): Setter | undefined {
  if (Object.hasOwn(OPTIONS, keyword)) return OPTIONS[keyword];
  if (Object.hasOwn(SHORT_FORMS, keyword)) return OPTIONS[SHORT_FORMS[keyword]!];
  const names = Object.keys(OPTIONS).filter((name) => keyword !== "" && name.startsWith(keyword));
  return names.length === 1 ? OPTIONS[names[0]!] : undefined;
}
