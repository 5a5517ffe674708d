/**
 * What the detector says before each session, from what was known before it: point-in-time models, filtered
 * probabilities, the gate and the bands of the VIX (REGIME-1, REGIME-3). One pure function from daily closes to
 * readings: a backtest asks it for all sessions, a live run each morning for the next one, and both hear the same.
 *
 * SR-1  A reading is a function of the days before its session: cutting off later ones changes none.
 * SR-2  A day without a close of the index or of the VIX is not seen: the model does not speak after it, and the gate
 *       remembers what it knew before.
 */
import { InputError } from "../../domain/assert.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { civilDate, type DayNumber, isoDate } from "../../domain/time.ts";
import { nextSession } from "../../market/calendar.ts";
import { regimeGate } from "../../models/regime/regime-gate.ts";
import { REGIME_INPUTS, regimeInputs } from "../../models/regime/regime-inputs.ts";
import { vixRegime } from "../../models/regime/vix-regime.ts";
import { type MonthFit, type PointInTimeParams, pointInTimeRegimes, type Refit } from "./point-in-time.ts";

export interface IndexDays {
  /** Sessions, ascending. */
  readonly date: readonly DayNumber[];
  /** Of the index, dollars or points, and of the VIX, points; NaN where there is none. */
  readonly close: Float64Array;
  readonly vix: Float64Array;
}

export interface ReadingParams {
  readonly model: PointInTimeParams;
  /** Of the gate: `enter`, `leave`, `neutralScale`. */
  readonly gate: Readonly<Record<string, number>>;
  /** Sizes are scaled by the VIX; else its readings say nothing of a scale. */
  readonly scalesByVix: boolean;
}

export interface SessionReadings {
  /** One for the session after each day that has one, in order. */
  readonly readings: readonly RegimeReading[];
  readonly refits: readonly Refit[];
}

/** Throws InputError where the days do not ascend or the columns differ in length. */
export function sessionReadings(
  { date, close, vix }: IndexDays,
  params: ReadingParams,
  fitter?: MonthFit,
): SessionReadings {
  for (const [t, day] of date.entries())
    if (t > 0 && !(day > date[t - 1]!))
      throw new InputError(`regime: ${isoDate(day)} comes after ${isoDate(date[t - 1]!)}; days must ascend`);
  if (close.length !== date.length)
    throw new InputError(`regime: ${close.length} closes; allowed are as many as days, ${date.length}`);
  const rows = regimeInputs(close, vix);
  const { days, refits } = pointInTimeRegimes(rows, Int32Array.from(date, monthOf), params.model, fitter);
  const gate = regimeGate.start(params.gate);
  const bands = vixRegime.start({});
  const readings: RegimeReading[] = [];
  for (const [t, day] of date.entries()) {
    const { bull, neutral, bear } = days[t]!;
    const isSeen = Number.isFinite(rows[t * REGIME_INPUTS]!) && Number.isFinite(bull);
    const { regime, longScale } = isSeen ? gate.step({ bull, neutral, bear }) : UNSEEN;
    const reading = vix[t]!;
    const band = bands.step(reading);
    const session = nextSession(day)?.date;
    if (session === undefined) continue;
    readings.push({
      session,
      ...(isSeen ? { bull, neutral, bear } : { bull: null, neutral: null, bear: null }),
      ...{ regime, longScale },
      vix: reading > 0 && reading < Infinity ? reading : null,
      vixRegime: band.regime,
      vixScale: params.scalesByVix ? band.scale : null,
    });
  }
  return { readings, refits };
}

const UNSEEN = { regime: null, longScale: 0 } as const;

/** Changes with the month. */
function monthOf(day: DayNumber): number {
  const { year, month } = civilDate(day);
  return year * 12 + month;
}
