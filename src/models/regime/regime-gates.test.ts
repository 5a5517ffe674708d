/**
 * Goal    the gates open late and shut in time: no flicker about a bound, nothing let through by what cannot be read,
 *         the same words after a restart at any step; the slope is the oracle's.
 * Method  stories told as rows, each also with a restart after every step; properties over random walks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { goldenRows } from "../../../test/golden-hmm.ts";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { table } from "../../../test/table.ts";
import { quantile, sampleDeviation } from "../../numerics/moments.ts";
import { createRng } from "../../numerics/rng.ts";
import { type FiveMinuteClose, fastExit } from "./fast-exit.ts";
import { regimeGate } from "./regime-gate.ts";
import { vixRegime } from "./vix-regime.ts";
import { windowSlope } from "./window-slope.ts";

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : "";

interface Startable<Seen, Said> {
  start(params: unknown): { step(seen: Seen): Said; save(): unknown; load(saved: unknown): void };
}

/** What is said of each step, the same with a restart after every one. */
function play<Seen, Said>(machine: Startable<Seen, Said>, params: unknown, seen: readonly Seen[]): Said[] {
  const whole = machine.start(params);
  let part = machine.start(params);
  return seen.map((one) => {
    const said = whole.step(one);
    expect(part.step(one)).toEqual(said);
    const saved = JSON.parse(JSON.stringify(part.save()));
    part = machine.start(params);
    part.load(saved);
    return said;
  });
}

describe("regime gate", () => {
  const stories: Readonly<Record<string, readonly [params: object, rows: string]>> = {
    "opens at 0.70 and not before, shuts below 0.50 and not before": [
      {},
      `
        bull    neutral  bear    says
        0.6999  0.2      0.1001  Neutral 0
        0.6999  0.2      0.1001  Neutral 0
        0.6999  0.2      0.1001  Neutral 0
        0.70    0.2      0.1     Bull 1
        0.5     0.4      0.1     Bull 1
        0.5     0.4      0.1     Bull 1
        0.5     0.4      0.1     Bull 1
        0.4999  0.4      0.1001  Neutral 0
        0.6999  0.2      0.1001  Neutral 0
      `,
    ],
    "a regime lasts three days, but a sure Bear waits for nobody": [
      { neutralScale: 0.5 },
      `
        bull  neutral  bear  says
        0.9   0.1      0     Bull 1
        0.4   0.6      0     Bull 1
        0.4   0.6      0     Bull 1
        0.4   0.6      0     Neutral 0.5
        0.9   0.1      0     Neutral 0.5
        0.9   0.1      0     Neutral 0.5
        0.9   0.1      0     Bull 1
        0.1   0.2      0.7   Bear 0
        0.9   0.1      0     Bear 0
        0.9   0.1      0     Bear 0
        0.9   0.1      0     Bull 1
      `,
    ],
    "no model and a sick one bar, and what was is forgotten": [
      {},
      `
        bull  neutral  bear  says
        none  none     none  null 0
        0.9   0.1      0     Bull 1
        none  0.1      0     null 0
        0.6   0.3      0.1   Neutral 0
        -1    0.1      0.9   null 0
      `,
    ],
  };
  it.each(Object.entries(stories))("%s", (_name, [params, rows]) => {
    const given = table(rows);
    const said = play(
      regimeGate,
      params,
      given.map(({ bull, neutral, bear }) => ({
        bull: cellNumber(bull),
        neutral: cellNumber(neutral),
        bear: cellNumber(bear),
      })),
    );
    expect(said.map(({ regime, longScale }) => `${regime} ${longScale}`)).toEqual(
      given.map(({ says }) => says),
    );
    said.slice(1).forEach(({ previous }, k) => {
      expect(previous).toBe(said[k]!.regime);
    });
  });

  it("never lets a long through unless Bull was at 0.70 since it was last below 0.50, or three days ago", () => {
    const walk = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 30,
    });
    fc.assert(
      fc.property(walk, (days) => {
        const seen = days.map(([bull, isRest]) => ({
          bull,
          neutral: isRest ? 1 - bull : 0,
          bear: isRest ? 0 : 1 - bull,
        }));
        const said = play(regimeGate, {}, seen);
        said.forEach(({ regime, previous, longScale }, t) => {
          expect(longScale).toBe(regime === "Bull" ? 1 : 0);
          if (regime !== "Bull") return;
          if (previous !== "Bull") expect(seen[t]!.bull).toBeGreaterThanOrEqual(0.7);
          const lowRun = seen.slice(0, t + 1).reduce((run, { bull }) => (bull < 0.5 ? run + 1 : 0), 0);
          expect(lowRun).toBeLessThan(3);
          expect(seen[t]!.bear).toBeLessThan(0.7);
        });
      }),
    );
  });

  it("refuses bounds that would flicker and states that it did not write", () => {
    expect(() => regimeGate.start({ leave: 0.7 })).toThrow("leave must be below enter");
    expect(() => regimeGate.start({ enter: 0.5 })).toThrow();
    expect(() => regimeGate.start({ extra: 1 })).toThrow();
    const gate = regimeGate.start({});
    expect(() => gate.load({ regime: "Boom", bars: 1 })).toThrow("saved regime_gate: regime:");
    expect(() => gate.load({ regime: "Bull", bars: -1 })).toThrow("saved regime_gate: bars:");
    expect(() => gate.load(null)).toThrow("saved regime_gate: state:");
  });
});

