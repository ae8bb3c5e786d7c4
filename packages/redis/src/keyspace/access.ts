/**
 * The access word of a key, 24 bits, which eviction goes by. What it holds depends on the maxmemory policy:
 *
 *     LRU and others:  seconds of the last access, modulo 2^24
 *     LFU:             minutes of the last decay, modulo 2^16 | logarithmic counter, 8 bits
 *
 * The LFU counter grows with a probability that falls as it grows, so that 255 stands for about a million accesses at the usual factor of
 * 10, and loses one for every `decayMinutes` without access (antirez, "Random notes on improving the Redis LRU algorithm", 2016).
 */

/** New keys begin above zero, so that they get a chance to be used before they are the least used. */
export const LFU_INITIAL = 5;
const LFU_MAX = 255;
const LRU_MASK = 0xffffff;

export function lruWord(nowMs: number): number {
  return Math.floor(nowMs / 1000) & LRU_MASK;
}

/** Seconds since the access that `word` notes. */
export function idleSeconds(word: number, nowMs: number): number {
  return (lruWord(nowMs) - word) & LRU_MASK;
}

function minutes(nowMs: number): number {
  return Math.floor(nowMs / 60_000) & 0xffff;
}

export function lfuWord(nowMs: number, counter: number): number {
  return (minutes(nowMs) << 8) | counter;
}

/** The counter as it is now, after what it lost since the last access. `decayMinutes` 0: it loses nothing. */
export function lfuCounter(word: number, nowMs: number, decayMinutes: number): number {
  const counter = word & 0xff;
  if (decayMinutes === 0) return counter;
  const elapsed = (minutes(nowMs) - (word >>> 8)) & 0xffff;
  return Math.max(0, counter - Math.floor(elapsed / decayMinutes));
}

/** The counter after one more access; `chance` is uniform in [0, 1). */
export function lfuIncremented(counter: number, factor: number, chance: number): number {
  if (counter >= LFU_MAX) return LFU_MAX;
  const above = Math.max(0, counter - LFU_INITIAL);
  return chance < 1 / (above * factor + 1) ? counter + 1 : counter;
}
