/**
 * The embedded sentiment model: a finance lexicon with the little grammar that financial news needs (RES-3). It
 * works without weights and says which words decided.
 *
 * Evidence, strongest first; a word that served one rule says nothing more by itself:
 *   deed        a verb and its object: "won an order", "missed estimates", "swung to a loss"
 *   figures     the later of two compared figures is better or worse
 *   direction   up or down times whether more of the thing is good: "costs fell", "lower profit"
 *   word        words and phrases that are good or bad news by themselves
 *
 * Intensities scale, a negation within three words turns. The good and the bad evidence become logits beside a
 * fixed one for neutral, and those probabilities (softmax). Loughran and McDonald 2011 say why general word lists
 * fail on finance; Malo et al. 2014 why direction needs its thing. The lists here are our own.
 */
import { probabilitiesOf, type SentimentProbabilities } from "../probabilities.ts";
import { deeds } from "./deeds.ts";
import { buildDictionary } from "./dictionary.ts";
import { comparisons } from "./figures.ts";
import { type Token, tokenize } from "./tokenize.ts";

/** Words that moved the score. */
export interface LexiconHit {
  readonly rule: "deed" | "direction" | "figures" | "word";
  /** As the text has them, in its order. */
  readonly words: string;
  /** Signed: above 0 is good news. */
  readonly weight: number;
}

export interface LexiconScore extends SentimentProbabilities {
  /** Empty when nothing was found; the text is neutral then. */
  readonly hits: readonly LexiconHit[];
}

/** Chosen so that evidence of 1 makes 0.8 and none leaves neutral at 0.7; not fitted. */
const EVIDENCE_LOGIT = 3;
const NEUTRAL_LOGIT = 1.5;
/** A doubtful word takes this from every piece of evidence, once. */
const DOUBT_FACTOR = 0.85;
/** More evidence than this says no more. */
const EVIDENCE_MAX = 3;
/** Of the words below this one alone counts, the strongest: a company's own praise is made of many. */
const WEAK = 0.5;

const DEED_REACH = 8;
const AHEAD_REACH = 5;
const BEHIND_REACH = 16;
const NEGATION_REACH = 3;
const FIGURE_REACH = 4;
const BARE_DIRECTION = 0.8;
const NEGATED_GOOD = -0.8;
/** "No loss" is less good than "loss" is bad. */
const NEGATED_BAD = -0.4;
/** Of a direction that the figures of its thing have told already; where they say the opposite they are believed. */
const AGAIN = 0.4;

/** Builds the look-up once (2,000 word forms and 300 phrases) and gives the scorer: equal texts, equal scores. */
export function createLexicon(): (text: string) => LexiconScore {
  const dictionary = buildDictionary();
  return (text) => scoreTokens(tokenize(text, dictionary));
}

function scoreTokens(tokens: readonly Token[]): LexiconScore {
  const hits: LexiconHit[] = [];
  const isUsed = new Uint8Array(tokens.length);
  addDeeds(tokens, isUsed, hits);
  const figures = addFigures(tokens, isUsed, hits);
  addDirections(tokens, isUsed, hits, figures);
  addWords(tokens, isUsed, hits);

  let good = 0;
  let bad = 0;
  let helps = 0;
  for (const { rule, weight } of hits) {
    if (rule === "word" && Math.abs(weight) < WEAK)
      helps = Math.abs(weight) > Math.abs(helps) ? weight : helps;
    else if (weight > 0) good += weight;
    else bad -= weight;
  }
  if (helps > 0) good += helps;
  else bad -= helps;
  const certainty = tokens.some(({ entry }) => entry?.isDoubtful) ? DOUBT_FACTOR : 1;
  return {
    ...probabilitiesOf(
      EVIDENCE_LOGIT * Math.min(EVIDENCE_MAX, good) * certainty,
      EVIDENCE_LOGIT * Math.min(EVIDENCE_MAX, bad) * certainty,
      NEUTRAL_LOGIT,
    ),
    hits,
  };
}

function addDeeds(tokens: readonly Token[], isUsed: Uint8Array, hits: LexiconHit[]): void {
  for (let at = 0; at < tokens.length; at++) {
    const verbs = tokens[at]!.entry?.deedVerb ?? 0;
    if (verbs === 0 || isUsed[at] === 1) continue;
    const end = Math.min(tokens.length, at + 1 + DEED_REACH);
    for (let k = at + 1; k < end && !partsClause(tokens[k]!); k++) {
      const shared = verbs & (tokens[k]!.entry?.deedObject ?? 0);
      const deed =
        shared === 0 ? undefined : deeds.find((_, n) => shared & (1 << n) && isLinked(tokens, n, at, k));
      if (deed === undefined) continue;
      hits.push({
        rule: "deed",
        words: `${tokens[at]!.text} ${tokens[k]!.text}`,
        weight: turned(tokens, k, deed.weight, k - at + NEGATION_REACH),
      });
      isUsed[at] = 1;
      isUsed[k] = 1;
      break;
    }
  }
}

function isLinked(tokens: readonly Token[], n: number, from: number, to: number): boolean {
  const link = deeds[n]?.link;
  return link === undefined || tokens.slice(from + 1, to).some(({ text }) => link.includes(text));
}

