/**
 * Goal    planted pairs are found and noise is not; each refusal is for its own reason; a symbol is traded once.
 * Method  simulated prices whose answer is known.
 */
import { describe, expect, it } from "vitest";
import { createRng } from "../../numerics/rng.ts";
import { formPairs, type PricePanel } from "./form-pairs.ts";
import { type PairParams, pairParams } from "./pair-params.ts";

const sessions = 315;

/** Log prices of a walk that shares `market` with the others. */
function walk(seed: number, length = sessions, from = 4): Float64Array {
  const rng = createRng(seed, "walk");
  let at = from;
  return Float64Array.from({ length }, () => (at += 0.012 * rng.normal()));
}

/** hedge x + a deviation that comes back with the given memory. */
function partnerOf(
  x: Float64Array,
  seed: number,
  { hedge = 1, memory = 0.8, size = 0.006 } = {},
): Float64Array {
  const rng = createRng(seed, "partner");
  let off = 0;
  return x.map((value) => {
    off = memory * off + size * rng.normal();
    return hedge * value + off;
  });
}

function panelOf(
  logs: Readonly<Record<string, Float64Array>>,
  sectors: Readonly<Record<string, string>> = {},
): PricePanel {
  const symbols = Object.keys(logs);
  return {
    symbols,
    closes: symbols.map((symbol) => logs[symbol]!.map(Math.exp)),
    sectors: symbols.map((symbol) => sectors[symbol]),
  };
}

const found = (panel: PricePanel, over: Partial<PairParams> = {}) =>
  formPairs(panel, pairParams.parse(over)).map(({ y, x, refusals }) => ({
    pair: [panel.symbols[y]!, panel.symbols[x]!].sort().join("/"),
    refusals,
  }));
const active = (panel: PricePanel, over: Partial<PairParams> = {}) =>
  found(panel, over).flatMap(({ pair, refusals }) => (refusals.length === 0 ? [pair] : []));

const noise = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`N${n}`, walk(100 + n)]));

describe("pairs discovery", () => {
  it("finds the planted pair among noise, with its figures", () => {
    const x = walk(1);
    const panel = panelOf({ ...noise, X: x, Y: partnerOf(x, 2, { hedge: 1.2 }) });
    expect(active(panel)).toEqual(["X/Y"]);
    const [best] = formPairs(panel, pairParams.parse({}));
    expect([panel.symbols[best!.y], panel.symbols[best!.x]].sort()).toEqual(["X", "Y"]);
    const hedge = best!.y === panel.symbols.indexOf("Y") ? best!.traded.slope : 1 / best!.traded.slope;
    expect(hedge).toBeCloseTo(1.2, 0.5);
    expect(best!.traded.halfLife).toBeGreaterThan(2);
    expect(best!.traded.halfLife).toBeLessThan(15);
    expect(best!.off).toBeLessThan(2);
  });

  it("of noise hardly any is accepted, and without paying for many tests far more is", () => {
    let [accepted, careless] = [0, 0];
    for (let world = 0; world < 6; world++) {
      const logs = Object.fromEntries(
        Array.from({ length: 12 }, (_, n) => [`N${n}`, walk(1000 + 50 * world + n)]),
      );
      accepted += active(panelOf(logs), { candidates: 66 }).length;
      careless += formPairs(panelOf(logs), pairParams.parse({ candidates: 66 })).filter(
        ({ test }) => test.p <= 0.1,
      ).length;
    }
    expect(accepted).toBeLessThanOrEqual(1);
    expect(careless).toBeGreaterThan(20);
  });

  it("compares within a sector, and those without one among themselves", () => {
    const x = walk(1);
    const logs = { ...noise, X: x, Y: partnerOf(x, 2) };
    expect(active(panelOf(logs, { X: "banks", Y: "banks", N0: "banks" }))).toEqual(["X/Y"]);
    expect(active(panelOf(logs, { X: "banks", Y: "oil" }))).toEqual([]);
    expect(active(panelOf(logs, { X: "banks" }))).toEqual([]);
  });

  it("a symbol is in one pair, the surest", () => {
    const x = walk(1);
    const panel = panelOf({ ...noise, A: partnerOf(x, 2, { size: 0.004 }), B: partnerOf(x, 3), X: x });
    const told = found(panel);
    const traded = told.filter(({ refusals }) => refusals.length === 0);
    expect(traded).toHaveLength(1);
    expect(told.some(({ refusals }) => refusals.includes("taken"))).toBe(true);
  });

  it("says why: too fast, too slow, a hedge that changed, a spread that left, against each other", () => {
    const x = walk(1);
    const y = partnerOf(x, 2);
    const because = (logs: Readonly<Record<string, Float64Array>>, over: Partial<PairParams> = {}) =>
      found(panelOf(logs), over)[0]!.refusals;
    expect(because({ X: x, Y: partnerOf(x, 2, { memory: 0.1 }) })).toEqual(["halfLife"]);
    expect(because({ X: x, Y: y }, { longest: 2.5 })).toEqual(["halfLife"]);
    expect(because({ X: x, Y: walk(8) })).toContain("chance");
    const broken = y.map((value, i) => value + (i >= 252 ? 0.01 * (i - 251) : 0));
    expect(because({ X: x, Y: broken })).toContain("unconfirmed");
    expect(
      because({
        X: x,
        Y: partnerOf(
          x.map((value) => 8 - value),
          2,
        ),
      }),
    ).toEqual(["hedge"]);
    const bent = x.map((value, i) => (i < 126 ? 0.5 * value : 1.5 * value - x[126]!) + 0.003 * Math.sin(i));
    expect(because({ X: x, Y: bent })).toContain("unstable");
  });

  it("nothing after the panel and no gap in it is used; a symbol without a price on every session is left out", () => {
    const x = walk(1);
    const gap = partnerOf(x, 2);
    gap[100] = Number.NaN;
    expect(found(panelOf({ X: x, Y: gap }))).toEqual([]);
    expect(found(panelOf({ X: x }))).toEqual([]);
    const still = new Float64Array(sessions).fill(3);
    expect(active(panelOf({ X: still, Y: still.slice() }))).toEqual([]);
  });
});
