/**
 * The limit of a fit: the same diagonal model of three states as one hand-written loop over typed arrays, scaled, with
 * all sums taken in one walk. No repair, no check, no fall-back: nothing that keeps its digits on every series
 * can do much less.
 */
export interface HmmLoopStart {
  readonly start: Float64Array;
  readonly transition: Float64Array;
  /** 3 x d. */
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** Log-likelihood that the last of `rounds` begins with. `rows` is T x `inputs`. */
export function hmmLoop(rows: Float64Array, inputs: number, from: HmmLoopStart, rounds: number): number {
  const days = rows.length / inputs;
  const start = from.start.slice();
  const moves = from.transition.slice();
  const means = from.means.slice();
  const variances = from.variances.slice();
  const densities = new Float64Array(3 * days);
  const alpha = new Float64Array(3 * days);
  const scale = new Float64Array(days);
  const precision = new Float64Array(3 * inputs);
  const constant = new Float64Array(3);
  const xi = new Float64Array(9);
  const mass = new Float64Array(3);
  const first = new Float64Array(3 * inputs);
  const second = new Float64Array(3 * inputs);
  const beta = new Float64Array(3);
  const next = new Float64Array(3);
  let likelihood = 0;
  for (let round = 0; round < rounds; round++) {
    for (let s = 0; s < 3; s++) {
      let logs = 0;
      for (let k = 0; k < inputs; k++) {
        logs += Math.log(2 * Math.PI * variances[s * inputs + k]!);
        precision[s * inputs + k] = 1 / variances[s * inputs + k]!;
      }
      constant[s] = logs;
    }
    likelihood = 0;
    for (let t = 0, o = 0; t < days; t++, o += 3) {
      let peak = -Infinity;
      for (let s = 0; s < 3; s++) {
        let q = constant[s]!;
        for (let k = 0; k < inputs; k++) {
          const away = rows[t * inputs + k]! - means[s * inputs + k]!;
          q += away * away * precision[s * inputs + k]!;
        }
        q *= -0.5;
        densities[o + s] = q;
        if (q > peak) peak = q;
      }
      const b0 = Math.exp(densities[o]! - peak);
      const b1 = Math.exp(densities[o + 1]! - peak);
      const b2 = Math.exp(densities[o + 2]! - peak);
      densities[o] = b0;
      densities[o + 1] = b1;
      densities[o + 2] = b2;
      let x = start[0]! * b0;
      let y = start[1]! * b1;
      let z = start[2]! * b2;
      if (t > 0) {
        const a0 = alpha[o - 3]!;
        const a1 = alpha[o - 2]!;
        const a2 = alpha[o - 1]!;
        x = (a0 * moves[0]! + a1 * moves[3]! + a2 * moves[6]!) * b0;
        y = (a0 * moves[1]! + a1 * moves[4]! + a2 * moves[7]!) * b1;
        z = (a0 * moves[2]! + a1 * moves[5]! + a2 * moves[8]!) * b2;
      }
      const sum = x + y + z;
      scale[t] = sum;
      likelihood += peak + Math.log(sum);
      alpha[o] = x / sum;
      alpha[o + 1] = y / sum;
      alpha[o + 2] = z / sum;
    }
    xi.fill(0);
    mass.fill(0);
    first.fill(0);
    second.fill(0);
    beta.fill(1);
    for (let t = days - 1, o = 3 * (days - 1); t >= 0; t--, o -= 3) {
      if (t < days - 1) {
        for (let j = 0; j < 3; j++) next[j] = (densities[o + 3 + j]! * beta[j]!) / scale[t + 1]!;
        for (let i = 0; i < 3; i++) {
          let sum = 0;
          for (let j = 0; j < 3; j++) {
            const v = moves[i * 3 + j]! * next[j]!;
            sum += v;
            xi[i * 3 + j]! += alpha[o + i]! * v;
          }
          beta[i] = sum;
        }
      }
      for (let s = 0; s < 3; s++) {
        const gamma = alpha[o + s]! * beta[s]!;
        mass[s]! += gamma;
        if (t === 0) start[s] = gamma;
        for (let k = 0; k < inputs; k++) {
          const v = rows[t * inputs + k]!;
          first[s * inputs + k]! += gamma * v;
          second[s * inputs + k]! += gamma * v * v;
        }
      }
    }
    for (let s = 0; s < 3; s++) {
      const left = xi[s * 3]! + xi[s * 3 + 1]! + xi[s * 3 + 2]!;
      for (let j = 0; j < 3; j++) moves[s * 3 + j] = xi[s * 3 + j]! / left;
      for (let k = 0; k < inputs; k++) {
        const mean = first[s * inputs + k]! / mass[s]!;
        means[s * inputs + k] = mean;
        variances[s * inputs + k] = Math.max(second[s * inputs + k]! / mass[s]! - mean * mean, 1e-8);
      }
    }
  }
  return likelihood;
}
