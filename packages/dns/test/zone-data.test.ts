import { describe, expect, test } from "vitest";
import { Name } from "../src/name/name.ts";
import { rdataFromText } from "../src/rdata/rdata.ts";
import { CLASS, TYPE, typeCode } from "../src/rdata/types.ts";
import { recordText, type ResourceRecord } from "../src/record.ts";
import { ZoneError } from "../src/zone/errors.ts";
import { ZoneData } from "../src/zone/zone-data.ts";
import { ServedZone, ZoneSet } from "../src/zone/zone-set.ts";
import { drawing } from "./support/random-messages.ts";

const ORIGIN = Name.parse("example.");

function record(name: string, type: string, text: string, ttl = 60): ResourceRecord {
  const code = typeCode(type)!;
  return { name: Name.parse(name, ORIGIN), type: code, class: CLASS.IN, ttl, rdata: rdataFromText(code, text, ORIGIN) };
}

const soa = (serial: number): ResourceRecord => record("@", "SOA", `ns host ${serial} 2 3 4 5`);
const texts = (records: Iterable<ResourceRecord>): string[] => Array.from(records, recordText).sort();
const load = (text: string): ReturnType<typeof ZoneData.load> =>
  ZoneData.load(Buffer.from(text), { origin: ORIGIN, file: "zone" });

function refusal(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    if (error instanceof ZoneError) return error.code;
    throw error;
  }
  return "nothing";
}

