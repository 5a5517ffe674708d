/** One run over the days of a window: fresh cash, features warmed on the days before it, nothing known after it. */
import { boundStrategy } from "../../app/engine-configs.ts";
import { type RunSetup, runEngine } from "../../app/engine-run.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { historyOf, historyStart, splitAt } from "../../app/run-history.ts";
import { dailyReturns, type Variant, varied } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import type { BarColumns } from "../../domain/bars.ts";
import { type DayNumber, type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { TradeField } from "../../engine/trade-log.ts";
import { digestFloats } from "../../numerics/sha256.ts";
import type { DayRange } from "./walk-windows.ts";

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

/** `setup.columns` hold all days; rows are shared, not copied. Throws InputError for a window without a bar. */
export function runWindow(setup: RunSetup, { from, to, params }: WindowJob): WindowOutcome {
  const { sessions, strategyIds } = setup;
  const config = varied(setup.config, { params });
  const bound = strategiesOf(config)
    .filter(({ id }) => strategyIds.includes(id))
    .map((module) => boundStrategy(module, config, setup.models));
  const start = historyStart(from, bound, setup.columns.timeframe, sessions);
  const known = upTo(splitAt(setup.columns, start, sessions)?.columns, to, setup);
  const parted = known === undefined ? undefined : splitAt(known, from, sessions);
  const last = parted?.columns.closedAt.at(-1);
  if (parted === undefined || last === undefined)
    throw new InputError(`walk-forward: no bar from ${isoDate(from)} to ${isoDate(to)}`);
  const { columns, before } = parted;
  const events = (setup.actions ?? []).filter(({ at }) => at <= last && at >= (before.closedAt[0] ?? 0));
  const run = runEngine({ ...setup, ...historyOf(before, events), columns, config });
  const { trades } = run.loop.execute;
  return {
    returns: Array.from(dailyReturns(run.curve, { ...setup, columns })),
    trades: Array.from({ length: trades.length }, (_, trade) => ({
      openedAt: isoInstant(trades.get(trade, TradeField.openedAt) as EpochMicros),
      pnl: trades.get(trade, TradeField.pnl),
    })),
    digest: digestFloats(run.curve.equity),
  };
}

function upTo(
  columns: BarColumns | undefined,
  day: DayNumber,
  { sessions }: RunSetup,
): BarColumns | undefined {
  if (columns === undefined) return undefined;
  const parted = splitAt(columns, (day + 1) as DayNumber, sessions);
  return parted === undefined ? columns : parted.before;
}
