import { expect, test } from "vitest";
import { rowsInSight, slotsFor } from "./table.ts";

test("a long table draws what is in sight and a little more, wherever it stands", () => {
  expect(rowsInSight(0, 560, 28, 10_000)).toEqual({ from: 0, to: 32 });
  expect(rowsInSight(28_000, 560, 28, 10_000)).toEqual({ from: 988, to: 1032 });
  expect(rowsInSight(280_000, 560, 28, 10_000)).toEqual({ from: 9988, to: 10_000 });
  expect(rowsInSight(0, 560, 28, 0)).toEqual({ from: 0, to: 0 });
  // Scrolled far down when a filter left three rows.
  expect(rowsInSight(280_000, 560, 28, 3)).toEqual({ from: 2, to: 3 });
});

test("no two rows that are drawn at once share a slot", () => {
  for (const [height, row] of [
    [560, 28],
    [617, 34],
    [3, 28],
  ] as const) {
    const slots = slotsFor(height, row);
    for (const top of [0, 1, 27, 28, 1000.5, 139_999]) {
      const { from, to } = rowsInSight(top, height, row, 10_000);
      expect(to - from).toBeLessThanOrEqual(slots);
    }
  }
});