/** From the right, so that in "profit growth slowed" growth is what slowed and not news of its own. */
function addDirections(
  tokens: readonly Token[],
  isUsed: Uint8Array,
  hits: LexiconHit[],
  figures: ReadonlyMap<number, number>,
): void {
  for (let at = tokens.length - 1; at >= 0; at--) {
    const entry = tokens[at]!.entry;
    if (entry === undefined || entry.direction === 0 || isUsed[at] === 1) continue;
    if (!isMeant(tokens, at)) continue;
    const thingAt = entry.looksAhead
      ? (thingAhead(tokens, at) ?? thingBehind(tokens, at))
      : (thingBehind(tokens, at) ?? thingAhead(tokens, at));
    if (thingAt === undefined) {
      addBareDirection(tokens, at, hits);
      continue;
    }
    const thing = tokens[thingAt]!;
    const told = figures.get(thingAt);
    const size = entry.direction * (thing.entry?.thing ?? 0) * intensityAround(tokens, at);
    isUsed[at] = 1;
    isUsed[thingAt] = 1;
    if (told !== undefined && told * size < 0) continue;
    const weight = told === undefined ? size : size * AGAIN;
    const words = thingAt < at ? `${thing.text} ${tokens[at]!.text}` : `${tokens[at]!.text} ${thing.text}`;
    hits.push({ rule: "direction", words, weight: turned(tokens, at, weight) });
  }
}

/** "Sales were up", "up 5 %", "down sharply"; not "drew up" or "gave up". */
function isMeant(tokens: readonly Token[], at: number): boolean {
  const { text } = tokens[at]!;
  if (text !== "up" && text !== "down") return true;
  const before = tokens[at - 1];
  const after = tokens[at + 1];
  if (after === undefined || after.isStop || after.unit !== undefined || startsFigure(after)) return true;
  if (after.entry?.endsSearch === true || (after.entry?.intensity ?? 1) !== 1) return true;
  return before !== undefined && ((before.entry?.thing ?? 0) !== 0 || toBe.has(before.text));
}

const toBe: ReadonlySet<string> = new Set(["is", "are", "was", "were", "be", "been"]);
const startsFigure = ({ text }: Token): boolean => text === "$" || text === "eur" || text === "rs";

/** "An increase of 5 %": of what is not said, but in the news more is mostly better. */
function addBareDirection(tokens: readonly Token[], at: number, hits: LexiconHit[]): void {
  const { entry, text } = tokens[at]!;
  const figure = tokens.slice(at + 1, at + 1 + FIGURE_REACH).find(({ unit }) => unit === "percent");
  if (entry === undefined || Math.abs(entry.tone) >= BARE_DIRECTION || figure === undefined) return;
  const weight = turned(tokens, at, entry.direction * BARE_DIRECTION);
  hits.push({ rule: "direction", words: `${text} ${figure.text} %`, weight });
}

/** Gives what the figures said of each thing: 1 better, -1 worse. */
function addFigures(
  tokens: readonly Token[],
  isUsed: Uint8Array,
  hits: LexiconHit[],
): ReadonlyMap<number, number> {
  const told = new Map<number, number>();
  for (const { thingAt, otherAt, sign, words } of comparisons(tokens)) {
    if (isUsed[thingAt] === 1) continue;
    hits.push({ rule: "figures", words, weight: sign * Math.abs(tokens[thingAt]!.entry?.thing ?? 0) });
    told.set(thingAt, sign);
    isUsed[thingAt] = 1;
    if (otherAt !== undefined) isUsed[otherAt] = 1;
  }
  return told;
}

function addWords(tokens: readonly Token[], isUsed: Uint8Array, hits: LexiconHit[]): void {
  for (let at = 0; at < tokens.length; at++) {
    const tone = tokens[at]!.entry?.tone ?? 0;
    if (tone === 0 || isUsed[at] === 1) continue;
    const weight = turned(tokens, at, tone * intensityAround(tokens, at));
    hits.push({ rule: "word", words: tokens[at]!.text, weight });
  }
}

const partsClause = ({ isStop, entry }: Token): boolean => isStop || entry?.breaksClause === true;

/** The last of the first things in a row: of "raw material costs" the costs. */
function thingAhead(tokens: readonly Token[], at: number): number | undefined {
  const end = Math.min(tokens.length, at + 1 + AHEAD_REACH);
  for (let k = at + 1; k < end; k++) {
    const token = tokens[k]!;
    if (partsClause(token) || token.entry?.endsSearch === true) return undefined;
    if ((token.entry?.thing ?? 0) === 0 || token.isAside) continue;
    let last = k;
    while ((tokens[last + 1]?.entry?.thing ?? 0) !== 0) last += 1;
    return last;
  }
  return undefined;
}

function thingBehind(tokens: readonly Token[], at: number): number | undefined {
  const end = Math.max(0, at - BEHIND_REACH);
  for (let k = at - 1; k >= end && !partsClause(tokens[k]!); k--) {
    if ((tokens[k]!.entry?.thing ?? 0) !== 0 && !tokens[k]!.isAside) return k;
  }
  return undefined;
}

/** Of the word itself the intensity is not asked: "strong growth" strengthens growth, not strong. */
function intensityAround(tokens: readonly Token[], at: number): number {
  const before = tokens[at - 1]?.entry?.intensity ?? 1;
  const after = tokens[at + 1]?.entry?.intensity ?? 1;
  return before === 1 ? after : before;
}

function turned(tokens: readonly Token[], at: number, weight: number, reach = NEGATION_REACH): number {
  const end = Math.max(0, at - reach);
  for (let k = at - 1; k >= end && !partsClause(tokens[k]!); k--) {
    if (tokens[k]!.entry?.negates === true) return weight * (weight > 0 ? NEGATED_GOOD : NEGATED_BAD);
  }
  return weight;
}
