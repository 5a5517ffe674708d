/** What all jobs of a training stand on, made of a lake and the training's words alone: the same on every machine. */
import type { Config } from "../../app/config.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, parseIsoDate, startOfDay } from "../../domain/time.ts";
import type { LoadedWalk, SetupRequest } from "../walk-forward/load-setup.ts";
import { entryEvents } from "./entry-events.ts";
import { inputNames, isTelling } from "./input-names.ts";
import { type Labelled, labelEntries } from "./label-entries.ts";
import type { TrainingGround } from "./model-jobs.ts";
import type { TrainingConfig } from "./training-config.ts";

/** What is to be loaded for it. */
export const setupRequestOf = (training: TrainingConfig, config: Config): SetupRequest => ({
  bars: barsOf(training),
  config,
  strategyIds: [training.strategy],
  cash: training.cash ?? config.account.capital,
  from: dayOf(training.bars.from),
  terms: { ...training.windows, gap: 0 },
});

/** Throws InputError where nothing is ever entered, or prices have splits in them. */
export function trainingGround(
  { setup, windows }: Pick<LoadedWalk, "setup" | "windows">,
  training: TrainingConfig,
): TrainingGround {
  requireOneBasis(setup);
  const entries = labelled(setup, training, startOfDay(windows[0]!.train.from));
  return { setup, training, entries };
}

/** Columns that tell nothing are left out: no label is looked at for that. */
function labelled(setup: RunSetup, training: TrainingConfig, from: EpochMicros): Labelled {
  const names = inputNames(training.features);
  const events = entryEvents(setup, training.strategy, names, from);
  const entries = labelEntries(setup.columns, events, training.label);
  const telling = entries.columns.map(isTelling);
  if (entries.label.length === 0 || !telling.includes(true))
    throw new InputError(
      `training: ${training.strategy} asked for ${events.batch.length} entries in these bars and ` +
        `${entries.label.length} have a label; take more bars, or a shorter label.horizon`,
    );
  return {
    ...entries,
    featureNames: entries.featureNames.filter((_, f) => telling[f]),
    columns: entries.columns.filter((_, f) => telling[f]),
  };
}

function requireOneBasis({ actions = [] }: RunSetup): void {
  if (actions.length === 0) return;
  throw new InputError(
    `training.bars: these raw prices have ${actions.length} splits and dividends in them, which a label would take ` +
      "for gains and losses; take bars with training.bars.adjustment split or full",
  );
}

function barsOf({ bars: { from: _, to, symbols, timeframe, ...where } }: TrainingConfig) {
  const last = dayOf(to);
  const { snapshot, source, adjustment } = where;
  return {
    symbols: symbols === "all" ? symbols : symbols.map((symbol) => symbol.toUpperCase()),
    timeframe,
    ...(last === undefined ? {} : { to: last }),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(source === undefined ? {} : { source }),
    ...(adjustment === undefined ? {} : { adjustment }),
  } as const;
}

const dayOf = (text: string | undefined) => (text === undefined ? undefined : parseIsoDate(text));
