/** A resolver in the simulated world, with scripted servers around it. */
import { MetricSet, silentLog, simulatedWorld, type Log, type SimulatedWorld } from "@tenon/kit";
import { NOT_HERE } from "../../src/authority/authority.ts";
import { decodeMessage } from "../../src/message/decode.ts";
import { encodeMessage } from "../../src/message/encode.ts";
import type { Message } from "../../src/message/message.ts";
import { recordText } from "../../src/record.ts";
import { Resolver } from "../../src/resolver/resolver.ts";
import { type ResolverConfig, resolverSettings } from "../../src/resolver/settings.ts";
import { query as queryMessage } from "./messages.ts";
import { type Script, ScriptedServer } from "./scripted-server.ts";

export const UPSTREAM = "10.0.0.53";
export const CLIENT = { address: "127.0.0.1", port: 4000, tcp: false };

export class ResolverRig {
  readonly world: SimulatedWorld;
  readonly resolver: Resolver;
  readonly metrics: MetricSet = new MetricSet();
  readonly servers = new Map<string, ScriptedServer>();
  readonly #out = new Uint8Array(65_535);

  private constructor(world: SimulatedWorld, config: ResolverConfig, log: Log) {
    this.world = world;
    this.resolver = new Resolver({ world, log, settings: resolverSettings(config), metrics: this.metrics });
  }

  /** By default everything is forwarded to 10.0.0.53, which runs `script`. */
  static async start(script: Script, config: ResolverConfig = {}, log: Log = silentLog): Promise<ResolverRig> {
    const rig = new ResolverRig(
      simulatedWorld(3),
      { "forward-zone": [{ name: ".", address: [UPSTREAM] }], ...config },
      log,
    );
    await rig.serve(UPSTREAM, script);
    return rig;
  }

  async serve(address: string, script: Script): Promise<ScriptedServer> {
    const server = await ScriptedServer.start(this.world.machine(address), address, script);
    this.servers.set(address, server);
    return server;
  }

  /** The first upstream. */
  get upstream(): ScriptedServer {
    return this.servers.get(UPSTREAM)!;
  }

  /** How many questions have gone out to the first upstream. */
  get asked(): number {
    return this.upstream.log.length;
  }

  /** As a server does: by bytes where the cache has it, else by value. */
  async ask(text: string, extra: Partial<Message> = {}, client = CLIENT): Promise<Message | undefined> {
    const query = queryMessage(text, extra);
    const fast = this.fast(text, extra, client);
    if (fast !== "not here") return fast;
    return this.world.clock.runUntil(this.resolver.resolve(query, client));
  }

  /** By bytes alone. */
  fast(text: string, extra: Partial<Message> = {}, client = CLIENT): Message | undefined | "not here" {
    const bytes = encodeMessage(queryMessage(text, extra));
    const length = this.resolver.answer(bytes, bytes.length, client, this.#out);
    if (length === NOT_HERE) return "not here";
    return length === 0 ? undefined : decodeMessage(this.#out.slice(0, length));
  }

  /** The same in few words: rcode, then the records of the answer. */
  async said(text: string, extra: Partial<Message> = {}, client = CLIENT): Promise<string[]> {
    const reply = await this.ask(text, extra, client);
    return reply === undefined ? ["silence"] : words(reply);
  }

  metric(name: string): number {
    const samples = this.metrics.samples().filter((sample) => sample.name === name && "value" in sample);
    return samples.reduce((sum, sample) => sum + ("value" in sample ? sample.value : 0), 0);
  }
}

const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN"];

export function words({ rcode, answers }: Message): string[] {
  return [RCODES[rcode] ?? String(rcode), ...answers.map(recordText)];
}

export const EDNS = { udpPayload: 1232, version: 0, dnssecOk: false, options: [] } as const;
