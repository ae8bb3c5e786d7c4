/** Where a server is reached: at each address UDP and TCP, on the same port. */
import type { TcpService, World } from "@tenon/kit";
import type { Answerer } from "./answerer.ts";
import type { TcpSession } from "./tcp.ts";
import { UdpDoor } from "./udp.ts";

/** How often a free port of UDP may turn out to be taken by TCP, before it counts as a failure. */
const PORT_ATTEMPTS = 32;

export interface ListenAddress {
  /** Numeric. */
  readonly host: string;
  /** 0: any that is free for both. */
  readonly port: number;
}

export class Doors {
  readonly #world: World;
  readonly #answerer: Answerer;
  readonly #tcp: TcpService<TcpSession>;
  readonly #udp: UdpDoor[] = [];
  readonly #addresses: ListenAddress[] = [];

  constructor(world: World, answerer: Answerer, tcp: TcpService<TcpSession>) {
    this.#world = world;
    this.#answerer = answerer;
    this.#tcp = tcp;
  }

  /** With the ports as they are. */
  get addresses(): readonly ListenAddress[] {
    return this.#addresses;
  }

  /** Queries over UDP that wait for their answers. */
  get udpInFlight(): number {
    return this.#udp.reduce((sum, door) => sum + door.inFlight, 0);
  }

  /** Rejects with the system's code; what was open before stays so. */
  async open(wanted: readonly ListenAddress[]): Promise<void> {
    // Linux lets :: take IPv4 along, which leaves none for 0.0.0.0.
    const isMixed = wanted.some(({ host }) => host === "0.0.0.0");
    for (const where of wanted) await this.#openOne(where, isMixed && where.host === "::");
  }

  async #openOne({ host, port }: ListenAddress, ipv6Only: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const udp = await UdpDoor.open(
        this.#world.net,
        { host, port, ...(ipv6Only ? { ipv6Only } : {}) },
        this.#answerer,
      );
      try {
        await this.#tcp.addDoor({ host, port: udp.address.port, ...(ipv6Only ? { ipv6Only } : {}) });
      } catch (error) {
        await udp.close(Promise.resolve());
        const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
        if (port === 0 && isTaken && attempt < PORT_ATTEMPTS) continue;
        throw error;
      }
      this.#udp.push(udp);
      this.#addresses.push({ host: udp.address.address, port: udp.address.port });
      return;
    }
  }

  /** Closes all; answers that are under way may take until `patience` is over. */
  async close(patience: Promise<void>): Promise<void> {
    await Promise.all(this.#udp.map((door) => door.close(patience)));
  }
}
