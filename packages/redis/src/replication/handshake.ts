/**
 * How a replica introduces itself to its master: a command, its reply, the next command.
 *
 *     PING, AUTH, REPLCONF listening-port, REPLCONF ip-address, REPLCONF capa eof capa psync2, PSYNC <id> <offset>
 *
 * Masters that know less answer some of these with errors, and are followed all the same: only a PING that is refused, a wrong password and
 * the outcome of PSYNC decide. A master without PSYNC is asked with SYNC.
 */

export interface HandshakeOptions {
  readonly user: string;
  readonly password: string;
  /** Where the replica listens itself. */
  readonly port: number;
  /** replica-announce-ip; empty: as the connection shows. */
  readonly address: string;
  /** The history that the replica has, and the offset of the first byte that it lacks; undefined: it has none. */
  readonly known: { readonly id: string; readonly nextOffset: number } | undefined;
}

/**
 * - `send`: the next command.
 * - `full`: a snapshot follows, of `offset` bytes of history `id`. After SYNC neither is known: "" and 0.
 * - `continue`: the stream follows, from where the replica asked; the history may have a new name.
 * - `refused`: not now, or not at all; the link ends.
 */
export type HandshakeStep =
  | { readonly kind: "send"; readonly command: readonly string[] }
  | { readonly kind: "full"; readonly id: string; readonly offset: number }
  | { readonly kind: "continue"; readonly id: string | undefined }
  | { readonly kind: "refused"; readonly reason: string };

interface Stage {
  readonly command: (options: HandshakeOptions) => readonly string[] | undefined;
  /** Whether the link ends with this reply. */
  readonly isFatal: (reply: string) => boolean;
}

const STAGES: readonly Stage[] = [
  {
    command: () => ["PING"],
    // What these say is: it lives, and wants a password first.
    isFatal: (reply) => reply.startsWith("-") && !/^-(NOAUTH|NOPERM|ERR operation not permitted)/.test(reply),
  },
  {
    command: ({ user, password }) => (password === "" ? undefined : ["AUTH", ...(user === "" ? [] : [user]), password]),
    isFatal: (reply) => reply.startsWith("-"),
  },
  { command: ({ port }) => ["REPLCONF", "listening-port", String(port)], isFatal: () => false },
  {
    command: ({ address }) => (address === "" ? undefined : ["REPLCONF", "ip-address", address]),
    isFatal: () => false,
  },
  { command: () => ["REPLCONF", "capa", "eof", "capa", "psync2"], isFatal: () => false },
];

/** The longest reply that is taken for one. */
export const MAX_REPLY_BYTES: number = 64 * 1024;

export class Handshake {
  readonly #options: HandshakeOptions;
  #stage = -1;
  #asked: "stages" | "psync" | "sync" = "stages";

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** The first command. */
  begin(): HandshakeStep {
    return this.#next();
  }

  #next(): HandshakeStep {
    while (++this.#stage < STAGES.length) {
      const command = STAGES[this.#stage]!.command(this.#options);
      if (command !== undefined) return { kind: "send", command };
    }
    this.#asked = "psync";
    const { known } = this.#options;
    return { kind: "send", command: ["PSYNC", known?.id ?? "?", String(known?.nextOffset ?? -1)] };
  }

  /** After SYNC the snapshot comes without a reply before it. */
  get expectsSnapshot(): boolean {
    return this.#asked === "sync";
  }

  /** What follows from `line`, a reply without its line end. Empty lines only say that the master lives: do not give them. */
  reply(line: string): HandshakeStep {
    if (this.#asked === "psync") return this.#psyncReply(line);
    if (STAGES[this.#stage]!.isFatal(line)) return { kind: "refused", reason: line.slice(1) };
    return this.#next();
  }

  #psyncReply(line: string): HandshakeStep {
    const [word, id, offset] = line.split(" ");
    if (word === "+FULLRESYNC") {
      if (id === undefined || !/^[0-9a-zA-Z]{40}$/.test(id) || offset === undefined || !/^\d+$/.test(offset)) {
        return { kind: "refused", reason: `the master replied to PSYNC with a wrong syntax: ${line}` };
      }
      return { kind: "full", id, offset: Number(offset) };
    }
    if (word === "+CONTINUE") return { kind: "continue", id: id !== undefined && id.length === 40 ? id : undefined };
    if (/^-(NOMASTERLINK|LOADING)/.test(line)) return { kind: "refused", reason: line.slice(1) };
    if (!line.startsWith("-")) return { kind: "refused", reason: `unexpected reply to PSYNC: ${line}` };
    this.#asked = "sync";
    return { kind: "send", command: ["SYNC"] };
  }
}
