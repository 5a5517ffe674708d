/**
 * Goal    losses are measured from heights that do not give way: the base is fixed a minute after the open, the
 *         day's high never falls within a session, cash from outside is no result, a restart forgets nothing, and
 *         nothing unknown disarms a limit (I-17, I-16).
 * Method  short stories by hand, then random days against a naive reading of all values.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between } from "../../test/between.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import { type BaselineState, Baselines } from "./baselines.ts";

/** Open of session `day`, and the instant `minutes` after it. */
const open = (day: number) => (20_000 * MICROS_PER_DAY + day * MICROS_PER_DAY) as EpochMicros;
const at = (day: number, minutes: number) => (open(day) + minutes * MICROS_PER_MINUTE) as EpochMicros;
const heights = (lines: Baselines) => [lines.dayBase, lines.dayHigh, lines.high];
const restarted = (lines: Baselines): Baselines => {
  const fresh = new Baselines(1);
  fresh.load(JSON.parse(JSON.stringify(lines.save())));
  return fresh;
};

describe("a story of two days", () => {
  it("the base is the higher of last close and the value a minute after the open; the high rises and stays", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    expect(lines.baseIsFixed).toBe(false);
    lines.update(at(0, 1), 104);
    expect(heights(lines)).toEqual([104, 104, 104]);
    expect(lines.baseIsFixed).toBe(true);
    for (const [minute, equity] of [
      [2, 110],
      [3, 99],
    ] as const)
      lines.update(at(0, minute), equity);
    expect(heights(lines)).toEqual([104, 110, 110]);
    expect(lines.drawdownFromDayHigh(99)).toBeCloseTo(0.1, 12);
    expect(lines.lossFromDayBase(99)).toBeCloseTo(1 - 99 / 104, 12);

    lines.startSession(open(1));
    expect(heights(lines)).toEqual([99, 99, 110]);
    lines.update(at(1, 1), 90);
    expect(heights(lines)).toEqual([99, 99, 110]);
    expect(lines.drawdownFromDayHigh(90)).toBeCloseTo(1 - 90 / 99, 12);
    expect(lines.drawdownFromHigh(90)).toBeCloseTo(1 - 90 / 110, 12);
  });

  it("before open + 60 s the base is the last close, even where a print stands higher", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    lines.update((at(0, 1) - 1) as EpochMicros, 120);
    expect(heights(lines)).toEqual([100, 120, 120]);
    lines.update(at(0, 1), 103);
    expect(heights(lines)).toEqual([103, 120, 120]);
    lines.update(at(0, 2), 125);
    expect(heights(lines)).toEqual([103, 125, 125]);
  });

  it("on daily bars the first value after the open is the close: losses run from close to close", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    lines.update(at(0, 390), 108);
    expect([lines.lossFromDayBase(108), lines.dayBase]).toEqual([0, 108]);
    lines.startSession(open(1));
    lines.update(at(1, 390), 97.2);
    expect(lines.lossFromDayBase(97.2)).toBeCloseTo(0.1, 12);
  });

  it("a gain is no loss: fractions never go below zero", () => {
    const lines = new Baselines(100);
    const all = [lines.drawdownFromDayHigh(101), lines.lossFromDayBase(101), lines.drawdownFromHigh(101)];
    expect(all).toEqual([0, 0, 0]);
  });
});

describe("PF-6: cash from outside", () => {
  it.each([
    ["a deposit", 50],
    ["a withdrawal", -40],
  ])("%s is neither profit nor loss: heights in dollars move with the account", (_, dollars) => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    lines.update(at(0, 1), 110);
    lines.update(at(0, 2), 99);
    lines.flow(dollars);
    const equity = 99 + dollars;
    lines.update(at(0, 3), equity);
    expect(lines.drawdownFromDayHigh(equity)).toBeCloseTo(0.1, 12);
    expect(lines.lossFromDayBase(equity)).toBeCloseTo(0.1, 12);
    expect(lines.dayHigh).toBeCloseTo((110 * equity) / 99, 9);
    expect(lines.unitValue).toBeCloseTo(99, 12);
  });

  it("units are priced at the value of the moment, not at the last mark, where that is known", () => {
    const lines = new Baselines(100);
    lines.flow(100, 80);
    lines.update(at(0, 5), 180);
    expect(lines.unitValue).toBeCloseTo(80, 12);
    lines.flow(100, Number.NaN);
    expect(lines.drawdownFromHigh(280)).toBeCloseTo(0.2, 12);
  });

  it.each([-100, -150, Number.NaN, Number.POSITIVE_INFINITY])(
    "a flow of %s, which leaves no account, sells no units: what is gone counts as lost",
    (dollars) => {
      const lines = new Baselines(100);
      lines.flow(dollars);
      expect(lines.drawdownFromHigh(0)).toBe(1);
      expect(lines.drawdownFromHigh(100)).toBe(0);
    },
  );
});

