/** Goal: whose probabilities came true is found, trade by trade, and what each would have kept out is counted. */
import { describe, expect, it } from "vitest";
import { createRng } from "../../numerics/rng.ts";
import { compareModels, type JudgedTrade, type SaidOfTrade } from "./compare-models.ts";

const word = (model: string, probability: number | null, decides = false): SaidOfTrade => ({
  ...{ model, decides, probability },
  follows: probability !== null && probability >= 0.5,
});
const trade = (pnl: number, ...said: readonly SaidOfTrade[]): JudgedTrade => ({ pnl, said });

describe("models over the same trades", () => {
  it("are scored by hand", () => {
    const trades = [
      trade(10, word("b@2", 0.8), word("a@1", 0.5, true)),
      trade(-4, word("b@2", 0.4), word("a@1", 0.5, true)),
      trade(-6, word("b@2", null), word("a@1", 0.5, true)),
      trade(3, word("a@1", 0.5, true)),
    ];
    const [a, b] = compareModels(trades);
    expect(a).toMatchObject({
      model: "a@1",
      trades: 4,
      decided: 4,
      followed: 4,
      hitRate: 0.5,
      against: null,
    });
    expect(a?.logLoss).toBeCloseTo(Math.LN2, 12);
    expect(a?.brier).toBeCloseTo(0.25, 12);
    expect(a?.baseLogLoss).toBeCloseTo(Math.LN2, 12);
    expect(b).toMatchObject({ model: "b@2", trades: 2, decided: 0, followed: 1, hitRate: 1 });
    expect(b?.leftOut).toEqual({ trades: 1, pnl: -4 });
    expect(b?.logLoss).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12);
    expect(b?.brier).toBeCloseTo((0.04 + 0.16) / 2, 12);
    const [first, second] = [-Math.log(0.8) - Math.LN2, -Math.log(0.6) - Math.LN2];
    expect(b?.against).toMatchObject({ model: "a@1", trades: 2 });
    expect(b?.against?.difference).toBeCloseTo((first + second) / 2, 12);
    expect(b?.against?.standardError).toBeCloseTo(Math.abs(first - second) / 2, 12);
  });

  it("the one that knows is better by many standard errors, and one that guesses is not", () => {
    const rng = createRng(3, "trades");
    const trades = Array.from({ length: 600 }, () => {
      const p = 0.2 + 0.6 * rng.uniform();
      const pnl = rng.uniform() < p ? 5 : -5;
      return trade(
        pnl,
        word("knows@1", p),
        word("decides@1", 0.5, true),
        word("guesses@1", 0.2 + 0.6 * rng.uniform()),
      );
    });
    const found = new Map(compareModels(trades).map((score) => [score.model, score]));
    const against = (name: string) => {
      const { difference = 0, standardError = 1 } = found.get(name)?.against ?? {};
      return difference / standardError;
    };
    expect(against("knows@1")).toBeLessThan(-4);
    expect(against("guesses@1")).toBeGreaterThan(3);
    expect(found.get("knows@1")?.logLoss).toBeLessThan(found.get("knows@1")?.baseLogLoss ?? 0);
    expect(found.get("knows@1")?.leftOut.pnl).toBeLessThan(0);
  });

  it("of which nobody said anything are nobody's", () => {
    expect(compareModels([trade(1)])).toEqual([]);
    expect(compareModels([trade(1, word("a@1", null, true))])).toMatchObject([
      { trades: 0, logLoss: Number.NaN },
    ]);
  });
});
