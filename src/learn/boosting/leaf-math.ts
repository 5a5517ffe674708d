/**
 * What a leaf gives and what it is worth. Source: QUANT k (Chen and Guestrin 2016, eq. 5 to 7): output
 * -T(G) / (H + lambda2), worth T(G)^2 / (H + lambda2), T the soft threshold by lambda1.
 */
export interface Penalties {
  readonly lambda1: number;
  readonly lambda2: number;
  /** 0 = any step. */
  readonly maxDeltaStep: number;
}

/** Between `lower` and `upper`, the bounds that monotone splits above have left. */
export function leafOutput(
  { lambda1, lambda2, maxDeltaStep }: Penalties,
  gradient: number,
  hessian: number,
  lower: number,
  upper: number,
): number {
  if (!(hessian + lambda2 > 0)) return 0;
  let output = -softThreshold(gradient, lambda1) / (hessian + lambda2);
  if (maxDeltaStep > 0) output = Math.max(-maxDeltaStep, Math.min(maxDeltaStep, output));
  return Math.max(lower, Math.min(upper, output));
}

/**
 * Loss that a leaf saves against an output of 0, at an output that bounds may have moved. XGBoost leaves lambda1 out of
 * this where a feature is monotone, so its splits differ when both are asked for; its outputs do not.
 */
export function leafWorth(
  { lambda1, lambda2 }: Penalties,
  gradient: number,
  hessian: number,
  output: number,
): number {
  return -(2 * softThreshold(gradient, lambda1) * output + (hessian + lambda2) * output * output);
}

function softThreshold(gradient: number, lambda1: number): number {
  if (gradient > lambda1) return gradient - lambda1;
  return gradient < -lambda1 ? gradient + lambda1 : 0;
}
