/**
 * A model beside a strategy as `plimsoll train` makes one, but small: boosted trees of our own on what came of that
 * strategy's entries in the demo's own market, registered in a folder of state and promoted by the command line.
 */
import { ModelRegistry } from "../../src/adapters/models/model-registry.ts";
import { loadConfig } from "../../src/app/config.ts";
import { featureVersionOf } from "../../src/app/models/model-features.ts";
import { modelNameOf } from "../../src/app/models/run-models.ts";
import { tradedConfig } from "../../src/app/traded-config.ts";
import { type EpochMicros, parseIsoDate } from "../../src/domain/time.ts";
import { gbdtTrainer } from "../../src/learn/boosting/built-in-trainers.ts";
import { driftReferenceOf } from "../../src/learn/drift/drift-reference-of.ts";
import { fitSignalModel } from "../../src/learn/signal/fit-signal-model.ts";
import { xnysSessions } from "../../src/market/calendar.ts";
import { quantile } from "../../src/numerics/moments.ts";
import { entryEvents } from "../../src/research/training/entry-events.ts";
import { labelEntries } from "../../src/research/training/label-entries.ts";
import { modelText } from "../../src/research/training/model-jobs.ts";
import { createSyntheticMarket } from "../../src/sim/synthetic-market.ts";
import { runLine } from "../run-line.ts";

export const STRATEGY = "swing_trend_following";
/** The strategy's own two that have no name of a price, and one beside them. */
const FEATURES = ["adx_14", "atr_14", "rsi_14"];
const SESSIONS = 3;
const uses = { filter: true, scale: false, tightenStop: 0 };

/** Of the demo's market before its first session, seed 1. `rounds`: another number is another version. */
function fitted(rounds: number) {
  const config = tradedConfig(loadConfig(), "demo");
  const firstSession = parseIsoDate(config.demo.firstSession);
  if (firstSession === undefined) throw new Error(`demo.firstSession: ${config.demo.firstSession}`);
  const columns = createSyntheticMarket({ seed: 1, firstSession }).history(SESSIONS);
  const setup = { config, strategyIds: [STRATEGY], columns, sessions: xnysSessions(), cash: 100_000 };
  const events = entryEvents(setup, STRATEGY, FEATURES, 0 as EpochMicros);
  const entries = labelEntries(columns, events, { kind: "barrier", profit: 2, horizon: 60, costBps: 1 });
  const grow = { trainer: gbdtTrainer(), settings: { leavesMost: 6 }, rounds, patience: 0, seed: 1 };
  const folds = { folds: 3, embargo: 60, lookback: 0 };
  const fit = fitSignalModel(entries, { folds, grow, uses, stake: 0.05 });
  // About half of the entries are kept out, whatever the best threshold would have been.
  const settings = { ...fit.settings, threshold: quantile(fit.probability, 0.5) };
  return {
    text: modelText(fit.model),
    signal: settings,
    reference: driftReferenceOf({ ...entries, probability: fit.probability }),
  };
}

/** Registers a version and promotes it to champion; returns its id. */
export async function promoted(root: string, rounds: number): Promise<string> {
  const { text, ...params } = fitted(rounds);
  const gate = { gate: "skill", title: "skill out of fold", side: "above", limit: 0 } as const;
  const registry = new ModelRegistry(root);
  const { id } = registry.add(
    {
      ...{ name: modelNameOf(STRATEGY), format: "lightgbm-text", snapshot: "the demo's market" },
      ...{ features: FEATURES, featureVersion: featureVersionOf(FEATURES), params, metrics: {} },
      gates: [{ ...gate, value: 0.01, passed: true }],
    },
    text,
    { by: "test", reason: "trained", at: new Date().toISOString() },
  );
  registry.close();
  for (const stage of ["shadow", "champion"]) {
    const words = ["models", "promote", id, "--to", stage, "--reason", "for a test"];
    const { code, err } = await runLine(["--root", root, ...words]);
    if (code !== 0) throw new Error(`models promote: ${err}`);
  }
  return id;
}
