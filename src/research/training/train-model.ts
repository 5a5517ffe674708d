/**
 * A training from lake to registry (LEARN): models walked forward, the same procedure once more on the last window's
 * length of days, its leaks looked for, its gates asked, the version registered with all of that. A version that fails
 * a gate is kept as a candidate with the refusal on record; it can be looked at, never used.
 */

import { join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { ModelRegistry } from "../../adapters/models/model-registry.ts";
import { featureVersionOf } from "../../app/models/model-features.ts";
import { resultJson } from "../../app/run-files.ts";
import { InputError } from "../../domain/assert.ts";
import type { GateVerdict, ModelFacts } from "../../domain/model-version.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { driftReferenceOf } from "../../learn/drift/drift-reference-of.ts";
import { gateVerdict } from "../../learn/promotion/gate-verdict.ts";
import type { SignalFit } from "../../learn/signal/fit-signal-model.ts";
import type { LabelledEntries } from "../../learn/signal/labelled-entries.ts";
import { TreeEnsemble } from "../../models/trees/tree-ensemble.ts";
import { TreeShap } from "../../models/trees/tree-shap.ts";
import { loadReportFont } from "../report/font.ts";
import { equityCsv, keepStudy } from "../walk-forward/walk-records.ts";
import type { DayRange } from "../walk-forward/walk-windows.ts";
import { daysOfBatches } from "./entry-rows.ts";
import { leakReport } from "./leak-checks.ts";
import { modelText, type TrainerSettings } from "./model-jobs.ts";
import { type ModelWalk, type ModelWalkRun, walkModel } from "./model-walk.ts";
import { trainReport } from "./train-report.ts";
import type { TrainingResult } from "./training-result.ts";
import { walkResult } from "./walk-result.ts";
import { walkSeries } from "./walk-series.ts";

export interface TrainingRun extends ModelWalkRun {
  readonly out: string;
}

interface LastFit {
  readonly days: DayRange;
  readonly settings: TrainerSettings;
  readonly entries: LabelledEntries;
  readonly fit: SignalFit;
}

export async function trainModel(request: TrainingRun): Promise<TrainingResult> {
  const { out, progress, training } = request;
  const walk = await walkModel(request);
  makeFolder(out);
  progress("learning from the last days");
  const last = lastFit(walk);
  const shared = walkResult(walk);
  if (typeof last === "string") {
    const none = {
      model: null,
      why: last,
      trained: null,
      fit: null,
      leaks: null,
      importance: [],
      passed: false,
    };
    return written(request, walk, { ...shared, ...none });
  }
  progress("looking for leaks");
  const { fit, entries } = last;
  const leaks = leakReport(entries, fit, walk.ground.setup.columns, {
    folds: walk.jobs.folds(entries),
    grow: walk.jobs.grow(last.settings),
    seed: training.seed,
  });
  const gates = [...shared.gates, ...leaks.gates, knowing(fit.figures.skill)];
  const passed = gates.every((gate) => gate.passed);
  const id = register(request, walk, last, gates);
  const { findings, overlapping, shuffled } = leaks;
  return written(request, walk, {
    ...shared,
    ...{ gates, passed, model: id, why: null },
    trained: { from: isoDate(last.days.from), to: isoDate(last.days.to), settings: last.settings },
    fit: { figures: fit.figures, reliability: fit.reliability, threshold: fit.settings.threshold },
    leaks: { findings, overlapping, shuffled },
    importance: importanceOf(fit, entries),
  });
}

const knowing = (value: number): GateVerdict =>
  gateVerdict({ gate: "skill", title: "skill out of fold", value, limit: 0, side: "above" });

/** The candidate that knows most of the last days, as in each window; a sentence where none can learn from them. */
function lastFit({ ground, jobs, search }: ModelWalk): LastFit | string {
  const { setup, training } = ground;
  const all = [...new Set(daysOfBatches(setup.columns, setup.sessions))] as DayNumber[];
  const chosen = all.slice(-training.windows.train);
  const days: DayRange = { from: chosen[0]!, to: chosen.at(-1)! };
  let best: LastFit | string = "no candidate";
  for (const settings of search.candidates) {
    const fit = jobs.fit(days, Number.POSITIVE_INFINITY, settings);
    if (typeof fit === "string") return fit;
    if (typeof best === "string" || fit.figures.skill > best.fit.figures.skill)
      best = { days, settings, fit, entries: jobs.entriesOf(days, Number.POSITIVE_INFINITY) };
  }
  return best;
}

function register(
  { root, now, training }: TrainingRun,
  { snapshot, hash, code, runId, verdict, trainer }: ModelWalk,
  { days, settings, entries, fit }: LastFit,
  gates: ModelFacts["gates"],
): string {
  const { sharpe, maxDrawdown, totalReturn, trades, winRate } = verdict;
  const text = modelText(fit.model);
  const metrics = { sharpe, maxDrawdown, totalReturn, trades, winRate, ...fit.figures };
  const facts: ModelFacts = {
    name: training.name ?? `${training.strategy}.meta`,
    format: text.startsWith("{") ? "xgboost-json" : "lightgbm-text",
    snapshot,
    features: entries.featureNames,
    featureVersion: featureVersionOf(entries.featureNames),
    params: {
      ...{ strategy: training.strategy, runId, configHash: hash, codeVersion: code },
      ...{ training, settings, trainer: [trainer.name, trainer.version], signal: fit.settings },
      ...{ trainedFrom: isoDate(days.from), trainedTo: isoDate(days.to) },
      // What the watch over it compares with, once it is in use.
      reference: driftReferenceOf({ ...entries, probability: fit.probability }),
    },
    metrics: Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value))),
    gates,
  };
  const words = { by: "training", at: now, reason: `trained by ${runId}` };
  const registry = new ModelRegistry(root);
  try {
    const { id } = registry.add(facts, text, words);
    if (gates.some(({ passed }) => !passed)) refuse(registry, id, words);
    return id;
  } finally {
    registry.close();
  }
}

