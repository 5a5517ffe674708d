/**
 * Goal    every job is answered once with the outcome of its key, whoever dies, whatever word is lost (JQ-1); what a
 *         worker cannot do goes to another, what kills workers is given up (JQ-2).
 * Method  coordinators and workers over a queue in memory, in virtual time.
 */
import { describe, expect, it } from "vitest";
import { MemoryServer } from "../../../test/memory-job-store.ts";
import { sha256OfText } from "../durable-file.ts";
import { VirtualClock } from "../net/virtual-clock.ts";
import { type JobOrder, orderJobs, PATIENCE_MS } from "./job-coordinator.ts";
import { ACK_WAIT_MS } from "./job-store.ts";
import { type JobHandler, Unfit, workJobs } from "./job-worker.ts";

const CODE = "1+a";
const keyOf = (n: number) => sha256OfText(`job ${n}`);
const double: JobHandler = async ({ payload }) => (payload as number) * 2;

class World {
  readonly clock = new VirtualClock();
  readonly server = new MemoryServer(this.clock);
  readonly lines: string[] = [];
  readonly answers: unknown[] = [];
  readonly stop = new AbortController();

  order(payloads: readonly number[], more: Partial<JobOrder> = {}): Promise<unknown> {
    return orderJobs({
      ...{ store: this.server.store(), clock: this.clock, code: CODE, shared: { factor: 2 } },
      jobs: payloads.map((payload) => ({ kind: "double", key: keyOf(payload), payload })),
      answered: (index, value) => {
        expect(this.answers[index]).toBeUndefined();
        this.answers[index] = value;
      },
      tell: (line) => this.lines.push(line),
      ...more,
    }).then(
      () => "done",
      (error: Error) => error.message,
    );
  }

  worker(
    handler: JobHandler = double,
    { code = CODE, name = "w", isDead = (): boolean => false, lanes = 1 } = {},
  ) {
    return workJobs({
      ...{ store: this.server.store(isDead), clock: this.clock, code, name, lanes },
      handlers: { double: handler },
      tell: (line) => this.lines.push(line),
      signal: this.stop.signal,
    });
  }

  /** Lets time pass in small steps: whoever awaits gets on. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) await this.clock.advance(100);
  }

  /** Lets time pass until the promise is settled. */
  async settled(promise: Promise<unknown>, withinMs = PATIENCE_MS * 2): Promise<unknown> {
    let result: { readonly value: unknown } | undefined;
    void promise.then((value) => {
      result = { value };
    });
    for (let passed = 0; result === undefined; passed += 500) {
      if (passed > withinMs) throw new Error(`not settled; ${this.lines.join("; ")}`);
      await this.clock.advance(500);
    }
    return result.value;
  }
}

const ten = Array.from({ length: 10 }, (_, n) => n);
const doubled = ten.map((n) => n * 2);

describe("jobs over a queue", () => {
  it.each([1, 3])("are answered by place with %i workers, one key once", async (workers) => {
    const world = new World();
    for (let n = 0; n < workers; n++) void world.worker();
    expect(await world.settled(world.order([...ten, ...ten]))).toBe("done");
    expect(world.answers).toEqual([...doubled, ...doubled]);
    expect([world.server.kept, world.server.queue.size]).toEqual([10, 0]);
  });

  it("without a word of any worker all is found by looking", async () => {
    const world = new World();
    world.server.losesNotes = true;
    void world.worker();
    expect(await world.settled(world.order(ten))).toBe("done");
    expect(world.answers).toEqual(doubled);
  });

  it("of a worker that died go to another when it was silent for long enough", async () => {
    const world = new World();
    let isDead = false;
    const dies: JobHandler = async (job) => {
      isDead = job.payload === 4;
      return isDead ? new Promise(() => undefined) : double(job, undefined, world.stop.signal);
    };
    void world.worker(dies, { isDead: () => isDead });
    const order = world.order(ten);
    await world.pass(ACK_WAIT_MS / 2);
    expect([isDead, world.answers.filter((answer) => answer !== undefined)]).toEqual([
      true,
      doubled.slice(0, 4),
    ]);
    void world.worker();
    await world.pass(ACK_WAIT_MS * 2);
    expect([await world.settled(order), world.answers]).toEqual(["done", doubled]);
  });

  it("that take long stay with their worker as long as it says that it is at it", async () => {
    const world = new World();
    let begun = 0;
    const slow: JobHandler = async (job) => {
      begun += 1;
      const over = Promise.withResolvers<void>();
      world.clock.timer(ACK_WAIT_MS * 4, over.resolve);
      await over.promise;
      return double(job, undefined, world.stop.signal);
    };
    // One lane has nothing to do and would take what looks abandoned.
    void world.worker(slow, { lanes: 2 });
    void world.worker(slow);
    expect(await world.settled(world.order([1, 2]))).toBe("done");
    expect([begun, world.answers]).toEqual([2, [2, 4]]);
  });

  it("that are there or done are not done again by a second coordinator", async () => {
    const world = new World();
    const [one, other] = [world.order(ten), world.order(ten, { answered: () => undefined })];
    await world.clock.advance(10);
    void world.worker();
    expect([await world.settled(one), await world.settled(other)]).toEqual(["done", "done"]);
    expect([world.server.published, world.server.kept]).toEqual([10, 10]);
    expect(await world.settled(world.order(ten, { answered: () => undefined }))).toBe("done");
    expect([world.server.published, world.server.kept]).toEqual([10, 10]);
  });

  it("of a worker that died between keeping an outcome and saying so are not done again", async () => {
    const world = new World();
    const order = world.order([1]);
    await world.pass(100);
    world.server.outcomes.set(keyOf(1), { ok: true, code: CODE, worker: "dead", value: 2 });
    void world.worker(async () => {
      throw new Error("done again");
    });
    expect([await world.settled(order), world.answers, world.server.kept]).toEqual(["done", [2], 0]);
    await world.pass(2000);
    expect(world.server.queue.size).toBe(0);
  });

  it("whose outcome cannot be kept for a while have not failed, and are not done again", async () => {
    const world = new World();
    let begun = 0;
    void world.worker(async (job) => {
      begun += 1;
      world.server.isAway = true;
      world.clock.timer(8000, () => {
        world.server.isAway = false;
      });
      return double(job, undefined, world.stop.signal);
    });
    expect([await world.settled(world.order([1])), world.answers, begun]).toEqual(["done", [2], 1]);
  });

  it("survive a server that is away for a while", async () => {
    const world = new World();
    void world.worker();
    const order = world.order(ten);
    await world.clock.advance(0);
    world.server.isAway = true;
    await world.pass(60_000);
    world.server.isAway = false;
    expect([await world.settled(order), world.answers]).toEqual(["done", doubled]);
  });
});

