/** What a walk leaves behind: its settings as trials on record, and its stitched history as a file. */
import { join } from "node:path";
import { ResearchDb, type StudyRow } from "../../adapters/research-db.ts";
import { type CountedTrial, shortDigest } from "../../app/trials.ts";
import type { Timeframe } from "../../domain/bars.ts";
import { isoDate } from "../../domain/time.ts";
import { digestFloats } from "../../numerics/sha256.ts";
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import type { WalkedForward, WalkedWindow } from "./stitched-walk.ts";
import type { WalkWindow } from "./walk-windows.ts";

export interface TrialNames {
  readonly root: string;
  readonly runId: string;
  readonly strategyIds: readonly string[];
  readonly timeframe: Timeframe;
  readonly snapshot: string;
  readonly hash: string;
  /** What was traded, as plain data: part of each trial's name. */
  readonly traded: unknown;
  /** Of each setting, in the order of `bySetting`. */
  readonly settings: readonly unknown[];
  /**
   * Tries that left no history of their own, as those of a search: they count all the same. How far luck scatters is
   * taken from the settings that were walked: what a search saw of its own days to train is a shorter record of other
   * days, and scatters by its length.
   */
  readonly tries?: readonly unknown[];
  /** ISO instant. */
  readonly now: string;
}

interface WalkedSettings extends Pick<WalkedForward, "bySetting"> {
  readonly windows: readonly Pick<WalkedWindow, "window">[];
}

/** What the selector reads. */
export function keepStudy(root: string, study: StudyRow): void {
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    db.keepStudy(study);
  } finally {
    db.close();
  }
}

export const daysOf = (windows: readonly WalkWindow[]) =>
  windows.map(({ train, test }) => [train.from, train.to, test.from, test.to]);

/**
 * Each setting is a trial, chosen or not: what was tried and thrown away made the choice look better. Answers with all
 * trials on record that had any of the strategies.
 */
export function countTrials(
  { bySetting, windows }: WalkedSettings,
  { root, runId, strategyIds, timeframe, snapshot, hash, traded, settings, tries = [], now }: TrialNames,
): CountedTrial[] {
  const days = daysOf(windows.map(({ window }) => window));
  const shared = {
    ...{ createdAt: now, strategies: strategyIds, timeframe, snapshot, configHash: hash },
    ...{ from: isoDate(windows[0]!.window.test.from), to: isoDate(windows.at(-1)!.window.test.to) },
  };
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    for (const [s, returns] of bySetting.entries()) {
      const { sharpe, observations } = sharpeSample(returns);
      const facts = { traded, days, setting: settings[s], snapshot, hash, digest: digestFloats(returns) };
      const totalReturn = returns.reduce((wealth, each) => wealth * (1 + each), 1) - 1;
      const trialId = shortDigest("tr", facts);
      db.record({ ...shared, trialId, runId: `${runId}.${s}`, sharpe, observations, totalReturn });
    }
    for (const [t, tried] of tries.entries()) {
      const trialId = shortDigest("tr", { traded, tried, snapshot, hash });
      const figures = { sharpe: Number.NaN, observations: 0, totalReturn: Number.NaN };
      db.record({ ...shared, ...figures, trialId, runId: `${runId}.search.${t}` });
    }
    return db.trialsWith(strategyIds);
  } finally {
    db.close();
  }
}

/** One line a session of the stitched history. */
export function equityCsv({ windows }: Pick<WalkedForward, "windows">, cash: number): string {
  let equity = cash;
  const lines = windows.flatMap(({ window, returns, chosen }, w) =>
    Array.from(returns, (each, day) => {
      equity *= 1 + each;
      return `${w + 1},${isoDate(window.test.from)},${day + 1},${chosen},${each},${equity}`;
    }),
  );
  return `${["window,test_from,day,setting,return,equity", ...lines].join("\n")}\n`;
}
