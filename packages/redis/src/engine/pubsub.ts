/** Who listens to which channel: plain channels, patterns, and sharded channels. */
import { Glob } from "../keyspace/glob.ts";
import { ReplyWriter } from "../resp/reply-writer.ts";
import type { Client } from "./client.ts";

interface PatternListeners {
  readonly glob: Glob;
  readonly clients: Set<Client>;
}

export class PubSub {
  readonly channels: Map<string, Set<Client>> = new Map();
  readonly shardChannels: Map<string, Set<Client>> = new Map();
  readonly #patterns = new Map<string, PatternListeners>();
  readonly #wrote: (client: Client) => void;
  /** The client whose command runs: what it hears of its own doing comes behind the reply. */
  speaker: Client | undefined = undefined;
  readonly #toSpeaker = new ReplyWriter();

  /** `wrote` is told of each client that got a message. */
  constructor(wrote: (client: Client) => void) {
    this.#wrote = wrote;
  }

  get patternCount(): number {
    return this.#patterns.size;
  }

  /** Whether anybody listens to anything. */
  get inUse(): boolean {
    return this.channels.size + this.#patterns.size + this.shardChannels.size > 0;
  }

  subscribe(client: Client, channel: string): void {
    client.channels.add(channel);
    add(this.channels, channel, client);
  }

  unsubscribe(client: Client, channel: string): void {
    client.channels.delete(channel);
    remove(this.channels, channel, client);
  }

  shardSubscribe(client: Client, channel: string): void {
    client.shardChannels.add(channel);
    add(this.shardChannels, channel, client);
  }

  shardUnsubscribe(client: Client, channel: string): void {
    client.shardChannels.delete(channel);
    remove(this.shardChannels, channel, client);
  }

  patternSubscribe(client: Client, pattern: string): void {
    client.patterns.add(pattern);
    let listeners = this.#patterns.get(pattern);
    if (listeners === undefined) {
      this.#patterns.set(pattern, (listeners = { glob: new Glob(pattern), clients: new Set() }));
    }
    listeners.clients.add(client);
  }

  patternUnsubscribe(client: Client, pattern: string): void {
    client.patterns.delete(pattern);
    const listeners = this.#patterns.get(pattern);
    if (listeners === undefined) return;
    listeners.clients.delete(client);
    if (listeners.clients.size === 0) this.#patterns.delete(pattern);
  }

  removeClient(client: Client): void {
    for (const channel of client.channels) this.unsubscribe(client, channel);
    for (const pattern of client.patterns) this.patternUnsubscribe(client, pattern);
    for (const channel of client.shardChannels) this.shardUnsubscribe(client, channel);
  }

  /** The speaker's command, with all that it caused, is over: it hears what is for itself. */
  commandDone(): void {
    const client = this.speaker;
    this.speaker = undefined;
    if (this.#toSpeaker.length === 0) return;
    client!.reply.raw(this.#toSpeaker.take());
    this.#wrote(client!);
  }

  /** Where messages for `client` go. */
  #writerOf(client: Client): ReplyWriter {
    if (client !== this.speaker) {
      this.#wrote(client);
      return client.reply;
    }
    this.#toSpeaker.resp = client.reply.resp;
    return this.#toSpeaker;
  }

  /** Delivers `message`; returns how many clients got it, once per matching subscription. */
  publish(channel: string, message: string): number {
    let receivers = 0;
    for (const client of this.channels.get(channel) ?? []) {
      const writer = this.#writerOf(client);
      writer.push(3);
      writer.bulk("message");
      writer.bulk(channel);
      writer.bulk(message);
      receivers++;
    }
    for (const [pattern, { glob, clients }] of this.#patterns) {
      if (!glob.matches(channel)) continue;
      for (const client of clients) {
        const writer = this.#writerOf(client);
        writer.push(4);
        writer.bulk("pmessage");
        writer.bulk(pattern);
        writer.bulk(channel);
        writer.bulk(message);
        receivers++;
      }
    }
    return receivers;
  }

  shardPublish(channel: string, message: string): number {
    let receivers = 0;
    for (const client of this.shardChannels.get(channel) ?? []) {
      const writer = this.#writerOf(client);
      writer.push(3);
      writer.bulk("smessage");
      writer.bulk(channel);
      writer.bulk(message);
      receivers++;
    }
    return receivers;
  }
}

function add(channels: Map<string, Set<Client>>, channel: string, client: Client): void {
  const clients = channels.get(channel);
  if (clients === undefined) channels.set(channel, new Set([client]));
  else clients.add(client);
}

function remove(channels: Map<string, Set<Client>>, channel: string, client: Client): void {
  const clients = channels.get(channel);
  if (clients === undefined) return;
  clients.delete(client);
  if (clients.size === 0) channels.delete(channel);
}
