/**
 * Agglomerative clustering by the Lance-Williams recurrence: the two nearest clusters become one until one is left.
 * Small inputs: each step looks at every pair. Source: Lance and Williams 1967; Ward 1963.
 */
export const linkageMethods = ["single", "complete", "average", "ward"] as const;
export type LinkageMethod = (typeof linkageMethods)[number];

/** Leaves are 0 to n - 1; the k-th merge makes cluster n + k. `left` is the smaller number. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly distance: number;
  readonly size: number;
}

/** `distances` is n x n, row-major, symmetric; of equal distances the pair with the smaller numbers merges first. */
export function linkage(distances: Float64Array, n: number, method: LinkageMethod): Merge[] {
  const between = Array.from({ length: n }, (_, i) => Array.from(distances.subarray(i * n, (i + 1) * n)));
  const size = new Map(Array.from({ length: n }, (_, i) => [i, 1]));
  const active = Array.from({ length: n }, (_, i) => i);
  const merges: Merge[] = [];
  while (active.length > 1) {
    let [left, right, least] = [-1, -1, Number.POSITIVE_INFINITY];
    for (const [a, i] of active.entries())
      for (const j of active.slice(a + 1))
        if (between[i]![j]! < least) [left, right, least] = [i, j, between[i]![j]!];
    if (left < 0) throw new RangeError("a distance is no number");
    const [ofLeft, ofRight] = [size.get(left)!, size.get(right)!];
    const made = n + merges.length;
    merges.push({ left, right, distance: least, size: ofLeft + ofRight });
    active.splice(active.indexOf(left), 1);
    active.splice(active.indexOf(right), 1);
    const row: number[] = [];
    for (const k of active) {
      const sizes = [ofLeft, ofRight, size.get(k)!] as const;
      row[k] = joined(method, [between[k]![left]!, between[k]![right]!, least], sizes);
      between[k]![made] = row[k];
    }
    between[made] = row;
    size.set(made, ofLeft + ofRight);
    active.push(made);
  }
  return merges;
}

/** Distance of a third cluster from the union of two. */
function joined(
  method: LinkageMethod,
  [toLeft, toRight, apart]: readonly [number, number, number],
  [left, right, other]: readonly [number, number, number],
): number {
  switch (method) {
    case "single":
      return Math.min(toLeft, toRight);
    case "complete":
      return Math.max(toLeft, toRight);
    case "average":
      return (left * toLeft + right * toRight) / (left + right);
    case "ward": {
      const all = left + right + other;
      const squares = (left + other) * toLeft ** 2 + (right + other) * toRight ** 2 - other * apart ** 2;
      return Math.sqrt(squares / all);
    }
  }
}

/** The leaves from left to right. */
export function leafOrder(merges: readonly Merge[], n: number): number[] {
  const under = (cluster: number): number[] => {
    if (cluster < n) return [cluster];
    const { left, right } = merges[cluster - n] as Merge;
    return [...under(left), ...under(right)];
  };
  return n === 1 ? [0] : under(n + merges.length - 1);
}
