import { simulatedWorld, type SimulatedMachine, type SimulatedWorld, type World } from "@tenon/kit";
import { expect, test } from "vitest";
import { Journal } from "../src/journal/journal.ts";
import { Notifier } from "../src/transfer/notify.ts";
import { Secondary, type SecondaryOptions } from "../src/transfer/secondary.ts";
import { TransferSlots } from "../src/transfer/slots.ts";
import { type TsigKey, tsigKey } from "../src/tsig/key.ts";
import { ServedZone } from "../src/zone/zone-set.ts";
import { drawing } from "./support/random-messages.ts";
import { SimulatedPrimary } from "./support/simulated-primary.ts";
import { linesOf, ORIGIN, randomUpdates, ZONE_TEXT, zoneOf } from "./support/zones.ts";

const PRIMARY = "10.0.0.53";
const SECOND = "10.0.0.54";
const key = tsigKey("k.", "hmac-sha256", "c2VjcmV0IHNlY3JldA==");
// Refresh 3600, retry 600, expire 86400 (of ZONE_TEXT).

interface Setting {
  readonly world: SimulatedWorld;
  readonly primary: SimulatedPrimary;
  readonly secondary: Secondary;
  readonly zone: ServedZone;
}

async function setting(
  options: {
    key?: TsigKey;
    secondaryKey?: TsigKey;
    text?: string;
    primaries?: string[];
  } & Partial<SecondaryOptions> = {},
): Promise<Setting> {
  const world = simulatedWorld(1);
  const { key: primaryKey, text = ZONE_TEXT } = options;
  const primary = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(text), primaryKey);
  return {
    world,
    primary,
    ...begun(world, [primary.address.address], { ...options, secondaryKey: options.secondaryKey ?? primaryKey }),
  };
}

function begun(
  world: World,
  addresses: readonly string[],
  { secondaryKey, ...options }: { secondaryKey?: TsigKey | undefined } & Partial<SecondaryOptions>,
): { secondary: Secondary; zone: ServedZone } {
  const zone = new ServedZone(ORIGIN);
  const primaries = addresses.map((address) => ({ address: { address, port: 53 }, key: secondaryKey }));
  const secondary = new Secondary({ world, zone, primaries, ...options });
  secondary.start();
  return { zone, secondary };
}

const same = ({ zone, primary }: Pick<Setting, "zone" | "primary">): void =>
  expect(linesOf(zone.current!)).toEqual(linesOf(primary.zone));

test("a zone is fetched at the start, then looked after by its refresh interval", async () => {
  const all = await setting();
  const { world, primary, secondary } = all;
  expect(secondary.state()).toMatchObject({ phase: "waiting", isRefreshing: true });
  await world.clock.advanceAsync("1s");
  same(all);
  expect(secondary.state()).toMatchObject({ phase: "served", serial: 10, isRefreshing: false, failure: undefined });
  primary.change("new 60 IN A 192.0.2.9");
  await world.clock.advanceAsync(3600 * 0.89 * 1000);
  expect(primary.log).toEqual(["AXFR"]);
  await world.clock.advanceAsync(3600 * 0.12 * 1000);
  expect(primary.log).toEqual(["AXFR", "SOA", "IXFR 10"]);
  same(all);
  await world.clock.advanceAsync("1h");
  expect(primary.log).toEqual(["AXFR", "SOA", "IXFR 10", "SOA"]);
});

test("a notification brings the change at once; one about nothing new brings nothing", async () => {
  const all = await setting({ key });
  const { world, primary, secondary } = all;
  await world.clock.advanceAsync("1s");
  primary.change("new 60 IN A 192.0.2.9");
  secondary.notified({ address: PRIMARY }, 11);
  // Another change while it asks is not missed.
  primary.change("newer 60 IN A 192.0.2.9");
  secondary.notified({ address: PRIMARY }, 12);
  await world.clock.advanceAsync("1s");
  same(all);
  const asked = primary.log.length;
  secondary.notified({ address: PRIMARY }, 12);
  secondary.notified({ address: PRIMARY }, 5);
  await world.clock.advanceAsync("1s");
  expect(primary.log).toHaveLength(asked);
  secondary.notified({ address: PRIMARY });
  await world.clock.advanceAsync("1s");
  expect(primary.log.slice(asked)).toEqual(["SOA"]);
});

