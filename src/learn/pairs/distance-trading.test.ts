/** Goal: the yardstick of pairs trading earns what a known path gives, sees no future, and nothing on walks. */
import { expect, it } from "vitest";
import { createRng } from "../../numerics/rng.ts";
import { distanceParams, distanceTrading } from "./distance-trading.ts";

const small = distanceParams.parse({ formation: 20, trading: 10, step: 10, pairs: 1 });

/** Two prices that sway by 1 % in the formation, and afterwards part by `gap` for three sessions. */
function swaying(gap: number, back = 3): Float64Array[] {
  const a = Float64Array.from({ length: 30 }, (_, t) => 100 * (1 + (t < 20 ? 0.01 * Math.sin(t) : 0)));
  a[0] = 100;
  a[19] = 100;
  const b = new Float64Array(30).fill(50);
  for (let t = 22; t < 22 + back && t < 30; t++) a[t] = 100 * (1 + gap);
  return [a, b];
}

it("sells the dear and buys the cheap one, and closes where they meet", () => {
  const { trades, returns } = distanceTrading(swaying(0.05), small);
  expect(trades).toEqual([
    { opened: 22, closed: 25, hasConverged: true, gain: expect.closeTo(0.05 / 1.05, 12) },
  ]);
  expect(returns[25]).toBeCloseTo(0.05 / 1.05, 12);
  expect(returns.subarray(0, 20).every(Number.isNaN)).toBe(true);
  expect(distanceTrading(swaying(0.01), small).trades).toEqual([]);
});

it("pays for each leg at each end, waits a session where told to, and closes when the time is up", () => {
  const [costly] = distanceTrading(swaying(0.05), { ...small, cost: 0.001 }).trades;
  expect(costly!.gain).toBeCloseTo(0.05 / 1.05 - 0.001 * (2 + 1 + 1 / 1.05), 12);
  const [late] = distanceTrading(swaying(0.05), { ...small, delay: 1 }).trades;
  expect(late).toMatchObject({ opened: 23, closed: 26 });
  const [never] = distanceTrading(swaying(0.05, 99), small).trades;
  expect(never).toMatchObject({ opened: 22, closed: 29, hasConverged: false, gain: 0 });
});

const walks = (seed: number, count: number, length: number) =>
  Array.from({ length: count }, (_, n) => {
    const rng = createRng(seed * 1000 + n, "walk");
    let log = 4;
    return Float64Array.from({ length }, () => {
      log += 0.01 * rng.normal();
      return Math.exp(log);
    });
  });

it("nothing later changes a return that was made, and a stock that is gone moves no more", () => {
  const closes = walks(1, 8, 700);
  const whole = distanceTrading(closes, distanceParams.parse({ pairs: 3 }));
  const until = 500;
  const cut = distanceTrading(
    closes.map((prices) => prices.map((price, t) => (t < until ? price : 7 * price))),
    distanceParams.parse({ pairs: 3 }),
  );
  expect(cut.returns.slice(0, until)).toEqual(whole.returns.slice(0, until));
  closes[0]!.fill(Number.NaN, 300);
  const gone = distanceTrading(closes, distanceParams.parse({ pairs: 3 }));
  expect(gone.returns.subarray(252).every(Number.isFinite)).toBe(true);
});

it("walks give nothing after all, prices that come back give a gain", () => {
  const mean = (closes: Float64Array[]) => {
    const { returns, trades } = distanceTrading(closes, distanceParams.parse({ pairs: 5 }));
    const made = returns.subarray(252);
    expect(trades.length).toBeGreaterThan(20);
    return made.reduce((a, b) => a + b, 0) / made.length;
  };
  expect(Math.abs(mean(walks(2, 10, 2500)))).toBeLessThan(0.0005);
  const common = walks(3, 1, 2500)[0]!;
  const held = Array.from({ length: 10 }, (_, n) => {
    const rng = createRng(50 + n, "off");
    let off = 0;
    return common.map((price) => {
      off = 0.9 * off + 0.01 * rng.normal();
      return price * Math.exp(off);
    });
  });
  expect(mean(held)).toBeGreaterThan(0.001);
});
