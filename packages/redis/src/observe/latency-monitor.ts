/**
 * LATENCY: events that took longer than `latency-monitor-threshold`, at most one sample a second and 160 of each event, and what to say
 * about them.
 */

export interface LatencySample {
  readonly timeSeconds: number;
  readonly latencyMs: number;
}

export interface LatencyEvent {
  readonly name: string;
  /** Oldest first. */
  readonly samples: readonly LatencySample[];
  /** Longest since it was reset. */
  readonly longestMs: number;
}

const MAX_SAMPLES = 160;

interface Series {
  samples: LatencySample[];
  longestMs: number;
}

export class LatencyMonitor {
  readonly #series = new Map<string, Series>();

  /** Several in one second count as one, the longest. */
  add(event: string, latencyMs: number, timeSeconds: number): void {
    const series = this.#series.get(event) ?? { samples: [], longestMs: 0 };
    this.#series.set(event, series);
    series.longestMs = Math.max(series.longestMs, latencyMs);
    const last = series.samples.at(-1);
    if (last?.timeSeconds === timeSeconds) {
      if (latencyMs > last.latencyMs) series.samples[series.samples.length - 1] = { timeSeconds, latencyMs };
      return;
    }
    series.samples.push({ timeSeconds, latencyMs });
    if (series.samples.length > MAX_SAMPLES) series.samples.shift();
  }

  event(name: string): LatencyEvent | undefined {
    const series = this.#series.get(name);
    return series === undefined ? undefined : { name, ...series };
  }

