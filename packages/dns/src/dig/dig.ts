/**
 * dig: command lines in, dig's words out. What the lines ask is in arguments.ts and query-options.ts, how it is printed in report.ts; here is
 * what happens between: servers one after the other, tries, TCP after truncation, search lists, batch files.
 */
import type { Address, World } from "@tenon/kit";
import { RCODES } from "../message/rcodes.ts";
import { UpstreamClient } from "../client/upstream-client.ts";
import { DnsError } from "../errors.ts";
import { Name } from "../name/name.ts";
import { keyFromFile, type TsigKey } from "../tsig/key.ts";
import { TYPE } from "../rdata/types.ts";
import { addressBytes } from "../resolver/address-prefix.ts";
import { type Greeting, type ParsedArguments, parseArguments, type QueuedLookup } from "./arguments.ts";
import { Asker, BadPacketError, NoServerError } from "./asker.ts";
import { defaultGlobals, defaultLookup, type Globals, type Lookup } from "./lookup.ts";
import { Report } from "./report.ts";
import { searchNameServers, trace } from "./trace.ts";
import { runTransfer } from "./transfer.ts";
import { DIG_VERSION, fullUsage, USAGE_HINT } from "./usage.ts";
import { DigUsageError } from "./usage-error.ts";

/** What dig needs of the machine, beside the World. */
export interface DigEnvironment {
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Text of a file, `-` for standard input; undefined when it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  /** resolv.conf's text; empty without. */
  readonly resolvConf: string;
  /** ~/.digrc's text; empty without. */
  readonly digrc: string;
  /** The machine's own way from host names to addresses; empty when it knows none. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

const EXIT = { DONE: 0, BATCH: 8, NO_REPLY: 9, INTERNAL: 10 } as const;

export class Dig {
  readonly #environment: DigEnvironment;
  readonly #globals: Globals = defaultGlobals();
  readonly #defaults: Lookup = defaultLookup();
  readonly #client: UpstreamClient;
  readonly #asker: Asker;
  readonly #report: Report;
  #isFirstGreeting = true;
  #exitCode: number = EXIT.DONE;

  constructor(world: World, environment: DigEnvironment) {
    this.#environment = environment;
    this.#client = new UpstreamClient(world);
    this.#report = new Report(this.#globals, environment.print);
    this.#asker = new Asker(world, this.#client, this.#globals, this.#report);
  }

  /** Resolves to the exit code. */
  async run(words: readonly string[]): Promise<number> {
    const { warn, print } = this.#environment;
    try {
      if (words[0] !== "-r") this.#readDigrc();
      const parsed = this.#parse(words);
      if (parsed.wants === "help") print(fullUsage());
      if (parsed.wants === "version") warn(`${DIG_VERSION}\n`);
      if (parsed.wants !== "lookups") return EXIT.DONE;
      for (const queued of parsed.lookups) await this.#lookUp(queued);
      if (parsed.batchFile !== undefined) await this.#batch(parsed.batchFile);
    } catch (error) {
      if (!(error instanceof DigUsageError)) throw error;
      print(error.output);
      if (error.message !== "") warn(`${error.message}\n`);
      if (error.showsUsage) warn(USAGE_HINT);
      return error.exitCode;
    } finally {
      this.#client.close();
    }
    return this.#exitCode;
  }

  #parse(words: readonly string[]): ParsedArguments {
    const { print, warn } = this.#environment;
    const readKey = (file: string): TsigKey | undefined => this.#readKey(file);
    return parseArguments(words, { globals: this.#globals, defaults: this.#defaults, warn, print, readKey });
  }

  /** Its options alone count. */
  #readDigrc(): void {
    for (const line of this.#environment.digrc.split("\n")) {
      const words = line.split(/\s+/).filter((word) => word !== "");
      if (words.length > 0 && !words[0]!.startsWith("#")) this.#parse(words);
    }
  }

