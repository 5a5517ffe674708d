/** One run over the days of a window: fresh cash, features warmed on the days before it, nothing known after it. */
import { boundStrategies } from "../../app/engine-configs.ts";
import { type RunSetup, runEngine } from "../../app/engine-run.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { historyOf } from "../../app/run-history.ts";
import { dailyReturns, type Variant, varied } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { TradeField } from "../../engine/trade-log.ts";
import { digestFloats } from "../../numerics/sha256.ts";
import type { DayRange } from "./walk-windows.ts";
import { toldIn, type WalkSetup, windowBars } from "./window-bars.ts";

export interface WindowJob extends DayRange {
  readonly params: NonNullable<Variant["params"]>;
}

/** Plain JSON: it is kept in the record of jobs and crosses threads and machines. */
export interface WindowOutcome {
  /** Simple net returns per session, from the starting cash. */
  readonly returns: readonly number[];
  /** Of each round trip that ended in the window: ISO instant of its entry, and dollars net of costs. */
  readonly trades: readonly { readonly openedAt: string; readonly pnl: number }[];
  /** Of the equity after each batch: equal runs, equal digests. */
  readonly digest: string;
}

/** As a backtest over these days goes. Throws InputError for a window without a bar. */
export function runWindow({ daysBefore, longer: _, ...whole }: WalkSetup, job: WindowJob): WindowOutcome {
  const config = varied(whole.config, { params: job.params });
  const { columns: all, strategyIds, models } = whole;
  const { timeframe } = all;
  const bound = boundStrategies(strategiesOf(config), { config, strategyIds, models, timeframe });
  const parts = windowBars({ ...whole, ...(daysBefore === undefined ? {} : { daysBefore }) }, job, bound);
  if (parts === undefined)
    throw new InputError(`walk-forward: no bar from ${isoDate(job.from)} to ${isoDate(job.to)}`);
  const { columns, before, longer } = parts;
  const last = columns.closedAt.at(-1)!;
  const events = (whole.actions ?? []).filter(({ at }) => at <= last && at >= (before.closedAt[0] ?? 0));
  const setup: RunSetup = {
    ...{ ...whole, ...historyOf(before, events), columns, config },
    ...(longer === undefined ? {} : { longer }),
    references: toldIn(whole.references ?? [], parts),
  };
  const run = runEngine(setup);
  const { trades } = run.loop.execute;
  return {
    returns: Array.from(dailyReturns(run.curve, setup)),
    trades: Array.from({ length: trades.length }, (_, trade) => ({
      openedAt: isoInstant(trades.get(trade, TradeField.openedAt) as EpochMicros),
      pnl: trades.get(trade, TradeField.pnl),
    })),
    digest: digestFloats(run.curve.equity),
  };
}
