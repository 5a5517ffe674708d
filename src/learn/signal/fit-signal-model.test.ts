/**
 * Goal    what can be learned is learned and said truly, and what cannot is not pretended: shuffled labels give chance.
 * Method  seeded entries with a known chance to pay.
 */
import { describe, expect, it } from "vitest";
import { SignalModel } from "../../models/signal/signal-model.ts";
import { writeLightgbmText } from "../../models/trees/lightgbm-text.ts";
import { mean } from "../../numerics/moments.ts";
import { createRng } from "../../numerics/rng.ts";
import { gbdtTrainer } from "../boosting/built-in-trainers.ts";
import { leakingRows } from "../leakage/leaking-rows.ts";
import { shuffledScores } from "../leakage/shuffled-labels.ts";
import { fitSignalModel, type SignalFitTerms, whyNoModel } from "./fit-signal-model.ts";
import { foldSkill } from "./fold-skill.ts";
import type { LabelledEntries } from "./labelled-entries.ts";
import { outOfFold } from "./out-of-fold.ts";

const ROWS = 1_500;
const terms: SignalFitTerms = {
  folds: { folds: 5, embargo: 10, lookback: 0 },
  grow: {
    trainer: gbdtTrainer(),
    settings: { leavesMost: 6, learningRate: 0.1 },
    rounds: 60,
    patience: 10,
    seed: 1,
  },
  uses: { filter: true, scale: false, tightenStop: 0 },
  stake: 0.05,
};

/** `knows`: how far the first feature moves the chance to pay from a half. Two entries a day, labels of five days. */
function entries(knows: number, seed = 1): LabelledEntries {
  const rng = createRng(seed, "entries");
  const columns = Array.from({ length: 5 }, () => Float64Array.from({ length: ROWS }, () => rng.normal()));
  const label = Uint8Array.from(columns[0]!, (x) => (rng.uniform() < 0.5 + knows * Math.sign(x) ? 1 : 0));
  const netReturn = Float64Array.from(label, (paid) => (paid === 1 ? 0.02 : -0.02) * (0.5 + rng.uniform()));
  const start = Int32Array.from({ length: ROWS }, (_, row) => row >> 1);
  return {
    featureNames: columns.map((_, f) => `f${f}`),
    ...{ columns, label, netReturn },
    spans: { start, end: start.map((bar) => bar + 5) },
  };
}

describe("a signal model", () => {
  const known = entries(0.2);
  const fit = fitSignalModel(known, terms);

  it("finds what there is to know, says probabilities that come true, and follows what pays", () => {
    expect(fit.figures.areaUnderCurve).toBeGreaterThan(0.62);
    expect(fit.figures.skill).toBeGreaterThan(0.02);
    expect(fit.figures.calibrationError).toBeLessThan(0.06);
    expect(fit.figures.meanNetFollowed).toBeGreaterThan(fit.figures.meanNet + 0.003);
    expect(fit.settings.threshold).toBeGreaterThan(0.3);
    expect(fit.settings.threshold).toBeLessThan(0.7);
    expect(fit.settings.win).toBeCloseTo(0.02, 2);
    expect(fit.settings.loss).toBeCloseTo(0.02, 2);
  });

  it("read back from its text is the model that was fitted", () => {
    const model = new SignalModel({
      id: "m@1",
      text: writeLightgbmText(fit.model),
      settings: fit.settings,
    });
    const ask = (first: number) => model.probability(Float64Array.of(first, 0, 0, 0, 0));
    expect(ask(1)).toBeGreaterThan(0.6);
    expect(ask(-1)).toBeLessThan(0.4);
    expect(model.follows(ask(1))).toBe(true);
    expect(model.follows(ask(-1))).toBe(false);
  });

  it("no row is judged by trees that saw a label which overlaps its own", () => {
    for (const split of fit.splits) expect(leakingRows(split, known.spans).length).toBe(0);
    expect(fit.splits.flatMap(({ test }) => [...test]).length).toBe(ROWS);
  });

  it("learns the same twice, and something else of other rows", () => {
    expect(fitSignalModel(known, terms)).toEqual(fit);
    expect(fitSignalModel(entries(0.2, 2), terms).model).not.toEqual(fit.model);
  });

  it("of labels without meaning it knows nothing, and knows that it does not", () => {
    const blind = fitSignalModel(entries(0), terms);
    expect(Math.abs(blind.figures.areaUnderCurve - 0.5)).toBeLessThan(0.05);
    expect(blind.figures.skill).toBeLessThan(0.01);
    expect(blind.settings.sure).toBeLessThan(0.6);
  });

  it("seasons that no feature foretells are not told by the fold that was held out", () => {
    const rng = createRng(4, "seasons");
    const label = Uint8Array.from({ length: 600 }, (_, row) =>
      rng.uniform() < (Math.floor(row / 120) % 2 === 0 ? 0.35 : 0.65) ? 1 : 0,
    );
    const start = Int32Array.from(label, (_, row) => row >> 1);
    const blind: LabelledEntries = {
      featureNames: ["still"],
      columns: [new Float64Array(600)],
      netReturn: Float64Array.from(label, (paid) => (paid === 1 ? 0.01 : -0.01)),
      ...{ label, spans: { start, end: start.map((bar) => bar + 5) } },
    };
    const { margins } = outOfFold(blind, terms.folds, terms.grow);
    expect(Math.max(...margins) - Math.min(...margins)).toBeLessThan(1e-9);
    expect(fitSignalModel(blind, terms).figures.skill).toBeLessThan(0);
  });

  it("shuffled, the whole of it is at chance: nothing of a row reaches what judges it", () => {
    const quick = { ...terms.grow, rounds: 15, patience: 0 };
    const few = { folds: 4, embargo: 10, lookback: 0 };
    const score = (labels: Float64Array) => {
      const label = Uint8Array.from(labels);
      const { margins } = outOfFold({ ...known, label }, few, quick);
      const ranks = margins.map((margin, row) => (label[row] === 1 ? margin : -margin));
      return mean(ranks);
    };
    const found = shuffledScores(Float64Array.from(known.label), score, { rounds: 12, seed: 3, chance: 0 });
    expect(found.score).toBeGreaterThan(found.shuffledMean + 3 * found.shuffledDeviation);
  });

  it("a fold in which nothing paid can be judged like any other: no search fails by it", () => {
    const fold = {
      train: Int32Array.from({ length: 900 }, (_, row) => row),
      test: Int32Array.of(1_490, 1_499),
    };
    const skill = (paid: number) =>
      foldSkill(
        { ...known, label: known.label.map((label, row) => (row < 900 ? label : paid)) },
        terms.folds,
        terms.grow,
        fold,
      );
    expect([Math.abs(skill(0)), Math.abs(skill(1))].every((each) => each < 2)).toBe(true);
    expect(skill(0)).not.toBe(skill(1));
  });

  it("too few entries, or hardly one that pays, is no ground for a model", () => {
    const few = { ...known, netReturn: known.netReturn.slice(0, 150) };
    expect(whyNoModel(few)).toBe("150 events, fewer than 200");
    expect(whyNoModel({ ...known, netReturn: known.netReturn.map(() => -0.01) })).toContain("rarer class");
    expect(whyNoModel(known)).toBeUndefined();
  });
});
