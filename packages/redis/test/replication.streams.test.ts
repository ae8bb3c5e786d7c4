/** The parts of replication that know no connection: backlog, handshake, transfer, the master's stream. */
import { SeededRandom } from "@tenon/kit";
import { describe, expect, test } from "vitest";
import { Backlog, BLOCK_BYTES } from "../src/replication/backlog.ts";
import { Handshake, type HandshakeOptions, type HandshakeStep } from "../src/replication/handshake.ts";
import { History, NO_ID } from "../src/replication/history.ts";
import { MasterStream } from "../src/replication/master-stream.ts";
import { FileSpool, MemorySpool } from "../src/replication/spool.ts";
import { Transfer, TransferError } from "../src/replication/transfer.ts";
import { MemoryDisk } from "@tenon/kit";
import { encodeRequest } from "../src/resp/request-writer.ts";

/** Cuts `bytes` at random places. */
function pieces(bytes: Buffer, random: SeededRandom, most: number): Buffer[] {
  const cut: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.integer(most);
    cut.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cut;
}

describe("the backlog", () => {
  test("gives back what was appended, from any position that it reaches", () => {
    const random = new SeededRandom(1);
    const all = Buffer.from(random.bytes(BLOCK_BYTES * 5));
    const start = 1000;
    const backlog = new Backlog(start);
    let appended = 0;
    for (const piece of pieces(all, random, 30_000)) {
      backlog.append(piece);
      appended += piece.length;
      backlog.trim(BLOCK_BYTES * 2, Infinity);
      expect(backlog.end).toBe(start + appended);
      expect(backlog.end - backlog.start).toBeGreaterThanOrEqual(Math.min(appended, BLOCK_BYTES * 2));
      expect(backlog.end - backlog.start).toBeLessThan(BLOCK_BYTES * 3);
      let position = backlog.start + random.integer(backlog.end - backlog.start);
      const wanted = all.subarray(position - start, appended);
      const read: Buffer[] = [];
      for (let part = backlog.view(position, 10_000); part.length > 0; part = backlog.view(position, 10_000)) {
        read.push(Buffer.from(part));
        position += part.length;
      }
      expect(Buffer.concat(read).equals(wanted)).toBe(true);
    }
    expect(backlog.reaches(start)).toBe(false);
    expect(backlog.reaches(backlog.end)).toBe(true);
    expect(backlog.reaches(backlog.end + 1)).toBe(false);
  });

  test("keeps what a replica still needs, however old", () => {
    const backlog = new Backlog(0);
    backlog.append(Buffer.alloc(BLOCK_BYTES * 10));
    backlog.trim(0, BLOCK_BYTES * 3 + 5);
    expect(backlog.start).toBe(BLOCK_BYTES * 3);
  });
});

describe("a history", () => {
  const named = (): History => {
    const history = new History(new SeededRandom(2));
    history.record();
    return history;
  };

  test("is continued from where it is recorded, under its name", () => {
    const history = named();
    history.appendBytes(Buffer.from("0123456789"));
    expect(history.offset).toBe(10);
    expect(history.continues(history.id, 1)).toBe(true);
    expect(history.continues(history.id, 11)).toBe(true);
    expect(history.continues(history.id, 12)).toBe(false);
    expect(history.continues(NO_ID, 1)).toBe(false);
    expect(history.continues("?", -1)).toBe(false);
  });

  test("goes by its former name only up to where it parted", () => {
    const history = named();
    const former = history.id;
    history.appendBytes(Buffer.from("0123456789"));
    history.diverge();
    history.appendBytes(Buffer.from("abc"));
    expect([history.formerId, history.formerEnd]).toEqual([former, 11]);
    expect(history.continues(former, 11)).toBe(true);
    expect(history.continues(former, 12)).toBe(false);
    expect(history.continues(history.id, 12)).toBe(true);
  });

  test("that was renamed, or forgotten, is not continued", () => {
    const history = named();
    const { id } = history;
    history.appendBytes(Buffer.from("0123456789"));
    history.rename();
    expect(history.continues(id, 5)).toBe(false);
    const second = history.id;
    history.forget();
    history.record();
    expect(history.offset).toBe(10);
    expect(history.continues(second, 11)).toBe(false);
  });
});

