/** Goal: an answer is the same whether it was given just now or stands on record from a run before. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { recordedJobs } from "./recorded-jobs.ts";

let folder: string;
beforeEach(() => {
  folder = scratchFolder("plimsoll-jobs-");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("figures that JSON has not are told alike before and after a break", async () => {
  const done: number[] = [];
  const answers = () =>
    recordedJobs(
      { workers: 1, record: join(folder, "jobs.jsonl"), facts: "test", progress: () => undefined },
      [1, 2],
      {
        entry: new URL("file:///none"),
        shared: () => undefined,
        here: (job) => {
          done.push(job);
          return { skill: job === 1 ? Number.NaN : -0, rounds: job };
        },
      },
    );
  const first = await answers();
  expect(await answers()).toEqual(first);
  expect(first).toEqual([
    { skill: null, rounds: 1 },
    { skill: 0, rounds: 2 },
  ]);
  expect(done).toEqual([1, 2]);
});
