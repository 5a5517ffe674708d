/** All ways to choose k of n, in lexicographic order. */

/** Each combination ascending, as numbers from 0 to n - 1; none when k > n. */
export function* combinations(n: number, k: number): Generator<readonly number[], void, void> {
  const chosen = Array.from({ length: k }, (_, i) => i);
  while (k <= n) {
    yield chosen.slice();
    let at = k - 1;
    while (at >= 0 && chosen[at] === n - k + at) at -= 1;
    if (at < 0) return;
    chosen[at]! += 1;
    for (let i = at + 1; i < k; i++) chosen[i] = chosen[i - 1]! + 1;
  }
}

/** n! / (k! (n - k)!), exact while it is under 2^53. */
export function combinationCount(n: number, k: number): number {
  if (k > n) return 0;
  let count = 1;
  // After each step the product is itself a count of combinations, so the division leaves no rest.
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return count;
}