  events(): LatencyEvent[] {
    return Array.from(this.#series, ([name, series]) => ({ name, ...series }));
  }

  /** Forgets the named events, or all; returns how many there were. */
  reset(names: readonly string[]): number {
    if (names.length > 0) return names.filter((name) => this.#series.delete(name)).length;
    const count = this.#series.size;
    this.#series.clear();
    return count;
  }
}

export interface LatencyStatistics {
  readonly averageMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  readonly meanDeviationMs: number;
  /** Average seconds between events. */
  readonly periodSeconds: number;
}

export function latencyStatistics({ samples }: LatencyEvent, nowSeconds: number): LatencyStatistics {
  const latencies = samples.map(({ latencyMs }) => latencyMs);
  const averageMs = Math.floor(latencies.reduce((sum, each) => sum + each, 0) / samples.length);
  const deviations = latencies.reduce((sum, each) => sum + Math.abs(each - averageMs), 0);
  const span = Math.max(1, nowSeconds - samples[0]!.timeSeconds);
  return {
    averageMs,
    lowestMs: Math.min(...latencies),
    highestMs: Math.max(...latencies),
    meanDeviationMs: Math.floor(deviations / samples.length),
    periodSeconds: span / samples.length,
  };
}

const GRAPH_ROWS = 4;
/** Heights within one row of text, from its bottom to its top, and the filling below. */
const MARKS = ["_", "o", "#"] as const;
const FILL = "|";

/** LATENCY GRAPH: a column for each sample, its age written downwards below it. */
export function latencyGraph(event: LatencyEvent, nowSeconds: number): string {
  const latencies = event.samples.map(({ latencyMs }) => latencyMs);
  const low = Math.min(...latencies);
  const high = Math.max(...latencies);
  let text = `${event.name} - high ${high} ms, low ${low} ms (all time high ${event.longestMs} ms)\n${"-".repeat(80)}\n`;
  const levels = GRAPH_ROWS * MARKS.length;
  const scale = levels / Math.max(1, high - low);
  const heights = latencies.map((latency) => Math.min(levels - 1, Math.floor((latency - low) * scale)));
  for (let row = GRAPH_ROWS - 1; row >= 0; row--) {
    const line = heights.map((height) => markAt(height, row)).join("");
    text += `${line}\n`;
  }
  const ages = event.samples.map(({ timeSeconds }) => ageText(nowSeconds - timeSeconds));
  const longest = Math.max(...ages.map((age) => age.length));
  text += `${" ".repeat(ages.length)}\n`;
  for (let i = 0; i < longest; i++) text += `${ages.map((age) => age[i] ?? " ").join("")}\n`;
  return text;
}

function markAt(height: number, row: number): string {
  const within = height - row * MARKS.length;
  if (within < 0) return " ";
  return MARKS[within] ?? FILL;
}

function ageText(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

export interface DoctorFacts {
  readonly nowSeconds: number;
  readonly thresholdMs: number;
  readonly slowerThanMicroseconds: number;
}

const DISABLED =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n";
const NOTHING_SEEN =
  "Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n";

/** What each event may be helped by. */
const ADVICE: Readonly<Record<string, readonly AdviceName[]>> = {
  command: ["slowlog", "commands", "objects"],
  "fast-command": ["intrinsic"],
  "expire-cycle": ["expiry"],
  "eviction-del": ["objects"],
  "eviction-cycle": ["objects"],
};

type AdviceName = "slowlog" | "commands" | "objects" | "intrinsic" | "expiry";

const ADVICE_TEXT: Readonly<Record<Exclude<AdviceName, "slowlog">, string>> = {
  commands:
    "- Check your Slow Log to understand what are the commands you are running which are too slow to execute. Please check https://redis.io/commands/slowlog for more information.\n",
  objects:
    "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have very large objects that are often deleted, expired, or evicted, try to fragment those objects into multiple smaller objects.\n",
  intrinsic:
    "- The system is slow to execute Redis code paths not containing system calls. This usually means the system does not provide Redis CPU time to run for long periods. You should try to:\n  1) Lower the system load.\n  2) Use a computer / VM just for Redis if you are running other software in the same system.\n  3) Check if you have a \"noisy neighbour\" problem.\n  4) Check with 'redis-cli --intrinsic-latency 100' what is the intrinsic latency in your system.\n  5) Check if the problem is allocator-related by recompiling Redis with MALLOC=libc, if you are using Jemalloc. However this may create fragmentation problems.\n",
  expiry: "- Expiring many keys at the same instant takes time: spread their times to live.\n",
};

/** LATENCY DOCTOR, in the original's words. */
export function latencyReport(events: readonly LatencyEvent[], facts: DoctorFacts): string {
  if (facts.thresholdMs === 0 && events.length === 0) return DISABLED;
  if (events.length === 0) return NOTHING_SEEN;
  let text =
    "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n";
  const wanted = new Set<AdviceName>();
  events.forEach((event, index) => {
    const { averageMs, meanDeviationMs, periodSeconds } = latencyStatistics(event, facts.nowSeconds);
    text += `${index + 1}. ${event.name}: ${event.samples.length} latency spikes (average ${averageMs}ms, mean deviation ${meanDeviationMs}ms, period ${periodSeconds.toFixed(2)} sec). Worst all time event ${event.longestMs}ms.\n`;
    for (const advice of ADVICE[event.name] ?? []) wanted.add(advice);
  });
  if (wanted.size === 0) return `${text}\n`;
  text += "\nI have a few advices for you:\n\n";
  for (const advice of wanted) text += advice === "slowlog" ? slowLogAdvice(facts) : ADVICE_TEXT[advice];
  return text;
}

function slowLogAdvice({ thresholdMs, slowerThanMicroseconds }: DoctorFacts): string {
  const setting = `Please use 'CONFIG SET slowlog-log-slower-than ${thresholdMs * 1000}'.\n`;
  if (slowerThanMicroseconds < 0) {
    return `- There are latency issues with potentially slow commands you are using. Try to enable the Slow Log Redis feature using the command 'CONFIG SET slowlog-log-slower-than ${thresholdMs * 1000}'. If the Slow Log was enabled, the advice would be to check it.\n`;
  }
  if (slowerThanMicroseconds / 1000 <= thresholdMs) return "";
  return `- Your current Slow Log configuration only logs events that are slower than your configured latency monitor threshold. ${setting}`;
}
