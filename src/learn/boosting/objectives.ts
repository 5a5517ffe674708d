/**
 * What training minimises: gradients and hessians by row, the constant that a model starts from, and the loss that
 * early stopping watches. Source: QUANT k; Friedman 2001.
 */
import type { BoostingParameters } from "./boosting-parameters.ts";

interface Labelled {
  readonly labels: Float64Array;
  readonly weights?: Float64Array | undefined;
}

export interface Objective {
  readonly link: "logistic" | "identity";
  /** LightGBM's name for it, which its model files carry. */
  readonly name: string;
  /** The best constant margin. */
  start(rows: Labelled): number;
  /** Writes gradient and hessian of rows [from, to) alternating. */
  differentiate(rows: Labelled, margins: Float64Array, out: Float64Array, from: number, to: number): void;
  /** Writes the loss of rows [from, to), without their weights: log-loss in nats, squared error, or pinball loss. */
  lose(labels: Float64Array, margins: Float64Array, out: Float64Array, from: number, to: number): void;
  /** Weighted mean of what `lose` wrote; of squared errors its root. */
  meanLoss(rows: Labelled, losses: Float64Array): number;
  /** A leaf's output set anew from its residuals (label minus margin); undefined = Newton's step stands. */
  readonly renew: ((residuals: Float64Array, weights: Float64Array | undefined) => number) | undefined;
}

/** A hessian of 0 would make a leaf's weight vanish where the model is sure. */
const HESSIAN_LEAST = 1e-16;
/** Keeps the logarithms finite. */
const PROBABILITY_LEAST = 1e-15;

export function objectiveOf({ objective, quantile }: BoostingParameters): Objective {
  if (objective === "logistic") return logistic;
  return objective === "squared" ? squared : pinball(quantile);
}

const logistic: Objective = {
  link: "logistic",
  name: "binary sigmoid:1",
  start(rows) {
    const mean = Math.min(
      1 - PROBABILITY_LEAST,
      Math.max(PROBABILITY_LEAST, weightedMean(rows, rows.labels)),
    );
    return Math.log(mean / (1 - mean));
  },
  differentiate({ labels, weights }, margins, out, from, to) {
    for (let row = from; row < to; row++) {
      const probability = 1 / (1 + Math.exp(-margins[row]!));
      const weight = weights === undefined ? 1 : weights[row]!;
      out[2 * row] = weight * (probability - labels[row]!);
      out[2 * row + 1] = weight * Math.max(HESSIAN_LEAST, probability * (1 - probability));
    }
  },
  lose(labels, margins, out, from, to) {
    for (let row = from; row < to; row++) {
      // log(1 + exp(-m)) for label 1 and log(1 + exp(m)) for label 0, without overflow.
      const against = labels[row]! === 1 ? -margins[row]! : margins[row]!;
      out[row] = Math.max(0, against) + Math.log1p(Math.exp(-Math.abs(against)));
    }
  },
  meanLoss: weightedMean,
  renew: undefined,
};

const squared: Objective = {
  link: "identity",
  name: "regression",
  start: (rows) => weightedMean(rows, rows.labels),
  differentiate({ labels, weights }, margins, out, from, to) {
    for (let row = from; row < to; row++) {
      const weight = weights === undefined ? 1 : weights[row]!;
      out[2 * row] = weight * (margins[row]! - labels[row]!);
      out[2 * row + 1] = weight;
    }
  },
  lose(labels, margins, out, from, to) {
    for (let row = from; row < to; row++) out[row] = (labels[row]! - margins[row]!) ** 2;
  },
  meanLoss: (rows, losses) => Math.sqrt(weightedMean(rows, losses)),
  renew: undefined,
};

/** Gradients only tell the side that a margin errs to, so leaves are set to the quantile of their residuals. */
function pinball(quantile: number): Objective {
  return {
    link: "identity",
    name: `quantile alpha:${quantile}`,
    start: ({ labels, weights }) => weightedQuantile(labels, weights, quantile),
    differentiate({ labels, weights }, margins, out, from, to) {
      for (let row = from; row < to; row++) {
        const weight = weights === undefined ? 1 : weights[row]!;
        out[2 * row] = weight * (margins[row]! >= labels[row]! ? 1 - quantile : -quantile);
        out[2 * row + 1] = weight;
      }
    },
    lose(labels, margins, out, from, to) {
      for (let row = from; row < to; row++) {
        const residual = labels[row]! - margins[row]!;
        out[row] = residual >= 0 ? quantile * residual : (quantile - 1) * residual;
      }
    },
    meanLoss: weightedMean,
    renew: (residuals, weights) => weightedQuantile(residuals, weights, quantile),
  };
}

function weightedMean({ weights }: Labelled, values: Float64Array): number {
  let sum = 0;
  let mass = 0;
  for (let row = 0; row < values.length; row++) {
    const weight = weights === undefined ? 1 : weights[row]!;
    sum += weight * values[row]!;
    mass += weight;
  }
  return sum / mass;
}

/** The least value that at least this share of the weight does not exceed: it minimises the pinball loss. */
function weightedQuantile(values: Float64Array, weights: Float64Array | undefined, share: number): number {
  const order = Int32Array.from(values, (_, k) => k).sort((a, b) => values[a]! - values[b]! || a - b);
  const weightOf = (at: number) => (weights === undefined ? 1 : weights[at]!);
  const wanted = share * values.reduce((sum, _, at) => sum + weightOf(at), 0);
  let reached = 0;
  for (const at of order) {
    reached += weightOf(at);
    // A last bit lost in the sum must not skip a value.
    if (reached >= wanted * (1 - 1e-12)) return values[at]!;
  }
  return values[order.at(-1)!]!;
}
