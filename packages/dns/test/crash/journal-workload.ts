/**
 * Updates of a zone whose journal a crash may cut anywhere, and what must be found after it.
 *
 * Updates go in batches, so that some share a sync, and the journal is rewritten every few of them. After a crash the zone must be the
 * version after the acknowledged updates, or a later one of those that were under way; and going on from there has to work.
 */
import { strict as assert } from "node:assert";
import type { CrashScenario, Disk } from "@tenon/kit";
import { Journal } from "../../src/journal/journal.ts";
import { DynamicZone } from "../../src/update/dynamic-zone.ts";
import { ServedZone } from "../../src/zone/zone-set.ts";
import { drawing } from "../support/random-messages.ts";
import { linesOf, ORIGIN, randomUpdates, updateMessage, ZONE_TEXT, zoneOf } from "../support/zones.ts";

const FILE = zoneOf(ZONE_TEXT);
const BATCH = 3;

/** A zone with its journal, opened as a restarted server would. */
async function open(disk: Disk): Promise<{ dynamic: DynamicZone; journal: Journal }> {
  const journal = await Journal.open({
    disk,
    path: "/example.journal",
    origin: ORIGIN,
    zoneClass: 1,
    maxDepth: 4,
    slackBytes: 512,
  });
  const dynamic = new DynamicZone({ zone: new ServedZone(ORIGIN), journal });
  await dynamic.load(FILE);
  return { dynamic, journal };
}

/** The updates, and the zone before the first and after each. */
export interface Versions {
  readonly updates: readonly (readonly string[])[];
  readonly states: readonly (readonly string[])[];
}

export async function versionsOf(count: number, disk: Disk): Promise<Versions> {
  const draw = drawing(9);
  const updates = Array.from({ length: count }, (_, i) => [...randomUpdates(draw), `n 60 IN TXT "${i}"`]);
  const { dynamic, journal } = await open(disk);
  const states = [linesOf(dynamic.zone.current!)];
  for (const update of updates) {
    assert.equal(await dynamic.update(updateMessage([], update)), 0);
    states.push(linesOf(dynamic.zone.current!));
  }
  await journal.close();
  return { updates, states };
}

export function journalScenario({ updates, states }: Versions): CrashScenario<{ count: number }> {
  return {
    acknowledge: () => ({ count: 0 }),
    async run(disk, acknowledged) {
      const { dynamic, journal } = await open(disk);
      for (let at = 0; at < updates.length; at += BATCH) {
        const batch = updates.slice(at, at + BATCH);
        const rcodes = await Promise.all(batch.map((update) => dynamic.update(updateMessage([], update))));
        // Without power there is no update any more.
        for (const rcode of rcodes) {
          if (rcode !== 0) throw new Error(`rcode ${rcode}`);
          acknowledged.count += 1;
        }
      }
      await journal.close();
    },
    async check(disk, { count }) {
      const { dynamic, journal } = await open(disk);
      const zone = dynamic.zone.current!;
      const found = zone.serial - FILE.serial;
      assert.ok(found >= count, `${count} updates were acknowledged, and ${found} are there`);
      assert.deepEqual(linesOf(zone), states[found]);
      // What IXFR would tell of the past leads to the same zone.
      for (let serial = zone.serial - 1; serial >= FILE.serial; serial--) {
        const changes = journal.since(serial);
        if (changes === undefined) break;
        const lines = new Set(states[serial - FILE.serial]);
        for (const { removed, added } of changes) {
          for (const line of linesOf(removed)) assert.ok(lines.delete(line), line);
          for (const line of linesOf(added)) lines.add(line);
        }
        assert.deepEqual([...lines].sort(), states[found]);
      }
      if (found < updates.length) {
        assert.equal(await dynamic.update(updateMessage([], updates[found]!)), 0);
        assert.deepEqual(linesOf(dynamic.zone.current!), states[found + 1]);
      }
      await journal.close();
      // And once more, from what that has left.
      const again = await open(disk);
      assert.equal(again.dynamic.zone.current!.serial, dynamic.zone.current!.serial);
      await again.journal.close();
    },
  };
}