describe("what is unknown", () => {
  it("PF-5: moves no height, fixes no base, and is itself an unknown loss", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    for (const equity of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      lines.update(at(0, 1), equity);
    expect(lines.baseIsFixed).toBe(false);
    lines.update(at(0, 2), 105);
    expect(heights(lines)).toEqual([105, 105, 105]);
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

describe("a restart", () => {
  it("inside a session goes on with its heights, also when the session is announced again", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    lines.update(at(0, 1), 108);
    lines.update(at(0, 2), 101);
    const again = restarted(lines);
    again.startSession(open(0));
    again.update(at(0, 3), 101);
    expect(heights(again)).toEqual([108, 108, 108]);
    expect(again.lossFromDayBase(101)).toBe(lines.lossFromDayBase(101));
  });

  it("before the base is fixed leaves it to be fixed", () => {
    const lines = new Baselines(100);
    lines.startSession(open(0));
    const again = restarted(lines);
    again.startSession(open(0));
    again.update(at(0, 1), 106);
    expect(again.dayBase).toBe(106);
  });

  const sound = new Baselines(100).save();
  it.each([
    ["units", 0],
    ["units", null],
    ["last", "100"],
    ["previous", undefined],
    ["dayOpen", "x"],
    ["dayBase", null],
    ["dayHigh", 99],
    ["high", 50],
    ["sessionOpen", Number.NaN],
  ] as const)("refuses a state whose %s is %s, and names it", (field, value) => {
    const lines = new Baselines(70);
    expect(() => lines.load({ ...sound, [field]: value })).toThrow(new RegExp(`PF-4: .*${field}`));
    expect(lines.save()).toEqual(new Baselines(70).save());
  });

  it.each([null, undefined, 7, "x", []])("refuses %s", (state) => {
    expect(() => new Baselines(1).load(state)).toThrow("PF-4");
  });
});

type Happening = { readonly equity: number } | { readonly dollars: number };

it("random days: heights are the maxima they claim to be, flows move none, restarts change nothing", () => {
  const happening: fc.Arbitrary<Happening> = fc.oneof(
    { weight: 8, arbitrary: between(50, 150).map((equity) => ({ equity })) },
    { weight: 1, arbitrary: fc.constant({ equity: Number.NaN }) },
    { weight: 2, arbitrary: between(-30, 60).map((dollars) => ({ dollars })) },
  );
  const day = fc.array(happening, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(day, { minLength: 2, maxLength: 8 }), fc.boolean(), (days, restarts) => {
      let lines = new Baselines(100);
      let units = 1;
      const known = [100];
      for (const [n, events] of days.entries()) {
        lines.startSession(open(n));
        const previous = known.at(-1) ?? Number.NaN;
        let base = previous;
        let isFixed = false;
        const today = [previous];
        for (const [minute, event] of events.entries()) {
          if ("dollars" in event) {
            const before = (known.at(-1) ?? Number.NaN) * units;
            lines.flow(event.dollars);
            units *= (before + event.dollars) / before;
          } else {
            // The first mark of a day comes before the minute is over.
            lines.update(at(n, minute), event.equity);
            if (!Number.isNaN(event.equity)) {
              const value = event.equity / units;
              if (minute >= 1 && !isFixed) {
                isFixed = true;
                base = Math.max(base, value);
              }
              known.push(value);
              today.push(value);
            }
          }
          if (restarts) {
            lines = restarted(lines);
            lines.startSession(open(n));
          }
          const saved: BaselineState = lines.save();
          expect(saved.dayHigh).toBeCloseTo(Math.max(base, ...today), 9);
          expect(saved.high).toBeCloseTo(Math.max(...known), 9);
          expect(saved.dayBase).toBeCloseTo(base, 9);
          const now = (known.at(-1) ?? Number.NaN) * units;
          expect(lines.drawdownFromDayHigh(now)).toBeGreaterThanOrEqual(lines.lossFromDayBase(now));
          expect(lines.drawdownFromHigh(now)).toBeGreaterThanOrEqual(lines.drawdownFromDayHigh(now));
        }
      }
    }),
  );
});

describe("flows of a day", () => {
  it("are those since the last valuation of the session before, and none of older ones", () => {
    const lines = new Baselines(100_000);
    lines.startSession(open(0));
    lines.update(at(0, 1), 100_000);
    lines.flow(5_000, 100_000);
    lines.update(at(0, 2), 105_000);
    expect([lines.flowToday, lines.flowSinceValued]).toEqual([5_000, 0]);
    lines.flow(-2_000, 105_000);
    expect([lines.flowToday, lines.flowSinceValued]).toEqual([3_000, -2_000]);
    lines.startSession(open(1));
    expect(lines.flowToday).toBe(-2_000);
    lines.update(at(1, 1), 103_000);
    lines.flow(-1_000, 103_000);
    expect([lines.flowToday, lines.flowSinceValued]).toEqual([-3_000, -1_000]);
    const again = restarted(lines);
    expect([again.flowToday, again.flowSinceValued]).toEqual([-3_000, -1_000]);
    lines.startSession(open(1));
    expect(lines.flowToday).toBe(-3_000);
  });
});