describe("the handshake", () => {
  const OPTIONS: HandshakeOptions = { user: "", password: "", port: 6380, address: "", known: undefined };

  function after(options: Partial<HandshakeOptions>, ...replies: string[]): HandshakeStep {
    const handshake = new Handshake({ ...OPTIONS, ...options });
    return replies.reduce((_, reply) => handshake.reply(reply), handshake.begin());
  }
  const send = (line: string): HandshakeStep => ({ kind: "send", command: line.split(" ") });
  const INTRODUCED = ["+PONG", "+OK", "+OK"];

  test("goes from PING to PSYNC", () => {
    expect(after({})).toEqual(send("PING"));
    expect(after({}, "+PONG")).toEqual(send("REPLCONF listening-port 6380"));
    expect(after({}, "+PONG", "+OK")).toEqual(send("REPLCONF capa eof capa psync2"));
    expect(after({}, ...INTRODUCED)).toEqual(send("PSYNC ? -1"));
  });

  test("logs in, and says what address to show", () => {
    expect(after({ password: "p" }, "-NOAUTH Authentication required.")).toEqual(send("AUTH p"));
    expect(after({ user: "u", password: "p" }, "+PONG")).toEqual(send("AUTH u p"));
    expect(after({ password: "p" }, "+PONG", "-WRONGPASS no")).toEqual({ kind: "refused", reason: "WRONGPASS no" });
    expect(after({ address: "1.2.3.4" }, "+PONG", "+OK")).toEqual(send("REPLCONF ip-address 1.2.3.4"));
  });

  test("goes on when the master does not know what we say of ourselves", () => {
    expect(after({}, "+PONG", "-ERR what?", "-ERR what?")).toEqual(send("PSYNC ? -1"));
    expect(after({}, "-DENIED in protected mode")).toEqual({ kind: "refused", reason: "DENIED in protected mode" });
  });

  test("asks for what is missing, and takes what it gets", () => {
    const id = "f".repeat(40);
    const known = { id, nextOffset: 1234 };
    const asked = { known };
    expect(after(asked, ...INTRODUCED)).toEqual(send(`PSYNC ${id} 1234`));
    expect(after(asked, ...INTRODUCED, "+CONTINUE")).toEqual({ kind: "continue", id: undefined });
    expect(after(asked, ...INTRODUCED, `+CONTINUE ${id}`)).toEqual({ kind: "continue", id });
    expect(after(asked, ...INTRODUCED, `+FULLRESYNC ${id} 99`)).toEqual({ kind: "full", id, offset: 99 });
    for (const wrong of [
      "+FULLRESYNC",
      "+FULLRESYNC x 1",
      `+FULLRESYNC ${id} x`,
      "+WHAT",
      "-LOADING later",
      "-NOMASTERLINK no",
    ]) {
      expect(after(asked, ...INTRODUCED, wrong).kind).toBe("refused");
    }
  });

  test("falls back to SYNC where PSYNC is unknown", () => {
    const handshake = new Handshake(OPTIONS);
    handshake.begin();
    for (const reply of INTRODUCED) handshake.reply(reply);
    expect(handshake.expectsSnapshot).toBe(false);
    expect(handshake.reply("-ERR unknown command 'PSYNC'")).toEqual(send("SYNC"));
    expect(handshake.expectsSnapshot).toBe(true);
  });
});

describe("a transfer", () => {
  const snapshot = Buffer.from(new SeededRandom(3).bytes(5000));
  const mark = "0123456789abcdef0123456789abcdef01234567";

  function received(bytes: Buffer, most: number, seed: number): { spooled: Buffer; rest: Buffer | undefined } {
    const spool = new MemorySpool();
    const transfer = new Transfer(spool);
    let rest: Buffer | undefined;
    for (const piece of pieces(bytes, new SeededRandom(seed), most)) {
      rest = rest === undefined ? transfer.feed(piece) : Buffer.concat([rest, piece]);
    }
    const spooled = Buffer.alloc(spool.size);
    for (let at = 0; at < spool.size;) at += spool.read(spooled.subarray(at, at + 777), at);
    return { spooled, rest };
  }

  test.for([1, 7, 100, 10_000])("of a known length ends where it says, in pieces of up to %i bytes", (most) => {
    const bytes = Buffer.concat([Buffer.from(`\n\r\n$${snapshot.length}\r\n`), snapshot, Buffer.from("*1\r\n")]);
    const { spooled, rest } = received(bytes, most, most);
    expect(spooled.equals(snapshot)).toBe(true);
    expect(rest?.toString()).toBe("*1\r\n");
  });

  test.for([1, 7, 39, 40, 41, 100, 10_000])("with an end mark ends there, in pieces of up to %i bytes", (most) => {
    // What looks like the beginning of the mark belongs to the snapshot.
    const tricky = Buffer.concat([snapshot, Buffer.from(mark.slice(0, 39))]);
    const bytes = Buffer.concat([Buffer.from(`\n$EOF:${mark}\r\n`), tricky, Buffer.from(mark)]);
    const { spooled, rest } = received(bytes, most, most);
    expect(spooled.equals(tricky)).toBe(true);
    expect(rest).toEqual(Buffer.alloc(0));
  });

  test("that is none is refused", () => {
    for (const wrong of ["+OK\r\n", "-ERR no\r\n", "$-1\r\n", "$x\r\n", "$EOF:short\r\n", "x".repeat(1000)]) {
      expect(() => new Transfer(new MemorySpool()).feed(Buffer.from(wrong))).toThrow(TransferError);
    }
  });
});

