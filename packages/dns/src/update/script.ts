/**
 * nsupdate's language: a line is a command, and what commands say adds up to the next UPDATE message.
 *
 * Commands are rows of a table; `prereq` and `update` may be left out before theirs. Complaints are nsupdate's own words.
 */
import type { Address } from "@tenon/kit";
import { DnsError } from "../errors.ts";
import { type Message, OPCODE } from "../message/message.ts";
import { Name } from "../name/name.ts";
import { rdataFromText } from "../rdata/rdata.ts";
import { CLASS, classCode, isMetaType, TYPE, typeCode } from "../rdata/types.ts";
import type { ResourceRecord } from "../record.ts";
import { MAX_TTL } from "../text/duration.ts";
import { request } from "../transfer/exchange.ts";
import { type TsigKey, tsigKey } from "../tsig/key.ts";
import { badHostName } from "./check-names.ts";

/** What whoever reads the script is to do now. */
export type ScriptAction = "more" | "send" | "show" | "answer" | "quit" | "help" | "version";

export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

export interface ScriptServer {
  /** A name or an address. */
  readonly host: string;
  readonly port: number | undefined;
}

const EMPTY = new Uint8Array(0);

export class UpdateScript {
  server: ScriptServer | undefined;
  local: Address | undefined;
  zone: Name | undefined;
  key: TsigKey | undefined;
  debug = false;
  #class: number = CLASS.IN;
  #ttl: number | undefined;
  #checksNames = true;
  #prerequisites: ResourceRecord[] = [];
  #updates: ResourceRecord[] = [];

  constructor(key?: TsigKey) {
    this.key = key;
  }

  get zoneClass(): number {
    return this.#class;
  }

  /** Whether there is anything to send. */
  get isEmpty(): boolean {
    return this.#prerequisites.length + this.#updates.length === 0;
  }

