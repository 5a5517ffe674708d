/**
 * The standard normal distribution: density, cumulative probability, quantile.
 *
 * Cumulative probability through erfc, by the rational approximations of W. J. Cody, "Rational Chebyshev
 * approximations for the error function", Math. Comp. 23 (1969). Quantile by M. J. Wichura, algorithm
 * AS 241, Applied Statistics 37 (1988); it is right to the last places by itself, and a Halley step on top
 * was measured to change nothing, so there is none. The published
 * coefficients stand here as the doubles nearest to them.
 */

/** Density at x, any real x. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * P(Z <= x), in [0, 1]. Within 1e-15 absolute; the lower tail keeps its relative precision down to
 * x = -37.5. NaN for NaN.
 */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x * Math.SQRT1_2);
}

/**
 * The x with P(Z <= x) = p. -Infinity and Infinity at 0 and 1, NaN outside [0, 1]. Relative precision
 * about 1e-15 for every p a double can hold; p just under 1 is itself coarse, so for an upper tail ask
 * for the quantile of the small probability and change its sign.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const fromHalf = p - 0.5;
  if (Math.abs(fromHalf) <= 0.425) {
    const r = 0.180625 - fromHalf * fromHalf;
    return (fromHalf * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const r = Math.sqrt(-Math.log(fromHalf < 0 ? p : 1 - p));
  const size =
    r <= 5
      ? polynomial(SHOULDER_TOP, r - 1.6) / polynomial(SHOULDER_BOTTOM, r - 1.6)
      : polynomial(TAIL_TOP, r - 5) / polynomial(TAIL_BOTTOM, r - 5);
  return fromHalf < 0 ? -size : size;
}

/** 1 - erf(x), in [0, 2], with its relative precision kept for large x. */
export function erfc(x: number): number {
  const y = Math.abs(x);
  if (y <= 0.46875) return 1 - erfNearZero(x);
  if (Number.isNaN(y)) return Number.NaN;
  const upper = y <= 4 ? erfcMiddle(y) : erfcFar(y);
  return x < 0 ? 2 - upper : upper;
}

function erfNearZero(x: number): number {
  const square = x * x;
  return (x * polynomial(NEAR_TOP, square)) / polynomial(NEAR_BOTTOM, square);
}

function erfcMiddle(y: number): number {
  return (expMinusSquare(y) * polynomial(MIDDLE_TOP, y)) / polynomial(MIDDLE_BOTTOM, y);
}

function erfcFar(y: number): number {
  // Under the smallest double; past it the exponent below would be 0 x Infinity.
  if (y >= 27.3) return 0;
  const inverseSquare = 1 / (y * y);
  const correction =
    (inverseSquare * polynomial(FAR_TOP, inverseSquare)) / polynomial(FAR_BOTTOM, inverseSquare);
  return (expMinusSquare(y) * (INVERSE_ROOT_PI - correction)) / y;
}

/**
 * exp(-y^2) without the rounding of y^2: y is split after its fourth binary place, whose square is exact
 * (Cody's device). The plain form loses y^2 units in the last place.
 */
function expMinusSquare(y: number): number {
  const coarse = Math.trunc(y * 16) / 16;
  return Math.exp(-coarse * coarse) * Math.exp(-(y - coarse) * (y + coarse));
}

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

const INVERSE_ROOT_PI = 0.5641895835477563;

/** erf(x) / x in x^2, for |x| <= 0.46875. */
const NEAR_TOP = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
];
const NEAR_BOTTOM = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171];
/** exp(x^2) erfc(x) in x, for 0.46875 < x <= 4. */
const MIDDLE_TOP = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001,
  881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
];
const MIDDLE_BOTTOM = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
];
/** What is left of x exp(x^2) erfc(x) in 1/x^2, for x > 4. */
const FAR_TOP = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
];
const FAR_BOTTOM = [
  1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
];
/** AS 241: |p - 1/2| <= 0.425. */
const CENTRE_TOP = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const CENTRE_BOTTOM = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
/** AS 241: further out, down to p = exp(-25). */
const SHOULDER_TOP = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const SHOULDER_BOTTOM = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
/** AS 241: beyond. */
const TAIL_TOP = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const TAIL_BOTTOM = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];
