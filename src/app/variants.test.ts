/** Goal: a variant is the run it says it is, the same on any number of workers, and trading for free costs nothing. */
import { expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { xnysSessions } from "../market/calendar.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";
import { runVariant, runVariants } from "./variants.ts";

const variantWorker = new URL("./variant-worker.ts", import.meta.url);
const setup = {
  config: loadConfig(),
  strategyIds: ["swing_trend_following"],
  columns: randomDaily({ seed: 3, sessions: 500 }),
  sessions: xnysSessions(),
  cash: 1e5,
};
const withStop = (stopAtr: number) => ({ params: { swing_trend_following: { stopAtr } } });

it("without a change it is the run itself, and its returns multiply to the total", () => {
  const { curve } = runEngine(setup);
  const outcome = runVariant(setup, {});
  expect(outcome.fills).toBeGreaterThan(20);
  expect(outcome.totalReturn).toBe((curve.equity.at(-1) ?? 0) / 1e5 - 1);
  expect(outcome.returns).toHaveLength(500);
  const product = outcome.returns.reduce((value, one) => value * (1 + one), 1);
  expect(product - 1).toBeCloseTo(outcome.totalReturn, 12);
});

it("BACK-3 gives the same answers in the same order on one worker and on two", async () => {
  const variants = [withStop(1), withStop(2), withStop(4), { forFree: true }];
  const one = await runVariants(setup, variants, 1, variantWorker);
  expect(await runVariants(setup, variants, 2, variantWorker)).toEqual(one);
  expect(new Set(one.map(({ digest }) => digest)).size).toBe(4);
});

it("a lone variant stays in this thread, whatever the number of workers", async () => {
  const nowhere = new URL("./no-such-worker.ts", import.meta.url);
  expect(await runVariants(setup, [withStop(2)], 4, nowhere)).toEqual([runVariant(setup, withStop(2))]);
});

it("trading for free leaves only what the decisions were worth", () => {
  const { loop } = runEngine(setup);
  const paid = loop.execute.portfolio.costs;
  expect(paid.slippage + paid.regulatory).toBeGreaterThan(10);
  expect(runVariant(setup, { forFree: true }).totalReturn).toBeGreaterThan(runVariant(setup, {}).totalReturn);
});

it("names a parameter that the strategy does not take", () => {
  expect(() => runVariant(setup, { params: { swing_trend_following: { warp: 9 } } })).toThrow(/warp/);
});
