/** `plimsoll sentiment`: what texts say of a share, with the words that decided, and when that changes (RES-3). */
import type { Command } from "commander";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { ChangeDetector } from "../models/sentiment/change-detector.ts";
import { createLexicon } from "../models/sentiment/lexicon/lexicon.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { example } from "./group-help.ts";
import { inputText } from "./input-text.ts";
import { registerNewsCommands } from "./news-commands.ts";

const textColumns = ["text", "headline", "sentence"];

interface Input {
  readonly input: string;
}

export function registerSentimentCommands(program: Command, context: CliContext): void {
  const sentiment = program
    .command("sentiment")
    .description("what news says, by an embedded lexicon, and when a symbol's tone changes")
    .addHelpText("after", example("plimsoll sentiment score --input headlines.csv"));
  sentiment
    .command("score")
    .description("probabilities and score in [-1, 1] of each text, with the words that decided")
    .requiredOption("--input <file>", `CSV with a column ${textColumns.join(", ")}`)
    .addHelpText("after", "\nExample: plimsoll sentiment score --input headlines.csv")
    .action(({ input }: Input) => {
      const score = createLexicon();
      const rows = textsOf(input).map((text) => ({ text, ...score(text) }));
      report(context, rows, () =>
        alignedTable(
          [{ title: "score", align: "right" }, { title: "text" }, { title: "because" }],
          rows.map(({ score: of, text, hits }) => [
            of.toFixed(2),
            text.length > 70 ? `${text.slice(0, 69)}…` : text,
            hits.map(({ words, weight }) => `${words} ${weight.toFixed(1)}`).join(", "),
          ]),
        ),
      );
    });
  registerNewsCommands(sentiment, context);
  sentiment
    .command("detect")
    .description("z of each reading against the 756 before it, and where the tone changes")
    .requiredOption("--input <file>", "CSV of date,score; an empty cell is a missing reading")
    .addHelpText("after", "\nExample: plimsoll --json sentiment detect --input scores.csv")
    .action(({ input }: Input) => {
      const detector = new ChangeDetector();
      const rows = readingsOf(input).map(({ date, value }) => {
        const { mean, deviation, z, isChange, isLow } = detector.take(value);
        return { date, value, mean, deviation, z, isChange, isLow };
      });
      const told = rows.filter(({ isChange, isLow }) => isChange || isLow);
      if (context.json()) context.out(resultJson(rows));
      else
        context.out(
          [
            `${rows.length} readings, ${told.length} of them unusual`,
            ...told.map(
              ({ date, z, isChange }) => `${date}  z ${z.toFixed(2)}  ${isChange ? "change" : "low"}`,
            ),
          ].join("\n"),
        );
    });
}

function tableOf(path: string): { readonly header: readonly string[]; readonly rows: readonly string[][] } {
  const text = inputText("--input", path);
  const [header = [], ...rows] = csvRows(text);
  if (rows.length === 0) throw new InputError(`--input ${path}: no rows under the header`, 1);
  return { header: header.map((name) => name.trim().toLowerCase()), rows };
}

function textsOf(path: string): string[] {
  const { header, rows } = tableOf(path);
  const at = header.findIndex((name) => textColumns.includes(name));
  if (at < 0)
    throw new InputError(
      `--input ${path}: has no column ${textColumns.join(", ")}; it has ${header.join(", ")}`,
    );
  return rows.map((row) => row[at] ?? "");
}

interface Reading {
  readonly date: string;
  /** NaN is missing. */
  readonly value: number;
}

function readingsOf(path: string): Reading[] {
  const { header, rows } = tableOf(path);
  const at = header.indexOf("score") >= 0 ? header.indexOf("score") : 1;
  if (header.length < 2) throw new InputError(`--input ${path}: the first line must be date,score`);
  return rows.map((row, n) => {
    const cell = (row[at] ?? "").trim();
    const value = cell === "" ? Number.NaN : Number(cell);
    if (cell !== "" && !Number.isFinite(value))
      throw new InputError(`--input ${path}: line ${n + 2}: "${cell.slice(0, 20)}" is not a number`);
    return { date: row[0] ?? "", value };
  });
}