/** On record as what it is, so that nobody has to wonder later why it was never used. */
function refuse(registry: ModelRegistry, id: string, words: Parameters<ModelRegistry["move"]>[2]): void {
  try {
    registry.move(id, "shadow", words);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

function importanceOf({ model }: SignalFit, { featureNames, columns, label }: LabelledEntries) {
  const shap = new TreeShap(new TreeEnsemble(model));
  const row = new Float64Array(columns.length);
  const line = new Float64Array(columns.length + 1);
  const sums = new Float64Array(columns.length);
  for (let n = 0; n < label.length; n++) {
    for (let f = 0; f < row.length; f++) row[f] = columns[f]![n]!;
    shap.contributions(row, line);
    for (let f = 0; f < sums.length; f++) sums[f] = sums[f]! + Math.abs(line[f]!);
  }
  return featureNames
    .map((feature, f) => ({ feature, share: sums[f]! / label.length }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || (a.feature < b.feature ? -1 : 1));
}

function written(
  { root, now, out, training }: TrainingRun,
  walk: ModelWalk,
  result: TrainingResult,
): TrainingResult {
  const { verdict, runId, snapshot, hash, walked, ground } = walk;
  const missed = result.gates.filter(({ passed }) => !passed).map(({ title }) => title);
  keepStudy(root, {
    ...{ studyId: runId, kind: "training", at: now, strategies: [training.strategy], snapshot },
    ...{ timeframe: ground.setup.columns.timeframe, configHash: hash, passed: result.passed },
    params: { model: result.model },
    figures: { ...verdict, gates: undefined, sessions: walked.returns.length },
    reasons: result.why === null ? missed : [result.why, ...missed],
  });
  replaceFile(join(out, "train.json"), `${resultJson(result)}\n`);
  replaceFile(join(out, "equity.csv"), equityCsv(walk.walked, walk.ground.setup.cash));
  const page = trainReport({ result, last: result, series: walkSeries(walk) }, loadReportFont());
  replaceFile(join(out, "report.html"), page);
  return result;
}
