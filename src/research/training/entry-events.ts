/**
 * Every entry that a strategy's rules would ask for from flat, with what the features were at that close: what a model
 * beside the rules will be asked about. The engine's own compute stage asks, so training and trading see the same
 * numbers (FEAT-2); nothing is ever bought, so each wish stands for itself.
 */
import { engineConfigs } from "../../app/engine-configs.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { warmLongerOn } from "../../app/run-history.ts";
import { type BarBatch, batchCount } from "../../domain/bars.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { type AccountFacts, ComputeStage } from "../../engine/compute.ts";
import { SignalField, SignalKind } from "../../engine/signal-table.ts";
import { output } from "../../features/feature.ts";
import { features as catalogue } from "../../features/registry.ts";

/** One row per entry, by time and then by instrument. */
export interface EntryEvents {
  /** Of the run's columns. */
  readonly batch: Int32Array;
  readonly instrument: Int32Array;
  /** +1 long, -1 short. */
  readonly side: Int8Array;
  /** Dollars per share; NaN for none. */
  readonly stop: Float64Array;
  readonly featureNames: readonly string[];
  readonly columns: readonly Float64Array[];
}

/** `names`: outputs of the catalogue. `from`: instants before it are history, on which no entry counts. */
export function entryEvents(
  setup: RunSetup,
  strategy: string,
  names: readonly string[],
  from: EpochMicros,
): EntryEvents {
  const { paper: _, ...config } = engineConfigs(
    { ...setup, strategyIds: [strategy], models: {} },
    strategiesOf(setup.config),
  ).compute;
  const stage = new ComputeStage(config);
  const read = names.map((name) =>
    stage.bank.column(output(catalogue.find(({ outputs }) => outputs.includes(name))!, name)),
  );
  const found = {
    batch: [] as number[],
    instrument: [] as number[],
    side: [] as number[],
    stop: [] as number[],
  };
  const columns: number[][] = names.map(() => []);
  const account = unlimited(setup.cash);
  const { columns: bars } = setup;
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns: bars };
  if (setup.longer !== undefined) warmLongerOn(setup.longer, bars, stage);
  const told = setup.references ?? [];
  let next = 0;
  for (let b = 0; b < batchCount(bars); b++) {
    batch.at = bars.closedAt[b] as EpochMicros;
    for (; next < told.length && told[next]!.at <= batch.at; next++) stage.told(told[next]!);
    batch.from = bars.offset[b]!;
    batch.to = bars.offset[b + 1]!;
    const first = stage.signals.length;
    stage.bars(batch, account);
    if (batch.at < from) continue;
    for (let row = first; row < stage.signals.length; row++) {
      if (stage.signals.get(row, SignalField.kind) !== SignalKind.Enter) continue;
      const instrument = stage.signals.get(row, SignalField.instrument);
      found.batch.push(b);
      found.instrument.push(instrument);
      found.side.push(Math.sign(stage.signals.get(row, SignalField.conviction)));
      found.stop.push(stage.signals.get(row, SignalField.stop));
      for (const [f, column] of read.entries()) columns[f]!.push(column[instrument]!);
    }
  }
  return {
    batch: Int32Array.from(found.batch),
    instrument: Int32Array.from(found.instrument),
    side: Int8Array.from(found.side),
    stop: Float64Array.from(found.stop),
    featureNames: names,
    columns: columns.map((values) => Float64Array.from(values)),
  };
}

/** An account that bars nothing: what a wish becomes is not asked here. */
const unlimited = (cash: number): AccountFacts => ({
  equity: cash,
  availableCash: cash,
  scalar: 1,
  enteredToday: () => 0,
  allowsEntries: () => true,
});
