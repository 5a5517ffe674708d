/**
 * Many tests at once: p-values adjusted so that, of all that are called found at or below a level, no more than that
 * share is expected to be chance. Source: Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001 for tests that
 * depend on each other in any way; QUANT h.
 */

/** How the tests hang together: `independent` (or positively dependent: BH), or in `any` way (BY, stricter). */
export type Dependence = "independent" | "any";

/** In the order of `p`, each in [0, 1]; NaN is a test that gave no answer: it stays NaN and counts as one made. */
export function falseDiscoveryRates(p: Float64Array, dependence: Dependence): Float64Array {
  const count = p.length;
  let factor = count;
  if (dependence === "any") {
    let harmonic = 0;
    for (let k = 1; k <= count; k++) harmonic += 1 / k;
    factor *= harmonic;
  }
  const ranked = Array.from(p.keys())
    .filter((n) => !Number.isNaN(p[n]!))
    .sort((a, b) => p[a]! - p[b]! || a - b);
  const adjusted = new Float64Array(count).fill(Number.NaN);
  let least = 1;
  for (let rank = ranked.length; rank > 0; rank--) {
    const n = ranked[rank - 1]!;
    least = Math.min(least, (p[n]! * factor) / rank);
    adjusted[n] = least;
  }
  return adjusted;
}
