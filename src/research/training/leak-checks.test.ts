/** Goal: a column that was joined too early fails its gate by name, folds that overlap theirs, and honest ones pass. */
import { describe, expect, it } from "vitest";
import { plantedMarket } from "../../../test/planted-market.ts";
import { gbdtTrainer } from "../../learn/boosting/built-in-trainers.ts";
import type { LabelledEntries } from "../../learn/signal/labelled-entries.ts";
import { purgedKFold } from "../../learn/validation/purged-k-fold.ts";
import { createRng } from "../../numerics/rng.ts";
import { leakReport } from "./leak-checks.ts";

const ROWS = 800;
const bars = plantedMarket({ seed: 2, sessions: 300, symbols: 2, edge: 0 });
const folds = { folds: 4, embargo: 5, lookback: 0 };
const grow = { trainer: gbdtTrainer(), settings: { leavesMost: 4 }, rounds: 10, patience: 0, seed: 1 };

function entries(peeks: boolean): LabelledEntries {
  const rng = createRng(5, "leak checks");
  const label = Uint8Array.from({ length: ROWS }, () => (rng.uniform() < 0.5 ? 1 : 0));
  const start = Int32Array.from({ length: ROWS }, (_, row) => row >> 2);
  return {
    featureNames: ["rsi_14", "realized_vol_20"],
    columns: [
      Float64Array.from(label, (paid) => rng.normal() + (peeks ? 2 * paid : 0)),
      Float64Array.from(label, () => rng.normal()),
    ],
    spans: { start, end: start.map((bar) => bar + 4) },
    netReturn: Float64Array.from(label, (paid) => (paid === 1 ? 0.01 : -0.01)),
    label,
  };
}

const report = (given: LabelledEntries, splits = purgedKFold(given.spans, folds)) =>
  leakReport(given, { splits }, bars, { folds, grow, seed: 1 });
const failed = ({ gates }: ReturnType<typeof report>) =>
  gates.filter(({ passed }) => !passed).map(({ gate }) => gate);

describe("leaks", () => {
  it("none in columns that know nothing of what comes", () => {
    const { findings, overlapping, gates, shuffled } = report(entries(false));
    expect([findings, overlapping, gates.length]).toEqual([[], 0, 3]);
    expect(gates.every(({ passed }) => passed)).toBe(true);
    expect(Math.abs(shuffled.shuffledMean - 0.5)).toBeLessThan(0.03);
  });

  it("a column that peeks is named, and its gate does not pass", () => {
    const found = report(entries(true));
    expect(found.findings.map(({ column }) => column)).toEqual(["rsi_14"]);
    expect(failed(found)).toEqual(["foresight"]);
  });

  it("folds that were only cut, not purged, do not pass", () => {
    const given = entries(false);
    const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
    const cut = [{ train: rows.slice(ROWS / 4), test: rows.slice(0, ROWS / 4) }];
    const found = report(given, cut);
    expect(found.overlapping).toBeGreaterThan(0);
    expect(failed(found)).toEqual(["overlap"]);
  });
});
