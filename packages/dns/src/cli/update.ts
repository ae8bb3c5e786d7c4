/** `tenon dns update`: nsupdate's commands from a file or from standard input, its options and its output. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { realWorld } from "@tenon/kit";
import { CliError, EXIT_USAGE } from "@tenon/kit/cli";
import { UpstreamError } from "../client/errors.ts";
import { UpstreamClient } from "../client/upstream-client.ts";
import { messageText, rcodeText } from "../dig/print.ts";
import { DnsError } from "../errors.ts";
import type { Message } from "../message/message.ts";
import type { Name } from "../name/name.ts";
import type { Exchanger, Remote } from "../transfer/exchange.ts";
import { TsigError } from "../tsig/errors.ts";
import { keyFromArgument, keyFromFile, type TsigKey } from "../tsig/key.ts";
import { ScriptError, UpdateScript } from "../update/script.ts";
import { findZone, NoZoneError, type SubmitOptions, submitUpdate } from "../update/submit.ts";
import { serverAddress, systemNameServer } from "./hosts.ts";

export interface UpdateOptions {
  readonly debug?: true;
  readonly interactive?: true;
  /** `[algorithm:]name:secret` */
  readonly y?: string;
  readonly k?: string;
  readonly local?: true;
  readonly port: number;
  readonly tcp?: true;
  /** Seconds. */
  readonly timeout: number;
  readonly udpTimeout: number;
  readonly retries: number;
}

/** The two options that give a key. Throws CliError. */
export function keyOf({ y, k }: { readonly y?: string; readonly k?: string }): TsigKey | undefined {
  if (y !== undefined && k !== undefined) throw new CliError("-y and -k exclude each other", EXIT_USAGE);
  try {
    if (y !== undefined) return keyFromArgument(y);
    return k === undefined ? undefined : keyFromFile(readFileSync(k, "utf8"));
  } catch (error) {
    throw new CliError(`could not read the key: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function updateCommand(file: string | undefined, options: UpdateOptions): Promise<void> {
  const client = new UpstreamClient(realWorld);
  const session = new UpdateSession({ world: realWorld, client }, options);
  const isInteractive = options.interactive === true || (file === undefined && process.stdin.isTTY);
  try {
    for await (const line of linesOf(file, isInteractive)) {
      if (!(await session.line(line, isInteractive))) break;
    }
  } finally {
    client.close();
  }
  if (session.hasFailed) throw new CliError("");
}

async function* linesOf(file: string | undefined, isInteractive: boolean): AsyncGenerator<string> {
  if (file !== undefined && file !== "-") {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new CliError(`could not open '${file}': ${error instanceof Error ? error.message : String(error)}`);
    }
    yield* text.replace(/\n$/, "").split("\n");
    return;
  }
  const lines = createInterface({
    input: process.stdin,
    ...(isInteractive ? { output: process.stdout, prompt: "> " } : {}),
  });
  if (isInteractive) lines.prompt();
  for await (const line of lines) {
    yield line;
    if (isInteractive) lines.prompt();
  }
}

/** What the script of one run has said and done. */
class UpdateSession {
  hasFailed = false;
  readonly #exchanger: Exchanger;
  readonly #options: UpdateOptions;
  readonly #script: UpdateScript;
  #answer: Message | undefined;

  constructor(exchanger: Exchanger, options: UpdateOptions) {
    this.#exchanger = exchanger;
    this.#options = options;
    this.#script = new UpdateScript(keyOf(options));
    this.#script.debug = options.debug === true;
    if (options.local === true) this.#script.server = { host: "127.0.0.1", port: options.port };
  }

  /** Resolves to false after the last line. Throws CliError for what a script must not go on after. */
  async line(text: string, isInteractive: boolean): Promise<boolean> {
    const script = this.#script;
    try {
      switch (script.line(text)) {
        case "send":
          await this.#send();
          return true;
        case "show":
          process.stdout.write(`Outgoing update query:\n${shownText(script.message())}`);
          return true;
        case "answer":
          if (this.#answer !== undefined) process.stdout.write(`Answer:\n${answerText(this.#answer)}`);
          return true;
        case "help":
          process.stdout.write(HELP);
          return true;
        case "version":
          process.stdout.write("tenon dns update\n");
          return true;
        case "quit":
          return false;
        case "more":
          return true;
      }
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error;
      process.stderr.write(`${error.message}\n`);
      if (!isInteractive) throw new CliError("syntax error", 1, { cause: error });
      return true;
    }
  }

  async #send(): Promise<void> {
    const script = this.#script;
    if (script.isEmpty && script.zone === undefined) return;
    this.#answer = undefined;
    try {
      const { zone, remote } = await this.#destination();
      const message = script.message(zone);
      this.#trace(`Sending update to ${remote.address.address}#${remote.address.port}\n`);
      if (script.debug) process.stdout.write(`Outgoing update query:\n${answerText(message)}`);
      const reply = await submitUpdate(this.#exchanger, remote, message, this.#submitOptions());
      this.#trace(`\nReply from update query:\n${answerText(reply.message)}`);
      this.#answer = reply.message;
      if (reply.message.rcode !== 0) this.#fail(`update failed: ${rcodeText(reply.message.rcode)}`);
    } catch (error) {
      this.#explain(error);
    } finally {
      script.clear();
    }
  }

  /** Where the update goes: as the script says, else by the SOA of the first name in it. */
  async #destination(): Promise<{ readonly zone: Name; readonly remote: Remote }> {
    const script = this.#script;
    const { zone, server, key } = script;
    const port = server?.port ?? this.#options.port;
    const given = server === undefined ? undefined : await serverAddress(this.#exchanger, server.host, port);
    if (zone !== undefined && given !== undefined) return { zone, remote: { address: given, key } };
    // The machine's own name server does not know our key.
    const asked: Remote = given === undefined ? { address: systemNameServer() } : { address: given, key };
    const name = zone ?? script.firstName!; // there is something to send
    const found = await findZone(this.#exchanger, asked, name, script.zoneClass, this.#submitOptions(), (answer) =>
      this.#trace(`Reply from SOA query:\n${answerText(answer)}`),
    );
    this.#trace(`Found zone name: ${bare(found.zone)}\nThe primary is: ${bare(found.primary)}\n`);
    const address = given ?? (await serverAddress(this.#exchanger, found.primary.toString(), port));
    return { zone: zone ?? found.zone, remote: { address, key } };
  }

  /** nsupdate tries a datagram for the UDP timeout each, and a connection for all of the time. */
  #submitOptions(): SubmitOptions {
    const { tcp, timeout, udpTimeout, retries } = this.#options;
    const wait = udpTimeout > 0 ? udpTimeout : Math.max(1, timeout / (retries + 1));
    return {
      local: this.#script.local,
      ...(tcp === true ? { tcp, timeoutMs: timeout * 1000 } : { timeoutMs: wait * 1000, attempts: retries + 1 }),
    };
  }

  #explain(error: unknown): void {
    if (error instanceof TsigError) {
      process.stderr.write(`; TSIG error with server: ${error.message}\n`);
      this.#fail(
        error.fromPeer ? `update failed: NOTAUTH(${error.code})` : "update failed: its answer cannot be trusted",
      );
    } else if (error instanceof UpstreamError) {
      const { address, port } = error.server;
      process.stderr.write(`; Communication with ${address}#${port} failed: ${error.message}\n`);
      throw new CliError("could not reach any name server", 1, { cause: error });
    } else if (error instanceof NoZoneError) {
      this.#fail(`update failed: ${error.message}`);
    } else if (error instanceof DnsError) {
      this.#fail(`update failed: ${error.message}`);
    } else {
      throw error;
    }
  }

  #fail(message: string): void {
    this.hasFailed = true;
    process.stderr.write(`${message}\n`);
  }

  #trace(text: string): void {
    if (this.#script.debug) process.stderr.write(text);
  }
}

