import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChainStep } from "../../../contract/trading-answers.ts";
import { averageOf, chainRows, microsOf } from "./chain-layout.ts";
import { funnelCells, ordersAnswer } from "./orders-answer.ts";
import { sizeLines } from "./size-scale.ts";
import { slippageStrip } from "./slippage-strip.ts";

const step = (kind: ChainStep["kind"], at: string | null, isRefusal = false): ChainStep => ({
  kind,
  at,
  text: "",
  isRefusal,
});

describe("the decision chain", () => {
  test("the first step has the time of day, later ones the time since it", () => {
    const rows = chainRows([
      step("bar", "2026-11-19T18:58:00.000Z"),
      step("features", "2026-11-19T18:58:00.000060Z"),
      step("order", "2026-11-19T18:58:00.410Z"),
      step("fills", "2026-11-19T18:58:01.920Z"),
      step("slippage", null),
    ]);
    expect(rows.map(({ when }) => when)).toEqual(["13:58:00.000", "+0.06 ms", "+410 ms", "+1.92 s", ""]);
  });

  test("a denied chain ends at the gate: what follows is absent", () => {
    const rows = chainRows([step("bar", null), step("gate", null, true), step("order", null)]);
    expect(rows.map(({ name }) => name)).toEqual(["Bar", "Risk gate"]);
  });

  test("an order that the broker refused keeps what filled before", () => {
    const rows = chainRows([step("gate", null), step("order", null, true), step("fills", null)]);
    expect(rows.map(({ name }) => name)).toEqual(["Risk gate", "Order", "Fills"]);
  });

  test("size and gate have solid nodes", () => {
    const keys = chainRows([step("signal", null), step("size", null), step("gate", null)]).map(
      ({ isKey }) => isKey,
    );
    expect(keys).toEqual([false, true, true]);
  });

  test("microseconds are read, whatever the number of digits", () => {
    expect(microsOf("1970-01-01T00:00:01.5Z")).toBe(1_500_000);
    expect(microsOf("1970-01-01T00:00:00.000007Z")).toBe(7);
    expect(microsOf("soon")).toBeNull();
  });

  test("the average of the fills is weighted by their shares", () => {
    const fills = [
      { shares: 20, price: 388.12 },
      { shares: 11, price: 388.14 },
    ];
    expect(averageOf(fills)).toBeCloseTo((20 * 388.12 + 11 * 388.14) / 31, 9);
    expect(averageOf([])).toBeNull();
  });
});

describe("the size list", () => {
  const list = [
    { name: "adv", shares: 28_940, isBinding: false },
    { name: "kelly", shares: 31, isBinding: true },
    { name: "position_usd", shares: 38, isBinding: false },
    { name: "vix_scale", shares: null, isBinding: false },
  ];

  test("the binding one first, then rising, those without a number last", () => {
    expect(sizeLines(list).map(({ name }) => name)).toEqual(["kelly", "position_usd", "adv", "vix_scale"]);
  });

  test("on the log scale 31 shares are a third of 28,940, and the largest fills the row", () => {
    const [kelly, , adv, vix] = sizeLines(list);
    expect(kelly?.reach).toBeCloseTo(Math.log(32) / Math.log(28_941), 6);
    expect(adv?.reach).toBe(1);
    expect(vix?.reach).toBeNull();
  });

  test("no shares allowed is no bar", () => {
    expect(sizeLines([{ name: "cash_buffer", shares: 0, isBinding: true }])[0]?.reach).toBe(0);
  });
});

describe("the slippage strip", () => {
  const box = { width: 500, height: 80, radius: 4 };
  const order = (slippageBps: number | null, k: number) => ({ id: `${k}`, symbol: "CAT", slippageBps });

  test("every dot, zero and the budget are inside the box, whatever came", () => {
    const many = fc.array(fc.double({ min: -400, max: 400, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(many, (values) => {
        const strip = slippageStrip(values.map(order), 5, box);
        const xs = [strip.zeroX, strip.budgetX, ...strip.dots.map(({ x }) => x)];
        expect(xs.every((x) => x >= 0 && x <= box.width)).toBe(true);
        expect(strip.dots.every(({ y }) => y >= 0 && y <= box.height)).toBe(true);
        expect(strip.ticks.length).toBeLessThanOrEqual(11);
      }),
    );
  });

  test("dots of one place stand beside each other until the lanes are full", () => {
    const ys = slippageStrip([1, 1, 1, 1].map(order), 5, box).dots.map(({ y }) => y);
    expect(new Set(ys).size).toBe(4);
  });

  test("without a fill there is no mean, and orders without a figure are no dots", () => {
    const strip = slippageStrip([order(null, 1)], 5, box);
    expect(strip).toMatchObject({ mean: null, meanX: null, dots: [] });
  });

  test("the mean is that of what is drawn", () => {
    expect(slippageStrip([order(2, 1), order(-1, 2)], 5, box).mean).toBeCloseTo(0.5);
  });
});

describe("the funnel", () => {
  const funnel = {
    decided: 41,
    denied: 16,
    rulesThatDenied: 7,
    sent: 25,
    acked: 24,
    filled: 22,
    rejected: 0,
    unknown: 0,
    meanSlippageBps: 0.44,
    ackP99Ms: 121,
  };

  test("the first sentence names what went wrong before what went well", () => {
    expect(ordersAnswer(funnel)).toBe("22 of 41 orders filled, the gate denied 16.");
    expect(ordersAnswer({ ...funnel, rejected: 1 })).toBe("The broker rejected 1 of 41 orders.");
    expect(ordersAnswer({ ...funnel, unknown: 2, rejected: 1 })).toContain("2 orders are unknown");
    expect(ordersAnswer({ ...funnel, decided: 0 })).toBe("Nothing was decided today.");
  });

  test("an unknown order turns its cell amber, a rejected one red, and slippage over the budget is marked", () => {
    const looks = (change: object) =>
      Object.fromEntries(funnelCells({ ...funnel, ...change }, 5).map(({ id, look }) => [id, look]));
    expect(looks({})).toMatchObject({ unknown: "plain", rejected: "plain", slippage: "plain" });
    expect(looks({ unknown: 1, rejected: 1, meanSlippageBps: 5.2 })).toMatchObject({
      unknown: "amber",
      rejected: "bad",
      slippage: "bad",
    });
  });

  test("no fill is no data, never zero", () => {
    expect(funnelCells({ ...funnel, meanSlippageBps: null }, 5).at(-1)?.value).toBe("no data");
  });
});
