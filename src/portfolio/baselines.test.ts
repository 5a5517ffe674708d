/**
 * Goal    losses are measured from heights that do not give way: the day's high never falls within a session,
 *         a day starts from the last value of the one before, and nothing unknown disarms a limit (I-17, I-16).
 * Method  a short story by hand, then random days against a naive reading of all values.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { Baselines } from "./baselines.ts";

describe("a story of two days", () => {
  it("the day's high rises and stays, the next day starts from the last value, the all-time high from all", () => {
    const lines = new Baselines(100);
    lines.startSession();
    for (const equity of [104, 110, 99]) lines.update(equity);
    expect([lines.dayBase, lines.dayHigh, lines.high]).toEqual([100, 110, 110]);
    expect(lines.drawdownFromDayHigh(99)).toBeCloseTo(0.1, 12);
    expect(lines.lossFromDayBase(99)).toBeCloseTo(0.01, 12);

    lines.startSession();
    expect([lines.dayBase, lines.dayHigh, lines.high]).toEqual([99, 99, 110]);
    lines.update(90);
    expect(lines.drawdownFromDayHigh(90)).toBeCloseTo(1 - 90 / 99, 12);
    expect(lines.drawdownFromHigh(90)).toBeCloseTo(1 - 90 / 110, 12);
  });

  it("a gain is no loss: fractions never go below zero", () => {
    const lines = new Baselines(100);
    const all = [lines.drawdownFromDayHigh(101), lines.lossFromDayBase(101), lines.drawdownFromHigh(101)];
    expect(all).toEqual([0, 0, 0]);
  });
});

describe("what is unknown", () => {
  it("PF-5: moves no height, and is itself an unknown loss", () => {
    const lines = new Baselines(100);
    lines.update(105);
    for (const equity of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      lines.update(equity);
    lines.startSession();
    expect([lines.dayBase, lines.dayHigh, lines.high]).toEqual([105, 105, 105]);
    lines.update(103);
    expect(lines.drawdownFromDayHigh(103)).toBeCloseTo(2 / 105, 12);
    expect(lines.drawdownFromDayHigh(Number.NaN)).toBeNaN();
    expect(lines.lossFromDayBase(Number.NaN)).toBeNaN();
  });

  it("an account without money has lost everything, not nothing", () => {
    for (const start of [0, -500]) {
      const lines = new Baselines(start);
      expect([
        lines.drawdownFromDayHigh(-600),
        lines.lossFromDayBase(-600),
        lines.drawdownFromHigh(0),
      ]).toEqual([1, 1, 1]);
    }
  });

  it("nor is an unknown value known because there was no money", () => {
    expect(new Baselines(0).drawdownFromDayHigh(Number.NaN)).toBeNaN();
  });

  it("losing more than there was is more than everything", () => {
    expect(new Baselines(100).drawdownFromDayHigh(-50)).toBe(1.5);
  });
});

it("random days: heights are the maxima they claim to be, and never fall while they hold", () => {
  const value = fc.oneof(
    { weight: 9, arbitrary: between(50, 150) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  );
  const day = fc.array(value, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(day, { minLength: 2, maxLength: 8 }), (days) => {
      const lines = new Baselines(100);
      const known = [100];
      for (const values of days) {
        lines.startSession();
        const base = known.at(-1) ?? Number.NaN;
        const today = [base];
        for (const equity of values) {
          const before = lines.dayHigh;
          lines.update(equity);
          if (!Number.isNaN(equity)) {
            known.push(equity);
            today.push(equity);
            const fromHigh = lines.drawdownFromDayHigh(equity);
            expect(fromHigh).toBe(1 - equity / Math.max(...today));
            expect(fromHigh).toBeGreaterThanOrEqual(lines.lossFromDayBase(equity));
            expect(lines.drawdownFromHigh(equity)).toBeGreaterThanOrEqual(fromHigh);
          }
          expect(lines.dayHigh).toBeGreaterThanOrEqual(before);
          expect([lines.dayBase, lines.dayHigh, lines.high]).toEqual([
            base,
            Math.max(...today),
            Math.max(...known),
          ]);
        }
      }
    }),
  );
});