  /** The name by which the zone is looked for where the script does not say it. */
  get firstName(): Name | undefined {
    return (this.#updates[0] ?? this.#prerequisites[0])?.name;
  }

  /** Reads a line. Throws ScriptError; what the lines before have said stays. */
  line(text: string): ScriptAction {
    const words = new Words(text);
    const word = words.next();
    if (word === undefined) return "send";
    if (word.startsWith(";")) return "more";
    const command = COMMANDS[word.toLowerCase()];
    if (command === undefined) throw new ScriptError(`incorrect section name: ${word}`);
    return command(this, words) ?? "more";
  }

  /** The message so far, about `zone` where that is known. */
  message(zone: Name | undefined = this.zone): Message {
    const questions = zone === undefined ? [] : [{ name: zone, type: TYPE.SOA, class: this.#class }];
    const [answers, authorities] = [this.#prerequisites, this.#updates];
    const empty = request({ name: Name.root, type: TYPE.SOA, class: this.#class });
    return { ...empty, opcode: OPCODE.UPDATE, questions, answers, authorities };
  }

  /** Begins the next message. */
  clear(): void {
    this.#prerequisites = [];
    this.#updates = [];
  }

  setClass(words: Words): void {
    const text = words.take("class name");
    const code = asSyntax(() => classCode(text));
    if (code === undefined || code === CLASS.ANY || code === CLASS.NONE) {
      throw new ScriptError(`could not parse class name: ${text}`);
    }
    this.#class = code;
  }

  setTtl(words: Words): void {
    const text = words.take("ttl");
    this.#ttl = text.toLowerCase() === "none" ? undefined : ttlOf(text);
  }

  setCheckNames(words: Words): void {
    const text = words.take("check-names directive");
    if (!/^(?:yes|no|on|off|true|false|[01])$/i.test(text))
      throw new ScriptError(`incorrect check-names directive: ${text}`);
    this.#checksNames = /^(?:yes|on|true|1)$/i.test(text);
  }

  /** Class ANY: is there; NONE: is not. */
  requireName(words: Words, recordClass: number): void {
    this.#prerequisites.push({ name: words.name(), type: TYPE.ANY, class: recordClass, ttl: 0, rdata: EMPTY });
  }

  requireSet(words: Words, recordClass: number): void {
    const name = words.name();
    const type = this.#typeAfterClass(words).type;
    // Only for what is to be there can be said what it is.
    const rdata = recordClass === CLASS.ANY ? words.rest() : "";
    this.#prerequisites.push(
      rdata === ""
        ? { name, type, class: recordClass, ttl: 0, rdata: EMPTY }
        : { name, type, class: this.#class, ttl: 0, rdata: rdataOf(type, rdata) },
    );
  }

  addRecord(words: Words): void {
    const name = words.name();
    const ttl = this.#ttlOf(words);
    const { type, recordClass } = this.#typeAfterClass(words);
    if (type === TYPE.ANY) throw new ScriptError("invalid rdata format: unknown class/type");
    const text = words.rest();
    if (text === "") throw new ScriptError("could not read rdata");
    const rdata = rdataOf(type, text);
    const bad = this.#checksNames ? badHostName(name, type, rdata) : undefined;
    if (bad !== undefined) throw new ScriptError(`check-names failed: bad ${bad.what} '${bare(bad.name)}'`);
    this.#updates.push({ name, type, class: recordClass, ttl, rdata });
  }

  deleteRecords(words: Words): void {
    const name = words.name();
    if (/^\d+$/.test(words.peek() ?? "")) words.next();
    if (words.peek() !== undefined && asSyntax(() => classCode(words.peek()!)) !== undefined) words.next();
    const typeText = words.next();
    const type = typeText === undefined ? TYPE.ANY : asSyntax(() => typeCode(typeText));
    if (type === undefined) throw new ScriptError(`'${typeText!}' is not a valid class or type: unknown class/type`);
    const text = words.rest();
    this.#updates.push(
      text === ""
        ? { name, type, class: CLASS.ANY, ttl: 0, rdata: EMPTY }
        : { name, type, class: CLASS.NONE, ttl: 0, rdata: rdataOf(type, text) },
    );
  }

  /** The record's own, else the one of the `ttl` command. */
  #ttlOf(words: Words): number {
    const text = words.peek();
    if (text === undefined) throw new ScriptError("could not read owner ttl");
    if (this.#ttl !== undefined && !/^\d+$/.test(text)) return this.#ttl;
    words.next();
    return ttlOf(text);
  }

  #typeAfterClass(words: Words): { readonly type: number; readonly recordClass: number } {
    const first = words.take("class or type");
    const recordClass = asSyntax(() => classCode(first));
    // ANY is a class as well; a type of that name has nothing to do here.
    const text = recordClass === undefined ? first : words.take("type");
    const type = asSyntax(() => typeCode(text));
    if (type === undefined || (isMetaType(type) && type !== TYPE.ANY)) throw new ScriptError(`invalid type: ${text}`);
    return { type, recordClass: recordClass ?? this.#class };
  }
}

type Command = (script: UpdateScript, words: Words) => ScriptAction | void;

const COMMANDS: Readonly<Record<string, Command | undefined>> = {
  server(script, words) {
    script.server = { host: words.take("server name"), port: words.port() };
  },
  local(script, words) {
    script.local = { address: words.take("server name"), port: words.port() ?? 0 };
  },
  zone(script, words) {
    script.zone = nameOf(words.take("zone name"), "zone");
  },
  class: (script, words) => script.setClass(words),
  ttl: (script, words) => script.setTtl(words),
  "check-names": (script, words) => script.setCheckNames(words),
  key(script, words) {
    const named = words.take("key name");
    const secret = words.take("key secret");
    const colon = named.indexOf(":");
    const algorithm = colon === -1 ? "hmac-sha256" : named.slice(0, colon);
    try {
      script.key = tsigKey(named.slice(colon + 1), algorithm, secret);
    } catch (error) {
      throw new ScriptError(`could not create the key: ${reasonOf(error)}`);
    }
  },
  prereq: (script, words) => subcommand(script, words, ["nxdomain", "yxdomain", "nxrrset", "yxrrset"]),
  update: (script, words) => subcommand(script, words, ["add", "delete", "del"]),
  nxdomain: (script, words) => script.requireName(words, CLASS.NONE),
  yxdomain: (script, words) => script.requireName(words, CLASS.ANY),
  nxrrset: (script, words) => script.requireSet(words, CLASS.NONE),
  yxrrset: (script, words) => script.requireSet(words, CLASS.ANY),
  add: (script, words) => script.addRecord(words),
  delete: (script, words) => script.deleteRecords(words),
  del: (script, words) => script.deleteRecords(words),
  debug(script) {
    script.debug = true;
  },
  send: () => "send",
  show: () => "show",
  answer: () => "answer",
  quit: () => "quit",
  exit: () => "quit",
  help: () => "help",
  "?": () => "help",
  version: () => "version",
  gsstsig: () => notHere("GSS-TSIG"),
  oldgsstsig: () => notHere("GSS-TSIG"),
  realm: () => notHere("GSS-TSIG"),
};

function subcommand(script: UpdateScript, words: Words, allowed: readonly string[]): ScriptAction | void {
  const code = words.take("operation code");
  if (!allowed.includes(code.toLowerCase())) throw new ScriptError(`incorrect operation code: ${code}`);
  return COMMANDS[code.toLowerCase()]!(script, words);
}

function notHere(what: string): never {
  throw new ScriptError(`${what} is not supported`);
}

/** A line's words, between blanks. */
class Words {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  next(): string | undefined {
    const word = this.peek();
    if (word === undefined) return undefined;
    this.#at = this.#text.indexOf(word, this.#at) + word.length;
    return word;
  }

  peek(): string | undefined {
    return /\S+/.exec(this.#text.slice(this.#at))?.[0];
  }

  take(what: string): string {
    const word = this.next();
    if (word === undefined) throw new ScriptError(`could not read ${what}`);
    return word;
  }

  rest(): string {
    const rest = this.#text.slice(this.#at).trim();
    this.#at = this.#text.length;
    return rest;
  }

  name(): Name {
    return nameOf(this.take("owner name"), "owner");
  }

  port(): number | undefined {
    const text = this.next();
    if (text === undefined) return undefined;
    if (!/^\d+$/.test(text) || Number(text) > 65_535) throw new ScriptError(`port '${text}' is not numeric`);
    return Number(text);
  }
}

function nameOf(text: string, what: string): Name {
  try {
    return Name.parse(text);
  } catch (error) {
    throw new ScriptError(`invalid ${what} name: ${reasonOf(error)}`);
  }
}

function ttlOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new ScriptError(`ttl '${text}': not a valid number`);
  if (Number(text) > MAX_TTL) throw new ScriptError(`ttl '${text}' is out of range (0 to ${MAX_TTL})`);
  return Number(text);
}

function rdataOf(type: number, text: string): Uint8Array {
  try {
    return rdataFromText(type, text);
  } catch (error) {
    throw new ScriptError(`invalid rdata format: ${reasonOf(error)}`);
  }
}

/** Numbers of classes and types that do not fit are no classes and types. */
function asSyntax(read: () => number | undefined): number | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof DnsError) return undefined;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof DnsError) return error.message;
  throw error;
}

/** Without the last dot, as nsupdate prints names in complaints. */
function bare(name: Name): string {
  return name.isRoot ? "." : name.toString().slice(0, -1);
}