describe("VIX regimes", () => {
  it("each bound, and twice in a row a band below it on the way down", () => {
    const rows = table(`
      vix    says
      14.99  calm 1.2
      15     normal 1
      14     normal 1
      14     normal 1
      13.99  normal 1
      14     normal 1
      13.99  normal 1
      13.99  calm 1.2
      25     elevated 0.7
      24     elevated 0.7
      23.99  elevated 0.7
      23.99  normal 1
      35     elevated 0.7
      35.01  crisis 0.4
      34.01  crisis 0.4
      33.99  crisis 0.4
      33.99  elevated 0.7
      82.69  crisis 0.4
      9.14   crisis 0.4
      9.14   calm 1.2
      45     crisis 0.4
    `);
    const said = play(
      vixRegime,
      {},
      rows.map(({ vix }) => cellNumber(vix)),
    );
    expect(said.map(({ regime, scale }) => `${regime} ${scale}`)).toEqual(rows.map(({ says }) => says));
    expect(said[0]!.previous).toBe(null);
    expect(said.at(-1)!.previous).toBe("calm");
  });

  it("what cannot be read scales by 0.7, or by less where less was in force, and is not remembered", () => {
    for (const unread of [Number.NaN, 0, -5, Infinity]) {
      const said = play(vixRegime, {}, [unread, 12, unread, 20, unread, 40, unread, 12, unread, 12]);
      expect(said.map(({ regime, scale }) => `${regime} ${scale}`)).toEqual([
        "null 0.7",
        "calm 1.2",
        "calm 0.7",
        "normal 1",
        "normal 0.7",
        "crisis 0.4",
        "crisis 0.4",
        "crisis 0.4",
        "crisis 0.4",
        "calm 1.2",
      ]);
    }
  });

  it("is never looser than the bounds alone say, and with a dwell of one at most one band stricter", () => {
    const plain = (vix: number) => (vix > 35 ? 0.4 : vix >= 25 ? 0.7 : vix >= 15 ? 1 : 1.2);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 8, max: 60, noNaN: true }), { minLength: 20 }), (readings) => {
        play(vixRegime, { dwell: 1 }, readings).forEach(({ scale }, t) => {
          expect(scale).toBeLessThanOrEqual(plain(readings[t]!));
          expect(scale).toBeGreaterThanOrEqual(plain(readings[t]! + 1));
        });
        play(vixRegime, {}, readings).forEach(({ scale }, t) => {
          expect(scale).toBeLessThanOrEqual(plain(readings[t]!));
        });
      }),
    );
  });

  it("refuses scales that rise and bounds that do not", () => {
    expect(() => vixRegime.start({ scales: [1, 1.2, 0.7, 0.4] })).toThrow("scales must not rise");
    expect(() => vixRegime.start({ bounds: [15, 15, 35] })).toThrow("bounds must rise");
    expect(() => vixRegime.start({ scales: [1.3, 1, 0.7, 0.4] })).toThrow();
  });
});

