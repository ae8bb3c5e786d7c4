/** Draws programs: commands of all families by several clients, transactions, waiting clients, expiry and exchanged values between them. */
import { chance, type Draw, mangled, oneOf } from "./draw.ts";
import { bitmapCommand } from "./families/bitmaps.ts";
import { connectionCommand, settingCommand } from "./families/connections.ts";
import { geoCommand } from "./families/geo.ts";
import { hashCommand } from "./families/hashes.ts";
import { hyperLogLogCommand } from "./families/hyperloglogs.ts";
import { keyCommand } from "./families/keys.ts";
import { listCommand } from "./families/lists.ts";
import { publishCommand, subscribeCommand } from "./families/pubsub.ts";
import { scriptCommand } from "./families/scripts.ts";
import { setCommand } from "./families/sets.ts";
import { sortedSetCommand } from "./families/sorted-sets.ts";
import { StreamCommands } from "./families/streams.ts";
import { stringCommand } from "./families/strings.ts";
import { anyKey, anyTarget } from "./families/values.ts";
import { clientId, command, RULER, SHORT_MS, type Step } from "./step.ts";

type Family = (draw: Draw) => readonly string[];

const [PLAIN, RESP3, WAITING, SUBSCRIBER] = [1, 2, 3, 4] as const;

/** Commands that would draw at random if they were cut short, or whose number of words is right in one version only; those of streams come mangled. */
const NOT_MANGLED = /^(SPOP|SRANDMEMBER|HRANDFIELD|ZRANDMEMBER|ZRANK|ZREVRANK|X[A-Z]+)$/;
/** What is refused in one version before it could be queued in a transaction, where it would be another difference. */
const VERSIONED = ["ZRANK ranked a WITHSCORE", "ZREVRANK ranked 1 WITHSCORE", "COMMAND GETKEYS GET"];

class Program {
  readonly steps: Step[] = [];
  readonly #draw: Draw;
  readonly #streams = new StreamCommands();
  readonly #families: readonly Family[];
  /** How many steps in a thousand run scripts. */
  readonly #scripts: number;

  constructor(draw: Draw) {
    this.#draw = draw;
    this.#scripts = oneOf(draw, [20, 20, 200]);
    const streams = this.#streams;
    const families: readonly Family[] = [
      stringCommand,
      bitmapCommand,
      hyperLogLogCommand,
      listCommand,
      hashCommand,
      setCommand,
      sortedSetCommand,
      geoCommand,
      (each) => streams.command(each),
    ];
    // A few types at a time, so that their commands meet on few keys; and always what concerns every type.
    this.#families = [...Array.from({ length: 4 }, () => oneOf(draw, families)), keyCommand];
  }