test("a hundred random changes, each fetched as a change, leave the zones equal", async () => {
  const all = await setting({ key });
  const { world, primary, secondary } = all;
  await world.clock.advanceAsync("1s");
  const draw = drawing(4);
  for (let i = 0; i < 100; i++) {
    primary.change(...randomUpdates(draw));
    secondary.notified();
    await world.clock.advanceAsync("1s");
    same(all);
  }
  expect(primary.log.filter((what) => what === "AXFR")).toHaveLength(1);
  expect(primary.log.filter((what) => what.startsWith("IXFR")).length).toBeGreaterThan(80);
});

test.each(["no-ixfr", "wrong-ixfr"] as const)(
  "with a primary of %s the whole zone is fetched instead",
  async (fault) => {
    const all = await setting();
    const { world, primary, secondary } = all;
    await world.clock.advanceAsync("1s");
    primary.change("new 60 IN A 192.0.2.9");
    primary.fault = fault;
    secondary.notified();
    await world.clock.advanceAsync("1s");
    expect(primary.log).toEqual(["AXFR", "SOA", "IXFR 10", "AXFR"]);
    same(all);
  },
);

test("an IXFR that the primary answers with the zone is taken as that", async () => {
  const all = await setting();
  const { world, primary, secondary } = all;
  await world.clock.advanceAsync("1s");
  primary.change("new 60 IN A 192.0.2.9");
  primary.remembers = 11;
  secondary.notified();
  await world.clock.advanceAsync("1s");
  expect(primary.log).toEqual(["AXFR", "SOA", "IXFR 10"]);
  same(all);
});

test.each(["cut", "garbled", "silent", "servfail", "not-authoritative"] as const)(
  "a %s primary leaves the zone as it is, and is asked again after the retry interval",
  async (fault) => {
    const all = await setting();
    const { world, primary, secondary, zone } = all;
    await world.clock.advanceAsync("1s");
    primary.change("new 60 IN A 192.0.2.9");
    primary.fault = fault;
    secondary.notified();
    await world.clock.advanceAsync("2m");
    expect(zone.current!.serial).toBe(10);
    expect(secondary.state().failure).toBeDefined();
    primary.fault = undefined;
    const asked = primary.log.length;
    await world.clock.advanceAsync("7m");
    expect(primary.log).toHaveLength(asked);
    await world.clock.advanceAsync("3m");
    same(all);
    expect(secondary.state().failure).toBe(undefined);
  },
);

test("without a primary the zone expires, and comes back with one", async () => {
  const all = await setting();
  const { world, primary, secondary, zone } = all;
  await world.clock.advanceAsync("1s");
  primary.fault = "silent";
  await world.clock.advanceAsync(86_390_000);
  expect(zone.current?.serial).toBe(10);
  await world.clock.advanceAsync("20s");
  expect(zone.current).toBe(undefined);
  expect(secondary.state()).toMatchObject({ phase: "expired", serial: 10 });
  primary.fault = undefined;
  await world.clock.advanceAsync("11m");
  same(all);
  // It was the same all along.
  expect(primary.log.filter((what) => what === "AXFR")).toHaveLength(1);
});

test("before there is a zone, retries come at growing intervals of their own", async () => {
  const world = simulatedWorld(1);
  const primary = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(ZONE_TEXT));
  primary.fault = "servfail";
  const { zone, secondary } = begun(world, [PRIMARY], {});
  await world.clock.advanceAsync("5m");
  expect(primary.log.length).toBeGreaterThan(5);
  expect(primary.log.length).toBeLessThan(15);
  expect(secondary.state().phase).toBe("waiting");
  primary.fault = undefined;
  await world.clock.advanceAsync("61s");
  same({ zone, primary });
});

test("the next primary is asked where one is silent, refuses, or is behind", async () => {
  const world = simulatedWorld(1);
  const first = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(ZONE_TEXT));
  const second = await SimulatedPrimary.start(world.machine(SECOND), SECOND, zoneOf(ZONE_TEXT));
  const { zone, secondary } = begun(world, [PRIMARY, SECOND], {});
  await world.clock.advanceAsync("1s");
  expect(second.log).toEqual([]);
  second.change("new 60 IN A 192.0.2.9");
  first.fault = "silent";
  secondary.notified();
  await world.clock.advanceAsync("30s");
  same({ zone, primary: second });
  // The first is back with the old version, which nobody wants.
  first.fault = undefined;
  secondary.notified();
  await world.clock.advanceAsync("30s");
  same({ zone, primary: second });
  expect(first.log.filter((what) => what !== "SOA")).toEqual(["AXFR"]);
  // Whoever tells of news is asked first.
  second.change("newer 60 IN A 192.0.2.9");
  const asked = first.log.length;
  secondary.notified({ address: SECOND }, 12);
  await world.clock.advanceAsync("1s");
  same({ zone, primary: second });
  expect(first.log).toHaveLength(asked);
});

