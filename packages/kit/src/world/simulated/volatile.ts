/**
 * What a machine may find of a file's unsynced changes after power loss.
 *
 * Since the last sync every write and truncate of a file is pending. A write reaches the medium in sectors of 512 bytes,
 * each of which arrives whole or not at all; where it made the file longer, the new size is a change of its own, which
 * may arrive without the bytes (then zeros stand there) or the bytes without it (then they are not seen).
 *
 * Two models say which pieces may arrive:
 * - `posix` promises nothing: any subset, in any order, so that an older write to a sector may beat a newer one.
 * - `page-cache` is how Linux does it: the cache applies writes in program order and sends sectors at moments of its own, so
 *   a sector holds what it held after some write to it or before all; sizes and truncates go through a journal, in order.
 *   Different sectors are still independent.
 */
import type { PagedContent } from "./content.ts";
import type { SeededRandom } from "./random.ts";

/** The unit that a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;

export type Reordering = "posix" | "page-cache";

export type PendingChange =
  | {
      readonly kind: "write";
      readonly order: number;
      readonly position: number;
      readonly bytes: Uint8Array;
      /** The file's size before it. */
      readonly sizeBefore: number;
    }
  | { readonly kind: "truncate"; readonly order: number; readonly size: number };

/**
 * Whether the change at this moment survives. Moments are the disk's operation numbers, with a fraction for the part of a
 * write, so that "all up to the moment when the power went" tears a write where it should.
 */
export type Fate = (moment: number) => boolean;

/**
 * Draws how a crash treats the changes of the moments [first, last]. Even odds per piece reach every outcome; the other draws are the
 * ones at which real code breaks, and which even odds would take for ever to hit among many changes.
 */
export function drawFate(random: SeededRandom, first: number, last: number): Fate {
  const span = last + 1 - first;
  switch (random.integer(8)) {
    case 0:
      return () => false;
    case 1:
      return () => true;
    case 2: {
      const cut = first + random.float() * span;
      return (moment) => moment < cut;
    }
    case 3: {
      const cut = first + random.float() * span;
      return (moment) => moment >= cut;
    }
    case 4: {
      const lost = first + random.integer(span);
      return (moment) => Math.floor(moment) !== lost;
    }
    case 5: {
      const kept = first + random.integer(span);
      return (moment) => Math.floor(moment) === kept;
    }
    case 6: {
      const odds = [0.05, 0.25, 0.75, 0.95][random.integer(4)]!;
      return () => random.chance(odds);
    }
    default:
      return () => random.chance(0.5);
  }
}

/** A part of a pending change that arrives whole or not at all. */
type Piece =
  | { readonly kind: "bytes"; readonly moment: number; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: "grow"; readonly moment: number; readonly size: number }
  | { readonly kind: "truncate"; readonly moment: number; readonly size: number };

function* pieces(change: PendingChange): Generator<Piece> {
  if (change.kind === "truncate") {
    yield { kind: "truncate", moment: change.order, size: change.size };
    return;
  }
  const { position, bytes, order, sizeBefore } = change;
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((position + from) % SECTOR_BYTES));
    const moment = order + from / bytes.length;
    yield { kind: "bytes", moment, position: position + from, bytes: bytes.subarray(from, to) };
    if (position + to > sizeBefore) yield { kind: "grow", moment, size: position + to };
    from = to;
  }
}

/** Applies to `content`, which holds what was durable, those pending changes that survive. */
export function landSurvivors(
  content: PagedContent,
  pending: readonly PendingChange[],
  fate: Fate,
  reordering: Reordering,
  random: SeededRandom,
): void {
  const survivors = reordering === "posix" ? anySubset(pending, fate, random) : versionPerSector(pending, fate);
  let size = content.size;
  for (const piece of survivors) {
    switch (piece.kind) {
      case "bytes":
        content.put(piece.bytes, piece.position);
        break;
      case "grow":
        size = Math.max(size, piece.size);
        break;
      case "truncate":
        content.truncate(piece.size);
        size = piece.size;
    }
  }
  // Clears what arrived without the size that would have shown it.
  content.truncate(size);
}

function anySubset(pending: readonly PendingChange[], fate: Fate, random: SeededRandom): Piece[] {
  const survivors: Piece[] = [];
  for (const change of pending) {
    for (const piece of pieces(change)) if (fate(piece.moment)) survivors.push(piece);
  }
  return random.chance(0.5) ? random.shuffle(survivors) : survivors;
}

/** Of each sector's pieces as many as fate lets through, the oldest first; likewise of the changes of size, which share the journal. */
function versionPerSector(pending: readonly PendingChange[], fate: Fate): Piece[] {
  const all = pending.flatMap((change) => [...pieces(change)]);
  const journal = -1;
  const place = (piece: Piece): number =>
    piece.kind === "bytes" ? Math.floor(piece.position / SECTOR_BYTES) : journal;
  const remaining = new Map<number, number>();
  for (const piece of all) {
    if (fate(piece.moment)) remaining.set(place(piece), (remaining.get(place(piece)) ?? 0) + 1);
  }
  return all.filter((piece) => {
    const left = remaining.get(place(piece)) ?? 0;
    remaining.set(place(piece), left - 1);
    return left > 0;
  });
}