describe("a zone of records", () => {
  test("gives back what it was made of, the SOA first", () => {
    const records = [record("www", "A", "192.0.2.1"), record("@", "NS", "ns"), soa(1), record("www", "AAAA", "::1")];
    const zone = ZoneData.fromRecords(ORIGIN, records);
    expect(recordText([...zone.records()][0]!)).toBe(recordText(soa(1)));
    expect(texts(zone.records())).toEqual(texts(records));
    expect([zone.recordCount, zone.serial, zone.class]).toEqual([4, 1, CLASS.IN]);
    expect(zone.rrset(Name.parse("WWW.EXAMPLE."), TYPE.A)?.rdatas).toHaveLength(1);
    expect(zone.rrsetsAt(Name.parse("www.example.")).map(({ type }) => type)).toEqual([TYPE.A, TYPE.AAAA]);
    expect(zone.rrset(Name.parse("www.example."), TYPE.MX)).toBeUndefined();
    expect(zone.rrset(Name.parse("www.test."), TYPE.A)).toBeUndefined();
  });

  test("keeps the letters of its owners", () => {
    const zone = ZoneData.fromRecords(ORIGIN, [soa(1), record("WwW", "A", "192.0.2.1")]);
    expect(zone.rrset(Name.parse("www.example."), TYPE.A)!.name.toString()).toBe("WwW.example.");
  });

  test("drops duplicates, also in other letters, and gives a set its smallest TTL", () => {
    const zone = ZoneData.fromRecords(ORIGIN, [
      soa(1),
      record("m", "MX", "1 a", 90),
      record("m", "MX", "1 b", 50),
      record("M", "MX", "1 A", 20),
    ]);
    const set = zone.rrset(Name.parse("m.example."), TYPE.MX)!;
    expect([set.rdatas.length, set.ttl]).toEqual([2, 20]);
  });

  test("merges sets of names that come back", () => {
    const records = [soa(1)];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 50; i++) records.push(record(`h${i}`, "A", `192.0.2.${round}`));
    }
    const zone = ZoneData.fromRecords(ORIGIN, [...records, ...records.slice(40)]);
    expect(texts(zone.records())).toEqual(texts(records));
    expect(zone.recordCount).toBe(151);
  });

  test("merges what comes back in any sizes", () => {
    for (let size = 50; size < 2000; size += 130) {
      const text = (owner: string, i: number): ResourceRecord => record(owner, "TXT", `"${"x".repeat(200)}" "${i}"`);
      const run = (owner: string, from: number): ResourceRecord[] =>
        Array.from({ length: size / 50 }, (_, i) => text(owner, from + i));
      const records = [soa(1), ...run("a", 0), ...run("b", 0), ...run("a", 100), ...run("b", 100), ...run("a", 200)];
      const zone = ZoneData.fromRecords(ORIGIN, records);
      expect(texts(zone.records())).toEqual(texts(records));
      const next = zone.with({ removed: run("a", 100), added: run("a", 300) });
      expect(next.recordCount).toBe(zone.recordCount);
    }
  });

  test("knows empty non-terminals, until the last name below them goes", () => {
    const leaf = record("a.b.c", "A", "192.0.2.1");
    const zone = ZoneData.fromRecords(ORIGIN, [soa(1), leaf, record("x.c", "A", "192.0.2.2")]);
    const names = ["c.example.", "b.c.example.", "a.b.c.example.", "example."].map((name) => Name.parse(name));
    expect(names.map((name) => zone.exists(name))).toEqual([true, true, true, true]);
    const next = zone.with({ removed: [leaf], added: [] });
    expect(names.map((name) => next.exists(name))).toEqual([true, false, false, true]);
    expect(names.map((name) => zone.exists(name))).toEqual([true, true, true, true]);
    expect(zone.exists(Name.parse("test."))).toBe(false);
  });

  test("holds more in one set than a chunk of memory has", () => {
    const big = Array.from({ length: 5000 }, (_, i) => record("big", "TXT", `"${"x".repeat(240)}${i}"`));
    const zone = ZoneData.fromRecords(ORIGIN, [soa(1), ...big, record("after", "A", "192.0.2.1")]);
    expect(zone.rrset(Name.parse("big.example."), TYPE.TXT)!.rdatas).toHaveLength(5000);
    expect(zone.rrset(Name.parse("after.example."), TYPE.A)!.rdatas).toHaveLength(1);
  });

  test.each<[string, ResourceRecord[]]>([
    ["no-soa", [record("www", "A", "192.0.2.1")]],
    ["second-singleton", [soa(1), soa(2)]],
    ["second-singleton", [soa(1), record("a", "CNAME", "b"), record("a", "CNAME", "c")]],
    ["second-singleton", [soa(1), record("a", "DNAME", "b"), record("a", "DNAME", "c")]],
    ["cname-and-other", [soa(1), record("a", "CNAME", "b"), record("a", "A", "192.0.2.1")]],
    [
      "cname-and-other",
      [soa(1), record("a", "A", "192.0.2.1"), record("b", "A", "192.0.2.1"), record("a", "CNAME", "b")],
    ],
    ["misplaced-soa", [soa(1), record("a", "SOA", "ns host 1 2 3 4 5")]],
    ["outside", [soa(1), record("a.test.", "A", "192.0.2.1")]],
    ["outside", [soa(1), { ...record("a", "A", "192.0.2.1"), class: CLASS.CH }]],
    ["too-large", [soa(1), ...Array.from({ length: 10_001 }, (_, i) => record("a", "TXT", String(i)))]],
  ])("is refused: %s", (code, records) => {
    expect(refusal(() => ZoneData.fromRecords(ORIGIN, records))).toBe(code);
  });

  test("NSEC and RRSIG may stand beside a CNAME", () => {
    const records = [soa(1), record("a", "CNAME", "b"), record("a", "NSEC", "b CNAME NSEC")];
    expect(ZoneData.fromRecords(ORIGIN, records).recordCount).toBe(3);
  });
});

