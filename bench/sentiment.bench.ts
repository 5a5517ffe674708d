/**
 * Can the news be read as fast as it comes?
 *
 * Question  headlines through the lexicon, and readings through the baselines of 500 symbols, one thread.
 * Budget    20,000 headlines a second: ten years of 5,000 stories a day, for a backtest, in eleven minutes. A reading at
 *           least 20 times as fast as the sums of 756 taken anew.
 * Rivals    a bag of words over the same lists, which is what the grammar costs over; and the sums taken anew.
 *
 *   npm run bench -- sentiment [--json]
 */
import { parseArgs } from "node:util";
import { ChangeDetector } from "../src/models/sentiment/change-detector.ts";
import { buildDictionary } from "../src/models/sentiment/lexicon/dictionary.ts";
import { createLexicon } from "../src/models/sentiment/lexicon/lexicon.ts";
import { createRng, type Rng } from "../src/numerics/rng.ts";
import { takeTurns } from "./timing.ts";

const BUDGET = 20_000;
const RIVAL_GOAL = 20;
const HEADLINES = 5000;
const SYMBOLS = 500;
const WINDOW = 756;
/** Readings of each symbol in one turn. */
const READINGS = 40;
const TURNS = 7;

export async function sentimentBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } } });
  const rng = createRng(42, "sentiment bench");
  const headlines = Array.from({ length: HEADLINES }, () => headline(rng));
  const score = createLexicon();
  const { words } = buildDictionary();
  const read = takeTurns(
    {
      lexicon: () => headlines.reduce((sum, text) => sum + score(text).score, 0),
      bag: () => headlines.reduce((sum, text) => sum + bagOfWords(text, words), 0),
    },
    TURNS,
  );
  const baseline = baselineTurns(rng);
  const figures = {
    bench: "sentiment",
    headlinesPerSecond: Math.round(HEADLINES / read.lexicon!.seconds),
    budget: BUDGET,
    timesBagOfWords: read.lexicon!.seconds / read.bag!.seconds,
    readingsPerSecond: Math.round((SYMBOLS * READINGS) / baseline.sliding!.seconds),
    timesTakenAnew: baseline.anew!.seconds / baseline.sliding!.seconds,
    rivalGoal: RIVAL_GOAL,
  };
  const isMissed = figures.headlinesPerSecond < BUDGET || figures.timesTakenAnew < RIVAL_GOAL;
  const text =
    `sentiment: ${figures.headlinesPerSecond} headlines/s (budget ${BUDGET}), ` +
    `${figures.timesBagOfWords.toFixed(1)} x the time of a bag of words; ${figures.readingsPerSecond} readings/s, ` +
    `${figures.timesTakenAnew.toFixed(0)} x the sums taken anew (goal ${RIVAL_GOAL}): ${isMissed ? "missed" : "reached"}`;
  console.log(values.json ? JSON.stringify(figures) : text);
  return isMissed ? 1 : 0;
}

function bagOfWords(text: string, words: ReadonlyMap<string, { readonly tone: number }>): number {
  let sum = 0;
  for (const word of text.toLowerCase().split(/[^a-z]+/)) sum += words.get(word)?.tone ?? 0;
  return sum;
}

function baselineTurns(rng: Rng) {
  const scores = Float64Array.from({ length: 4096 }, () => Math.max(-1, Math.min(1, 0.2 * rng.normal())));
  const detectors = Array.from({ length: SYMBOLS }, () => new ChangeDetector());
  const history = Array.from({ length: SYMBOLS }, (_, s) => scores.slice(s, s + WINDOW));
  for (const [s, detector] of detectors.entries()) for (const x of history[s]!) detector.take(x);
  let at = 0;
  const walk = (take: (symbol: number, score: number) => number) => {
    let sum = 0;
    for (let n = 0; n < READINGS; n++) {
      for (let s = 0; s < SYMBOLS; s++) {
        at = (at + 1) % scores.length;
        sum += take(s, scores[at]!);
      }
    }
    return sum;
  };
  return takeTurns(
    {
      sliding: () => walk((s, x) => detectors[s]!.take(x).z),
      anew: () =>
        walk((s, x) => {
          const ring = history[s]!;
          const mean = ring.reduce((a, b) => a + b, 0) / WINDOW;
          const variance = ring.reduce((a, b) => a + (b - mean) ** 2, 0) / WINDOW;
          ring[at % WINDOW] = x;
          return (x - mean) / Math.sqrt(variance);
        }),
    },
    TURNS,
  );
}

const subjects = ["Acme Corp", "Shares of Borealis Steel", "The regional bank", "Chip maker Quanta's unit"];
const things = [
  "net profit",
  "sales",
  "operating costs",
  "its full-year outlook",
  "order intake",
  "the dividend",
];
const moves = [
  "rose sharply",
  "fell",
  "was cut",
  "increased 5.4 %",
  "narrowed",
  "was unchanged",
  "beat estimates",
];
const tails = [
  "to EUR 12.4 mn from EUR 10.9 mn a year earlier",
  "in the third quarter",
  "as demand weakened in Europe",
  "after it won a contract in Norway",
  "but warned of weak markets",
  "",
];

function headline(rng: Rng): string {
  const pick = (from: readonly string[]) => from[rng.integer(from.length)] ?? "";
  return `${pick(subjects)}: ${pick(things)} ${pick(moves)} ${pick(tails)}`;
}
