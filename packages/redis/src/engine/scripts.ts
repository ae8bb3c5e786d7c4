/**
 * What scripts ask of the engine beside commands, and the script that was stopped because it lasts: until it is over, others get BUSY and
 * time stands still.
 */
import type { CommandEntry } from "../commands/registry.ts";
import type { Admission } from "./admission.ts";
import type { Client } from "./client.ts";
import type { Engine } from "./engine.ts";
import type { Execution } from "./execution.ts";
import type { Inbox } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";

/** Nobody hears it: what it is answered goes to the script. */
const NO_SINK = { flush: () => {}, close: () => {}, queuedBytes: 0 };
const NO_ADDRESS = { remote: "?:0", local: "?:0", descriptor: -1 };

export interface ScriptParts {
  readonly engine: Engine;
  readonly admission: Admission;
  readonly execution: Execution;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
}

export class Scripts {
  readonly #parts: ScriptParts;
  #busy = false;
  /** What waits for the stopped script to be over. */
  #waiting: (() => void)[] = [];

  constructor(parts: ScriptParts) {
    this.#parts = parts;
  }

  /** The client as which scripts run commands: nobody sees it. */
  connect(): Client {
    const { engine } = this.#parts;
    const client = engine.connect(NO_SINK, NO_ADDRESS);
    client.runsScripts = true;
    client.authenticated = true;
    // Never in the outbox.
    client.flushing = true;
    engine.clients.delete(client.id);
    engine.stats.connectionsReceived--;
    return client;
  }

  /** The command that runs calls others for a script until `leave`. */
  enter(): void {
    this.#parts.execution.enterScript();
  }

  /** Back in the command that runs the script, which is `client`'s. */
  leave(client: Client, entry: CommandEntry): void {
    this.#parts.execution.leaveScript(client, entry);
  }

  /** Why the first command of a script that writes is refused now; undefined: it is not. */
  refusal(entry: CommandEntry): string | undefined {
    return this.#parts.admission.scriptRefusal(entry);
  }

  /** Whether what the keys take was above maxmemory, with nothing to evict, when the command came that runs. */
  get outOfMemory(): boolean {
    return this.#parts.admission.outOfMemory;
  }

  /** Whether a script is stopped, and `proceed` has to be called until it is over. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Does `work` now, or when the stopped script is over and replies leave again. */
  whenOver(work: () => void): void {
    if (this.#busy) this.#waiting.push(work);
    else if (this.#parts.outbox.held) this.#parts.outbox.defer(() => this.whenOver(work));
    else work();
  }

  /** `client`'s script was stopped. */
  stopped(client: Client): void {
    this.#busy = true;
    this.#parts.admission.busy = true;
    client.paused = true;
  }

  /** Lets the stopped script go on for some milliseconds. */
  proceed(now: number): void {
    const { engine, execution, inbox, outbox } = this.#parts;
    if (!this.#busy || outbox.held) return;
    const client = execution.continueScript();
    if (client === undefined) return;
    this.#over();
    engine.setNow(now);
    client.paused = false;
    inbox.resume(client);
    inbox.drainResumable();
    this.#doWaiting();
  }

  /** Ends the stopped script without a reply. */
  abandon(): void {
    if (!this.#busy) return;
    this.#parts.engine.scripting.abandon();
    this.#parts.execution.abandonScript();
    this.#over();
    this.#doWaiting();
  }

  #doWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) this.whenOver(work);
  }

  #over(): void {
    this.#busy = false;
    this.#parts.admission.busy = false;
  }
}