test("an older serial is never taken, a newer one is even across the end of the circle", async () => {
  const all = await setting();
  const { world, primary, secondary, zone } = all;
  await world.clock.advanceAsync("1s");
  for (const serial of [10 + 2 ** 31 - 1, 2 ** 32 - 1])
    primary.change(`@ 300 IN SOA ns root ${serial} 3600 600 86400 60`);
  primary.change("new 60 IN A 192.0.2.9");
  expect(primary.zone.serial).toBe(1);
  const whole = primary.zone;
  // Serial 1 is not newer than 10, but it is than the one in between.
  primary.zone = whole.with({
    removed: [whole.soa],
    added: [zoneOf(ZONE_TEXT.replace(" 10 ", ` ${2 ** 32 - 1} `)).soa],
  });
  secondary.notified();
  await world.clock.advanceAsync("1s");
  expect(zone.current!.serial).toBe(10);
  expect(secondary.state().failure).toContain("older");
});

test("the wrong key, or none, gets nothing", async () => {
  const wrong = tsigKey("k.", "hmac-sha256", "YW5vdGhlciBzZWNyZXQ=");
  const one = await setting({ key, secondaryKey: wrong });
  await one.world.clock.advanceAsync("10s");
  expect(one.secondary.state()).toMatchObject({
    phase: "waiting",
    failure: expect.stringContaining("BADSIG") as string,
  });
});

test("SOA intervals shorter than the least are the least, longer than timers go are kept", async () => {
  const short = await setting({ text: ZONE_TEXT.replace("3600 600 86400", "0 0 86400") });
  await short.world.clock.advanceAsync("21s");
  expect(short.primary.log.length).toBeLessThanOrEqual(12);
  expect(short.primary.log.length).toBeGreaterThan(8);
  const long = await setting({ text: ZONE_TEXT.replace("3600 600 86400", "4000000000 600 4200000000") });
  await long.world.clock.advanceAsync("60d");
  expect(long.primary.log).toEqual(["AXFR"]);
  expect(long.secondary.state().nextRefreshMs).toBeGreaterThan(3e12);
});

async function journalOn({ disk }: World): Promise<Journal> {
  return Journal.open({ disk, path: "/example.journal", origin: ORIGIN, zoneClass: 1, slackBytes: 2000 });
}

test("a secondary that is killed at any moment serves at once after its start, and catches up", async () => {
  const draw = drawing(8);
  const world = simulatedWorld(2);
  const primary = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(ZONE_TEXT), key);
  let machine: SimulatedMachine = world.machine("10.0.0.60");
  let served = 0;
  for (let life = 0; life < 40; life++) {
    const journal = await world.clock.runUntil(journalOn(machine));
    const { zone, secondary } = begun(machine, [PRIMARY], { secondaryKey: key, journal });
    if (served > 0) expect(zone.current!.serial).toBeGreaterThanOrEqual(served);
    // The power goes after so many operations of the disk, or at some moment between.
    if (life % 2 === 0) machine.disk.powerOffAfter(1 + draw(25));
    zone.onChange((_, after) => {
      // What was served to anybody must be there after the crash.
      if (after !== undefined && machine.disk.powered) served = after.serial;
    });
    for (let i = 0; i < 5; i++) {
      primary.change(...randomUpdates(draw));
      secondary.notified();
      await world.clock.advanceAsync(1 + draw(200));
    }
    machine = machine.restart();
  }
  const journal = await world.clock.runUntil(journalOn(machine));
  const { zone } = begun(machine, [PRIMARY], { secondaryKey: key, journal });
  await world.clock.advanceAsync("10s");
  same({ zone, primary });
});

test("a stored zone that has expired meanwhile is not served, but is what changes are asked for", async () => {
  const world = simulatedWorld(2);
  const primary = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(ZONE_TEXT));
  const machine = world.machine("10.0.0.60");
  const first = begun(machine, [PRIMARY], { journal: await world.clock.runUntil(journalOn(machine)) });
  await world.clock.advanceAsync("1s");
  same({ zone: first.zone, primary });
  const later = machine.restart();
  primary.change("new 60 IN A 192.0.2.9");
  await world.clock.advanceAsync("25h");
  const { zone, secondary } = begun(later, [PRIMARY], { journal: await world.clock.runUntil(journalOn(later)) });
  expect(zone.current).toBe(undefined);
  expect(secondary.state().phase).toBe("expired");
  await world.clock.advanceAsync("1s");
  expect(primary.log).toEqual(["AXFR", "SOA", "IXFR 10"]);
  same({ zone, primary });
});

