/**
 * How often does a sentiment model agree with people? Reads a CSV of labelled texts (a header with `sentence`,
 * `headline` or `text`, and `label` of positive, neutral or negative) and prints accuracy, macro-F1, the confusion
 * matrix and what always answering with the commonest label would reach.
 *
 *   node scripts/sentiment-accuracy.ts FILE [--rows even|odd|all] [--model DIR]
 *
 * The model is the embedded lexicon, or with --model the FinBERT whose weights lie in that folder.
 * Rows count from 0 after the header. The lexicon was developed on the even rows of PhraseBank; the odd ones are for
 * measuring alone. A text that comes with several labels is left out, one that comes twice with the same counts once.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openTextModel } from "../src/adapters/text/text-model.ts";
import { csvRows } from "../src/cli/csv-rows.ts";
import { InputError } from "../src/domain/assert.ts";
import { createLexicon } from "../src/models/sentiment/lexicon/lexicon.ts";
import type { SentimentProbabilities } from "../src/models/sentiment/probabilities.ts";

const labels = ["positive", "neutral", "negative"] as const;
type Label = (typeof labels)[number];

interface LabelledText {
  readonly text: string;
  readonly label: Label;
}

interface Agreement {
  readonly texts: number;
  readonly accuracy: number;
  /** Mean over the labels of 2 hits / (given + answered); 0 for a label that is neither. */
  readonly macroF1: number;
  /** confusion[given][answered], in the order positive, neutral, negative. */
  readonly confusion: readonly (readonly number[])[];
}

const textColumns = ["sentence", "headline", "text"];

/** `answers` stand in the order of the rows. */
export function agreementOf(rows: readonly LabelledText[], answers: readonly Label[]): Agreement {
  const confusion = labels.map(() => labels.map(() => 0));
  for (const [n, { label }] of rows.entries()) {
    confusion[labels.indexOf(label)]![labels.indexOf(answers[n]!)]! += 1;
  }
  const hits = labels.map((_, k) => confusion[k]![k]!);
  const given = confusion.map((row) => row.reduce((a, b) => a + b, 0));
  const answered = labels.map((_, k) => confusion.reduce((sum, row) => sum + row[k]!, 0));
  const f1 = labels.map((_, k) => (2 * hits[k]!) / Math.max(1, given[k]! + answered[k]!));
  return {
    texts: rows.length,
    accuracy: hits.reduce((a, b) => a + b, 0) / rows.length,
    macroF1: f1.reduce((a, b) => a + b, 0) / labels.length,
    confusion,
  };
}

export function labelledTexts(content: string, file: string): LabelledText[] {
  const [header = [], ...rows] = csvRows(content);
  const textAt = header.findIndex((name) => textColumns.includes(name));
  const labelAt = header.indexOf("label");
  if (textAt < 0 || labelAt < 0) {
    throw new InputError(
      `${file}: columns ${header.join(", ")}; needs label and one of ${textColumns.join(", ")}`,
    );
  }
  return rows.map((row, n) => {
    const label = labels.find((known) => known === row[labelAt]);
    if (label === undefined) {
      throw new InputError(`${file}: label ${row[labelAt]} of row ${n} is not ${labels.join(", ")}`);
    }
    return { text: row[textAt] ?? "", label };
  });
}

/** Each text once, and only where all its rows agree. */
function unambiguous(rows: readonly LabelledText[]): LabelledText[] {
  const seen = Map.groupBy(rows, ({ text }) => text);
  return [...seen.values()].flatMap(([first, ...rest]) =>
    first !== undefined && rest.every(({ label }) => label === first.label) ? [first] : [],
  );
}

export function answerOf({ positive, neutral, negative }: SentimentProbabilities): Label {
  if (positive > neutral && positive > negative) return "positive";
  return negative > neutral ? "negative" : "neutral";
}

async function answersOf(rows: readonly LabelledText[], folder: string | undefined): Promise<Label[]> {
  if (folder === undefined) {
    const score = createLexicon();
    return rows.map(({ text }) => answerOf(score(text)));
  }
  const model = await openTextModel(folder);
  const answers: Label[] = [];
  for (const { text } of rows) answers.push(answerOf(await model.read(text)));
  await model.close();
  return answers;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function reportOf(name: string, { texts, accuracy, macroF1, confusion }: Agreement): string {
  const error = Math.sqrt((accuracy * (1 - accuracy)) / texts);
  return [
    `${name}: accuracy ${percent(accuracy)} (standard error ${percent(error)}), macro-F1 ${macroF1.toFixed(3)}`,
    `  ${"given \\ answered".padEnd(18)}${labels.map((label) => label.padStart(10)).join("")}`,
    ...labels.map(
      (label, k) =>
        `  ${label.padEnd(18)}${confusion[k]!.map((count) => String(count).padStart(10)).join("")}`,
    ),
  ].join("\n");
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { rows: { type: "string", default: "all" }, model: { type: "string" } },
  });
  const [file] = positionals;
  if (file === undefined) throw new InputError("sentiment-accuracy: name a CSV file of labelled texts");
  if (!["even", "odd", "all"].includes(values.rows)) {
    throw new InputError(`sentiment-accuracy: --rows ${values.rows} is not even, odd or all`);
  }
  const all = labelledTexts(readFileSync(file, "utf8"), file);
  const rest = values.rows === "odd" ? 1 : 0;
  const chosen = values.rows === "all" ? all : all.filter((_, n) => n % 2 === rest);
  const rows = unambiguous(chosen);
  const counts = labels.map((label) => rows.filter((row) => row.label === label).length);
  const commonest = labels[counts.indexOf(Math.max(...counts))] ?? "neutral";
  console.log(
    `${rows.length} texts of ${chosen.length} rows: ${labels.map((label, k) => `${counts[k]} ${label}`).join(", ")}`,
  );
  const answers = await answersOf(rows, values.model);
  console.log(reportOf(values.model ?? "lexicon", agreementOf(rows, answers)));
  console.log(
    reportOf(
      `always ${commonest}`,
      agreementOf(
        rows,
        rows.map(() => commonest),
      ),
    ),
  );
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    process.exitCode = error.exitCode;
  }
}
