/**
 * Goal    the detector gives the numbers of pandas, speaks exactly when it should, and survives a restart unseen.
 * Method  golden file, cases by hand, a naive two-pass rival, properties over checkpoints.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { ChangeDetector, type ChangeReading, usualChangeParams } from "./change-detector.ts";

type Column = readonly (number | null)[];
interface SentimentGolden {
  readonly input: { readonly x: Column };
  readonly expected: { readonly mean: Column; readonly sd: Column; readonly z: Column };
}

const missing = goldenIsMissing ? ` (skipped: ${goldenFolder}/MANIFEST.json is missing)` : "";
const play = (scores: readonly number[], detector = new ChangeDetector()) =>
  scores.map((score) => detector.take(score));
const repeated = (count: number, value: number) => Array.from({ length: count }, () => value);
/** A history with mean 0 and deviation 0.1. */
const history = (count: number) => Array.from({ length: count }, (_, n) => (n % 2 === 0 ? 0.1 : -0.1));
const short = { ...usualChangeParams, window: 8, valuesMin: 3 };
/** Tells of a change whenever its cool-down lets it, so that every part of the state has a say. */
const talkative = { ...short, changeZ: 0.3, changeStep: 0.3 };
const score = () => fc.double({ min: -1, max: 1, noNaN: true });
const reading = () => fc.oneof({ weight: 5, arbitrary: score() }, { weight: 1, arbitrary: fc.constant(NaN) });

describe.skipIf(goldenIsMissing)(`golden sentiment_z.json${missing}`, () => {
  it("mean, deviation and z are pandas', and undefined exactly where theirs are", () => {
    const { input, expected } = readGolden<SentimentGolden>("sentiment_z.json");
    const { rel, abs } = toleranceOf("sentiment_z.json");
    const found = play(input.x.map((x) => x ?? Number.NaN));
    const columns: [Column, (row: ChangeReading) => number][] = [
      [expected.mean, ({ mean }) => mean],
      [expected.sd, ({ deviation }) => deviation],
      [expected.z, ({ z }) => z],
    ];
    for (const [column, pick] of columns) {
      for (const [n, want] of column.entries()) {
        const got = pick(found[n]!);
        expect(Number.isNaN(got), `row ${n}`).toBe(want === null);
        if (want !== null) expect(Math.abs(got - want)).toBeLessThanOrEqual(abs + rel * Math.abs(want));
      }
    }
    expect(input.x.length).toBe(1100);
  });
});

describe("change detector", () => {
  it("a constant history and then a jump is unmeasured, and finite from the next reading on", () => {
    const found = play([...repeated(800, 0.1), 0.9, 0.9, 0.1]);
    expect(found[800]).toMatchObject({ deviation: 0, z: Number.NaN, isChange: false, isLow: false });
    for (const { z } of found.slice(801)) expect(Number.isFinite(z)).toBe(true);
  });

  it("a constant window after an outlier has left has a deviation of 0 again", () => {
    const found = play([-1, ...repeated(900, 0.3)]);
    expect(found[756]!.deviation).toBeGreaterThan(0);
    expect(found[757]).toMatchObject({ deviation: 0, z: Number.NaN });
    expect(found[757]!.mean).toBe(0.3);
  });

  it("speaks from the 61st value on; missing ones do not count, but take their place in the window", () => {
    expect(play(history(61)).findIndex(({ z }) => !Number.isNaN(z))).toBe(60);
    const gaps = history(200).flatMap((value) => [value, Number.NaN]);
    expect(play(gaps).findIndex(({ mean }) => !Number.isNaN(mean))).toBe(119);
    // 60 values, then so many missing positions that only 59 are left.
    const fading = play([...history(60), ...repeated(698, Number.NaN)]);
    expect(fading[756]!.mean).not.toBeNaN();
    expect(fading[757]!.mean).toBeNaN();
  });

  it("a change is far out and either across the mean or a long step away", () => {
    const last = (...tail: number[]) => play([...history(100), ...tail]).at(-1)!;
    expect(last(0.3)).toMatchObject({ isChange: true, isLow: false });
    expect(last(-0.32)).toMatchObject({ isChange: true, isLow: true });
    expect(last(-0.22)).toMatchObject({ isChange: false, isLow: true });
    // Creeps out: never 2 deviations in one step.
    expect(play([...history(100), 0.1, 0.2, 0.29]).some(({ isChange }) => isChange)).toBe(false);
  });

  it("the five positions after a change tell of none, missing ones counted", () => {
    const swings = [0.6, -0.6, 0.6, Number.NaN, -0.6, 0.6, -0.6];
    const told = play([...history(700), ...swings])
      .slice(700)
      .map(({ isChange }) => isChange);
    expect(told).toEqual([true, false, false, false, false, false, true]);
  });

  it("the first z there is has nothing to have changed from", () => {
    expect(play([...history(60), 0.9])[60]).toMatchObject({ isChange: false });
  });

  it("equals the sums taken anew at every reading", () => {
    fc.assert(
      fc.property(fc.array(reading(), { minLength: 20, maxLength: 60 }), (scores) => {
        const found = play(scores, new ChangeDetector(short));
        scores.forEach((x, n) => {
          const before = scores.slice(Math.max(0, n - 8), n).filter((value) => !Number.isNaN(value));
          const mean = before.reduce((a, b) => a + b, 0) / before.length;
          const sd = Math.sqrt(before.reduce((sum, value) => sum + (value - mean) ** 2, 0) / before.length);
          if (before.length < 3) expect(found[n]!.mean).toBeNaN();
          else {
            expect(found[n]!.mean).toBeCloseTo(mean, 12);
            expect(found[n]!.deviation).toBeCloseTo(sd, 10);
            if (sd > 1e-6 && !Number.isNaN(x)) expect(found[n]!.z).toBeCloseTo((x - mean) / sd, 5);
          }
          expect(Math.abs(found[n]!.z)).not.toBe(Infinity);
        });
      }),
    );
  });

  it("any checkpoint, through JSON and back, changes nothing", () => {
    const scores = fc.array(reading(), { minLength: 30, maxLength: 80 });
    fc.assert(
      fc.property(scores, fc.nat(79), (all, cut) => {
        const whole = play(all, new ChangeDetector(talkative));
        const first = new ChangeDetector(talkative);
        play(all.slice(0, cut), first);
        const second = new ChangeDetector(talkative);
        second.load(JSON.parse(JSON.stringify(first.save())));
        expect(second.save()).toEqual(first.save());
        expect(play(all.slice(cut), second)).toEqual(whole.slice(cut));
      }),
    );
  });

  it("refuses what is no score, no window and no state of its own", () => {
    expect(() => new ChangeDetector().take(1.5)).toThrow("sentiment score 1.5 is not in [-1, 1]");
    expect(() => new ChangeDetector().take(-Infinity)).toThrow("not in [-1, 1]");
    expect(() => new ChangeDetector({ ...short, window: 1 })).toThrow("sentiment window 1");
    expect(() => new ChangeDetector({ ...short, valuesMin: 9 })).toThrow("valuesMin 9");
    expect(() => new ChangeDetector().load(new ChangeDetector(short).save())).toThrow(
      "a window of 8, not of 756",
    );
  });
});
