/** `walk-forward` over the lake: bars in, windows on all cores, trials on record, verdict and files out. */
import { join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { createLake } from "../../adapters/lake/lake.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { ResearchDb } from "../../adapters/research-db.ts";
import { codeVersion } from "../../app/code-version.ts";
import { type Config, checkParams, configHash } from "../../app/config.ts";
import type { RunSetup } from "../../app/engine-run.ts";
import { givenRegime, runRegime } from "../../app/regime/run-regime.ts";
import { actionEvents, rawStepsOf } from "../../app/run-actions.ts";
import { resultJson } from "../../app/run-files.ts";
import { type CountedTrial, shortDigest } from "../../app/trials.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import type { WalkForwardTerms } from "../../learn/validation/walk-forward.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { digestFloats } from "../../numerics/sha256.ts";
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import { strategies } from "../../strategies/registry.ts";
import { type Setting, type WalkedForward, walkForward } from "./walk-forward.ts";
import { type WalkVerdict, walkVerdict } from "./walk-verdict.ts";
import { type WalkWindow, walkWindows } from "./walk-windows.ts";

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
  progress("reading bars");
  const { setup, snapshot } = await loaded(request);
  const windows = walkWindows(setup.columns, setup.sessions, terms, request.from);
  const hash = configHash(config);
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
  const walked = await walkForward({
    ...{ setup, windows, settings, workers, entry },
    record: join(root, "run", "walk-forward", `${runId}.jsonl`),
    facts: { snapshot, hash, code, traded },
    progress: (done, all) => progress(`${done} of ${all} runs`),
  });
  const counted = countTrials(request, walked, { runId, snapshot, hash, traded, days: daysOf(windows) });
  const verdict = walkVerdict(walked, counted);
  const [from, to] = [windows[0]!.test.from, windows.at(-1)!.test.to];
  const result: WalkForwardResult = {
    ...{ runId, strategies: strategyIds, snapshot, configHash: hash, codeVersion: code, terms, settings },
    ...{ from: isoDate(from), to: isoDate(to), sessions: walked.returns.length, verdict },
    windows: walked.windows.map(({ window, chosen, sharpeTrain, sharpeTest, trades }) => ({
      train: [isoDate(window.train.from), isoDate(window.train.to)],
      test: [isoDate(window.test.from), isoDate(window.test.to)],
      setting: settings[chosen]!,
      ...{ sharpeTrain, sharpeTest, trades: trades.length },
    })),
  };
  replaceFile(join(out, "walk-forward.json"), `${resultJson(result)}\n`);
  replaceFile(join(out, "equity.csv"), equityCsv(walked, setup.cash));
  return result;
}

/** Before the first of a thousand runs: a parameter that is wrong is named with its strategy. */
function checkSettings({ config, strategyIds, settings }: WalkForwardRun): void {
  for (const { id, bind } of strategies.filter((module) => strategyIds.includes(module.id)))
    for (const setting of settings)
      checkParams(bind, { ...config.strategies[id]?.params, ...setting[id] }, `--grid ${id}`);
}

async function loaded(
  request: WalkForwardRun,
): Promise<{ readonly setup: RunSetup; readonly snapshot: string }> {
  const lake = createLake(request.root);
  try {
    const { columns, snapshot, raw } = await lake.loadBars({ ...request.bars, shared: true });
    const { config, strategyIds, cash } = request;
    const actions = actionEvents(raw.actions, columns);
    const rawSteps = rawStepsOf(raw.factors, columns);
    const regime = await runRegime(lake, config.regime, request.bars, request.bars.to);
    const { given, snapshot: named } = givenRegime(regime, snapshot);
    return {
      setup: {
        ...{ config, strategyIds, columns, cash, actions, rawSteps },
        sessions: xnysSessions(),
        ...given,
      },
      snapshot: named,
    };
  } finally {
    lake.close();
  }
}

const daysOf = (windows: readonly WalkWindow[]) =>
  windows.map(({ train, test }) => [train.from, train.to, test.from, test.to]);

interface TrialNames {
  readonly runId: string;
  readonly snapshot: string;
  readonly hash: string;
  readonly traded: unknown;
  readonly days: unknown;
}

/** Each setting is a trial, chosen or not: what was tried and thrown away made the choice look better. */
function countTrials(
  { root, strategyIds, settings, bars, now }: WalkForwardRun,
  { bySetting, windows }: WalkedForward,
  { runId, snapshot, hash, traded, days }: TrialNames,
): CountedTrial[] {
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    for (const [s, returns] of bySetting.entries()) {
      const { sharpe, observations } = sharpeSample(returns);
      const facts = { traded, days, setting: settings[s], snapshot, hash, digest: digestFloats(returns) };
      db.record({
        ...{
          trialId: shortDigest("tr", facts),
          runId: `${runId}.${s}`,
          createdAt: now,
          strategies: strategyIds,
        },
        ...{ timeframe: bars.timeframe, snapshot, configHash: hash, sharpe, observations },
        ...{ from: isoDate(windows[0]!.window.test.from), to: isoDate(windows.at(-1)!.window.test.to) },
        totalReturn: returns.reduce((wealth, each) => wealth * (1 + each), 1) - 1,
      });
    }
    return db.trialsWith(strategyIds);
  } finally {
    db.close();
  }
}

function equityCsv({ windows }: WalkedForward, cash: number): string {
  let equity = cash;
  const lines = windows.flatMap(({ window, returns, chosen }, w) =>
    Array.from(returns, (each, day) => {
      equity *= 1 + each;
      return `${w + 1},${isoDate(window.test.from)},${day + 1},${chosen},${each},${equity}`;
    }),
  );
  return `${["window,test_from,day,setting,return,equity", ...lines].join("\n")}\n`;
}
