/**
 * Random commands on streams. IDs are given, so that both sides have the same.
 */
import { cased, chance, type Draw, mangled, oneOf, options, some } from "../draw.ts";

const ODD_IDS = [
  "0",
  "0-0",
  "5",
  "-",
  "+",
  "$",
  ">",
  "*",
  "",
  "x",
  "1-x",
  "x-1",
  "1-*",
  "1-1-1",
  "007-3",
  " 5-1",
  "+5-1",
  "-5",
  "18446744073709551615",
  "18446744073709551615-18446744073709551615",
  "18446744073709551615-18446744073709551614",
  "18446744073709551616-0",
  "9007199254740993-9007199254740993",
  "9223372036854775808-1",
];

function keyOf(draw: Draw): string {
  return chance(draw, 3) ? oneOf(draw, ["str", "missing"]) : `x${draw(3)}`;
}

function number(draw: Draw): string {
  if (chance(draw, 4)) return oneOf(draw, ["x", "-1", "", "1.5", "9223372036854775807", "9223372036854775808"]);
  return String(draw(12));
}

const group = (draw: Draw): string => (chance(draw, 4) ? "nogroup" : `g${draw(3)}`);
const consumer = (draw: Draw): string => `c${draw(4)}`;

/** Key, group and consumer of each consumer that the command would make. */
function consumersNamedIn(command: readonly string[]): string[][] {
  if (/^X(AUTO)?CLAIM$/.test(command[0]!) && command.length > 3) return [command.slice(1, 4)];
  const streams = command.findIndex((word) => /^streams$/i.test(word));
  if (command[0] !== "XREADGROUP" || streams < 4) return [];
  const after = command.slice(streams + 1);
  return after.slice(0, after.length / 2).map((key) => [key, command[2]!, command[3]!]);
}

export class StreamCommands {
  /** Grows, so that most entries can be added. */
  #ms = 10;
  readonly #queued: string[][] = [];

  #id(draw: Draw): string {
    if (chance(draw, 5)) return oneOf(draw, ODD_IDS);
    const ms = Math.max(0, this.#ms - draw(60));
    return chance(draw, 80) ? `${ms}-${draw(3)}` : String(ms);
  }

