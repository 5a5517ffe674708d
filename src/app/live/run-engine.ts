/** The engine of a run, built from its terms alone: by each process of it, by a replay, by whoever projects it. */
import { dirname, join } from "node:path";
import { DecisionLimit } from "../../adapters/decision-limit.ts";
import type { DecisionMark } from "../../adapters/decision-mark.ts";
import { type BarBatch, type BarColumns, batchCount, type Timeframe } from "../../domain/bars.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { ComputeStage } from "../../engine/compute.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type EngineConfigs, engineConfigs } from "../engine-configs.ts";
import { type EngineModels, noModels, readModelFiles } from "../models/run-models.ts";
import { strategiesOf } from "../own-strategies.ts";
import { tablesNeeded } from "../references/run-references.ts";
import { readHistory } from "./history-file.ts";
import type { HistoryFile, RunPlaces, RunTerms } from "./run-terms.ts";

/** The name of who holds what no order of ours explains. */
export const EXTERNAL = "external";

/**
 * Of the wall, for one decision of a strategy that nobody here has read. The watchdog bars entries after half a second
 * without a beat of compute and closes everything after ten: those that hang are disabled before.
 */
const DECISION_MS = 1000;

/**
 * Both stages; execute knows one strategy more than compute: the last holds what is nobody's (C-48). `models` are those
 * of the terms, for who builds compute; execute is the same without. `mark`: of the process that decides.
 */
export function engineOf(
  terms: RunTerms,
  instruments: InstrumentTable,
  models: EngineModels = noModels,
  mark?: DecisionMark,
): EngineConfigs {
  const { config, strategyIds, cash } = terms;
  const columns = { timeframe: "1m" as const, instruments };
  const regime = terms.regime === undefined ? {} : { regime: "required" as const };
  const setup = { config, strategyIds, columns, sessions: xnysSessions(), cash, ...regime, ...models };
  const configs = engineConfigs(setup, strategiesOf(config, new DecisionLimit(DECISION_MS, mark)));
  const { execute } = configs;
  const external = execute.strategies;
  return {
    // Nobody knows at the start what companies will do: features stand on a basis that a split does not break (C-49).
    compute: { ...configs.compute, basis: config.features.basis, isolates: true },
    execute: {
      ...execute,
      strategies: external + 1,
      allocations: [...(execute.allocations ?? []), 0],
      intraday: [...(execute.intraday ?? []), false],
      positionCaps: [...(execute.positionCaps ?? []), instruments.symbols.length],
      strategyIds: [...(execute.strategyIds ?? []), EXTERNAL],
      needs: [...configs.compute.strategies.map(({ strategy }) => tablesNeeded(strategy)), []],
      externalStrategy: external,
      verifiesFlat: true,
      closesOnlyInSession: true,
    },
  };
}

/** The models of the run. Throws InputError (exit 1) when one is not where it was laid (RM-1). */
export const modelsOf = ({ models, killSwitch }: RunTerms, places: Pick<RunPlaces, "terms">): EngineModels =>
  readModelFiles(dirname(places.terms), dirname(killSwitch), models);

/** The bars before the run; undefined where it began cold. Throws InputError (exit 1) when the file is another. */
export const historyOf = ({ history, symbols }: RunTerms, places: RunPlaces): BarColumns | undefined =>
  barsOf(history, symbols, places, "1m");

/** The daily bars before those. */
export const daysOf = ({ days, symbols }: RunTerms, places: RunPlaces): BarColumns | undefined =>
  barsOf(days, symbols, places, "1d");

function barsOf(
  history: HistoryFile | undefined,
  symbols: readonly string[],
  places: RunPlaces,
  timeframe: Timeframe,
): BarColumns | undefined {
  if (history === undefined || history.bars === 0) return undefined;
  const path = join(dirname(places.terms), history.file);
  return readHistory({ path, sha256: history.sha256 }, instrumentTable(symbols), timeframe);
}

/** Shows compute what was before the run: the days, then the minutes after them. */
export function warmCompute(
  compute: Pick<ComputeStage, "warm" | "warmLonger">,
  { days, history }: { readonly days?: BarColumns | undefined; readonly history?: BarColumns | undefined },
): void {
  if (days !== undefined) for (const batch of batchesOf(days)) compute.warmLonger(days.timeframe, batch);
  if (history !== undefined) for (const batch of batchesOf(history)) compute.warm(batch);
}

/** Instant by instant. */
export function* batchesOf(columns: BarColumns): Generator<BarBatch> {
  for (let n = 0; n < batchCount(columns); n++) {
    const [from, to] = [columns.offset[n] ?? 0, columns.offset[n + 1] ?? 0];
    yield { at: columns.closedAt[n] as EpochMicros, columns, from, to };
  }
}
