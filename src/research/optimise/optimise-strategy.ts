/**
 * A genetic search over a strategy's parameters whose fitness is a walk-forward (RES-6). The last windows are held
 * back: the search never sees them, and what it proposes must be good there too. Every setting is a trial on record as
 * soon as its generation is done; every window is kept as soon as it is run, so work that was cut off goes on.
 *
 * GO-3  The result is the same whatever the number of workers, and however often it was interrupted.
 */
import { join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { codeVersion } from "../../app/code-version.ts";
import { type Config, resultHash } from "../../app/config.ts";
import { resultJson } from "../../app/run-files.ts";
import { type CountedTrial, shortDigest } from "../../app/trials.ts";
import { sharedSetup } from "../../app/variants.ts";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import type { OperatorRates } from "../../learn/search/genetic-operators.ts";
import {
  bestFirst,
  type Candidate,
  type Evaluated,
  type GeneticPlan,
  nextGeneration,
  ratesAfter,
} from "../../learn/search/genetic-search.ts";
import type { WalkForwardTerms } from "../../learn/validation/walk-forward.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import { type FanOutTerms, fanOutJobs } from "../fan-out/job-fan-out.ts";
import { readWindowOutcome, WINDOW_KIND, type WindowStudy } from "../fan-out/window-study.ts";
import { type LoadedWalk, loadSetup } from "../walk-forward/load-setup.ts";
import { recordedJobs } from "../walk-forward/recorded-jobs.ts";
import { refuseModels } from "../walk-forward/run-walk-forward.ts";
import { stitchedReturns } from "../walk-forward/stitched-walk.ts";
import { countTrials, daysOf, keepStudy } from "../walk-forward/walk-records.ts";
import type { WalkWindow } from "../walk-forward/walk-windows.ts";
import { runWindow, type WindowJob, type WindowOutcome } from "../walk-forward/window-run.ts";
import { heldFigures, type Judged, judgedWalk, type Permission, permission } from "./optimise-verdict.ts";
import { type Point, parameterSpace } from "./parameter-space.ts";

export interface OptimiseRun {
  readonly root: string;
  readonly config: Config;
  readonly strategyId: string;
  readonly bars: Omit<LoadRequest, "shared">;
  /** Bars before it are history alone. */
  readonly from: DayNumber | undefined;
  readonly cash: number;
  readonly terms: WalkForwardTerms;
  /** Windows at the end that the search does not see, from 1 up. */
  readonly holdout: number;
  readonly population: number;
  readonly generations: number;
  readonly seed: number;
  readonly workers: number;
  readonly entry: URL;
  readonly bus?: FanOutTerms | undefined;
  readonly out: string;
  /** ISO instant for the record. */
  readonly now: string;
  readonly progress: (step: string) => void;
}

interface Found extends Judged {
  readonly params: Point;
}

export interface OptimiseResult extends Permission {
  readonly runId: string;
  readonly strategy: string;
  readonly snapshot: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly terms: WalkForwardTerms & Pick<OptimiseRun, "holdout" | "population" | "generations" | "seed">;
  readonly from: string;
  readonly to: string;
  readonly windows: number;
  /** Of the stitched walk. */
  readonly sessions: number;
  readonly evaluated: number;
  /** Of those, how many traded too little to be judged: less than once in two windows. */
  readonly idle: number;
  /** Null where nothing traded enough. */
  readonly best: Found | null;
  /** What the configuration says. */
  readonly configured: Found;
  readonly operators: OperatorRates;
  /** Tables that the strategy reads and nobody told, and why: what needs one stood still. */
  readonly noReferences: LoadedWalk["noReferences"];
}

/** Throws InputError where the lake has no such bars, they hold too few windows, or nothing can be searched. */
export async function optimiseStrategy(request: OptimiseRun): Promise<OptimiseResult> {
  const { config, strategyId, population, generations, seed } = request;
  refuseModels({ config, strategyIds: [strategyId] });
  const { space, start, isAllowed, paramsOf } = parameterSpace(config, strategyId);
  const ground = await groundOf(request);
  const plan: GeneticPlan = { space, start, population, generations, seed };
  let known: Evaluated[] = [];
  let counted: readonly CountedTrial[] = [];
  for (;;) {
    const candidates = nextGeneration(plan, known, isAllowed);
    if (candidates.length === 0) break;
    const values = await ground.evaluate(candidates);
    known = [...known, ...candidates.map((each, n) => ({ ...each, value: values[n]! }))];
    counted = ground.count(candidates);
    request.progress(progressWords(known));
  }
  const best = bestFirst(known)[0];
  const judge = async ({ number, point }: Candidate): Promise<Found> => ({
    ...{ params: point, held: await ground.held(point) },
    walk: ground.judge(number, known.length, counted),
  });
  const configured = await judge(known[0]!);
  const found = best === undefined ? null : best.number === 0 ? configured : await judge(best);
  const said: Permission =
    found === null
      ? { passed: false, gates: [], reasons: ["no setting traded once in two windows"] }
      : permission(found, configured);
  const result: OptimiseResult = {
    ...ground.names,
    terms: { ...request.terms, holdout: request.holdout, population, generations, seed },
    ...{ evaluated: known.length, idle: known.filter(({ value }) => value === null).length },
    ...{ best: found, configured, operators: ratesAfter(known), ...said },
  };
  keep(request, result, known, paramsOf(found?.params ?? start));
  return result;
}

interface Ground {
  readonly names: Pick<
    OptimiseResult,
    | "runId"
    | "strategy"
    | "snapshot"
    | "configHash"
    | "codeVersion"
    | "from"
    | "to"
    | "windows"
    | "sessions"
    | "noReferences"
  >;
  /** Fitness of each: the Sharpe ratio per year of its stitched walk; null where it hardly traded. */
  readonly evaluate: (candidates: readonly Candidate[]) => Promise<(number | null)[]>;
  /** Those of one generation, as trials; all that are on record. */
  readonly count: (candidates: readonly Candidate[]) => readonly CountedTrial[];
  readonly judge: (chosen: number, settings: number, counted: readonly CountedTrial[]) => Judged["walk"];
  readonly held: (point: Point) => Promise<Judged["held"]>;
}

async function groundOf(request: OptimiseRun): Promise<Ground> {
  const { root, config, strategyId, terms, workers, entry, progress, cash } = request;
  const strategyIds = [strategyId];
  progress("reading bars");
  const { setup, windows: all, snapshot, noReferences } = await loadSetup(root, { ...request, strategyIds });
  const { searched, held } = parted(all, request.holdout);
  const [hash, code] = [resultHash(config), codeVersion()];
  const { adjustment = null, source = null } = request.bars;
  const { timeframe, instruments } = setup.columns;
  const traded = { strategyIds, symbols: instruments.symbols, timeframe, source, adjustment, cash };
  const { population, generations, seed } = request;
  const scope = { traded, terms, windows: daysOf(all), holdout: held.length, population, generations, seed };
  const runId = shortDigest("op", { scope, snapshot, hash, code });
  const facts = { snapshot, hash, code, traded };
  makeFolder(request.out);
  const { bars, from } = request;
  const shared: WindowStudy = { bars, config, strategyIds, cash, from, terms, facts };
  const study = { kind: WINDOW_KIND, shared, read: readWindowOutcome };
  const record = join(root, "run", "optimise", `${runId}.jsonl`);
  const run = (jobs: readonly WindowJob[]) =>
    recordedJobs<WindowJob, WindowOutcome>({ workers, record, facts, progress: () => undefined }, jobs, {
      ...{ entry, shared: () => sharedSetup(setup), here: (job) => runWindow(setup, job) },
      fanOut: request.bus && fanOutJobs(request.bus, study),
    });
  const jobsOf = (windows: readonly WalkWindow[], point: Point) =>
    windows.map(({ test }): WindowJob => ({ ...test, params: { [strategyId]: point } }));
  const tested: (readonly WindowOutcome[])[] = [];
  return {
    names: {
      ...{ runId, strategy: strategyId, snapshot, configHash: hash, codeVersion: code },
      ...{ from: isoDate(searched[0]!.test.from), to: isoDate(searched.at(-1)!.test.to) },
      windows: searched.length,
      noReferences,
      sessions: searched.reduce((sum, { stitched }) => sum + stitched, 0),
    },
    evaluate: async (candidates) => {
      const outcomes = await run(candidates.flatMap(({ point }) => jobsOf(searched, point)));
      return candidates.map(({ number }, n) => {
        const own = outcomes.slice(n * searched.length, (n + 1) * searched.length);
        tested[number] = own;
        return fitness(searched, own);
      });
    },
    count: (candidates) =>
      countTrials(
        {
          bySetting: candidates.map(({ number }) => stitchedReturns(searched, (w) => tested[number]![w]!)),
          windows: searched.map((window) => ({ window })),
        },
        {
          ...{ root, strategyIds, timeframe, snapshot, hash, traded, now: request.now },
          runId: `${runId}.g${candidates[0]!.generation}`,
          settings: candidates.map(({ point }) => ({ [strategyId]: point })),
        },
      ),
    judge: (chosen, settings, counted) =>
      judgedWalk(searched, settings, (w, s) => tested[s]![w]!, { chosen, counted }),
    held: async (point) => {
      const days = { from: isoDate(held[0]!.test.from), to: isoDate(held.at(-1)!.test.to) };
      return heldFigures(held, await run(jobsOf(held, point)), days);
    },
  };
}

/** The last windows, and those whose test ends before the first of them begins. */
function parted(windows: readonly WalkWindow[], holdout: number) {
  const held = windows.slice(-holdout);
  const searched = windows.filter(({ test }) => test.to < held[0]!.test.from);
  if (searched.length >= 2 && held.length === holdout) return { searched, held };
  throw new InputError(
    `--holdout ${holdout}: leaves ${searched.length} of ${windows.length} windows to search on, which needs 2; ` +
      "hold fewer back, or give more days",
  );
}

/** Of a year: nothing is shown by a setting that trades less than once in two windows. */
function fitness(windows: readonly WalkWindow[], tested: readonly WindowOutcome[]): number | null {
  const trades = tested.reduce((sum, outcome) => sum + outcome.trades.length, 0);
  if (trades < windows.length / 2) return null;
  const returns = stitchedReturns(windows, (w) => tested[w]!);
  const sharpe = sharpeRatio(returns, { periodsPerYear: 252, riskFree: 0 });
  return Number.isFinite(sharpe) ? sharpe : null;
}

function progressWords(known: readonly Evaluated[]): string {
  const best = bestFirst(known)[0]?.value;
  const generation = (known.at(-1)?.generation ?? 0) + 1;
  return `generation ${generation}: ${known.length} settings, best Sharpe ${best?.toFixed(2) ?? "none"}`;
}

function keep(
  { root, out, now, bars }: OptimiseRun,
  result: OptimiseResult,
  known: readonly Evaluated[],
  params: Readonly<Record<string, unknown>>,
): void {
  const { runId, strategy, snapshot, configHash, best, configured, passed, reasons, evaluated, sessions } =
    result;
  const figuresOf = ({ walk, held }: Judged) => ({ ...walk, gates: undefined, sessions, held });
  keepStudy(root, {
    ...{ studyId: runId, kind: "optimisation", at: now, strategies: [strategy], timeframe: bars.timeframe },
    ...{ snapshot, configHash, params, passed, reasons },
    figures: {
      ...{ evaluated, ...(best === null ? {} : figuresOf(best)) },
      configured: { params: configured.params, ...figuresOf(configured) },
    },
  });
  replaceFile(join(out, "optimise.json"), `${resultJson(result)}\n`);
  replaceFile(join(out, "evaluations.csv"), evaluationsCsv(known));
}

function evaluationsCsv(known: readonly Evaluated[]): string {
  const names = Object.keys(known[0]?.point ?? {});
  const lines = known.map(({ number, generation, operator, point, value }) =>
    [number, generation, operator, value ?? "", ...names.map((name) => point[name])].join(","),
  );
  return `${[["number", "generation", "operator", "sharpe", ...names].join(","), ...lines].join("\n")}\n`;
}
