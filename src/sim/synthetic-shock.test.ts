/**
 * Goal    a driver of returns clusters by itself, keeps the volatility it was asked for, and cannot run away.
 * Method  40,000 sessions of one driver without any regime.
 */
import { describe, expect, it } from "vitest";
import { createRng } from "../numerics/rng.ts";
import { ClusteredShock } from "./synthetic-shock.ts";

const VOLATILITY = 0.01;
const SESSIONS = 40_000;
const shock = new ClusteredShock(createRng(5, "shock"), 0.006);
const days = Array.from({ length: SESSIONS }, () => shock.day(VOLATILITY, 0));
const returns = days.map(({ overnight, intraday }) => overnight + intraday);

describe("ClusteredShock", () => {
  it("keeps the volatility it was asked for, near the open and over the day", () => {
    const variance = returns.reduce((sum, r) => sum + r * r, 0) / SESSIONS;
    expect(Math.sqrt(variance)).toBeGreaterThan(0.9 * VOLATILITY);
    expect(Math.sqrt(variance)).toBeLessThan(1.1 * VOLATILITY);
    const overnight = days.reduce((sum, day) => sum + day.overnight ** 2, 0) / SESSIONS;
    expect(overnight / variance).toBeCloseTo(0.28, 1);
  });

  it("swings more on the session after a large move than after a small one", () => {
    const swingAfter = (isWanted: (size: number) => boolean) => {
      const next = returns.filter((_, i) => i > 0 && isWanted(Math.abs(returns[i - 1]!)));
      return Math.sqrt(next.reduce((sum, r) => sum + r * r, 0) / next.length);
    };
    expect(swingAfter((size) => size > 2 * VOLATILITY)).toBeGreaterThan(
      1.2 * swingAfter((size) => size < 0.5 * VOLATILITY),
    );
  });

  it("comes back to rest: its level stays within about five stationary deviations", () => {
    let level = 0;
    let furthest = 0;
    for (const r of returns) {
      level += r;
      furthest = Math.max(furthest, Math.abs(level));
    }
    expect(furthest).toBeLessThan((5 * VOLATILITY) / Math.sqrt(2 * 0.006));
    expect(furthest).toBeGreaterThan(VOLATILITY / Math.sqrt(2 * 0.006));
  });

  it("gives a leap back as well", () => {
    const calm = new ClusteredShock(createRng(6, "shock"), 0.5);
    calm.leap(0.1);
    const { overnight, intraday } = calm.day(0, 0);
    expect(overnight + intraday).toBeCloseTo(-0.05, 12);
  });
});