/** A message of an exchange, as nsupdate prints it. */
function answerText(message: Message): string {
  // nsupdate leaves out the empty line behind the flags, which dig has.
  return withTabs(messageText(message).replace(/^(;; flags:.*\n)\n/m, "$1"));
}

/** The message that is being put together: nsupdate has not counted yet. */
function shownText(message: Message): string {
  return answerText(message)
    .replace(/id: \d+/, "id:      0")
    .replace(/^;; flags:.*$/m, ";; flags:; ZONE: 0, PREREQ: 0, UPDATE: 0, ADDITIONAL: 0");
}

/** Records without data end in the tab behind their type. */
function withTabs(text: string): string {
  return text.replaceAll(/^([^;\s]\S*\t+0\t(?:ANY|NONE)\t\S+)$/gm, "$1\t");
}

function bare(name: Name): string {
  return name.isRoot ? "." : name.toString().slice(0, -1);
}

const HELP = `local address [port]      (set the address to ask from)
server address [port]     (set the primary server of the zone)
send                      (send the update; an empty line does, too)
show                      (show the update)
answer                    (show the answer to the last update)
quit                      (quit; what has not been sent is dropped)
help                      (display this message)
key [hmac:]keyname secret (sign updates with TSIG)
zone name                 (set the zone to be updated)
class CLASS               (set the zone's class: IN, which it is by default, or CH)
ttl seconds | none        (set the TTL of records that have none)
check-names { on | off }  (refuse names of hosts that can be none)
[prereq] nxdomain name    (this name must not exist)
[prereq] yxdomain name    (this name must exist)
[prereq] nxrrset ....     (this RRset must not exist)
[prereq] yxrrset ....     (this RRset must exist)
[update] add ....         (add this record)
[update] del[ete] ....    (remove these records)
`;