describe("a zone of a master file", () => {
  test("has the file's records", () => {
    const { zone, errors } = load(
      "$TTL 9\n@ SOA ns host 7 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n\tAAAA ::1\nx.y A 192.0.2.2\n",
    );
    expect(errors).toEqual([]);
    expect([zone!.recordCount, zone!.serial]).toEqual([5, 7]);
    expect(zone!.rrset(Name.parse("ns.example."), TYPE.AAAA)!.ttl).toBe(9);
  });

  test.each([
    ["@ 1 NS ns\n", "zone:1: no SOA at example."],
    ["@ 1 SOA a b 1 2 3 4 5\n", "zone:1: no NS at example."],
    [
      "@ 1 SOA a b 1 2 3 4 5\n@ 1 NS ns\nx 1 A 192.0.2.1\nx 1 CNAME y\n",
      "zone:4: x.example. has a CNAME and other data",
    ],
    ["@ 1 SOA a b 1 2 3 4 5\n@ 1 NS ns\nx.test. 1 A 192.0.2.1\n", "zone:3: x.test. is outside of the zone example."],
    ["@ 1 SOA a b 1 2 3 4 5\n@ 1 NS ns\nx 1 A 192.0.2\n", 'zone:3: A address is malformed: "192.0.2"'],
  ])("says where it is none: %j", (text, message) => {
    const { zone, errors } = load(text);
    expect(zone).toBeUndefined();
    expect(errors.map((error) => error.message)).toEqual([message]);
  });
});

describe("versions of a zone", () => {
  test("follow any changes, and stay as they were", () => {
    for (let seed = 1; seed <= 60; seed++) {
      const draw = drawing(seed);
      const names = ["@", "a", "b", "a.b", "*.b", "c.a.b", "d.e.f", "e.f"];
      const pool = [0, 1, 2, 3].flatMap((i) =>
        names.flatMap((name) => [record(name, "A", `192.0.2.${i}`), record(name, "TXT", `t${i}`)]),
      );
      let serial = 1;
      let present = new Set<ResourceRecord>();
      let zone = ZoneData.fromRecords(ORIGIN, [soa(serial)]);
      const versions: [ZoneData, string[]][] = [];
      for (let step = 0; step < 40; step++) {
        versions.push([zone, texts([soa(serial), ...present])]);
        const next = new Set(present);
        for (let changes = draw(6); changes > 0; changes--) {
          const one = pool[draw(pool.length)]!;
          if (!next.delete(one)) next.add(one);
        }
        const removed = [soa(serial), ...[...present].filter((one) => !next.has(one))];
        const added = [soa(++serial), ...[...next].filter((one) => !present.has(one))];
        zone = zone.with({ removed, added });
        present = next;
        expect(zone.recordCount).toBe(present.size + 1);
        for (const name of names) {
          const owner = Name.parse(name, ORIGIN);
          const exists = name === "@" || [...present].some((one) => one.name.isAtOrBelow(owner));
          expect(zone.exists(owner), `${name}, seed ${seed}, step ${step}`).toBe(exists);
        }
      }
      for (const [version, expected] of versions) expect(texts(version.records())).toEqual(expected);
    }
  });

  test("branch from one version without disturbing each other", () => {
    const zone = ZoneData.fromRecords(ORIGIN, [soa(1)]);
    const [a, b] = ["a", "b"].map((name) => zone.with({ removed: [], added: [record(name, "A", "192.0.2.1")] }));
    expect([a!.exists(Name.parse("b.example.")), b!.exists(Name.parse("a.example."))]).toEqual([false, false]);
    expect([a!.exists(Name.parse("a.example.")), b!.exists(Name.parse("b.example."))]).toEqual([true, true]);
  });

  test("are refused where a change does not fit, and leave the zone as it was", () => {
    const zone = ZoneData.fromRecords(ORIGIN, [soa(1), record("a", "A", "192.0.2.1"), record("c", "CNAME", "a")]);
    const before = texts(zone.records());
    const change = (removed: ResourceRecord[], added: ResourceRecord[]) => (): unknown => zone.with({ removed, added });
    expect(refusal(change([record("a", "A", "192.0.2.2")], []))).toBe("not-there");
    expect(refusal(change([record("a", "A", "192.0.2.1", 61)], []))).toBe("not-there");
    expect(refusal(change([record("b", "A", "192.0.2.1")], []))).toBe("not-there");
    expect(refusal(change([soa(1)], []))).toBe("no-soa");
    expect(refusal(change([], [record("c", "A", "192.0.2.1")]))).toBe("cname-and-other");
    expect(refusal(change([], [soa(2)]))).toBe("second-singleton");
    expect(refusal(change([], [record("a.test.", "A", "192.0.2.1")]))).toBe("outside");
    expect(texts(zone.records())).toEqual(before);
  });

  test("that were refused leave no bytes behind for long", () => {
    let zone = ZoneData.fromRecords(ORIGIN, [soa(1)]);
    const text = record("a", "TXT", `"${"x".repeat(250)}"`);
    for (let i = 0; i < 20_000; i++) {
      expect(refusal(() => zone.with({ removed: [], added: [text, record("b", "A", "192.0.2.1"), soa(0)] }))).not.toBe(
        "nothing",
      );
      if (i % 100 === 99) zone = zone.with({ removed: [zone.soa], added: [soa(zone.serial + 1)] });
    }
    expect(zone.bytes).toBeLessThan(4 << 20);
  });

  test("do not keep the bytes of all the versions before", () => {
    let zone = ZoneData.fromRecords(ORIGIN, [soa(1), record("a", "TXT", '"0"')]);
    const text = (i: number): ResourceRecord => record("a", "TXT", `"${"x".repeat(200)}" "${i}"`);
    zone = zone.with({ removed: [record("a", "TXT", '"0"')], added: [text(0)] });
    for (let i = 0; i < 20_000; i++) zone = zone.with({ removed: [text(i)], added: [text(i + 1)] });
    expect(zone.bytes).toBeLessThan(4 << 20);
    expect(zone.recordCount).toBe(2);
    const named = (i: number): ResourceRecord => record(`n${i}.${i % 7}.d`, "A", "192.0.2.1");
    for (let i = 0; i < 20_000; i++) {
      zone = zone.with({ removed: i === 0 ? [] : [named(i - 1)], added: [named(i)] });
    }
    expect(zone.bytes).toBeLessThan(4 << 20);
    expect(zone.recordCount).toBe(3);
  });
});

