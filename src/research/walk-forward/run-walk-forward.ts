/** `walk-forward` over the lake: bars in, windows on all cores, trials on record, verdict and files out. */
import { join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { codeVersion } from "../../app/code-version.ts";
import { type Config, checkParams, resultHash } from "../../app/config.ts";
import { strategiesOf } from "../../app/own-strategies.ts";
import { resultJson } from "../../app/run-files.ts";
import { shortDigest } from "../../app/trials.ts";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import type { WalkForwardTerms } from "../../learn/validation/walk-forward.ts";
import { type FanOutTerms, fanOutJobs } from "../fan-out/job-fan-out.ts";
import { readWindowOutcome, WINDOW_KIND, type WindowStudy } from "../fan-out/window-study.ts";
import { type LoadedWalk, loadSetup } from "./load-setup.ts";
import { type Setting, walkForward } from "./walk-forward.ts";
import { countTrials, daysOf, equityCsv, keepStudy } from "./walk-records.ts";
import { type WalkVerdict, walkVerdict } from "./walk-verdict.ts";

export interface WalkForwardRun {
  readonly root: string;
  readonly config: Config;
  /** In the order of their ids. */
  readonly strategyIds: readonly string[];
  readonly bars: Omit<LoadRequest, "shared">;
  /** Bars before it are history alone. */
  readonly from: DayNumber | undefined;
  readonly cash: number;
  readonly terms: WalkForwardTerms;
  readonly settings: readonly Setting[];
  readonly workers: number;
  readonly entry: URL;
  /** Workers on other machines; without it the cores of this one. */
  readonly bus?: FanOutTerms | undefined;
  readonly out: string;
  /** ISO instant for the record of trials. */
  readonly now: string;
  readonly progress: (step: string) => void;
}

export interface WalkForwardResult {
  readonly runId: string;
  readonly strategies: readonly string[];
  readonly snapshot: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly terms: WalkForwardTerms;
  readonly settings: readonly Setting[];
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  readonly verdict: WalkVerdict;
  /** Tables that the strategies read and nobody told, and why: what needs one stood still. */
  readonly noReferences: LoadedWalk["noReferences"];
  readonly windows: readonly {
    readonly train: readonly [string, string];
    readonly test: readonly [string, string];
    readonly setting: Setting;
    readonly sharpeTrain: number;
    readonly sharpeTest: number;
    readonly trades: number;
  }[];
}

/** Throws InputError where the lake has no such bars or they hold no window. */
export async function runWalkForward(request: WalkForwardRun): Promise<WalkForwardResult> {
  const { root, config, strategyIds, terms, settings, workers, entry, out, progress } = request;
  checkSettings(request);
  refuseModels(request);
  progress("reading bars");
  const { setup, windows, snapshot, noReferences } = await loadSetup(root, request);
  const hash = resultHash(config);
  const code = codeVersion();
  // A named snapshot has one id, whichever of its symbols are traded.
  const { adjustment = null, source = null } = request.bars;
  const { timeframe, instruments } = setup.columns;
  const traded = {
    strategyIds,
    symbols: instruments.symbols,
    timeframe,
    source,
    adjustment,
    cash: setup.cash,
  };
  const scope = { traded, terms, settings, windows: daysOf(windows) };
  const runId = shortDigest("wf", { scope, snapshot, hash, code });
  makeFolder(out);
  const facts = { snapshot, hash, code, traded };
  const { bars, cash, from: first } = request;
  const shared: WindowStudy = { bars, config, strategyIds, cash, from: first, terms, facts };
  const study = { kind: WINDOW_KIND, shared, read: readWindowOutcome };
  const walked = await walkForward({
    ...{ setup, windows, settings, workers, entry },
    record: join(root, "run", "walk-forward", `${runId}.jsonl`),
    facts,
    fanOut: request.bus && fanOutJobs(request.bus, study),
    progress: (done, all) => progress(`${done} of ${all} runs`),
  });
  const counted = countTrials(walked, {
    ...{ root, runId, strategyIds, timeframe, snapshot, hash, traded, settings, now: request.now },
  });
  const verdict = walkVerdict(walked, counted);
  const [from, to] = [windows[0]!.test.from, windows.at(-1)!.test.to];
  const result: WalkForwardResult = {
    ...{ runId, strategies: strategyIds, snapshot, configHash: hash, codeVersion: code, terms, settings },
    ...{ from: isoDate(from), to: isoDate(to), sessions: walked.returns.length, verdict, noReferences },
    windows: walked.windows.map(({ window, chosen, score: sharpeTrain, sharpeTest, trades }) => ({
      train: [isoDate(window.train.from), isoDate(window.train.to)],
      test: [isoDate(window.test.from), isoDate(window.test.to)],
      setting: settings[chosen]!,
      ...{ sharpeTrain, sharpeTest, trades: trades.length },
    })),
  };
  keepStudy(root, {
    ...{
      studyId: runId,
      kind: "walk-forward",
      at: request.now,
      strategies: strategyIds,
      timeframe,
      snapshot,
    },
    ...{ configHash: hash, params: lastParams(request), passed: verdict.passed },
    ...{
      figures: { ...verdict, gates: undefined, sessions: walked.returns.length },
      reasons: verdict.reasons,
    },
  });
  replaceFile(join(out, "walk-forward.json"), `${resultJson(result)}\n`);
  replaceFile(join(out, "equity.csv"), equityCsv(walked, setup.cash));
  return result;
}

/** Of the one setting of one strategy; where several were tried, the history is of none of them. */
function lastParams({ config, strategyIds, settings }: WalkForwardRun): Record<string, unknown> {
  const [id = ""] = strategyIds;
  if (strategyIds.length > 1 || settings.length > 1) return {};
  return boundParams(config, id, { ...config.strategies[id]?.params, ...settings[0]?.[id] });
}

/** All parameters of a strategy, those that nobody set among them. */
export function boundParams(
  config: Config,
  id: string,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const module = strategiesOf(config).find((each) => each.id === id);
  return (module?.bind(given).params ?? {}) as Record<string, unknown>;
}

/** A model of one version knows days that the windows test: what it shows there was learned there. */
export function refuseModels({ config, strategyIds }: Pick<WalkForwardRun, "config" | "strategyIds">): void {
  for (const id of strategyIds) {
    const model = config.strategies[id]?.model ?? "";
    if (model.includes("@"))
      throw new InputError(
        `strategies.${id}.model = ${model}: a walk-forward is of rules alone; allowed are rules and champion, which ` +
          "are both the rules here. --model FILE learns a model anew in each window",
      );
  }
}

/** Before the first of a thousand runs: a parameter that is wrong is named with its strategy. */
function checkSettings({ config, strategyIds, settings }: WalkForwardRun): void {
  for (const { id, bind } of strategiesOf(config).filter((module) => strategyIds.includes(module.id)))
    for (const setting of settings)
      checkParams(bind, { ...config.strategies[id]?.params, ...setting[id] }, `--grid ${id}`);
}
