/**
 * Everything of FinBERT but its network: what goes in and what its logits mean (Araci 2019; Huang, Wang and Yang
 * 2023; QUANT l). Pure, so that the adapter that runs the network holds no decision.
 */
import { InputError } from "../../domain/assert.ts";
import { probabilitiesOf, type SentimentProbabilities } from "./probabilities.ts";
import type { WordPiece } from "./word-piece.ts";

/** Which logit is which. */
export interface LabelOrder {
  readonly positive: number;
  readonly negative: number;
  readonly neutral: number;
}

/** One pass of the network. */
export interface ModelInput {
  /** [CLS], pieces, [SEP]; at most 512. */
  readonly ids: readonly number[];
  /** Pieces without the two marks: the weight of this part in the whole. */
  readonly pieces: number;
}

/** BERT has learned no positions past these. */
const IDS_MAX = 512;
const PIECES_MAX = IDS_MAX - 2;
/** Longer texts are cut: more than a long article, and work per text stays bounded. */
const PASSES_MAX = 256;

const names = ["positive", "negative", "neutral"] as const;

/**
 * Reads `id2label` of a model's config.json. Published FinBERTs disagree on the order (ProsusAI/finbert begins with
 * positive, yiyanghkust/finbert-tone with neutral), so a guess would be wrong for one of them: refuses a config
 * without the three names.
 */
export function labelOrder(config: unknown): LabelOrder {
  const given = isRecord(config) && isRecord(config.id2label) ? config.id2label : undefined;
  if (given === undefined)
    throw new InputError("sentiment: config.json has no id2label; the order of labels is unknown");
  const labels = Object.entries(given).map(
    ([id, label]) => [Number(id), String(label).toLowerCase()] as const,
  );
  const idOf = (name: string): number => {
    const found = labels.filter(([id, label]) => label === name && id >= 0 && id < names.length);
    if (found.length !== 1 || labels.length !== names.length) {
      const text = labels.map(([id, label]) => `${id}: ${label}`).join(", ");
      throw new InputError(
        `sentiment: id2label of config.json is {${text}}; allowed are ${names.join(", ")}, once each`,
      );
    }
    return found[0]![0];
  };
  return { positive: idOf("positive"), negative: idOf("negative"), neutral: idOf("neutral") };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The passes that a text needs: one if it fits, else one a sentence, and a sentence that is too long by itself in
 * parts. None for a text without words.
 */
export function modelInputs(text: string, wordPiece: WordPiece): ModelInput[] {
  const whole = wordPiece.encode(text);
  if (whole.length <= PIECES_MAX) return whole.length === 0 ? [] : [inputOf(whole, wordPiece)];
  const inputs: ModelInput[] = [];
  for (const sentence of sentencesOf(text)) {
    const ids = wordPiece.encode(sentence);
    for (let from = 0; from < ids.length && inputs.length < PASSES_MAX; from += PIECES_MAX) {
      inputs.push(inputOf(ids.slice(from, from + PIECES_MAX), wordPiece));
    }
  }
  return inputs;
}

function inputOf(pieces: readonly number[], { cls, sep }: WordPiece): ModelInput {
  return { ids: [cls, ...pieces, sep], pieces: pieces.length };
}

/** A mark that ends a sentence, a space, and then a capital, a digit or a quote; not after an initial or a title. */
const sentenceEnd =
  /(?<=[.!?]["')\]]?)(?<!\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Inc|Corp|Co|Ltd|No|vs|St|approx)\.)\s+(?=["'(]?[A-Z0-9])/;

export function sentencesOf(text: string): string[] {
  return text.split(sentenceEnd).filter((sentence) => sentence.trim() !== "");
}

/** The logits of one pass, three finite numbers in the model's order, and the weight of the part. */
export interface ModelOutput {
  readonly logits: ArrayLike<number>;
  readonly pieces: number;
}

/** Mean of the parts' probabilities, weighted by pieces. Neutral for a text without words. */
export function combinedProbabilities(
  outputs: readonly ModelOutput[],
  order: LabelOrder,
): SentimentProbabilities {
  let positive = 0;
  let negative = 0;
  let neutral = 0;
  let total = 0;
  for (const { logits, pieces } of outputs) {
    const part = probabilitiesOf(...pick(logits, order));
    positive += pieces * part.positive;
    negative += pieces * part.negative;
    neutral += pieces * part.neutral;
    total += pieces;
  }
  if (total === 0) return { positive: 0, negative: 0, neutral: 1, score: 0 };
  return {
    positive: positive / total,
    negative: negative / total,
    neutral: neutral / total,
    score: (positive - negative) / total,
  };
}

function pick(
  logits: ArrayLike<number>,
  { positive, negative, neutral }: LabelOrder,
): [number, number, number] {
  const found = [logits[positive], logits[negative], logits[neutral]];
  if (logits.length !== names.length || !found.every((logit) => Number.isFinite(logit))) {
    throw new InputError(
      `sentiment: the model gave logits [${Array.from(logits).join(", ")}], not three numbers`,
    );
  }
  return found as [number, number, number];
}
