/** The regime of a backtest: readings for its sessions, or why there are none. */
import type { Lake } from "../../adapters/lake/lake.ts";
import { InputError } from "../../domain/assert.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import type { DayNumber } from "../../domain/time.ts";
import type { MonthFit } from "../../learn/regime/point-in-time.ts";
import { sessionReadings } from "../../learn/regime/session-readings.ts";
import { indexDays, type SeriesChoice } from "./index-days.ts";
import { type RegimeParams, readingParams } from "./regime-params.ts";

export type RunRegime =
  | { readonly readings: readonly RegimeReading[]; readonly id: string }
  /** Why nobody speaks, a clause for people. */
  | { readonly absent: string };

/** A backtest without its data is one without a regime, and says so; it does not fail. */
export async function runRegime(
  lake: Pick<Lake, "loadBars">,
  params: RegimeParams,
  choice: SeriesChoice,
  last: DayNumber | undefined,
  fitter?: MonthFit,
): Promise<RunRegime> {
  if (!params.enabled) return { absent: "regime.enabled is false" };
  try {
    const { id, ...days } = await indexDays(lake, params, choice, last);
    const { readings } = sessionReadings(days, readingParams(params), fitter);
    if (readings.some(({ bull }) => bull !== null)) return { readings, id };
    return { absent: `${days.date.length} sessions of ${params.index} and the VIX are too few for a model` };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { absent: error.message };
  }
}

/** What a run is given of it; its data belong to the name of what the run stands on. */
export const givenRegime = (
  regime: RunRegime,
  snapshot: string,
): { readonly given: { readonly regime?: readonly RegimeReading[] }; readonly snapshot: string } =>
  "readings" in regime
    ? { given: { regime: regime.readings }, snapshot: `${snapshot}+regime:${regime.id}` }
    : { given: {}, snapshot };
