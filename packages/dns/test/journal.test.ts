import { type DiskFile, MemoryDisk, SimulatedDisk } from "@tenon/kit";
import { expect, test } from "vitest";
import { Journal, JournalError, type JournalOptions, type ZoneJournal } from "../src/journal/journal.ts";
import { MemoryJournal } from "../src/journal/memory.ts";
import { DynamicZone } from "../src/update/dynamic-zone.ts";
import type { ZoneChange, ZoneData } from "../src/zone/zone-data.ts";
import { ServedZone } from "../src/zone/zone-set.ts";
import { drawing } from "./support/random-messages.ts";
import { linesOf, ORIGIN, randomUpdates, update, updateMessage, ZONE_TEXT, zoneOf } from "./support/zones.ts";

const PATH = "/example.journal";
const FILE = zoneOf(ZONE_TEXT);

function open(disk: JournalOptions["disk"], options: Partial<JournalOptions> = {}): Promise<Journal> {
  return Journal.open({ disk, path: PATH, origin: ORIGIN, zoneClass: 1, ...options });
}

interface Version {
  readonly change: ZoneChange;
  readonly zone: ZoneData;
}

/** Changes of FILE, one after the other. */
function versions(count: number): Version[] {
  const draw = drawing(2);
  const all: Version[] = [];
  let zone = FILE;
  while (all.length < count) {
    const { change } = update(zone, randomUpdates(draw));
    if (change === undefined) continue;
    zone = zone.with(change);
    all.push({ change, zone });
  }
  return all;
}

async function appendAll(journal: ZoneJournal, all: readonly Version[]): Promise<void> {
  for (const { change, zone } of all) await journal.append([change], zone);
}

test("changes are there again after reopening, from any serial on, and lead to the newest version", async () => {
  const disk = new MemoryDisk();
  const all = versions(10);
  const first = await open(disk);
  expect(first.serial).toBe(undefined);
  expect(first.restore()).toBe(undefined);
  await appendAll(first, all);
  await first.close();
  const journal = await open(disk);
  expect(journal.serial).toBe(20);
  expect(linesOf(journal.restore(FILE)!)).toEqual(linesOf(all[9]!.zone));
  expect(journal.since(20)).toEqual([]);
  expect(journal.since(17)).toEqual(all.slice(7).map(({ change }) => change));
  expect(journal.since(10)).toHaveLength(10);
  expect(journal.since(9)).toBe(undefined);
  expect(() => journal.restore(zoneOf(ZONE_TEXT.replace(" 10 ", " 5 ")))).toThrow(JournalError);
});

test.each<[string, (options: { maxDepth: number }) => Promise<ZoneJournal>]>([
  ["on a disk", ({ maxDepth }) => open(new MemoryDisk(), { maxDepth })],
  ["in memory", ({ maxDepth }) => Promise.resolve(new MemoryJournal(maxDepth))],
])("the past goes back so many changes: %s", async (_, make) => {
  const journal = await make({ maxDepth: 3 });
  const all = versions(8);
  await appendAll(journal, all);
  expect(journal.serial).toBe(18);
  expect(journal.since(15)).toEqual(all.slice(5).map(({ change }) => change));
  expect(journal.since(14)).toBe(undefined);
  expect(linesOf(journal.restore(FILE)!)).toEqual(linesOf(all[7]!.zone));
});

test("the past takes so many bytes", async () => {
  const journal = await open(new MemoryDisk(), { maxBytes: 1000 });
  await appendAll(journal, versions(30));
  expect(journal.since(38)).toHaveLength(2);
  expect(journal.since(12)).toBe(undefined);
});

test("a file that is much longer than what it has to keep is written anew, and needs no master file then", async () => {
  const disk = new MemoryDisk();
  const journal = await open(disk, { maxDepth: 5, slackBytes: 100 });
  const all = versions(400);
  await appendAll(journal, all);
  expect(journal.bytes).toBeLessThan(15_000); // of 110,000 that were written
  await journal.close();
  const again = await open(disk);
  expect(linesOf(again.restore()!)).toEqual(linesOf(all.at(-1)!.zone));
  expect(again.since(all.at(-5)!.zone.serial)).toHaveLength(4);
  expect(disk.readDirectory("/").map(({ name }) => name)).toEqual(["example.journal"]);
});