describe.skipIf(goldenIsMissing)(`golden slope${missing}`, () => {
  it("every slope and t statistic of the oracle", () => {
    const file = "ols_slope.json";
    const { expected } = readGolden<{
      expected: { slope_over_mean: readonly number[]; slope_t: readonly number[]; r2: readonly number[] };
    }>(file);
    const { rel, abs } = toleranceOf(file);
    const closes = goldenRows("spx_vix_daily.csv").map(([close = 0]) => close);
    const off = expected.slope_over_mean.filter((want, k) => {
      const { slope, tStat } = windowSlope(closes.slice(k, k + 12));
      const near = (got: number, wanted: number) =>
        Math.abs(got - wanted) <= Math.max(abs, rel * Math.abs(wanted));
      const r2 = tStat ** 2 / (tStat ** 2 + 10);
      return !near(slope, want) || !near(tStat, expected.slope_t[k]!) || !near(r2, expected.r2[k]!);
    });
    expect(expected.slope_over_mean.length).toBe(200);
    expect(off).toEqual([]);
  });
});

describe("slope of a window", () => {
  it("of a flat one is 0, of a straight one is certain, and prices near 1e9 keep their digits", () => {
    expect(windowSlope([5, 5, 5, 5])).toEqual({ slope: 0, tStat: 0 });
    expect(windowSlope([1, 2, 3, 4])).toEqual({ slope: 0.4, tStat: Infinity });
    expect(windowSlope([4, 3, 2, 1])).toEqual({ slope: -0.4, tStat: -Infinity });
    const small = [0.01, 0.03, 0.02, 0.05];
    const far = windowSlope(small.map((move) => 1e9 + move));
    expect(far.slope * (1e9 + 0.0275)).toBeCloseTo(0.011, 6);
  });
});