describe("the zones of a server", () => {
  const served = (origin: string): ServedZone => new ServedZone(Name.parse(origin));

  test("are found by the longest name, whatever its letters", () => {
    const zones = new ZoneSet();
    for (const origin of ["example.", "sub.example.", "test."]) zones.add(served(origin));
    const found = (name: string): string | undefined => zones.enclosing(Name.parse(name))?.origin.toString();
    expect(["a.SUB.example.", "sub.example.", "xsub.example.", "example.", "a.test.", "org.", "."].map(found)).toEqual([
      "sub.example.",
      "sub.example.",
      "example.",
      "example.",
      "test.",
      undefined,
      undefined,
    ]);
    zones.remove(Name.parse("SUB.example."));
    expect(found("a.sub.example.")).toBe("example.");
    zones.add(served("."));
    expect(found("org.")).toBe(".");
    expect([...zones]).toHaveLength(3);
  });

  test("tell of each replacement", () => {
    const zone = served("example.");
    const told: unknown[] = [];
    const end = zone.onChange((before, after, change) =>
      told.push([before?.serial, after?.serial, change?.added.length]),
    );
    const first = ZoneData.fromRecords(ORIGIN, [soa(1)]);
    const change = { removed: [soa(1)], added: [soa(2)] };
    zone.replace(first);
    zone.replace(first.with(change), change);
    end();
    zone.replace(undefined);
    expect(told).toEqual([
      [undefined, 1, undefined],
      [1, 2, 1],
    ]);
    expect(() => served("test.").replace(first)).toThrow(RangeError);
  });
});
