/** Goal: nobody's threads are taken away, whenever somebody else leaves the same study. */
import { expect, it } from "vitest";
import type { StandingThreads } from "../../adapters/worker-pool.ts";
import { loadConfig } from "../../app/config.ts";
import { jobKey } from "../walk-forward/job-record.ts";
import { type Study, type StudyKind, StudyWorkshop } from "./study-workshop.ts";

const study: Study = { config: loadConfig(), facts: { snapshot: "s", hash: "h" } };
const { signal } = new AbortController();

/** Threads that answer when they are told to, and know whether they were closed in the middle of it. */
class Threads {
  readonly #open = new Map<string, () => void>();
  readonly cutOff: string[] = [];

  run(job: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#open.set(job, () => resolve(job));
    return promise;
  }

  finish(job: string): void {
    this.#open.get(job)?.();
    this.#open.delete(job);
  }

  async close(): Promise<void> {
    this.cutOff.push(...this.#open.keys());
  }
}

const settled = async (ticks: number) => {
  for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
};

it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
  "who comes %d ticks after another has finished keeps the threads",
  async (ticks) => {
    const made: Threads[] = [];
    const kind: StudyKind<Study, string, string> = {
      kind: "test",
      readStudy: () => study,
      readJob: String,
      threads: async () => {
        const threads = new Threads();
        made.push(threads);
        return threads as unknown as StandingThreads<string, string>;
      },
    };
    const workshop = new StudyWorkshop(kind, "/nowhere");
    const run = (job: string, shared: string) =>
      workshop.handler(
        { ...{ kind: "test", code: "c", payload: job, shared }, key: jobKey({ facts: study.facts, job }) },
        {},
        signal,
      );
    const [other, first] = [run("other", "two"), run("first", "one")];
    await settled(20);
    made[1]?.finish("first");
    await settled(ticks);
    const second = run("second", "one");
    await settled(20);
    expect(made.flatMap(({ cutOff }) => cutOff)).toEqual([]);
    for (const threads of made) for (const job of ["other", "second"]) threads.finish(job);
    expect(await Promise.all([other, first, second])).toEqual(["other", "first", "second"]);
    await workshop.close();
  },
);
