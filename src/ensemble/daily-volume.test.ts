/**
 * Goal    the allowance of a day comes from whole days before it, whatever the length of the bars.
 * Method  volumes by hand over days of one and of several bars.
 */
import { describe, expect, it } from "vitest";
import { allocateColumns } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { advParams, DailyVolume } from "./daily-volume.ts";

const A = 0 as InstrumentId;
const B = 1 as InstrumentId;

/** One bar of A with this volume. */
function bar(volume: number) {
  const columns = allocateColumns("1m", instrumentTable(["A", "B"]), 1, 1);
  columns.instrument[0] = A;
  columns.volume[0] = volume;
  return { at: 0 as EpochMicros, from: 0, to: 1, columns };
}

function daysOf(days: readonly (readonly number[])[], params: object = {}): DailyVolume {
  const volume = new DailyVolume(2, advParams.parse(params));
  for (const bars of days) {
    volume.startSession();
    for (const shares of bars) volume.update(bar(shares));
  }
  return volume;
}

describe("DailyVolume", () => {
  it("is the median of the days before today, summed over their bars, less today's", () => {
    const days = [[100, 900], [3_000], [500, 500, 1_000], [999_999_999]];
    expect(daysOf(days).entriesMax(A)).toBe(20);
    expect(daysOf([...days, [1]]).entriesMax(A)).toBe(25);
  });

  it("forgets what is older than the days it looks back", () => {
    const volume = daysOf([[9_000], [100], [200], [300], [0]], { days: 3, fraction: 1 });
    expect(volume.entriesMax(A)).toBe(200);
  });

  it("rounds towards nothing, and a name that hardly trades gets nothing", () => {
    expect(daysOf([[199], [1]]).entriesMax(A)).toBe(1);
    expect(daysOf([[99], [1]]).entriesMax(A)).toBe(0);
    expect(daysOf([[0], [1]]).entriesMax(A)).toBe(0);
  });

  it("a day without a bar is no day; without any day the bound is missing, or nothing, as configured", () => {
    const volume = daysOf([[500], [], [], [1]], { fraction: 1, days: 2 });
    expect(volume.entriesMax(A)).toBe(500);
    expect(volume.entriesMax(B)).toBe(Number.POSITIVE_INFINITY);
    const strict = { fraction: 1, days: 2, requireHistory: true };
    expect(daysOf([[500], [1]], strict).entriesMax(A)).toBe(0);
    expect(daysOf([[500], [300], [1]], strict).entriesMax(A)).toBe(400);
    expect(daysOf([], strict).entriesMax(B)).toBe(0);
  });

  it("counts days of before a split in new shares, the one that goes on too, and no other instrument's", () => {
    const volume = daysOf([[1_000], [3_000], [500]], { fraction: 1 });
    volume.split(A, 7);
    expect(volume.entriesMax(A)).toBe(14_000);
    volume.startSession();
    volume.update(bar(9));
    // 3,500, 7,000 and 21,000 are known now.
    expect(volume.entriesMax(A)).toBe(7_000);
    volume.split(B, 1 / 15);
    expect(volume.entriesMax(A)).toBe(7_000);
    volume.split(A, 1 / 15);
    expect(volume.entriesMax(A)).toBe(466);
  });
});
