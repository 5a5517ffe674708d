/**
 * The report of a live run, made of its journals alone: the parity loop gives the books, the record the bars (BACK-2).
 * Whoever has the journals can make it again, also of a run that was cut short.
 */

import { InputError } from "../../domain/assert.ts";
import { type Bar, type BarBatch, type BarColumns, batchCount, columnsFromBars } from "../../domain/bars.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { parseEvent } from "../../engine/event-text.ts";
import { xnysSessions } from "../../market/calendar.ts";
import type { EngineRun, RunSetup } from "../engine-run.ts";
import { EquityCurve } from "../equity-curve.ts";
import { exposureCurve } from "../exposure-curve.ts";
import type { RunFiles } from "../run-files.ts";
import { reportRun } from "../run-report.ts";
import type { ReportInput } from "../run-result.ts";
import { requireUnaltered } from "./parity.ts";
import { ParityLoop } from "./parity-loop.ts";
import { entriesOf, findRun, type RecordedRun, type RunChoice } from "./recorded-run.ts";

export interface LiveReport {
  readonly run: string;
  readonly report: ReportInput;
  readonly files: RunFiles;
  /** True when nothing was held at the end. */
  readonly isFlat: boolean;
}

const NO_CANARY = "Not run: a live run trades once and is not repeated. A backtest runs it.";
const UNCOUNTED = {
  demo: "Not counted: a demo on a synthetic market proves nothing and is no trial.",
  paper: "Not counted: what was traded is no trial; choosing what to trade was.",
  live: "Not counted: what was traded is no trial; choosing what to trade was.",
} as const;

/** Throws InputError (exit 1): no such run, its record was altered, or it never saw a minute. */
export function liveReport(choice: RunChoice): LiveReport {
  const recorded = findRun(choice);
  requireUnaltered(recorded);
  const { terms, run: name } = recorded;
  const columns = recordedBars(recorded);
  if (batchCount(columns) === 0)
    throw new InputError(
      `journal: run ${name} never saw a minute of the market; there is nothing to report`,
      1,
    );
  const curve = new EquityCurve(batchCount(columns));
  const loop = new ParityLoop(recorded, {
    // A minute in which nothing traded is no batch of the columns.
    valued: (execute, { from, to }) => {
      if (to > from) curve.record(execute);
    },
  });
  loop.run();
  const run: EngineRun = { loop, curve, allocated: loop.allocated, overTicks: true };
  const { config, strategyIds, cash, mode } = terms;
  const setup: RunSetup = { config, strategyIds, columns, sessions: xnysSessions(), cash };
  const exposure = exposureCurve(columns, loop.execute, cash);
  const report = reportRun(
    {
      ...{ setup, run, exposure, mode },
      canary: { notRun: NO_CANARY, passed: true, decisions: 0, moved: 0, firstDifference: null },
      uncounted: UNCOUNTED[mode],
      snapshot: `journal of run ${name}`,
      profile: mode,
      seed: 0,
      command: "plimsoll start",
    },
    () => [],
  );
  const { trades, result } = report;
  const isFlat = loop.execute.portfolio.openPositions === 0;
  return { run: name, report, files: { run, exposure, columns, trades, result }, isFlat };
}

/** The minutes that execute valued the account at. */
export function recordedBars(recorded: RecordedRun): BarColumns {
  const bars: Bar[] = [];
  for (const batch of recordedBatches(recorded)) {
    const { at, from, to, columns } = batch;
    for (let row = from; row < to; row++)
      bars.push({
        instrument: columns.instrument[row] as InstrumentId,
        closedAt: at,
        open: columns.open[row]!,
        high: columns.high[row]!,
        low: columns.low[row]!,
        close: columns.close[row]!,
        volume: columns.volume[row]!,
      });
  }
  return columnsFromBars("1m", recorded.instruments, bars);
}

function* recordedBatches(recorded: RecordedRun): Generator<BarBatch> {
  for (const { part, payload } of entriesOf(recorded, "execute")) {
    const text = String(payload);
    if (part !== "input" || !BARS.test(text)) continue;
    const event = parseEvent(text.slice(text.indexOf("{")), recorded.instruments);
    if (event.kind === "BarsClosed") yield event.bars;
  }
}

/** Of canonical JSON, whose first fields are these. */
const BARS = /^event#?\d* \d+ [\d.]+ \{"at":\d+,"kind":"BarsClosed"/;