describe("a server that comes back with an empty store", () => {
  it("gets what is open again, terms too, and nobody is asked twice for what is answered", async () => {
    const world = new World();
    let begun = 0;
    const factored: JobHandler = async ({ payload }, shared) => {
      begun += 1;
      if (begun === 4) world.server.empty();
      return (payload as number) * (shared as { readonly factor: number }).factor;
    };
    void world.worker(factored);
    expect([await world.settled(world.order(ten)), world.answers]).toEqual(["done", doubled]);
    expect(begun).toBeLessThanOrEqual(11);
    expect(world.lines).toEqual([expect.stringContaining("came back without what it held")]);
  });
});

describe("a worker", () => {
  it("of other code, or without the data, gives back and says why; another does it (JQ-2)", async () => {
    const world = new World();
    void world.worker(double, { code: "2+b", name: "old" });
    void world.worker(
      async () => {
        throw new Unfit("no such data");
      },
      { name: "empty" },
    );
    const order = world.order(ten);
    await world.pass(20_000);
    expect(world.answers).toEqual([]);
    expect(world.lines).toEqual(
      expect.arrayContaining([
        "old cannot do it: it is of code 1+a, this is 2+b",
        "empty cannot do it: no such data",
        "gives a job back: no such data",
      ]),
    );
    void world.worker();
    expect([await world.settled(order), world.answers]).toEqual(["done", doubled]);
  });

  it("is not the third that a job takes with it more than once: then it failed, and is told so", async () => {
    const world = new World();
    for (let n = 0; n < 5; n++) {
      let isDead = false;
      void world.worker(
        async () => {
          isDead = true;
          return new Promise(() => undefined);
        },
        { isDead: () => isDead },
      );
    }
    expect(await world.settled(world.order([1]))).toBe(
      "a job failed on w: 3 workers ended in the middle of it",
    );
    // Another order tries it anew.
    void world.worker();
    expect([await world.settled(world.order([1])), world.answers]).toEqual(["done", [2]]);
  });

  it("that is told to end gives back at once what it is at", async () => {
    const world = new World();
    const ended = world.worker(
      (_, __, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
    );
    void world.order([1]);
    await world.pass(2000);
    world.stop.abort();
    expect(await world.settled(ended)).toEqual({ done: 0, failed: 0, givenBack: 0 });
    const [waiting] = world.server.queue.values();
    expect(waiting?.freeAt).toBeLessThanOrEqual(world.clock.now());
    expect(world.server.begun.get(keyOf(1))).toBe(0);
  });

  it("throws away what is no job", async () => {
    const world = new World();
    const frame = { version: 1, kind: "double", key: keyOf(1), code: CODE, shared: null, payload: 1 };
    const texts = ["", "{}", JSON.stringify({ ...frame, version: 2 }), JSON.stringify({ ...frame, more: 1 })];
    for (const [n, text] of [...texts, JSON.stringify(frame)].entries())
      world.server.queue.set(keyOf(n + 10), { text, freeAt: 0, deliveries: 0 });
    void world.worker();
    await world.pass(5000);
    expect([world.server.queue.size, world.server.kept]).toEqual([0, 0]);
  });
});

describe("an order", () => {
  it("ends with the reason of a job that failed, and takes back the others", async () => {
    const world = new World();
    void world.worker(async ({ payload }) => {
      if (payload === 3) throw new Error("no bar");
      return 1;
    });
    expect(await world.settled(world.order(ten))).toBe("a job failed on w: no bar");
    expect(world.server.queue.size).toBe(0);
  });

  it("ends when nobody works for long, and says so before", async () => {
    const world = new World();
    expect(await world.settled(world.order(ten))).toMatch(
      /no worker has done anything for 30 min; 10 jobs are open/,
    );
    expect(world.lines).toEqual([expect.stringContaining("no worker has taken a job for a minute")]);
  });

  it("that is cancelled stops who is at it", async () => {
    const world = new World();
    const stop = new AbortController();
    let stopped = 0;
    void world.worker(
      (_, __, signal) =>
        new Promise((_, reject) =>
          signal.addEventListener("abort", () => {
            stopped += 1;
            reject(signal.reason as Error);
          }),
        ),
    );
    const order = world.order(ten, { signal: stop.signal });
    await world.pass(3000);
    stop.abort();
    expect(await world.settled(order)).toBe("cancelled; what is done is kept");
    expect([stopped, world.server.queue.size]).toEqual([1, 0]);
  });

  it("ends with what its owner throws at an answer", async () => {
    const world = new World();
    void world.worker();
    const order = world.order(ten, {
      answered: () => {
        throw new Error("the disk is full");
      },
    });
    expect(await world.settled(order)).toBe("the disk is full");
  });
});
