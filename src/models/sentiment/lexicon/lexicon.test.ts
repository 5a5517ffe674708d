/**
 * Goal    the lexicon reads the sentences of financial news as a reader would, says why, and never contradicts its
 *         own explanation.
 * Method  a table of sentences made for it, one per rule; properties over arbitrary text; the shape of the lists.
 *         How often it is right on sentences that people labelled is measured apart: docs/sentiment.md.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deeds } from "./deeds.ts";
import { buildDictionary } from "./dictionary.ts";
import { createLexicon } from "./lexicon.ts";
import { phraseLists } from "./phrases.ts";
import { tokenize } from "./tokenize.ts";
import { formsOf } from "./word-forms.ts";

const score = createLexicon();
const dictionary = buildDictionary();

function labelOf(text: string): string {
  const { positive, negative, neutral } = score(text);
  if (positive > Math.max(negative, neutral)) return "good";
  return negative > neutral ? "bad" : "neutral";
}

describe("lexicon", () => {
  it.each([
    ["Costs fell", "good", "direction looks behind"],
    ["Profits fell", "bad", "the same word, another thing"],
    ["Acme reports lower costs", "good", "direction looks ahead"],
    ["Acme reports higher sales costs", "bad", "of a compound the last word counts"],
    ["Net loss narrowed in the third quarter", "good", "a loss is bad when it grows"],
    ["Net loss widened in the third quarter", "bad", "and good when it shrinks"],
    ["Profit excluding restructuring costs fell", "bad", "what is excluded did not move"],
    ["Profit before taxes rose", "good", "taxes did not move"],
    ["Sales were up, Acme says", "good", "up of a thing"],
    ["Acme sets up an office in Oslo and draws up a plan", "neutral", "up of nothing"],
    ["Acme cuts 300 jobs", "bad", "a deed"],
    ["Acme misses estimates", "bad", "a deed"],
    ["Acme beats estimates", "good", "a deed"],
    ["Acme wins a large order from Norway", "good", "a deed over a gap"],
    ["Acme swung to a loss", "bad", "a deed with its link"],
    ["Acme swung to a profit", "good", "a deed with its link"],
    ["Profit was EUR 5 mn, compared with EUR 3 mn a year earlier", "good", "figures"],
    ["Profit was EUR 3 mn, compared with EUR 5 mn a year earlier", "bad", "figures"],
    ["Costs were $1.2 billion against $900 million", "bad", "figures, scaled"],
    ["The margin went from 4.5 % to 6 %", "good", "figures in the order of time"],
    ["Acme made a profit of EUR 3 mn, compared with a loss of EUR 9 mn", "good", "each figure its own thing"],
    ["A loss of EUR 3 mn, down from a profit of EUR 2 mn", "bad", "figures over words"],
    ["Cash flow was EUR 7 mn, compared with a negative EUR 68 mn", "good", "a figure below nothing"],
    ["Profit was EUR 37,7 mn, up from EUR 37.2 mn", "good", "a decimal comma"],
    ["Acme files for bankruptcy", "bad", "a word alone"],
    ["Acme issues a profit warning", "bad", "a phrase over its words"],
    ["The results were not good", "neutral", "a negation turns a weak word"],
    ["Demand is not strong", "bad", "a negation turns"],
    ["Acme reports no losses", "neutral", "no loss is no gain"],
    ["Acme will hold its annual meeting on 5 May 2026", "neutral", "no news"],
    ["Acme employs 3,400 people in 12 countries", "neutral", "figures that are not compared"],
    ["", "neutral", "no text"],
  ])("%s: %s, because %s", (text, label) => {
    expect(labelOf(text)).toBe(label);
  });

  it("says which words decided", () => {
    const { hits } = score("Operating profit rose sharply but Acme warns of weak demand");
    expect(hits.map(({ rule, words }) => `${rule}: ${words}`)).toEqual([
      "direction: profit rose",
      "word: warns",
      "word: weak",
    ]);
    expect(hits[0]!.weight).toBeCloseTo(1.3 * 1.5, 12);
    expect(score("Acme moves its office").hits).toEqual([]);
  });

  it("believes the figures where a word beside them says the opposite", () => {
    const { hits } = score("A loss of EUR 3 mn, down from a profit of EUR 2 mn");
    expect(hits.map(({ rule }) => rule)).toEqual(["figures"]);
  });

  it("an intensity moves the score the way it says", () => {
    const plain = score("Profit rose").score;
    expect(score("Profit rose sharply").score).toBeGreaterThan(plain);
    expect(score("Profit rose slightly").score).toBeLessThan(plain);
    expect(score("Profit may have risen").score).toBeLessThan(plain);
  });

  it("probabilities sum to 1, the score is theirs, and without hits it is 0", () => {
    const word = fc.oneof(
      fc.constantFrom(...dictionary.words.keys()),
      fc.string(),
      fc.constantFrom("5 %", "EUR 3 mn", "."),
    );
    const text = fc.array(word, { minLength: 5, maxLength: 40 }).map((words) => words.join(" "));
    let found = 0;
    fc.assert(
      fc.property(text, (line) => {
        const { positive, negative, neutral, score: total, hits } = score(line);
        found += hits.length;
        expect(positive + negative + neutral).toBeCloseTo(1, 12);
        expect(total).toBeCloseTo(positive - negative, 12);
        for (const p of [positive, negative, neutral]) expect(p >= 0 && p <= 1).toBe(true);
        if (hits.length === 0) expect(total).toBe(0);
        expect(hits.every(({ weight }) => Number.isFinite(weight))).toBe(true);
        expect(score(line)).toEqual({ positive, negative, neutral, score: total, hits });
      }),
    );
    expect(found).toBeGreaterThan(100);
  });

  it("case, typographic apostrophes and possessives do not matter", () => {
    expect(score("ACME'S PROFITS FELL").score).toBe(score("Acme\u2019s profits fell").score);
    expect(score("profits didn\u2019t fall").score).toBe(score("profits didn't fall").score);
  });
});

describe("word lists", () => {
  it("make the forms that English makes", () => {
    const verbs = ["carry improve slip+ miss rise:rose:risen delay"];
    expect(formsOf({ verbs, nouns: ["loss company delay"], words: ["up"] }).join(" ")).toBe(
      "carry carries carried carrying improve improves improved improving slip slips slipped slipping " +
        "miss misses missed missing rise rises rose risen rising delay delays delayed delaying " +
        "loss losses company companies delay delays up",
    );
  });

  it("no phrase is listed twice, and every word of one can be met in a text", () => {
    const phrases = phraseLists.flatMap((list) => list.phrases);
    expect(phrases.filter((phrase, n) => phrases.indexOf(phrase) !== n)).toEqual([]);
    for (const phrase of phrases)
      expect(tokenize(phrase, dictionary).map(({ text }) => text)).toEqual([phrase]);
    // Deeds are told apart by the bits of one number.
    expect(deeds.length).toBeLessThan(31);
  });

  it("every word can be met in a text", () => {
    for (const word of dictionary.words.keys()) {
      const [token] = tokenize(word, { ...dictionary, phrases: new Map() });
      expect(token?.entry, word).toBe(dictionary.words.get(word));
    }
  });
});
