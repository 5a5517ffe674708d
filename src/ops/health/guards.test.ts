import { describe, expect, it } from "vitest";
import { judgeClock, judgeLoop, judgeResources } from "./guards.ts";

describe("clock guard (C-50)", () => {
  it.each([
    [0, 100, 100, "well"],
    [250, 100, 100, "well"],
    [-251, 100, 100, "warn"],
    [1000, 100, 100, "warn"],
    [-1001, 100, 100, "hold"],
    [2001, 100, 100, "restart"],
    [Number.NaN, 100, 100, "hold"],
    [0, 2100, 100, "well"],
    [0, 2101, 100, "restart"],
    [0, -290_000, 100, "restart"],
    [0, 28_800_000, 100, "restart"],
    [0, Number.NaN, 100, "restart"],
  ] as const)("skew %d ms, wall moved %d of %d ms: %s", (skewMs, wallMs, monoMs, level) => {
    expect(judgeClock({ skewMs, wallMs, monoMs }).level).toBe(level);
  });
});

describe("event-loop guard (C-51)", () => {
  it.each([
    [500, 10, "well"],
    [501, 10, "restart"],
    [20, 101, "warn"],
    [Number.NaN, 1, "restart"],
  ] as const)("stall %d ms, p99 %d ms: %s", (longestMs, delayP99Ms, level) => {
    expect(judgeLoop({ longestMs, delayP99Ms }).level).toBe(level);
  });
});

describe("resource guard (C-52)", () => {
  it.each([
    [50e9, 100e9, 0.5, "well"],
    [9e9, 100e9, 0.5, "warn"],
    [4.9e9, 100e9, 0.5, "hold"],
    [0.9e9, 5e9, 0.5, "hold"],
    [50e9, 100e9, 0.81, "hold"],
    [Number.NaN, 100e9, 0.1, "hold"],
    [50e9, 100e9, Number.NaN, "hold"],
  ] as const)("disk %d of %d, heap %d: %s", (diskFreeBytes, diskBytes, heap, level) => {
    const reading = { diskFreeBytes, diskBytes, heapUsedBytes: heap * 1e9, heapLimitBytes: 1e9 };
    expect(judgeResources(reading).level).toBe(level);
  });
});

describe("what people read", () => {
  it.each([
    [judgeClock({ skewMs: 0, wallMs: 2100.4999999981374, monoMs: 0 }), "moved 2101 ms"],
    [judgeClock({ skewMs: -1000.0001, wallMs: 0, monoMs: 0 }), "clock is -1001 ms off"],
    [judgeClock({ skewMs: Number.NaN, wallMs: 0, monoMs: 0 }), "clock is an unknown number of ms off"],
    [judgeLoop({ longestMs: 500.203_519, delayP99Ms: 1 }), "stood still for 501 ms, 500 allowed"],
    [judgeLoop({ longestMs: 1, delayP99Ms: 100.663_295 }), "p99 101 ms, 100 wanted"],
  ])("is in whole milliseconds: %o", ({ reason }, said) => {
    expect(reason).toContain(said);
  });
});