  #readKey(file: string): TsigKey | undefined {
    const { readFile, warn } = this.#environment;
    const text = readFile(file);
    if (text === undefined) {
      warn(`Couldn't read key from ${file}: file not found\n`);
      return undefined;
    }
    try {
      return keyFromFile(text);
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      warn(`Couldn't read key from ${file}: ${error.message}\n`);
      return undefined;
    }
  }

  async #batch(file: string): Promise<void> {
    const text = this.#environment.readFile(file);
    if (text === undefined) {
      throw new DigUsageError(`${file}: No such file or directory\ndig: couldn't open specified batch file`, {
        exitCode: EXIT.BATCH,
      });
    }
    // An empty line is a command line without words, which asks for the root's servers.
    for (const line of text.replace(/\n$/, "").split("\n")) {
      const words = line.split(/[ \t\r]+/).filter((word) => word !== "");
      for (const queued of this.#parse(words).lookups) await this.#lookUp(queued);
    }
  }

  async #lookUp({ lookup, greeting }: QueuedLookup): Promise<void> {
    lookup.splitWidth = this.#globals.splitWidth;
    const servers = await this.#servers(lookup);
    this.#report.begin(greeting === undefined ? "" : this.#greetingText(greeting, servers));
    if (servers.length === 0) return this.#environment.print(";; No acceptable nameservers\n");
    try {
      if (lookup.trace) await trace(this.#asker, this.#report, lookup, legalName(lookup.name), servers);
      else if (lookup.nssearch)
        await searchNameServers(this.#asker, this.#report, lookup, legalName(lookup.name), servers);
      else await this.#answer(lookup, servers);
    } catch (error) {
      if (error instanceof BadPacketError) return;
      if (!(error instanceof NoServerError)) throw error;
      this.#exitCode = EXIT.NO_REPLY;
    }
  }

  /** One name after the other, until one of them is there. */
  async #answer(lookup: Lookup, servers: readonly NamedServer[]): Promise<void> {
    const names = this.#candidates(lookup);
    if (lookup.type === TYPE.AXFR || lookup.type === TYPE.IXFR) {
      return runTransfer(this.#asker, this.#report, lookup, names[0]!, servers);
    }
    for (const [i, name] of names.entries()) {
      if (i > 0 && lookup.showSearch) this.#report.repeat();
      const answered = await this.#asker.ask(lookup, name, servers);
      const isLast = i === names.length - 1 || answered.message.rcode !== RCODES.NXDOMAIN;
      if (isLast || lookup.showSearch) this.#report.answer(lookup, answered);
      if (isLast) return;
    }
  }

  /** The name in the order of the search list (resolv.conf(5)). */
  #candidates(lookup: Lookup): Name[] {
    const { name } = lookup;
    if (!lookup.search || name.endsWith(".")) return [legalName(name)];
    const { searchDomain, ndots = ndotsOf(this.#environment.resolvConf) } = this.#globals;
    const domains = searchDomain === undefined ? searchListOf(this.#environment.resolvConf) : [searchDomain];
    const within = domains.map((domain) => legalName(`${name}.${domain.replace(/\.$/, "")}`));
    const dots = name.split(".").length - 1;
    return dots >= ndots ? [legalName(name), ...within] : [...within, legalName(name)];
  }

  async #servers({ server }: Lookup): Promise<NamedServer[]> {
    const { family, port } = this.#globals;
    const { resolvConf, addressesOf, print } = this.#environment;
    if (server === undefined) {
      const listed = nameServersOf(resolvConf);
      const known = listed.length === 0 ? ["127.0.0.1"] : listed;
      return known.filter((address) => fits(address, family)).map((address) => ({ address, port, name: address }));
    }
    const addresses = addressBytes(server) === undefined ? await addressesOf(server) : [server];
    if (addresses.length === 0) throw new DigUsageError(`dig: couldn't get address for '${server}': not found`);
    return addresses
      .filter((address) => {
        const isFit = fits(address, family);
        if (!isFit && family === 6) print(`;; Skipping mapped address '::ffff:${address}'\n`);
        return isFit;
      })
      .map((address) => ({ address, port, name: server }));
  }

  #greetingText({ words, countsServers }: Greeting, servers: readonly NamedServer[]): string {
    const line = `; <<>> ${[`${DIG_VERSION} <<>>`, ...words].join(" ")}\n`;
    if (!this.#isFirstGreeting) return line;
    this.#isFirstGreeting = false;
    const count = countsServers ? `; (${servers.length} server${servers.length === 1 ? "" : "s"} found)\n` : "";
    return `\n${line}${count};; global options: +cmd\n`;
  }
}

/** A server, and the name that it was given on the command line. */
export interface NamedServer extends Address {
  readonly name: string;
}

function fits(address: string, family: 4 | 6 | undefined): boolean {
  return family === undefined || (family === 6) === address.includes(":");
}

/** Throws DigUsageError in dig's words. */
function legalName(text: string): Name {
  try {
    return Name.parse(text);
  } catch (error) {
    if (!(error instanceof DnsError)) throw error;
    const reasons: Readonly<Record<string, string>> = {
      "bad-label": "label too long",
      "name-too-long": "ran out of space",
    };
    const reason =
      reasons[error.code] ?? (/escape|backslash|digits/.test(error.message) ? "bad escape" : "empty label");
    throw new DigUsageError(`dig: '${text}' is not a legal name (${reason})`, { exitCode: EXIT.INTERNAL });
  }
}

/** Three at most, as the resolver of the C library has it. */
function nameServersOf(text: string): string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address]) => address!).slice(0, 3);
}

/** The last `search` or `domain` line. */
function searchListOf(text: string): string[] {
  const last = [...text.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)].at(-1)?.[1];
  return last === undefined ? [] : last.trim().split(/\s+/);
}

function ndotsOf(text: string): number {
  return Number(/^\s*options\s.*\bndots:(\d+)/m.exec(text)?.[1] ?? 1);
}