test("a spool on disk holds what one in memory holds, and leaves no trace", () => {
  const disk = new MemoryDisk();
  disk.makeDirectory("/d");
  const random = new SeededRandom(4);
  const [memory, file] = [new MemorySpool(), new FileSpool(disk, "/d", "spool")];
  for (let n = 0; n < 100; n++) {
    const bytes = Buffer.from(random.bytes(random.integer(20_000)));
    memory.append(bytes);
    file.append(bytes);
  }
  expect(memory.size).toBe(file.size);
  for (let n = 0; n < 100; n++) {
    const position = random.integer(memory.size);
    const [ours, theirs] = [Buffer.alloc(100), Buffer.alloc(100)];
    const length = memory.read(ours, position);
    expect(length).toBeGreaterThan(0);
    file.read(theirs.subarray(0, length), position);
    expect(ours.equals(theirs)).toBe(true);
  }
  file.discard();
  file.discard();
  expect(disk.readDirectory("/d")).toEqual([]);
});

describe("the master's stream", () => {
  function stream(): { fed: MasterStream; log: string[]; bytes: () => string } {
    const log: string[] = [];
    const applied: Buffer[] = [];
    const fed: MasterStream = new MasterStream({
      offset: 100,
      apply: (commands) => void log.push(commands.map((args) => args.strings().join(" ")).join("; ")),
      acknowledge: () => void log.push(`ack ${fed.offset}`),
      applied: (bytes) => void applied.push(Buffer.from(bytes)),
    });
    return { fed, log, bytes: () => Buffer.concat(applied).toString() };
  }
  const command = (...words: string[]): Buffer => encodeRequest(words);

  test("is applied command by command, however it is cut, and counted to the byte", () => {
    const commands = [
      command("SELECT", "0"),
      command("SET", "k", "v".repeat(3000)),
      command("PING"),
      command("MULTI"),
      command("INCR", "a"),
      command("INCR", "b"),
      command("EXEC"),
      command("REPLCONF", "GETACK", "*"),
      command("DEL", "k"),
    ];
    const all = Buffer.concat(commands);
    const upToAck = Buffer.concat(commands.slice(0, 7)).length;
    for (let seed = 0; seed < 50; seed++) {
      const random = new SeededRandom(seed);
      const { fed, log, bytes } = stream();
      for (const piece of pieces(all, random, 1 + random.integer(4000))) {
        fed.feed(Buffer.from(piece));
        expect(bytes()).toBe(all.toString().slice(0, fed.offset - 100));
      }
      expect(fed.offset).toBe(100 + all.length);
      expect(fed.received).toBe(fed.offset);
      expect(log).toEqual([
        "SELECT 0",
        `SET k ${"v".repeat(3000)}`,
        "PING",
        "INCR a; INCR b",
        `ack ${100 + upToAck}`,
        "DEL k",
      ]);
    }
  });

  test("counts a transaction only with its EXEC", () => {
    const { fed, log } = stream();
    const begun = Buffer.concat([command("MULTI"), command("INCR", "a")]);
    fed.feed(begun);
    expect([fed.offset, fed.received]).toEqual([100, 100 + begun.length]);
    expect(log).toEqual([]);
    const ended = command("EXEC");
    fed.feed(ended);
    expect(fed.offset).toBe(100 + begun.length + ended.length);
    expect(log).toEqual(["INCR a"]);
  });
});
