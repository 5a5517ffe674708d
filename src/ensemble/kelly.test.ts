/**
 * Goal    Kelly in the right dimension, from a lower bound of what was shown, and never more than asked for.
 * Method  the oracle's rows (numeric argmax of expected log growth); the naive formula as a contrast; a table of
 *         track records worked out by hand; properties over records.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { winsorisedMean } from "../numerics/winsorised-mean.ts";
import { type Edge, edgeOf, kellyParams, kellyRisk, kellyStake, tradeRisk } from "./kelly.ts";

const golden = resolve(process.env.PLIMSOLL_GOLDEN ?? "../shared/golden", "kelly.json");
const has = existsSync(golden);
const params = kellyParams.parse({});

interface GoldenRow {
  readonly p: number;
  readonly W: number;
  readonly L: number;
  readonly f_star_numeric_argmax: number;
  readonly f_star_closed: number;
  readonly reference_formula: number;
  readonly kelly_in_loss_units: number;
}

/** "Edge over odds" with the edge in returns: what many programs call Kelly. */
const naive = (p: number, win: number, loss: number) => (0.25 * (p * win - (1 - p) * loss)) / (win / loss);

describe.skipIf(!has)(`golden kelly${has ? "" : " (skipped: golden/kelly.json missing)"}`, () => {
  it("stake and risk are the oracle's; the naive formula is L^2 of a quarter of it", () => {
    const { expected } = JSON.parse(readFileSync(golden, "utf8")) as { expected: { rows: GoldenRow[] } };
    expect(expected.rows.length).toBeGreaterThan(5);
    for (const row of expected.rows) {
      const bet = { winRate: row.p, win: row.W, loss: row.L };
      expect(kellyStake(bet)).toBeCloseTo(row.f_star_closed, 11);
      expect(Math.abs(kellyStake(bet) - row.f_star_numeric_argmax)).toBeLessThan(1e-4);
      expect(kellyRisk(bet)).toBeCloseTo(row.kelly_in_loss_units, 12);
      expect(naive(row.p, row.W, row.L)).toBeCloseTo(row.reference_formula, 12);
      expect(naive(row.p, row.W, row.L)).toBeCloseTo(0.25 * kellyStake(bet) * row.L ** 2, 12);
    }
  });
});

describe("the dimension", () => {
  it("risk is the same bet in fractions or in per cent; the naive figure grows a hundredfold", () => {
    expect(kellyRisk({ winRate: 0.55, win: 2, loss: 2 })).toBeCloseTo(
      kellyRisk({ winRate: 0.55, win: 0.02, loss: 0.02 }),
      14,
    );
    expect(naive(0.55, 2, 2) / naive(0.55, 0.02, 0.02)).toBeCloseTo(100, 9);
  });

  it("no stake near f* grows faster on average than f* does", () => {
    const bet = { winRate: 0.55, win: 0.02, loss: 0.02 };
    const growth = (f: number) => 0.55 * Math.log1p(f * bet.win) + 0.45 * Math.log1p(-f * bet.loss);
    const best = kellyStake(bet);
    expect(growth(best)).toBeGreaterThan(growth(best * 1.01));
    expect(growth(best)).toBeGreaterThan(growth(best * 0.99));
  });
});

const record = (wins: number, losses: number, win = 0.03, loss = 0.02) =>
  Float64Array.from([...new Array(wins).fill(win), ...new Array(losses).fill(-loss)]);

