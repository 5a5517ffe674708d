/**
 * Goal    a search among strategies without skill finds a winner every time, and the record of trials takes it from
 *         it; one with skill passes all the same. This is what counting every trial is for (LEARN-4, QUANT d6).
 * Method  many searches over strategies that only toss coins, judged as a run is judged: the scatter of the counted
 *         trials, then the deflated Sharpe ratio of the best. Seeded.
 */
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../numerics/rng.ts";
import {
  deflatedSharpe,
  probabilisticSharpe,
  type SharpeSample,
  sharpeSample,
} from "../numerics/sharpe-inference.ts";
import { type CountedTrial, trialScatter } from "./trials.ts";

const SEARCHES = 200;
const STRATEGIES = 40;
const DAYS = 252;
const SURE = 0.95;
/** Of daily returns; fat tails, as markets have them. */
const DEGREES = 5;
const DAILY = 0.01;

/** Long or short by a toss each day of the same market: no skill, whatever the market does. */
function tossed(rng: Rng, market: Float64Array, skill = 0): SharpeSample {
  return sharpeSample(market.map((r) => (rng.uniform() < 0.5 ? r : -r) + skill));
}

function search(n: number, skill = 0) {
  const rng = createRng(2026, "random strategies").fork(String(n));
  const market = Float64Array.from({ length: DAYS }, () => DAILY * rng.studentT(DEGREES));
  const found = Array.from({ length: STRATEGIES }, (_, k) => tossed(rng, market, k === 0 ? skill : 0));
  const best = found.reduce((a, b) => (b.sharpe > a.sharpe ? b : a));
  const record: CountedTrial[] = found.map(({ sharpe, observations }) => ({ sharpe, observations }));
  const { probability } = deflatedSharpe(best, trialScatter(record, DAYS));
  return {
    isSureAlone: probabilisticSharpe(best, 0) > SURE,
    isSureCounted: probability > SURE,
    record,
    best,
  };
}

const searches = (skill = 0) => Array.from({ length: SEARCHES }, (_, n) => search(n, skill));
const shareOf = (isTrue: readonly boolean[]) => isTrue.filter(Boolean).length / isTrue.length;

describe("a search among random strategies", () => {
  it("finds a winner that looks sure, and counting the trials takes it back", () => {
    const found = searches();
    expect(shareOf(found.map(({ isSureAlone }) => isSureAlone))).toBeGreaterThan(0.8);
    expect(shareOf(found.map(({ isSureCounted }) => isSureCounted))).toBeLessThanOrEqual(1 - SURE);
  });

  it("is taken in when the trials are not counted: a record of one knows no luck", () => {
    const forgetful = searches().map(({ best, record }) => {
      const own = record.filter(({ sharpe }) => sharpe === best.sharpe);
      return deflatedSharpe(best, trialScatter(own, DAYS)).probability > SURE;
    });
    expect(shareOf(forgetful)).toBeGreaterThan(0.8);
  });

  it("still lets skill pass: one in forty with a true daily Sharpe near 0.4", () => {
    expect(shareOf(searches(0.4 * DAILY * 1.29).map(({ isSureCounted }) => isSureCounted))).toBeGreaterThan(
      0.8,
    );
  });
});
