import { createRng } from "../src/numerics/rng.ts";

/** An index and its VIX as CSV `date,close,vix`: quiet and loud times in turn. */
export function regimeDays(count: number): string {
  const rng = createRng(5, "regimes");
  let close = 1000;
  const lines = Array.from({ length: count }, (_, day) => {
    const loud = Math.floor(day / Math.min(250, count / 3)) % 3;
    close *= Math.exp((0.004 + 0.008 * loud) * rng.normal() + 0.0003 * (1 - loud));
    const date = new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${close},${12 + 10 * loud + rng.uniform()}`;
  });
  return ["date,close,vix", ...lines].join("\n");
}
