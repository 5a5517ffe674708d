/** What a walk of models showed, as plain data for files and people. */
import type { GateVerdict } from "../../domain/model-version.ts";
import { isoDate } from "../../domain/time.ts";
import { gateVerdict } from "../../learn/promotion/gate-verdict.ts";
import { sharpeRatio } from "../../numerics/return-ratios.ts";
import type { WalkVerdict } from "../walk-forward/walk-verdict.ts";
import type { TrainerSettings } from "./model-jobs.ts";
import type { ModelWalk } from "./model-walk.ts";
import type { TrainingConfig } from "./training-config.ts";

export interface WalkResult {
  readonly runId: string;
  readonly strategy: string;
  readonly snapshot: string;
  readonly configHash: string;
  readonly codeVersion: string;
  readonly training: TrainingConfig;
  readonly from: string;
  readonly to: string;
  readonly sessions: number;
  readonly entries: number;
  readonly features: readonly string[];
  readonly candidates: readonly TrainerSettings[];
  /** Every trial of the search: settings' coordinates, folds it was judged on, skill; null where it failed. */
  readonly search: readonly {
    readonly coordinates: readonly number[];
    readonly budget: number;
    readonly value: number | null;
  }[];
  readonly verdict: WalkVerdict;
  /** Those of the verdict, and what a model beside rules has to show more. */
  readonly gates: readonly GateVerdict[];
  /** The same sessions with rules alone. */
  readonly rules: { readonly sharpe: number; readonly totalReturn: number };
  readonly windows: readonly {
    readonly train: readonly [string, string];
    readonly test: readonly [string, string];
    /** Number of the candidate. */
    readonly chosen: number;
    /** Out of fold on the days to train; null where nothing could be fitted. */
    readonly skill: number | null;
    readonly areaUnderCurve: number | null;
    readonly events: number | null;
    readonly sharpeTest: number;
    readonly trades: number;
    readonly why: string | null;
  }[];
}

export function walkResult(walk: ModelWalk): WalkResult {
  const { runId, snapshot, hash, code, ground, walked, windows, outcomes, search, rules, verdict } = walk;
  const { training, entries } = ground;
  const sharpe = sharpeRatio(rules, { periodsPerYear: 252, riskFree: 0 });
  return {
    ...{ runId, strategy: training.strategy, snapshot, configHash: hash, codeVersion: code, training },
    ...{ from: isoDate(windows[0]!.test.from), to: isoDate(windows.at(-1)!.test.to) },
    ...{ sessions: walked.returns.length, entries: entries.label.length, features: entries.featureNames },
    candidates: search.candidates,
    search: search.state.results.map(({ coordinates, budget, value }) => ({ coordinates, budget, value })),
    verdict,
    gates: [...verdict.gates, besideRules(verdict.sharpe - sharpe)],
    rules: { sharpe, totalReturn: rules.reduce((wealth, each) => wealth * (1 + each), 1) - 1 },
    windows: walked.windows.map(({ window, chosen, sharpeTest, trades }, w) => {
      const { figures, why } = outcomes[w]![chosen]!;
      return {
        train: [isoDate(window.train.from), isoDate(window.train.to)],
        test: [isoDate(window.test.from), isoDate(window.test.to)],
        ...{ chosen, sharpeTest, trades: trades.length, why },
        skill: figures?.skill ?? null,
        areaUnderCurve: figures?.areaUnderCurve ?? null,
        events: figures?.events ?? null,
      };
    }),
  };
}

/** A model that stands beside rules has to earn more than they do, else a good strategy would carry any through. */
const besideRules = (value: number): GateVerdict =>
  gateVerdict({ gate: "rules", title: "Sharpe ratio above rules alone", value, limit: 0, side: "above" });
