/** What every sentiment model says of a text, whatever made it. */
export interface SentimentProbabilities {
  /** The three are in [0, 1] and sum to 1. */
  readonly positive: number;
  readonly negative: number;
  readonly neutral: number;
  /** positive - negative, in [-1, 1]; neutral enters only by what it leaves (QUANT l). */
  readonly score: number;
}

/**
 * The source document's reading, as an option: the likeliest label's probability with its sign, and 0 for neutral.
 * It jumps where two labels are equally likely; `score` does not (SYSTEM 19).
 */
export function confidenceScore({ positive, negative, neutral }: SentimentProbabilities): number {
  if (neutral >= positive && neutral >= negative) return 0;
  return positive > negative ? positive : -negative;
}

/** Softmax of three logits, of any finite size. */
export function probabilitiesOf(positive: number, negative: number, neutral: number): SentimentProbabilities {
  const largest = Math.max(positive, negative, neutral);
  const p = Math.exp(positive - largest);
  const n = Math.exp(negative - largest);
  const z = Math.exp(neutral - largest);
  const sum = p + n + z;
  return { positive: p / sum, negative: n / sum, neutral: z / sum, score: (p - n) / sum };
}