  #words(): string[] {
    const words = oneOf(this.#draw, this.#families)(this.#draw);
    return NOT_MANGLED.test(words[0]!) ? [...words] : mangled(this.#draw, words, ["x", "WITHSCORES", "-1", "COUNT"]);
  }

  /** A command of `client`, with those that belong before it. */
  #run(client: number): void {
    this.steps.push(command(client, ...this.#words()));
    this.#finish(client);
  }

  #finish(client: number): void {
    while (this.#streams.isUnfinished) this.steps.push(command(client, ...this.#streams.command(this.#draw)));
  }

  #client(): number {
    return oneOf(this.#draw, [PLAIN, PLAIN, PLAIN, RESP3, RESP3, WAITING]);
  }

  /** Sets encodings' limits to what little data reaches. */
  begin(): void {
    for (let n = this.#draw(6); n > 0; n--) this.steps.push(command(RULER, ...settingCommand(this.#draw)));
  }

  add(): void {
    const draw = this.#draw;
    const fate = draw(1000);
    if (fate < 40) this.#transaction();
    else if (fate < 60) this.#wait();
    else if (fate < 80) this.#expire();
    else if (fate < 95)
      this.steps.push({ kind: "exchange", client: this.#client(), key: anyKey(draw), as: anyTarget(draw) });
    else if (fate < 97) this.steps.push(command(RULER, ...oneOf(draw, VERSIONED).split(" ")));
    else if (fate < 110) this.steps.push(command(RULER, ...settingCommand(draw)));
    else if (fate < 160) this.steps.push(command(this.#client(), ...connectionCommand(draw)));
    else if (fate < 185) this.steps.push(command(this.#client(), ...publishCommand(draw)));
    else if (fate < 205) this.steps.push(command(SUBSCRIBER, ...subscribeCommand(draw)));
    else if (fate < 215) this.#pipeline();
    else if (fate < 225) this.#pause();
    else if (fate < 225 + this.#scripts) this.#script();
    else this.#run(this.#client());
  }

  #transaction(): void {
    const draw = this.#draw;
    const client = this.#client();
    const push = (...words: readonly string[]): void => void this.steps.push(command(client, ...words));
    if (chance(draw, 40)) {
      for (let n = draw(3); n >= 0; n--) push("WATCH", anyKey(draw));
      for (let n = draw(3); n > 0; n--) this.#run(this.#client());
      if (chance(draw, 15)) push("UNWATCH");
    }
    if (chance(draw, 95)) push("MULTI");
    for (let n = draw(7); n > 0; n--) {
      const fate = draw(100);
      if (fate < 5) push(...oneOf(draw, [["MULTI"], ["WATCH", "a"], ["NOSUCH"], ["GET"], ["UNWATCH"]]));
      else if (fate < 10) push(...publishCommand(draw));
      else this.#run(client);
      if (chance(draw, 10)) this.#run(RESP3);
    }
    push(...oneOf(draw, [["EXEC"], ["EXEC"], ["EXEC"], ["EXEC"], ["DISCARD"], ["EXEC", "x"]]));
    if (chance(draw, 30)) push(oneOf(draw, ["EXEC", "DISCARD"]));
  }

  /** One or two clients that wait for keys, others that fill them, and an end to the waiting. */
  #wait(): void {
    const draw = this.#draw;
    const waiting = [WAITING, ...(chance(draw, 50) ? [RESP3] : [])];
    const several = chance(draw, 50);
    const commands = waiting.map(() => waitingCommand(draw, several));
    // Since 7.2 the command runs again: of several keys that are ready at once the first in the command is served, not the first that was
    // ready; and the reader of a group that has come with another stream becomes its consumer.
    const isReadyAlike = !several && !commands.some(([name]) => name === "XREADGROUP");
    for (const [n, client] of waiting.entries()) {
      const words = commands[n]!;
      // Since 7.2 the consumer is made when the client begins to wait.
      if (words[0] === "XREADGROUP") {
        const stream = words[7]!;
        this.steps.push(command(client, "XGROUP", "CREATE", stream, "g0", "$", "MKSTREAM"));
        this.steps.push(command(client, "XGROUP", "CREATECONSUMER", stream, "g0", "c0"));
      }
      this.steps.push(command(client, ...words));
    }
    if (isReadyAlike && chance(draw, 20)) this.#run(WAITING);
    for (let n = 1 + draw(8); n > 0; n--) {
      const client = oneOf(draw, [PLAIN, PLAIN, SUBSCRIBER]);
      if (isReadyAlike && chance(draw, 15)) {
        this.steps.push(command(PLAIN, "MULTI"));
        for (let m = 1 + draw(4); m > 0; m--) this.steps.push(command(PLAIN, ...fillingCommand(draw, true)));
        this.steps.push(command(PLAIN, "EXEC"));
      } else {
        const fills = !isReadyAlike || chance(draw, 60);
        if (fills) this.steps.push(command(client, ...fillingCommand(draw, isReadyAlike)));
        else this.#run(client);
      }
    }
    for (const client of waiting) {
      if (chance(draw, 10)) this.steps.push(command(RULER, "CLIENT", "KILL", "ID", clientId(client)));
      else this.steps.push(command(RULER, "CLIENT", "UNBLOCK", clientId(client), oneOf(draw, ["TIMEOUT", "ERROR"])));
    }
  }

  /** Keys that are gone before anybody looks. */
  #expire(): void {
    const draw = this.#draw;
    if (chance(draw, 20)) this.steps.push(command(PLAIN, "WATCH", anyKey(draw)));
    // Each once: what is done to a key that may or may not have expired by now is anybody's guess.
    // Nor bitmaps: 7.0 looks for the key of a BITCOUNT that it refuses.
    const key = (): string =>
      this.#families.includes(bitmapCommand) ? oneOf(draw, ["l0", "s0", "z1", "x0", "g0", "p1", "d"]) : anyKey(draw);
    for (const name of new Set(Array.from({ length: 1 + draw(3) }, key))) {
      this.steps.push(
        command(
          RULER,
          ...oneOf(draw, [
            ["PEXPIRE", name, SHORT_MS],
            ["SET", name, "v", "PX", SHORT_MS],
            ["GETEX", name, "PX", SHORT_MS],
          ]),
        ),
      );
    }
    this.steps.push({ kind: "wait" });
    if (chance(draw, 20)) this.steps.push(command(PLAIN, "WATCH", anyKey(draw)));
  }

  #pipeline(): void {
    const client = this.#client();
    const commands = Array.from({ length: 2 + this.#draw(6) }, () => this.#words());
    this.steps.push({ kind: "commands", client, commands });
    this.#finish(client);
  }

  #script(): void {
    const client = this.#client();
    this.steps.push(command(client, ...scriptCommand(this.#draw, () => this.#words())));
    this.#finish(client);
  }

  #pause(): void {
    const draw = this.#draw;
    // A pause of everything holds the end of the pause back too.
    this.steps.push(
      command(
        RULER,
        "CLIENT",
        "PAUSE",
        ...oneOf(draw, [
          ["100000", "WRITE"],
          ["20", "ALL"],
        ]),
      ),
    );
    for (const client of [PLAIN, RESP3]) this.#run(client);
    this.steps.push(command(RULER, "CLIENT", "UNPAUSE"));
  }
}

function waitingCommand(draw: Draw, several: boolean): string[] {
  const [list, set, stream] = [`l${draw(3)}`, `z${draw(3)}`, `x${draw(2)}`];
  return oneOf(draw, [
    ["BLPOP", list, ...(several ? ["l0"] : []), "0"],
    ["BRPOP", list, "0"],
    ["BLMOVE", list, `l${draw(3)}`, "LEFT", "RIGHT", "0"],
    ["BRPOPLPUSH", list, `l${draw(3)}`, "0"],
    ["BLMPOP", "0", ...(several ? ["2", list, "l0"] : ["1", list]), "LEFT", "COUNT", "2"],
    ["BZPOPMIN", set, ...(several ? ["z0"] : []), "0"],
    ["BZPOPMAX", set, "0"],
    ["BZMPOP", "0", ...(several ? ["2", set, "z0"] : ["1", set]), "MIN"],
    ["XREAD", "BLOCK", "0", "STREAMS", stream, "$"],
    ["XREADGROUP", "GROUP", "g0", "c0", "BLOCK", "0", "STREAMS", stream, ">"],
  ]);
}

/** What may serve a waiting client, or change what it waits for. */
function fillingCommand(draw: Draw, swaps: boolean): string[] {
  const [list, set, stream] = [`l${draw(3)}`, `z${draw(3)}`, `x${draw(2)}`];
  return oneOf(draw, [
    ["RPUSH", list, "1", "2"],
    ["LPUSH", list, "1", "2", "3"],
    ["RPUSH", "spare", "7"],
    ["RENAME", "spare", list],
    ["LMOVE", "spare", list, "LEFT", "LEFT"],
    ["SORT", "spare", "STORE", list],
    ["COPY", "spare", list, "REPLACE"],
    ["SET", list, "not a list"],
    ["DEL", list, set, stream],
    ["ZADD", set, "1", "a", "2", "b"],
    ["ZADD", "sparez", "5", "e"],
    ["ZUNIONSTORE", set, "1", "sparez"],
    ["XADD", stream, `${9_000_000 + draw(1000)}-*`, "f", "v"],
    ["XGROUP", "CREATE", stream, "g0", "$", "MKSTREAM"],
    ["XGROUP", "DESTROY", stream, "g0"],
    ...(swaps ? [["SWAPDB", "0", "1"]] : []),
    ["MOVE", list, "1"],
    ["FLUSHDB"],
  ]);
}

/** About `length` steps. */
export function drawProgram(draw: Draw, length: number): Step[] {
  const program = new Program(draw);
  program.begin();
  while (program.steps.length < length) program.add();
  return program.steps;
}