test("a whole zone takes the place of all that was, with its timers", async () => {
  const disk = new MemoryDisk();
  const journal = await open(disk);
  await appendAll(journal, versions(3));
  const other = zoneOf(ZONE_TEXT.replace(" 10 ", " 4000 "));
  await journal.store(other, { refreshedMs: 1_700_000_000_123, expiresMs: 1_800_000_000_456 });
  await journal.close();
  const again = await open(disk);
  expect(again.since(12)).toBe(undefined);
  expect(linesOf(again.restore()!)).toEqual(linesOf(other));
  expect(again.timers).toEqual({ refreshedMs: 1_700_000_000_123, expiresMs: 1_800_000_000_456 });
  await again.setTimers({ refreshedMs: 1, expiresMs: 2 }, other);
  await again.close();
  expect((await open(disk)).timers).toEqual({ refreshedMs: 1, expiresMs: 2 });
});

test("a zone that never changes does not grow by its timers", async () => {
  const journal = await open(new MemoryDisk(), { slackBytes: 1000 });
  await journal.store(FILE);
  const { bytes } = journal;
  for (let i = 0; i < 500; i++) await journal.setTimers({ refreshedMs: i, expiresMs: i }, FILE);
  expect(journal.bytes).toBeLessThan(4 * bytes + 1000);
  expect(journal.timers).toEqual({ refreshedMs: 499, expiresMs: 499 });
});

test("a change that does not follow is refused, and nothing of it is kept", async () => {
  const journal = await open(new MemoryDisk());
  const all = versions(3);
  await appendAll(journal, all.slice(0, 1));
  await expect(journal.append([all[2]!.change], all[2]!.zone)).rejects.toThrow(JournalError);
  expect(journal.serial).toBe(11);
  await appendAll(journal, all.slice(1));
  expect(journal.since(10)).toHaveLength(3);
});

test("a file that was cut anywhere, or changed anywhere, has the versions before that place", async () => {
  const disk = new MemoryDisk();
  const all = versions(4);
  const journal = await open(disk);
  await appendAll(journal, all);
  await journal.close();
  const whole = disk.readFile(PATH);
  const states = [FILE, ...all.map(({ zone }) => zone)].map((zone) => linesOf(zone).join("\n"));
  const found = async (bytes: Uint8Array): Promise<number> => {
    const copy = new MemoryDisk();
    const file = copy.open(PATH, "create");
    file.write(bytes, 0);
    const reopened = await open(copy);
    const state = states.indexOf(linesOf(reopened.restore(FILE)!).join("\n"));
    // And it goes on from there.
    if (state < all.length) await reopened.append([all[state]!.change], all[state]!.zone);
    await reopened.close();
    expect((await open(copy)).serial).toBe(all[Math.min(state, 3)]!.zone.serial);
    return state;
  };
  let last = 0;
  for (let length = 0; length <= whole.length; length += 7) {
    const state = await found(whole.slice(0, length));
    expect(state).toBeGreaterThanOrEqual(last);
    last = state;
  }
  expect(await found(whole)).toBe(4);
  for (let at = 16; at < whole.length; at += 11) {
    const changed = whole.slice();
    changed[at]! ^= 0x10;
    expect(await found(changed), `byte ${at}`).toBeLessThan(4);
  }
});

test("a journal has one owner at a time", async () => {
  const disk = new MemoryDisk();
  const first = await open(disk);
  await expect(open(disk)).rejects.toThrow("is in use");
  await first.close();
  await (await open(disk)).close();
});

test("another file is not taken for a journal", async () => {
  const disk = new MemoryDisk();
  disk.open(PATH, "create").write(Buffer.from("$TTL 300\n@ SOA ns root 10 3600 600 86400 60\n"), 0);
  await expect(open(disk)).rejects.toThrow("is not a journal");
});

