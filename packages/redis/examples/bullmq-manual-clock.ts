/**
 * BullMQ without waiting: delays of minutes, a rate limit, and the job of a worker that died, in a moment and with no code changed.
 *
 * Two clocks are moved, together: the server's, by `server.clock.advance`, which ends blocking reads and lets locks and limits expire; and this
 * process's `Date`, by node:test's mock, for BullMQ asks it when a delayed job is due. What is not moved are BullMQ's own timers: how often a worker
 * looks for stalled jobs (`stalledInterval`), and for jobs after a rate limit (`maximumRateLimitDelay`). Both are set to a few real milliseconds.
 *
 *     node packages/redis/examples/bullmq-manual-clock.ts
 */
import assert from "node:assert/strict";
import { mock } from "node:test";
import { RedisServer } from "@tenon/redis";
import { type Job, Queue, Worker, type WorkerOptions } from "bullmq";

const MINUTE_MS = 60_000;

export async function main(): Promise<void> {
  await using server = await RedisServer.listen({ clock: "manual" });
  const { host, port } = server.address;
  const connection = { host, port, maxRetriesPerRequest: null };
  mock.timers.enable({ apis: ["Date"], now: server.clock.now() });
  await using open = new AsyncDisposableStack();
  open.defer(() => mock.timers.reset());

  const queue = (name: string): Queue => {
    const made = new Queue(name, { connection });
    open.defer(() => made.close());
    return made;
  };
  const worker = (name: string, work: (job: Job) => Promise<unknown>, options: Partial<WorkerOptions> = {}): Worker => {
    const made = new Worker(name, work, { connection, stalledInterval: 5, maximumRateLimitDelay: 5, ...options });
    open.defer(() => made.close(true));
    return made;
  };
  /** Lets time pass, by steps, until something has happened. Between steps the programs get their turn. */
  const passUntil = async (happened: () => boolean, stepMs = 1000): Promise<void> => {
    while (!happened()) {
      server.clock.advance(stepMs);
      mock.timers.setTime(server.clock.now());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  // A job that is due in ten minutes, and one that is due in one.
  const mails = queue("mails");
  await mails.add("mail", "later", { delay: 10 * MINUTE_MS });
  await mails.add("mail", "sooner", { delay: MINUTE_MS });
  const sent: [data: string, waitedMs: number][] = [];
  worker("mails", async (job) => void sent.push([job.data as string, job.processedOn! - job.timestamp]));
  await passUntil(() => sent.length === 2);
  assert.deepEqual(
    sent.map(([data]) => data),
    ["sooner", "later"],
  );
  assert.ok(sent[0]![1] >= MINUTE_MS && sent[1]![1] >= 10 * MINUTE_MS);

  // At most two calls a minute: six of them take more than two minutes.
  const calls = queue("calls");
  await calls.addBulk(Array.from({ length: 6 }, (_, n) => ({ name: "call", data: n })));
  const called: number[] = [];
  worker("calls", async () => void called.push(Date.now()), { limiter: { max: 2, duration: MINUTE_MS } });
  await passUntil(() => called.length === 6);
  assert.ok(called[5]! - called[0]! >= 2 * MINUTE_MS);

  // A worker dies over a job. Another takes it up, when the first one's lock is over and not before.
  const reports = queue("reports");
  await reports.add("report", "of the year");
  let taken = false;
  const dying = worker(
    "reports",
    () => {
      taken = true;
      return new Promise(() => {});
    },
    { lockDuration: 5 * MINUTE_MS, skipLockRenewal: true, skipStalledCheck: true },
  );
  await passUntil(() => taken);
  const takenAtMs = Date.now();
  await dying.close(true);
  let finishedAtMs = 0;
  worker("reports", async () => void (finishedAtMs = Date.now()));
  await passUntil(() => finishedAtMs > 0);
  assert.ok(finishedAtMs - takenAtMs >= 4 * MINUTE_MS);
}

if (import.meta.main) await main();