  #newId(draw: Draw): string {
    if (chance(draw, 6)) return this.#id(draw).replace("*", "0");
    this.#ms += draw(3);
    return chance(draw, 30) ? `${this.#ms}-*` : `${this.#ms}-${draw(4)}`;
  }

  #bound(draw: Draw): string {
    if (chance(draw, 35)) return oneOf(draw, ["-", "+"]);
    return `${chance(draw, 25) ? "(" : ""}${this.#id(draw)}`;
  }

  #trim(draw: Draw): string[] {
    const sign = oneOf(draw, [[], ["="], ["~"], ["~"]]);
    const limit = chance(draw, 20) ? ["LIMIT", number(draw)] : [];
    return chance(draw, 60)
      ? [cased(draw, "MAXLEN"), ...sign, chance(draw, 60) ? String(draw(60)) : number(draw), ...limit]
      : [cased(draw, "MINID"), ...sign, this.#id(draw), ...limit];
  }

  /** The next command goes with the last: from the same client. */
  get isUnfinished(): boolean {
    return this.#queued.length > 0;
  }

  command(draw: Draw): string[] {
    const queued = this.#queued.shift();
    if (queued !== undefined) return queued;
    const command = this.#command(draw);
    // Since 7.2 a claim or read makes its consumer, even if it gets nothing. Made before, it is the same in both.
    for (const consumer of consumersNamedIn(command)) this.#queued.push(["XGROUP", "CREATECONSUMER", ...consumer]);
    this.#queued.push(command);
    return this.#queued.shift()!;
  }

  #command(draw: Draw): string[] {
    const key = keyOf(draw);
    const id = (): string => this.#id(draw);
    const count = (): string[] => options(draw, [[cased(draw, "COUNT"), number(draw)]], 40);
    const word = (): string => oneOf(draw, ["f", "g", "temperature", "1", "-70000", "v".repeat(draw(90)), ""]);
    const pairs = (most: number): string[] => some(draw, most, () => [oneOf(draw, ["f", "g", word()]), word()]);
    const streams = (most: number, ids: readonly string[]): string[] => {
      const keys = some(draw, most, () => [keyOf(draw)]);
      const after = keys.map(() => (chance(draw, 60) ? oneOf(draw, ids) : id()));
      return [cased(draw, "STREAMS"), ...keys, ...(chance(draw, 3) ? after.slice(1) : after)];
    };
    const add = (): string[] => [
      "XADD",
      key,
      ...(chance(draw, 5) ? ["NOMKSTREAM"] : []),
      ...(chance(draw, 12) ? this.#trim(draw) : []),
      this.#newId(draw),
      ...pairs(4),
    ];
    const makers: (() => string[])[] = [
      ...Array.from({ length: 12 }, () => add),
      () => ["XLEN", key],
      () => ["XRANGE", key, this.#bound(draw), this.#bound(draw), ...count()],
      () => ["XREVRANGE", key, this.#bound(draw), this.#bound(draw), ...count()],
      () => ["XDEL", key, ...some(draw, 4, () => [id()])],
      () => ["XTRIM", key, ...this.#trim(draw)],
      // Nothing is deleted from this one: since 7.2 XSETID minds the greatest ID that was.
      () => [
        oneOf(draw, ["XADD", "XADD", "XTRIM"]),
        "set",
        oneOf(draw, ["MAXLEN", "NOMKSTREAM", id()]),
        id(),
        "f",
        "v",
      ],
      () => ["XINFO", "STREAM", "set"],
      () => [
        "XSETID",
        "set",
        id(),
        ...options(draw, [
          ["ENTRIESADDED", number(draw)],
          ["ENTRIESADDED", "7"],
        ]),
      ],
      () => ["XREAD", ...count(), ...streams(3, ["0", "0", "0", "$", "$", "$", "+"])],
      () => [
        "XREAD",
        ...count(),
        cased(draw, "BLOCK"),
        oneOf(draw, ["1", "1", "1", "x", "-1", "1.5", ""]),
        ...streams(2, ["$"]),
      ],
      () => [
        "XGROUP",
        "CREATE",
        key,
        group(draw),
        oneOf(draw, ["0", "$", id()]),
        ...options(draw, [["MKSTREAM"], ["ENTRIESREAD", number(draw)]]),
      ],
      () => ["XGROUP", "CREATE", key, group(draw), "0", "MKSTREAM"],
      () => [
        "XGROUP",
        "SETID",
        key,
        group(draw),
        oneOf(draw, ["0", "$", id()]),
        ...options(draw, [["ENTRIESREAD", number(draw)]]),
      ],
      () => ["XGROUP", oneOf(draw, ["DESTROY", "destroy"]), key, group(draw)],
      () => ["XGROUP", oneOf(draw, ["CREATECONSUMER", "DELCONSUMER"]), key, group(draw), consumer(draw)],
      ...Array.from({ length: 5 }, () => (): string[] => [
        "XREADGROUP",
        cased(draw, "GROUP"),
        group(draw),
        consumer(draw),
        ...count(),
        ...options(draw, [["NOACK"]], 10),
        ...streams(2, [">", ">", "0"]),
      ]),
      () => ["XREADGROUP", "GROUP", group(draw), consumer(draw), "BLOCK", "1", ...streams(1, [">"])],
      () => ["XACK", key, group(draw), ...some(draw, 4, () => [id()])],
      () => ["XPENDING", key, group(draw)],
      () => [
        "XPENDING",
        key,
        group(draw),
        ...options(draw, [["IDLE", oneOf(draw, ["0", "x", "99999999"])]], 20),
        this.#bound(draw),
        this.#bound(draw),
        number(draw),
        ...options(draw, [[consumer(draw)]]),
      ],
      () => [
        "XCLAIM",
        key,
        group(draw),
        consumer(draw),
        oneOf(draw, ["0", "0", "0", "0", "0", "0", "99999999", "x", "-1"]),
        ...some(draw, 4, () => [id()]),
        ...options(
          draw,
          [["FORCE"], ["JUSTID"], ["RETRYCOUNT", number(draw)], ["LASTID", id()], ["IDLE", "99999"], ["TIME", "5000"]],
          20,
        ),
      ],
      () => [
        "XAUTOCLAIM",
        key,
        group(draw),
        consumer(draw),
        oneOf(draw, ["0", "0", "99999999", "x"]),
        this.#bound(draw),
        ...options(draw, [["COUNT", number(draw)], ["JUSTID"]]),
      ],
      () => ["XINFO", "STREAM", key, ...options(draw, [[cased(draw, "FULL"), ...count()]], 40)],
      () => ["XINFO", "GROUPS", key],
      () => ["XINFO", "CONSUMERS", key, group(draw)],
      () => ["COPY", key, keyOf(draw), "REPLACE"],
      () => (chance(draw, 30) ? ["DEL", key] : ["TYPE", key]),
    ];
    const command = oneOf(draw, makers)();
    return mangled(draw, command, ["x", "1-1", "COUNT"]);
  }
}