test("only so many transfers come in at once, in the order of asking", async () => {
  const slots = new TransferSlots(2);
  const events: string[] = [];
  const ends: (() => void)[] = [];
  const stop = new AbortController();
  const jobs = [0, 1, 2, 3, 4].map((i) =>
    slots
      .run(
        async () => {
          events.push(`begin ${i}`);
          await new Promise<void>((resolve) => ends.push(resolve));
          if (i === 1) throw new Error("failed");
        },
        i === 3 ? stop.signal : undefined,
      )
      .catch(() => events.push(`error ${i}`)),
  );
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  await settle();
  expect(events).toEqual(["begin 0", "begin 1"]);
  stop.abort(new Error("closed"));
  ends[1]!();
  await settle();
  expect(events.slice(2).sort()).toEqual(["begin 2", "error 1", "error 3"]);
  ends[0]!();
  await settle();
  expect(events.at(-1)).toBe("begin 4");
  for (const end of ends) end();
  await Promise.all(jobs);
  await slots.run(() => Promise.resolve());
});

test("many zones are fetched by a few at a time, and all are", async () => {
  const world = simulatedWorld(3);
  const primary = await SimulatedPrimary.start(world.machine(PRIMARY), PRIMARY, zoneOf(ZONE_TEXT));
  const slots = new TransferSlots(3);
  const all = Array.from({ length: 30 }, () => begun(world, [PRIMARY], { slots }));
  await world.clock.advanceAsync("5s");
  for (const { zone } of all) same({ zone, primary });
});

test("closing breaks off what is under way and leaves the zone", async () => {
  const { world, primary, secondary, zone } = await setting();
  await world.clock.advanceAsync("1s");
  primary.fault = "silent";
  secondary.notified();
  await world.clock.advanceAsync("1s");
  await world.clock.runUntil(secondary.close());
  expect(zone.current!.serial).toBe(10);
  primary.fault = undefined;
  const asked = primary.log.length;
  await world.clock.advanceAsync("2d");
  expect(primary.log).toHaveLength(asked);
  expect(zone.current!.serial).toBe(10);
});

test("closing in the middle of a transfer leaves no timer behind", async () => {
  const { world, secondary } = await setting();
  // The AXFR is under way.
  await world.clock.advanceAsync(1);
  const closed = secondary.close();
  await world.clock.advanceAsync("2m");
  await closed;
  expect(world.clock.pendingTimers).toBe(0);
});

test("whoever throws when a zone comes in does not end its refreshes", async () => {
  const all = await setting();
  const { world, primary, secondary, zone } = all;
  const end = zone.onChange(() => {
    throw new Error("a listener's fault");
  });
  await world.clock.advanceAsync("1s");
  end();
  primary.change("new 60 IN A 192.0.2.9");
  await world.clock.advanceAsync("2h");
  same(all);
  expect(secondary.state()).toMatchObject({ phase: "served", failure: undefined });
});

test("NOTIFY goes out with each version until it is heard, and not for ever", async () => {
  const world = simulatedWorld(1);
  const remote = await SimulatedPrimary.start(world.machine(SECOND), SECOND, zoneOf(ZONE_TEXT), key);
  const zone = new ServedZone(ORIGIN);
  let data = zoneOf(ZONE_TEXT);
  zone.replace(data);
  const notifier = new Notifier({ world, zone, remotes: [{ address: remote.address, key }] });
  notifier.start();
  await world.clock.advanceAsync("1s");
  expect(remote.log).toEqual(["NOTIFY 10"]);
  remote.fault = "silent";
  data = data.with({ removed: [data.soa], added: [zoneOf(ZONE_TEXT.replace(" 10 ", " 11 ")).soa] });
  zone.replace(data);
  await world.clock.advanceAsync("3s");
  expect(remote.log).toEqual(["NOTIFY 10", "NOTIFY 11", "NOTIFY 11"]);
  // What is newest is what is told.
  zone.replace(zoneOf(ZONE_TEXT.replace(" 10 ", " 12 ")));
  remote.fault = undefined;
  await world.clock.advanceAsync("10s");
  expect(remote.log.slice(3)).toEqual(["NOTIFY 12"]);
  remote.fault = "silent";
  zone.replace(zoneOf(ZONE_TEXT.replace(" 10 ", " 13 ")));
  await world.clock.advanceAsync("1h");
  expect(remote.log.slice(4)).toEqual(Array.from({ length: 5 }, () => "NOTIFY 13"));
  zone.replace(undefined);
  await world.clock.advanceAsync("1m");
  expect(remote.log).toHaveLength(9);
  await world.clock.runUntil(notifier.close());
});