test("on a full disk nothing is acknowledged, nothing is lost, and it goes on when there is room", async () => {
  const disk = new SimulatedDisk({ capacityBytes: 8192 });
  const journal = await open(disk, { slackBytes: 1e9 });
  const zone = new ServedZone(ORIGIN);
  const dynamic = new DynamicZone({ zone, journal });
  await dynamic.load(FILE);
  let made = 0;
  for (let i = 0; i < 200; i++) {
    const rcode = await dynamic.update(updateMessage([], [`n${i} 60 IN TXT "${"x".repeat(100)}"`]));
    if (rcode === 0) made += 1;
    else expect(rcode).toBe(2);
  }
  expect(made).toBeGreaterThan(10);
  expect(made).toBeLessThan(100);
  expect(zone.current!.serial).toBe(FILE.serial + made);
  await journal.close();
  expect(linesOf((await open(disk)).restore(FILE)!)).toEqual(linesOf(zone.current!));
});

test("after a sync that failed nothing more is taken", async () => {
  const disk = new MemoryDisk();
  let fails = false;
  const openFile = disk.open.bind(disk);
  disk.open = (path, mode): DiskFile => {
    const file = openFile(path, mode);
    const sync = file.syncAsync.bind(file);
    file.syncAsync = () => (fails ? Promise.reject(new Error("EIO: sync")) : sync());
    return file;
  };
  const zone = new ServedZone(ORIGIN);
  const dynamic = new DynamicZone({ zone, journal: await open(disk) });
  await dynamic.load(FILE);
  expect(await dynamic.update(updateMessage([], ["a 60 IN A 192.0.2.1"]))).toBe(0);
  fails = true;
  expect(await dynamic.update(updateMessage([], ["b 60 IN A 192.0.2.1"]))).toBe(2);
  fails = false;
  expect(await dynamic.update(updateMessage([], ["c 60 IN A 192.0.2.1"]))).toBe(2);
  expect(zone.current!.serial).toBe(11);
});

test("updates that come together share a sync, each sees what those before it did, and all are served in order", async () => {
  const disk = new MemoryDisk();
  const journal = await open(disk);
  const zone = new ServedZone(ORIGIN);
  let syncs = 0;
  const { append } = journal;
  journal.append = (changes, newest) => {
    syncs += 1;
    return append.call(journal, changes, newest);
  };
  const dynamic = new DynamicZone({
    zone,
    journal,
  });
  await dynamic.load(FILE);
  const serials: number[] = [];
  zone.onChange((_, after) => serials.push(after!.serial));
  const rcodes = await Promise.all([
    dynamic.update(updateMessage(["a 0 NONE ANY"], ["a 60 IN A 192.0.2.1"])),
    dynamic.update(updateMessage(["a 0 NONE ANY"], ["a 60 IN A 192.0.2.2"])),
    dynamic.update(updateMessage(["a 0 ANY ANY"], ["b 60 IN A 192.0.2.3"])),
    dynamic.update(updateMessage([], ["www 0 ANY MX"])),
  ]);
  expect(rcodes).toEqual([0, 6, 0, 0]);
  expect(serials).toEqual([11, 12]);
  expect(syncs).toBe(1);
  expect(journal.since(10)).toHaveLength(2);
});

test("a newer master file is served, as a change where that can be told; an older one is passed over", async () => {
  const edited = zoneOf(`${ZONE_TEXT.replace(" 10 ", " 15 ")}new A 192.0.2.9\n`);
  for (const isWhole of [true, false]) {
    const disk = new MemoryDisk();
    const start = async (file: ZoneData | undefined) => {
      const journal = await open(disk);
      const zone = new ServedZone(ORIGIN);
      const dynamic = new DynamicZone({ zone, journal });
      await dynamic.load(file);
      return { zone, dynamic, journal };
    };
    const first = await start(FILE);
    if (isWhole) await first.journal.store(FILE);
    await first.dynamic.update(updateMessage([], ["a 60 IN A 192.0.2.1"]));
    await first.journal.close();
    const second = await start(edited);
    expect(linesOf(second.zone.current!)).toEqual(linesOf(edited));
    const changes = second.journal.since(11);
    if (isWhole) expect(changes).toHaveLength(1);
    else expect(changes).toBe(undefined);
    expect(await second.dynamic.replace(FILE)).toBe(2);
    expect(await second.dynamic.replace(zoneOf(ZONE_TEXT.replace(" 10 ", " 16 ")))).toBe(0);
    await second.journal.close();
    expect((await start(edited)).zone.current!.serial).toBe(16);
  }
});
