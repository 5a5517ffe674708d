/**
 * How unlike a rule trades (Lehman and Stanley 2011): one less the size of the correlation of its signal with the
 * nearest in an archive of earlier ones. A rule that is always the reverse of another is not new.
 */

export const NEAREST = 15;

/** Phi coefficient of two signals of bits, in size; 0 where one never changes. */
export function likeness(a: Uint32Array, b: Uint32Array): number {
  let both = 0;
  let ones = 0;
  let others = 0;
  for (let k = 0; k < a.length; k++) {
    both += bitsOf(a[k]! & b[k]!);
    ones += bitsOf(a[k]!);
    others += bitsOf(b[k]!);
  }
  const n = 32 * a.length;
  const spread = ones * (n - ones) * others * (n - others);
  return spread > 0 ? Math.min(1, Math.abs(both * n - ones * others) / Math.sqrt(spread)) : 0;
}

/** In [0, 1]; 1 where nothing is archived. */
export function noveltyOf(signal: Uint32Array, archive: readonly Uint32Array[]): number {
  if (archive.length === 0) return 1;
  const apart = Float64Array.from(archive, (other) => 1 - likeness(signal, other)).sort();
  const nearest = Math.min(NEAREST, apart.length);
  let sum = 0;
  for (let k = 0; k < nearest; k++) sum += apart[k]!;
  return sum / nearest;
}

function bitsOf(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
