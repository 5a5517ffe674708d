/** Goal: what goes on to be walked forward are the best trials of a search, each setting once. */
import { describe, expect, it } from "vitest";
import type { DayNumber } from "../../domain/time.ts";
import type { TrialJob } from "./model-jobs.ts";
import { searchSettings } from "./search-settings.ts";
import { parseTraining } from "./training-config.ts";

const window = { train: { from: 1 as DayNumber, to: 9 as DayNumber }, before: 10 };
const search = (given: object, skill: (job: TrialJob) => number | null) =>
  searchSettings(
    parseTraining({ strategy: "swing_trend_following", bars: {}, search: given }, "test"),
    window,
    async (jobs) => jobs.map((job) => ({ skill: skill(job) })),
  );
const leaves = { leavesMost: { kind: "choice", values: [2, 5, 9] } };
const told = ({ settings }: TrialJob) => Number(settings.leavesMost);

describe("the candidates of a search", () => {
  it("are its best points, none of them twice", async () => {
    const { candidates, state } = await search({ method: "random", trials: 12, space: leaves }, told);
    expect(state.results).toHaveLength(12);
    expect(candidates).toEqual([{ leavesMost: 9 }, { leavesMost: 5 }, { leavesMost: 2 }]);
    const two = await search({ method: "tpe", trials: 12, keep: 2, space: leaves }, told);
    expect(two.candidates).toEqual([{ leavesMost: 9 }, { leavesMost: 5 }]);
  });

  it("are not those that failed, and what the trainer does by itself where all did", async () => {
    const some = await search({ method: "random", trials: 12, space: leaves }, (job) =>
      told(job) === 9 ? null : told(job),
    );
    expect(some.candidates).toEqual([{ leavesMost: 5 }, { leavesMost: 2 }]);
    expect((await search({ method: "halving", trials: 4 }, () => null)).candidates).toEqual([{}]);
  });
});
