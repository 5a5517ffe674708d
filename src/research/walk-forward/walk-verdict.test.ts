/**
 * Goal    of 200 strategies made of nothing but luck none is promoted, though the best of them looks good; one with an
 *         edge is (LEARN-4, LEARN-9).
 * Method  seeded returns, judged by the gates with every trial counted.
 */
import { describe, expect, it } from "vitest";
import { createRng, type Rng } from "../../numerics/rng.ts";
import { sharpeSample } from "../../numerics/sharpe-inference.ts";
import type { WalkedForward } from "./stitched-walk.ts";
import { walkVerdict } from "./walk-verdict.ts";

const SESSIONS = 1500;
const STRATEGIES = 200;
/** Daily: what 6 % of yearly volatility is. */
const DEVIATION = 0.06 / Math.sqrt(252);

/** `edge`: Sharpe ratio of a year. */
const drawn = (rng: Rng, edge: number): Float64Array =>
  Float64Array.from({ length: SESSIONS }, () => DEVIATION * (rng.normal() + edge / Math.sqrt(252)));

function walked(rng: Rng, edge: number): WalkedForward {
  const returns = drawn(rng, edge);
  const bySetting = [returns, ...Array.from({ length: 7 }, () => drawn(rng, edge / 4))];
  const trades = Array.from({ length: 400 }, () => ({ openedAt: "", pnl: rng.normal() + edge / 10 }));
  return { windows: [], returns, bySetting, trades };
}

describe("two hundred strategies", () => {
  const luck = Array.from({ length: STRATEGIES }, (_, n) => walked(createRng(n, "luck"), 0));
  const counted = luck.map(({ returns }) => sharpeSample(returns));

  it("of luck alone: none is promoted, whichever looks best", () => {
    const verdicts = luck.map((one) => walkVerdict(one, counted));
    expect(verdicts.filter(({ passed }) => passed)).toEqual([]);
    const best = Math.max(...verdicts.map(({ sharpe }) => sharpe));
    // Without the count of trials it would look like something.
    expect(best).toBeGreaterThan(1);
    const deflated = verdicts.map(({ deflatedSharpe }) => deflatedSharpe);
    expect(Math.max(...deflated)).toBeLessThan(0.95);
  });

  it("and one with an edge: it is promoted, and says why", () => {
    const verdict = walkVerdict(walked(createRng(7, "edge"), 2.5), [...counted, ...counted.slice(0, 8)]);
    expect(verdict.reasons).toEqual([]);
    expect([verdict.passed, verdict.counted]).toEqual([true, STRATEGIES + 8]);
  });
});

it("without a choice nobody knows how likely it was luck: that gate is not passed", () => {
  const one = walked(createRng(7, "edge"), 2.5);
  const verdict = walkVerdict({ ...one, bySetting: [one.returns] }, [sharpeSample(one.returns)]);
  expect([verdict.passed, verdict.reasons]).toEqual([
    false,
    [expect.stringContaining("probability of backtest overfitting is not known")],
  ]);
});
