/** Goal: what is kept has the number it was told under, and no more is kept than was asked for. */
import { expect, it } from "vitest";
import { KeptTexts } from "./kept-texts.ts";

it("keeps the last ones under their numbers, at least as many as asked for and at most twice that", () => {
  const kept = new KeptTexts(3);
  for (let n = 0; n < 20; n++) {
    expect(kept.push(`text ${n}`)).toBe(n);
    expect(kept.length).toBe(n + 1);
    const count = kept.length - kept.first;
    expect(count).toBeLessThanOrEqual(6);
    expect(count).toBeGreaterThanOrEqual(Math.min(3, n + 1));
    for (let k = kept.first; k <= n; k++) expect(kept.at(k)).toBe(`text ${k}`);
    expect(kept.at(kept.first - 1)).toBeUndefined();
    expect(kept.at(n + 1)).toBeUndefined();
  }
});
