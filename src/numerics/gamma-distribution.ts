/** The gamma function and the chi-square distribution: critical values of counting statistics. */

/** Natural logarithm of the gamma function for x above 0: Stirling's series, where it is exact to a double. */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  // Gamma(x) = Gamma(x + n) / (x (x + 1) ... (x + n - 1)) moves small arguments to where the series holds.
  let shifted = x;
  let product = 1;
  while (shifted < 16) {
    product *= shifted;
    shifted += 1;
  }
  const square = 1 / (shifted * shifted);
  const series =
    (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / shifted;
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}

const MOST_TERMS = 10_000;

/** The regularised lower incomplete gamma function P(a, x), a > 0, x >= 0 (Abramowitz, Stegun 6.5.29, 6.5.31). */
export function gammaCdf(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return Number.NaN;
  if (x === 0) return 0;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? scale * risingSeries(a, x) : 1 - scale * continuedFraction(a, x);
}

function risingSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method on the fraction for Q(a, x). */
function continuedFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < MOST_TERMS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return value;
}

/** The x with P(chi-square of `freedom` degrees <= x) = p, for p in (0, 1); by bisection to the last bits. */
export function chiSquareQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1 && freedom > 0)) return Number.NaN;
  let low = 0;
  let high = freedom + 1;
  while (gammaCdf(freedom / 2, high / 2) < p) high *= 2;
  while (high - low > high * 1e-15) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (gammaCdf(freedom / 2, middle / 2) < p) low = middle;
    else high = middle;
  }
  return high;
}
