/** What a report of a walk shows beside its result: the history day by day, and what the data behind it are. */
import { survivorsOnly } from "../../app/run-warnings.ts";
import { isoDate } from "../../domain/time.ts";
import type { CostParams } from "../../sim/cost-model.ts";
import { daysOfBatches } from "./entry-rows.ts";
import type { ModelWalk } from "./model-walk.ts";

export interface WalkSeries {
  /** Stitched sessions, ISO dates. */
  readonly dates: readonly string[];
  /** Net return of each session, as a fraction: with models beside the rules, and of rules alone. */
  readonly models: Float64Array;
  readonly rules: Float64Array;
  readonly symbols: number;
  /** Almost nothing in the data ever leaves it, which no real universe does. */
  readonly survivorsOnly: boolean;
  /** How the walk's fills were priced. */
  readonly costs: Pick<CostParams, "slippage" | "fixedBps" | "spreadBps" | "impact">;
}

export function walkSeries({ ground: { setup }, walked, windows, rules }: ModelWalk): WalkSeries {
  const days = [...new Set(daysOfBatches(setup.columns, setup.sessions))];
  const dates = windows.flatMap(({ test, stitched }) => {
    const from = days.indexOf(test.from);
    return days.slice(from, from + stitched).map((day) => isoDate(day as typeof test.from));
  });
  return {
    ...{ dates, models: walked.returns, rules },
    symbols: setup.columns.instruments.symbols.length,
    survivorsOnly: survivorsOnly(setup.columns),
    costs: setup.config.costs,
  };
}