describe("fast exit", () => {
  /** Sessions of 78 closes that tremble about 500, the same every run. */
  const calm = (sessions: number, sizeBps = 3): FiveMinuteClose[] => {
    const rng = createRng(3, "calm sessions");
    return Array.from({ length: sessions * 78 }, (_, k) => ({
      session: Math.floor(k / 78),
      close: 500 * (1 + sizeBps * 1e-4 * rng.normal()),
      isBull: true,
    }));
  };
  /** A straight fall with a little noise, `perBar` of the price each. */
  const fall = (session: number, bars: number, perBar: number): FiveMinuteClose[] =>
    Array.from({ length: bars }, (_, k) => ({
      session,
      close: 500 * (1 - perBar * k) * (1 + (k % 2 === 0 ? 1e-6 : -1e-6)),
      isBull: true,
    }));
  const fired = (seen: readonly FiveMinuteClose[], params: object = {}) =>
    play(fastExit, params, seen).flatMap(({ hasFired }, k) => (hasFired ? [k] : []));

  it("with no history: at a fall of 0.00075 per bar, and only with a full window of the session", () => {
    const steep = fall(0, 20, 0.0008);
    expect(fired(steep)).toEqual([11]);
    expect(fired(fall(0, 20, 0.0007))).toEqual([]);
    // Six bars in each of two sessions are no window.
    expect(fired([...steep.slice(0, 6), ...fall(1, 6, 0.0008)])).toEqual([]);
  });

  it("a gap over night is no fall", () => {
    const after = calm(1).map((bar) => ({ ...bar, session: 1, close: bar.close * 0.93 }));
    expect(fired([...calm(1), ...after])).toEqual([]);
  });

  it("with twenty sessions: at three deviations of this symbol, however calm or wild it is", () => {
    const thresholds = [1, 3, 9].map((size) => {
      const seen = [...calm(20, size), ...fall(20, 1, 0)];
      return play(fastExit, {}, seen).at(-1)!.threshold;
    });
    expect(thresholds[1]! / thresholds[0]!).toBeCloseTo(3, 2);
    expect(thresholds[2]! / thresholds[0]!).toBeCloseTo(9, 1);
    const limit = -thresholds[1]!;
    expect(limit).toBeGreaterThan(3e-5);
    expect(limit).toBeLessThan(7.5e-4);
    expect(fired([...calm(20), ...fall(20, 20, 1.05 * limit)])).toEqual([20 * 78 + 11]);
    expect(fired([...calm(20), ...fall(20, 20, 0.95 * limit)])).toEqual([]);
    // One session short, the fixed threshold still counts.
    expect(fired([...calm(19), ...fall(19, 20, 1.05 * limit)])).toEqual([]);
  });

  it("the deviation is the median, over the sessions, of that of their slopes", () => {
    const bars = calm(21);
    const perSession = Array.from({ length: 20 }, (_, session) => {
      const closes = bars.slice(session * 78, (session + 1) * 78).map(({ close }) => close);
      return sampleDeviation(
        Float64Array.from({ length: 67 }, (_v, k) => windowSlope(closes.slice(k, k + 12)).slope),
      );
    });
    const median = quantile(Float64Array.from(perSession), 0.5);
    const said = play(fastExit, { sigmas: 2.5 }, bars.slice(0, 20 * 78 + 1)).at(-1)!;
    expect(said.threshold / (-2.5 * median)).toBeCloseTo(1, 10);
  });

  it("a fall that does not stand out from its own scatter is none, unless it is a crash", () => {
    const jagged = (perBar: number): FiveMinuteClose[] =>
      fall(0, 14, perBar).map((bar, k) => ({ ...bar, close: bar.close * (k % 2 === 0 ? 1.01 : 0.99) }));
    expect(fired(jagged(0.001))).toEqual([]);
    expect(fired(jagged(0.005))).toEqual([11]);
  });

  it("fires in Bull alone, a crash in any regime; the literal threshold asks for Bull", () => {
    const inBear = (bars: readonly FiveMinuteClose[]) => bars.map((bar) => ({ ...bar, isBull: false }));
    expect(fired(inBear(fall(0, 14, 0.0015)))).toEqual([]);
    expect(fired(inBear(fall(0, 14, 0.0025)))).toEqual([11]);
    const literal = { mode: "literal" };
    expect(fired(fall(0, 14, 0.0021), literal)).toEqual([11]);
    expect(fired(fall(0, 14, 0.0019), literal)).toEqual([]);
    expect(fired(inBear(fall(0, 14, 0.0025)), literal)).toEqual([]);
  });

  it("bars until three bars in a row fall no more, and a night alone recovers nothing", () => {
    const low = fall(0, 13, 0.001).at(-1)!.close;
    const flat = (session: number, bars: number): FiveMinuteClose[] =>
      Array.from({ length: bars }, () => ({ session, close: low, isBull: false }));
    const said = play(fastExit, {}, [...fall(0, 13, 0.001), ...flat(0, 12)]);
    const first = said.findIndex(({ slope, threshold }, k) => k > 12 && slope >= threshold);
    expect(said.slice(11, first + 2).every(({ isActive }) => isActive)).toBe(true);
    expect(said[first + 2]!.isActive).toBe(false);
    const overnight = play(fastExit, {}, [...fall(0, 13, 0.001), ...flat(1, 16)]);
    expect(overnight.slice(11, 13 + 13).every(({ isActive }) => isActive)).toBe(true);
    expect(overnight[13 + 13]!.isActive).toBe(false);
  });

  it("a bar without a close is left out and recovers nothing", () => {
    const seen = [...fall(0, 13, 0.001)];
    seen.splice(5, 0, { session: 0, close: Number.NaN, isBull: true });
    expect(fired(seen)).toEqual([12]);
    const unread = Array.from({ length: 10 }, () => ({ session: 0, close: 0, isBull: true }));
    expect(play(fastExit, {}, [...seen, ...unread]).at(-1)!.isActive).toBe(true);
  });

  it("remembers no more than it needs, and refuses what it did not write", () => {
    const machine = fastExit.start({});
    for (const bar of calm(30)) machine.step(bar);
    const saved = machine.save() as { closes: number[]; deviations: number[] };
    expect(saved.closes.length).toBe(12);
    expect(saved.deviations.length).toBe(20);
    expect(() => machine.load({ ...saved, squares: -1 })).toThrow("saved fast_exit: squares:");
    expect(() => machine.load({ ...saved, closes: ["500"] })).toThrow("saved fast_exit: closes.0:");
  });
});
