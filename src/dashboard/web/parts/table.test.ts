import { expect, test } from "vitest";
import { KeptRows } from "../state/kept-rows.ts";
import { heldTop, mayBeCut, rowsInSight, slotsFor } from "./table.ts";

test("a long table draws what is in sight and a little more, wherever it stands", () => {
  expect(rowsInSight(0, 560, 28, 10_000)).toEqual({ from: 0, to: 36 });
  expect(rowsInSight(28_000, 560, 28, 10_000)).toEqual({ from: 984, to: 1032 });
  expect(rowsInSight(280_000, 560, 28, 10_000)).toEqual({ from: 9984, to: 10_000 });
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

test("rows keep their place from the end while new ones come in at the top, whichever page is answered first", () => {
  const list = (size: number) => Array.from({ length: size }, (_, k) => size - k);
  const kept = new KeptRows<number>();
  kept.take(0, 300, list(300).slice(0, 100));
  kept.take(100, 300, list(300).slice(100, 200));
  expect([kept.at(0), kept.at(150), kept.at(200), kept.has(0, 200), kept.has(100, 300)]).toEqual([
    ...[300, 150, null, true, false],
  ]);
  // Five new ones: the second page is answered first, the first is of before.
  kept.take(100, 305, list(305).slice(100, 200));
  expect([kept.at(5), kept.at(104), kept.at(105), kept.at(204)]).toEqual([300, 201, 200, 101]);
  expect([kept.at(0), kept.has(0, 100)]).toEqual([null, false]);
  kept.keepOnly(100, 200);
  expect([kept.at(99), kept.at(100)]).toEqual([null, 205]);
  // Another filter leaves fewer.
  kept.take(0, 3, [9, 8, 7]);
  expect([kept.total, kept.at(2), kept.at(3)]).toEqual([3, 7, null]);
});

test("the first row in sight stays where it is; at the top, and in another list, nothing is held", () => {
  const keyAt = (index: number) => 1000 - index;
  const held = (scrollTop: number, grown: number, first: number | null) =>
    heldTop({ scrollTop, rowHeight: 28, grown }, first, keyAt);
  // Row 50 was in sight; three came in above it, so that it is row 53 now.
  expect(held(50 * 28 + 11, 3, 1000 - 53)).toBe(53 * 28 + 11);
  expect(held(27, 3, 1000 - 3)).toBeUndefined();
  expect(held(50 * 28, 0, 1000 - 50)).toBeUndefined();
  expect(held(50 * 28, 3, 1)).toBeUndefined();
  expect(held(50 * 28, 3, null)).toBeUndefined();
});

test("what may be cut off is the text that takes the rest of the room, or what says so; a figure never", () => {
  const column = { id: "x", head: "X" };
  expect(mayBeCut(column)).toBe(true);
  expect(mayBeCut({ ...column, width: "90px" })).toBe(false);
  expect(mayBeCut({ ...column, width: "90px", isCut: true })).toBe(true);
  expect(mayBeCut({ ...column, isFigure: true, isCut: true })).toBe(false);
});
