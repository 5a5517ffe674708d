/** Goal: axes have few, round ticks inside their range, and dates that do not run into each other. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dateMarks, logTicks, placesFor, roundTicks } from "./axis.ts";

const range = fc
  .tuple(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.double({ min: 0.001, max: 2000, noNaN: true }))
  .map(([low, width]) => ({ low, high: low + width }));

it("round ticks are at least one, at most five, and inside", () => {
  fc.assert(
    fc.property(range, ({ low, high }) => {
      const ticks = roundTicks(low, high);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(5);
      for (const tick of ticks) expect(tick >= low - 1e-6 && tick <= high + 1e-6).toBe(true);
    }),
  );
});

it("log ticks are at most five and inside, from a calm year to a thousandfold", () => {
  const shape = fc.tuple(
    fc.double({ min: 0.001, max: 1, noNaN: true }),
    fc.double({ min: 1.02, max: 100_000, noNaN: true }),
  );
  fc.assert(
    fc.property(shape, ([low, times]) => {
      const ticks = logTicks(low, low * times);
      expect(ticks.length).toBeLessThanOrEqual(5);
      if (times > 1.7) expect(ticks.length).toBeGreaterThanOrEqual(1);
      for (const tick of ticks) expect(tick >= low - 1e-9 && tick <= low * times + 1e-9).toBe(true);
    }),
  );
});

it.each([
  [[0, 5, 10], 0],
  [[1, 1.5], 1],
  [[0.98, 1, 1.02], 2],
])("ticks %j need %d places", (ticks, places) => {
  expect(placesFor(ticks)).toBe(places);
});

describe("dates", () => {
  const days = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      new Date(Date.UTC(2011, 0, 3 + Math.floor(i * 1.45))).toISOString().slice(0, 10),
    );

  it.each([
    [3780, "2013"],
    [800, "2011-04"],
    [120, "2011-03"],
    [20, "01-07"],
  ])("%d sessions are marked like %s", (count, text) => {
    expect(dateMarks(days(count)).map((mark) => mark.text)).toContain(text);
  });

  it("stay apart on a wide screen, and are at most five on a narrow one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7000 }), (count) => {
        const marks = dateMarks(days(count));
        const main = marks.filter(({ isMain }) => isMain);
        expect(main.length).toBeGreaterThanOrEqual(1);
        expect(main.length).toBeLessThanOrEqual(5);
        for (const [i, { x }] of marks.entries())
          expect((marks[i + 1]?.x ?? 2) - x).toBeGreaterThanOrEqual(0.05);
      }),
      { numRuns: 60 },
    );
  });
});
