/** SVCB and HTTPS: where a service is, and how to speak to it (RFC 9460). */
import { DnsError } from "../../errors.ts";
import type { Name } from "../../name/name.ts";
import type { Scanner } from "../../text/scanner.ts";
import type { WireReader } from "../../wire/reader.ts";
import type { WireWriter } from "../../wire/writer.ts";
import { badRdata, custom, type RdataFormat } from "../format.ts";
import { paramFormat, paramKey, paramName } from "./svcb-params.ts";

export interface SvcParam {
  /** 1 is alpn, 3 port, …; `paramName` names them. */
  readonly key: number;
  /** The value as the wire has it. */
  readonly value: Uint8Array;
}

export interface Svcb {
  readonly type: "SVCB" | "HTTPS";
  /** 0 makes it an alias. */
  readonly priority: number;
  readonly target: Name;
  /** In the order of their keys, each once. */
  readonly params: readonly SvcParam[];
}

const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;

function service(mnemonic: Svcb["type"]): RdataFormat {
  return custom<Svcb>(mnemonic, {
    read: (from) => ({ priority: from.u16(), target: from.name("plain"), params: readParams(from) }),
    write(to, { priority, target, params }) {
      to.u16(priority);
      to.name(target, "exact");
      writeParams(to, params);
    },
    parse(from, to) {
      to.u16(from.integer(`${mnemonic} priority`, 0xffff));
      to.bytes(from.name(`${mnemonic} target`).wire);
      const params: SvcParam[] = [];
      while (!from.atEnd()) params.push(parseParam(from, mnemonic));
      writeParams(
        to,
        params.sort((a, b) => a.key - b.key),
      );
    },
    print(from) {
      const parts = [String(from.u16()), from.name("plain").toString()];
      for (const { key, value } of readParams(from)) {
        const text = paramFormat(key).print(value);
        parts.push(text === undefined ? paramName(key) : `${paramName(key)}=${text}`);
      }
      return parts.join(" ");
    },
  });
}

function parseParam(from: Scanner, mnemonic: string): SvcParam {
  from.take(`${mnemonic} parameter`, true);
  const text = from.raw();
  const [name = ""] = text.split("=", 1);
  const key = paramKey(name);
  if (key === undefined || from.quoted) throw new DnsError("syntax", `unknown ${mnemonic} parameter "${name}"`);
  let start = from.start + name.length + 1;
  let end = from.end;
  if (from.source[start] === 0x22 && start < end) [start, end] = [start + 1, end - 1];
  const value = text.length === name.length ? undefined : from.unescaped(start, end);
  return { key, value: paramFormat(key).parse(value) };
}

function readParams(from: WireReader): SvcParam[] {
  const params: SvcParam[] = [];
  while (from.remaining > 0) {
    const key = from.u16();
    params.push({ key, value: from.copy(from.u16()) });
  }
  check(params);
  return params;
}

function writeParams(to: WireWriter, params: readonly SvcParam[]): void {
  check(params);
  for (const { key, value } of params) {
    to.u16(key);
    to.u16(value.length);
    to.bytes(value);
  }
}

/** RFC 9460 §2.2 and §8: ascending keys, each once; mandatory ones are there; no-default-alpn only beside alpn. */
function check(params: readonly SvcParam[]): void {
  const keys = new Set(params.map(({ key }) => key));
  for (const [i, { key, value }] of params.entries()) {
    if (i > 0 && key <= params[i - 1]!.key)
      throw badRdata(`SVCB parameter ${paramName(key)} is there twice or out of order`);
    paramFormat(key).check(value);
    if (key !== MANDATORY) continue;
    for (let at = 0; at < value.length; at += 2) {
      const mandatory = (value[at]! << 8) | value[at + 1]!;
      if (!keys.has(mandatory)) throw badRdata(`SVCB's mandatory parameter ${paramName(mandatory)} is missing`);
    }
  }
  if (keys.has(NO_DEFAULT_ALPN) && !keys.has(ALPN)) throw badRdata("SVCB no-default-alpn needs alpn");
}

export const SVCB_FORMATS: readonly RdataFormat[] = [service("SVCB"), service("HTTPS")];