describe("edgeOf", () => {
  it("counts a trade that made nothing as one that did not win, and bounds the win rate from below", () => {
    const edge = edgeOf(Float64Array.of(0.03, 0, -0.02, 0.01), params);
    expect(edge).toMatchObject({ trades: 4, win: expect.closeTo(0.02, 12), loss: expect.closeTo(0.01, 12) });
    expect(edge.winRate).toBeLessThan(0.5);
    expect(edgeOf(record(1, 0), params).loss).toBeNaN();
    expect(edgeOf(record(0, 1), params).win).toBeNaN();
    expect(edgeOf(new Float64Array(), params)).toMatchObject({
      trades: 0,
      win: Number.NaN,
      loss: Number.NaN,
    });
  });

  it("one enormous win moves the mean by no more than the tail that is pulled in", () => {
    const lucky = Float64Array.from([...new Array(99).fill(0.01), 5, -0.01]);
    expect(edgeOf(lucky, params).win).toBeCloseTo(0.01, 12);
    expect(winsorisedMean(Float64Array.of(0, 1, 2, 3, 100), 0.25)).toBe(2);
    expect(winsorisedMean(Float64Array.of(4, 8), 0)).toBe(6);
    expect(winsorisedMean(new Float64Array(), 0.05)).toBeNaN();
  });

  it("a loss is never reckoned smaller than the gap that holding overnight may bring", () => {
    const gapped = kellyParams.parse({ gapLoss: 0.05 });
    expect(edgeOf(record(30, 30), gapped).loss).toBe(0.05);
    expect(edgeOf(record(30, 30, 0.03, 0.08), gapped).loss).toBeCloseTo(0.08, 12);
    expect(edgeOf(record(30, 0), gapped).loss).toBe(0.05);
  });
});

describe("tradeRisk", () => {
  it.each([
    ["29 trades are too few", edgeOf(record(29, 0), params), 0.0025, "kelly_cold"],
    ["29 mixed ones too", edgeOf(record(10, 19), params), 0.0025, "kelly_cold"],
    ["thirty wins do not say what a loss costs", edgeOf(record(30, 0), params), 0.0025, "kelly_cold"],
    ["thirty losses are no edge", edgeOf(record(0, 30), params), 0, "kelly"],
    ["a clear edge meets the ceiling", edgeOf(record(40, 20), params), 0.004, "risk_per_trade"],
    ["what is counted pays, what is sure of it does not", edgeOf(record(20, 30), params), 0, "kelly"],
  ] as const)("%s", (_, edge, risk, binding) => {
    expect(tradeRisk(edge, params, 0.004)).toMatchObject({ risk, binding });
  });

  it("off, and with a ceiling below the cold risk, the ceiling decides", () => {
    const edge = edgeOf(record(0, 40), params);
    const off = kellyParams.parse({ enabled: false });
    expect(tradeRisk(edge, off, 0.004)).toMatchObject({ risk: 0.004, binding: "risk_per_trade" });
    const cold = edgeOf(record(1, 1), params);
    expect(tradeRisk(cold, params, 0.001)).toMatchObject({ risk: 0.001, binding: "risk_per_trade" });
  });

  it("never above the ceiling, a quarter of Kelly's risk or half its stake; more wins never risk less", () => {
    const rate = fc.integer({ min: 0, max: 200 });
    let sized = 0;
    fc.assert(
      fc.property(rate, rate, between(0.001, 0.2), between(0.001, 0.2), (wins, losses, win, loss) => {
        const edge: Edge = edgeOf(record(wins, losses + 1, win, loss), params);
        const { risk, stakeMax, binding } = tradeRisk(edge, params, 0.004);
        expect(risk).toBeGreaterThanOrEqual(0);
        expect(risk).toBeLessThanOrEqual(0.004);
        if (edge.trades < params.minTrades) return;
        if (wins === 0 || !(kellyRisk(edge) > 0)) {
          expect([risk, binding]).toEqual([0, "kelly"]);
          return;
        }
        sized += 1;
        expect(risk).toBeLessThanOrEqual(0.25 * kellyRisk(edge) + 1e-15);
        expect(stakeMax).toBeCloseTo(kellyStake(edge) / 2, 12);
        const better = tradeRisk(edgeOf(record(wins + 1, losses, win, loss), params), params, 0.004);
        if (losses > 0) expect(better.risk).toBeGreaterThanOrEqual(risk - 1e-15);
      }),
      { numRuns: 1_000 },
    );
    expect(sized).toBeGreaterThan(200);
  });
});
