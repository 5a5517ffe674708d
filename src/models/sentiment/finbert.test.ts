/**
 * Goal    text reaches the network as BERT's own tokenizer would cut it, and its logits are read by their names.
 * Method  a vocabulary made by hand, small enough to cut by eye; the two published label orders; properties.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combinedProbabilities, labelOrder, modelInputs, sentencesOf } from "./finbert.ts";
import { confidenceScore, probabilitiesOf } from "./probabilities.ts";
import { createWordPiece } from "./word-piece.ts";

const pieces =
  "[PAD] [UNK] [CLS] [SEP] profit ##s fell un ##aff ##able , . $ 5 ##0 cafe the a ##b ##c + \u5229 loss".split(
    " ",
  );
const vocabulary = `${pieces.join("\n")}\n`;
const uncased = createWordPiece(vocabulary, { isUncased: true });
const cut = (text: string, wordPiece = uncased) => wordPiece.encode(text).map((id) => pieces[id]);

describe("word pieces", () => {
  it.each([
    ["Profits fell.", "profit ##s fell ."],
    ["unaffable", "un ##aff ##able"],
    ["Caf\u00c9, cafe\u0301", "cafe , cafe"],
    ["$50", "$ 5 ##0"],
    ["abc abd", "a ##b ##c [UNK]"],
    ["fell\u00a0\t fell\u0000\u200b", "fell fell"],
    ["\u5229\u5229fell", "\u5229 \u5229 fell"],
    ["5+5", "5 + 5"],
    ["", ""],
    [`a${"b".repeat(99)}`, `a${" ##b".repeat(99)}`],
    [`a${"b".repeat(100)}`, "[UNK]"],
    ["[CLS]", "[UNK] [UNK] [UNK]"],
  ])("%j is %s", (text, expected) => {
    expect(cut(text).join(" ")).toBe(expected);
  });

  it("a cased model keeps capitals and accents", () => {
    expect(cut("Fell fell", createWordPiece(vocabulary, { isUncased: false }))).toEqual(["[UNK]", "fell"]);
  });

  it("refuses a vocabulary that is none of BERT's", () => {
    expect(() => createWordPiece("a\nb\n[UNK]\n", { isUncased: true })).toThrow("vocab.txt has no [CLS]");
  });

  it("never leaves the vocabulary, and spaces between words do not matter", () => {
    const texts = fc.array(
      fc.oneof(fc.constantFrom("profits", "fell", "5,0", "abc"), fc.string({ unit: "grapheme" })),
    );
    fc.assert(
      fc.property(texts, (words) => {
        const ids = uncased.encode(words.join(" "));
        expect(ids.every((id) => id >= 1 && id < pieces.length)).toBe(true);
        expect(uncased.encode(words.join(" \n ")).length).toBe(ids.length);
      }),
    );
  });
});

describe("model inputs", () => {
  const idOf = (piece: string) => pieces.indexOf(piece);
  it("a text that fits is one pass between its marks; one without words is none", () => {
    const ids = ["[CLS]", "profit", "##s", "fell", "[SEP]"].map(idOf);
    expect(modelInputs("Profits fell", uncased)).toEqual([{ ids, pieces: 3 }]);
    expect(modelInputs(" \n", uncased)).toEqual([]);
  });

  it("a longer one goes by its sentences, and a sentence too long by itself in parts", () => {
    const sentence = `Loss${" fell".repeat(299)}.`;
    expect(modelInputs(`${sentence} ${sentence}`, uncased).map((input) => input.pieces)).toEqual([301, 301]);
    const endless = `Loss${" fell".repeat(1199)}`;
    const inputs = modelInputs(endless, uncased);
    expect(inputs.map((input) => input.pieces)).toEqual([510, 510, 180]);
    for (const { ids } of inputs) {
      expect(ids.length).toBeLessThanOrEqual(512);
      expect([ids[0], ids.at(-1)]).toEqual([idOf("[CLS]"), idOf("[SEP]")]);
    }
    expect(modelInputs("Loss fell. ".repeat(2000), uncased).length).toBe(256);
  });

  it("sentences end where a reader ends them", () => {
    expect(sentencesOf('Acme Inc. fell 3.5 %. Mr. Smith left! "Why?" 5 U.S. firms asked.')).toEqual([
      "Acme Inc. fell 3.5 %.",
      "Mr. Smith left!",
      '"Why?"',
      "5 U.S. firms asked.",
    ]);
  });
});

describe("labels and logits", () => {
  it("reads each published order by its names", () => {
    const prosus = labelOrder({ id2label: { 0: "positive", 1: "negative", 2: "neutral" } });
    const tone = labelOrder({ id2label: { 0: "Neutral", 1: "Positive", 2: "Negative" } });
    expect(prosus).toEqual({ positive: 0, negative: 1, neutral: 2 });
    expect(tone).toEqual({ positive: 1, negative: 2, neutral: 0 });
    const read = (logits: number[], order: typeof tone) =>
      combinedProbabilities([{ logits, pieces: 1 }], order);
    expect(read([2, -1, 0], prosus)).toEqual(read([0, 2, -1], tone));
  });

  it.each([
    [{}, "has no id2label"],
    [null, "has no id2label"],
    [{ id2label: { 0: "LABEL_0", 1: "LABEL_1", 2: "LABEL_2" } }, "{0: label_0, 1: label_1, 2: label_2}"],
    [{ id2label: { 0: "positive", 1: "negative" } }, "allowed are positive, negative, neutral"],
    [{ id2label: { 0: "positive", 1: "negative", 3: "neutral" } }, "allowed are"],
    [{ id2label: { 0: "positive", 1: "negative", 2: "neutral", 3: "mixed" } }, "allowed are"],
  ])("refuses %j", (config, message) => {
    expect(() => labelOrder(config)).toThrow(message);
  });

  it("the softmax holds for any size, and the score is positive less negative", () => {
    const logit = fc.double({ min: -1e300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(logit, logit, logit, (p, n, z) => {
        const { positive, negative, neutral, score } = probabilitiesOf(p, n, z);
        expect(positive + negative + neutral).toBeCloseTo(1, 12);
        expect(score).toBeCloseTo(positive - negative, 12);
      }),
    );
    const { positive, score } = probabilitiesOf(Math.log(6), Math.log(3), Math.log(1));
    expect(positive).toBeCloseTo(0.6, 14);
    expect(score).toBeCloseTo(0.3, 14);
  });

  it("parts count by their pieces; no parts are neutral", () => {
    const order = { positive: 0, negative: 1, neutral: 2 };
    const outputs = [
      { logits: [50, 0, 0], pieces: 30 },
      { logits: [0, 50, 0], pieces: 10 },
    ];
    expect(combinedProbabilities(outputs, order).score).toBeCloseTo(0.5, 12);
    expect(combinedProbabilities([], order)).toEqual({ positive: 0, negative: 0, neutral: 1, score: 0 });
    expect(() => combinedProbabilities([{ logits: [1, 2], pieces: 1 }], order)).toThrow("logits [1, 2]");
    expect(() => combinedProbabilities([{ logits: [1, 2, Number.NaN], pieces: 1 }], order)).toThrow(
      "not three numbers",
    );
  });

  it("the literal reading is the likeliest label's probability, signed, and 0 for neutral", () => {
    expect(confidenceScore(probabilitiesOf(Math.log(6), Math.log(3), 0))).toBeCloseTo(0.6, 14);
    expect(confidenceScore(probabilitiesOf(Math.log(3), Math.log(6), 0))).toBeCloseTo(-0.6, 14);
    expect(confidenceScore(probabilitiesOf(1, 0, 2))).toBe(0);
  });
});
