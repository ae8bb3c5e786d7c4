/** BullMQ with no code changed: what its Lua scripts, streams, sorted sets and blocking reads make of us. */
import { FlowProducer, type Job, Queue, QueueEvents, Worker, type WorkerOptions } from "bullmq";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../src/index.ts";

let server: RedisServer;
const open: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  server = await RedisServer.listen();
});
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
  await server.execute(["FLUSHALL"]);
});
afterAll(() => server.close());

function connection(): { host: string; port: number; maxRetriesPerRequest: null } {
  return { host: server.address.host, port: server.address.port, maxRetriesPerRequest: null };
}

function queue(name: string): Queue {
  const made = new Queue(name, { connection: connection() });
  open.push(made);
  return made;
}

function worker(name: string, work: (job: Job) => Promise<unknown>, options: Partial<WorkerOptions> = {}): Worker {
  const made = new Worker(name, work, { connection: connection(), ...options });
  open.push(made);
  return made;
}

/** The data of the first `count` jobs that complete, in order. */
function completed(of: Worker, count: number): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const done: unknown[] = [];
    of.on("completed", (job) => {
      done.push(job.data);
      if (done.length === count) resolve(done);
    });
    of.on("failed", (_, error) => reject(error));
  });
}

describe("BullMQ", () => {
  it("hands jobs to workers, with their results and progress as events", async () => {
    const jobs = queue("plain");
    const events = new QueueEvents("plain", { connection: connection() });
    open.push(events);
    await events.waitUntilReady();
    const progress: unknown[] = [];
    events.on("progress", ({ data }) => progress.push(data));
    worker("plain", async (job) => {
      await job.updateProgress(50);
      await job.log("half way");
      return (job.data as { n: number }).n * 2;
    });
    const job = await jobs.add("double", { n: 21 });
    expect(await job.waitUntilFinished(events)).toBe(42);
    expect(progress).toEqual([50]);
    expect((await jobs.getJobLogs(job.id!)).logs).toEqual(["half way"]);
    expect(await jobs.getJobCounts("completed", "failed", "wait")).toEqual({ completed: 1, failed: 0, wait: 0 });
  });

  it("tries again what failed, with its backoff, and keeps what failed for good", async () => {
    const jobs = queue("failing");
    let tries = 0;
    const failing = worker("failing", async () => {
      tries++;
      throw new Error(`try ${tries}`);
    });
    const failed = new Promise<void>((resolve) => {
      failing.on("failed", (job) => {
        if (job!.attemptsMade === 3) resolve();
      });
    });
    const job = await jobs.add("fails", {}, { attempts: 3, backoff: { type: "fixed", delay: 5 } });
    await failed;
    expect(await job.getState()).toBe("failed");
    expect((await jobs.getJob(job.id!))!.failedReason).toBe("try 3");
  });

  it("takes jobs by priority", async () => {
    const jobs = queue("priorities");
    await jobs.addBulk([
      { name: "job", data: "low", opts: { priority: 10 } },
      { name: "job", data: "high", opts: { priority: 1 } },
      { name: "job", data: "middle", opts: { priority: 5 } },
      { name: "job", data: "first of all" },
    ]);
    const busy = worker("priorities", async () => {});
    expect(await completed(busy, 4)).toEqual(["first of all", "high", "middle", "low"]);
  });

  it("holds jobs back until their delay is over", async () => {
    const jobs = queue("delayed");
    for (const delay of [60, 20, 0]) await jobs.add("job", delay, { delay });
    expect(await jobs.getDelayedCount()).toBe(2);
    const waited = new Map<number, number>();
    const patient = worker(
      "delayed",
      async (job) => void waited.set(job.data as number, job.processedOn! - job.timestamp),
    );
    expect((await completed(patient, 3)).toSorted()).toEqual([0, 20, 60]);
    for (const [delay, waitedMs] of waited) expect(waitedMs).toBeGreaterThanOrEqual(delay);
  });

  it("keeps to a rate limit", async () => {
    const jobs = queue("limited");
    const times: number[] = [];
    await jobs.addBulk(Array.from({ length: 6 }, (_, n) => ({ name: "job", data: n })));
    const limited = worker("limited", async () => void times.push(Date.now()), {
      limiter: { max: 2, duration: 100 },
      concurrency: 6,
    });
    await completed(limited, 6);
    // Three windows of two: two whole windows lie between the first and the last.
    expect(times.at(-1)! - times[0]!).toBeGreaterThanOrEqual(150);
  });

  it("runs the jobs of a flow from the children up", async () => {
    const flows = new FlowProducer({ connection: connection() });
    open.push(flows);
    const parents = worker("parents", async (job) => {
      const values = Object.values(await job.getChildrenValues<number>());
      return values.reduce((sum, value) => sum + value, 0);
    });
    worker("children", async (job) => (job.data as { n: number }).n);
    const sum = new Promise((resolve) => {
      parents.on("completed", (_, result) => resolve(result));
    });
    const { job } = await flows.add({
      name: "sum",
      queueName: "parents",
      children: [1, 2, 3].map((n) => ({ name: "part", queueName: "children", data: { n } })),
    });
    expect(await sum).toBe(6);
    expect(Object.keys((await job.getDependencies()).processed ?? {})).toHaveLength(3);
  });

  it("repeats jobs on a schedule", async () => {
    const jobs = queue("repeated");
    await jobs.upsertJobScheduler("every-20", { every: 20 }, { name: "tick", data: "tick" });
    const ticking = worker("repeated", async () => {});
    expect(await completed(ticking, 3)).toEqual(["tick", "tick", "tick"]);
    expect(await jobs.getJobSchedulersCount()).toBe(1);
    expect(await jobs.removeJobScheduler("every-20")).toBe(true);
  });

  it("takes over the jobs of a worker that died", async () => {
    const jobs = queue("stalled");
    await jobs.add("job", "survives");
    const dying = worker("stalled", () => new Promise(() => {}), {
      lockDuration: 60,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    await new Promise((resolve) => dying.once("active", resolve));
    await dying.close(true);
    const heir = worker("stalled", async () => {}, { stalledInterval: 40 });
    const stalled = new Promise((resolve) => {
      heir.on("stalled", resolve);
    });
    expect(await completed(heir, 1)).toEqual(["survives"]);
    await stalled;
  });

  it("pauses, drains, cleans and obliterates", async () => {
    const jobs = queue("managed");
    await jobs.pause();
    await jobs.addBulk([1, 2, 3].map((n) => ({ name: "job", data: n })));
    expect([await jobs.isPaused(), await jobs.count()]).toEqual([true, 3]);
    await jobs.resume();
    await completed(
      worker("managed", async () => {}),
      3,
    );
    expect(await jobs.clean(0, 10, "completed")).toHaveLength(3);
    await jobs.drain();
    await jobs.obliterate({ force: true });
    expect(await server.execute(["KEYS", "bull:managed:*"])).toEqual([]);
  });
});
