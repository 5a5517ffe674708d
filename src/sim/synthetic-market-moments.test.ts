/**
 * Goal    the synthetic market looks like a market where it matters, and pays no strategy a living.
 * Method  500 sessions of one seed, measured once; bands are wide enough for other seeds to pass too.
 */
import { describe, expect, it } from "vitest";
import { dayNumber } from "../domain/time.ts";
import { MARKET_SECTOR, syntheticListings } from "./synthetic-listings.ts";
import { createSyntheticMarket } from "./synthetic-market.ts";

const SESSIONS = 500;
const FUND = 30;
const HORIZONS = [1, 5, 15, 30, 60] as const;
const measured = measure(7);

function measure(seed: number) {
  const market = createSyntheticMarket({ seed, firstSession: dayNumber(2026, 1, 5) });
  const listings = market.instruments.symbols.length;
  const closes = Array.from({ length: listings }, () => new Float64Array(SESSIONS));
  const volumeAt = new Float64Array(390);
  const varianceAt = new Float64Array(390);
  const regimes = new Set<string>();
  const momentum = HORIZONS.map((minutes) => ({ minutes, sum: 0, trades: 0 }));
  let lowest = Number.POSITIVE_INFINITY;
  for (let n = 0; n < SESSIONS; n++) {
    const columns = market.session(n);
    const minutes = columns.closedAt.length;
    const grid = Array.from({ length: listings }, () => new Float64Array(minutes));
    regimes.add(market.regimeOf(n));
    for (let t = 0; t < minutes; t++) {
      for (let i = 0; i < listings; i++) grid[i]![t] = t === 0 ? Number.NaN : grid[i]![t - 1]!;
      for (let row = columns.offset[t]!; row < columns.offset[t + 1]!; row++) {
        const i = columns.instrument[row]!;
        grid[i]![t] = columns.close[row]!;
        lowest = Math.min(lowest, columns.low[row]!);
        if (minutes === 390) volumeAt[t]! += columns.volume[row]!;
      }
    }
    for (let i = 0; i < listings; i++) {
      const prices = grid[i]!;
      closes[i]![n] = prices[minutes - 1]!;
      if (minutes === 390)
        for (let t = 1; t < 390; t++) varianceAt[t]! += Math.log(prices[t]! / prices[t - 1]!) ** 2;
      for (const tally of momentum) follow(tally, prices);
    }
  }
  const returns = closes.map((column) => Array.from(column.slice(1), (c, t) => Math.log(c / column[t]!)));
  return { closes, returns, volumeAt, varianceAt, regimes, momentum, lowest };
}

/** The simplest trend rule: hold for `minutes` in the direction of the last `minutes`. Log return per trade. */
function follow(tally: { minutes: number; sum: number; trades: number }, prices: Float64Array): void {
  for (let t = tally.minutes; t + tally.minutes < prices.length; t += tally.minutes) {
    const past = prices[t]! - prices[t - tally.minutes]!;
    if (past === 0) continue;
    tally.sum += Math.sign(past) * Math.log(prices[t + tally.minutes]! / prices[t]!);
    tally.trades += 1;
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const central = (values: readonly number[], power: number) => {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** power));
};
const kurtosis = (values: readonly number[]) => central(values, 4) / central(values, 2) ** 2;

function correlation(a: readonly number[], b: readonly number[]): number {
  const [middleA, middleB] = [mean(a), mean(b)];
  const together = mean(a.map((value, i) => (value - middleA) * (b[i]! - middleB)));
  return together / Math.sqrt(central(a, 2) * central(b, 2));
}

/** Mean correlation of |r| with itself one to five sessions earlier. */
function clustering(values: readonly number[]): number {
  const sizes = values.map(Math.abs);
  return mean([1, 2, 3, 4, 5].map((lag) => correlation(sizes.slice(lag), sizes.slice(0, -lag))));
}

const sumBetween = (column: Float64Array, from: number, to: number) =>
  column.slice(from, to).reduce((sum, value) => sum + value, 0);

describe("500 sessions", () => {
  it("visit every regime", () => {
    expect(measured.regimes.size).toBe(3);
  });

  it("keep prices positive and every listing within a factor of four", () => {
    expect(measured.lowest).toBeGreaterThan(5);
    for (const column of measured.closes) expect(Math.max(...column) / Math.min(...column)).toBeLessThan(4);
  });

  it("swing 15 to 60 % a year, the fund less than the companies", () => {
    const yearly = measured.returns.map((column) => Math.sqrt(252 * central(column, 2)));
    for (const volatility of yearly.slice(0, FUND)) {
      expect(volatility).toBeGreaterThan(0.15);
      expect(volatility).toBeLessThan(0.6);
    }
    expect(yearly[FUND]).toBeGreaterThan(0.09);
    expect(yearly[FUND]).toBeLessThan(Math.min(...yearly.slice(0, FUND)));
  });

  it("have fat tails", () => {
    for (const column of measured.returns) expect(kurtosis(column)).toBeGreaterThan(3);
  });

  it("cluster their volatility", () => {
    expect(mean(measured.returns.map(clustering))).toBeGreaterThan(0.03);
    expect(clustering(measured.returns[FUND]!)).toBeGreaterThan(0.05);
  });

  it("trade and swing in a U: most at the open, least at noon, more at the close", () => {
    for (const column of [measured.volumeAt, measured.varianceAt]) {
      const open = sumBetween(column, 1, 31);
      const noon = sumBetween(column, 180, 210);
      const close = sumBetween(column, 360, 390);
      expect(open / noon).toBeGreaterThan(1.7);
      expect(close / noon).toBeGreaterThan(1.2);
    }
  });

  it("move companies of one sector together more than companies of two", () => {
    const within: number[] = [];
    const across: number[] = [];
    const companies = syntheticListings.filter(({ sector }) => sector !== MARKET_SECTOR);
    for (const [i, a] of companies.entries()) {
      for (const [j, b] of companies.slice(0, i).entries()) {
        const pair = a.sector === b.sector ? within : across;
        pair.push(correlation(measured.returns[i]!, measured.returns[j]!));
      }
    }
    expect(mean(across)).toBeGreaterThan(0.1);
    expect(mean(within)).toBeGreaterThan(mean(across) + 0.05);
  });

  it("pay neither a trend follower nor its opposite what half a spread costs, at any horizon", () => {
    for (const { sum, trades } of measured.momentum) {
      expect(trades).toBeGreaterThan(10_000);
      expect(Math.abs((sum / trades) * 10_000)).toBeLessThan(1);
    }
  });
});
