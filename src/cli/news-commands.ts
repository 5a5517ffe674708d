/** `plimsoll sentiment import, fetch`: news into the lake, from a file or from Alpaca, for who listens to it. */
import type { Command } from "commander";
import { type LakePaths, lakePaths } from "../adapters/lake/paths.ts";
import { addStories } from "../adapters/lake/story-store.ts";
import { asOnlyWriter } from "../adapters/lake/writer-lock.ts";
import { RealClock } from "../adapters/net/real-clock.ts";
import { RealTransport } from "../adapters/net/real-transport.ts";
import { alpacaNews } from "../adapters/sources/alpaca-news.ts";
import { storiesOf } from "../app/news/story-rows.ts";
import { newsReach } from "../app/sources/source-list.ts";
import { InputError } from "../domain/assert.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import type { Story } from "../market/news-story.ts";
import { fromNewYork, newYorkDay } from "../market/us-eastern.ts";
import { envFiles } from "./alert-env.ts";
import { type CliContext, tell } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { givenConfig } from "./given-config.ts";
import { inputText } from "./input-text.ts";
import { dateRange, maybeSymbols, needed } from "./option-values.ts";

interface FetchOptions {
  readonly symbols?: string;
  readonly from?: string;
  readonly to?: string;
}

export function registerNewsCommands(sentiment: Command, context: CliContext): void {
  sentiment
    .command("import <file>")
    .description(
      "bring stories into the lake: CSV of published,symbol,title and, if there is one, a score in [-1, 1]",
    )
    .addHelpText("after", "\nExample: plimsoll sentiment import news.csv")
    .action((file: string) => importStories(context, file));
  sentiment
    .command("fetch")
    .description("bring the stories of Alpaca into the lake, with the keys of .env")
    .option("--symbols <list>", "A,B")
    .option("--from <date>", "first day, YYYY-MM-DD")
    .option("--to <date>", "last day, YYYY-MM-DD (default: today)")
    .addHelpText(
      "after",
      "\nExample: plimsoll sentiment fetch --symbols AAPL,MSFT --from 2024-01-02 --to 2024-03-28",
    )
    .action((options: FetchOptions) => fetchStories(context, options));
}

async function importStories(context: CliContext, file: string): Promise<void> {
  const paths = lakePaths(context.root());
  const [header = [], ...rows] = csvRows(inputText("", file, "a CSV file"));
  if (rows.length === 0) throw new InputError(`${file}: no rows under the header`, 1);
  await keep(context, paths, storiesOf(header, rows, file));
}

async function fetchStories(context: CliContext, options: FetchOptions): Promise<void> {
  const range = dateRange(options);
  const from = needed("--from", range.from, "--from 2024-01-02");
  const symbols = needed("--symbols", maybeSymbols("--symbols", options.symbols), "--symbols AAPL,MSFT");
  if (symbols === "all") throw new InputError("--symbols all: name them, as AAPL,MSFT");
  const today = newYorkDay((Date.now() * 1000) as EpochMicros);
  const to = Math.min(range.to ?? today, today) as DayNumber;
  const { data } = givenConfig(context);
  const paths = lakePaths(context.root());
  const transport = new RealTransport();
  try {
    const reach = newsReach(data, {
      root: context.root(),
      clock: new RealClock(),
      wallMs: () => Date.now(),
      transport,
      environment: process.env,
      envFiles: envFiles(context),
      seed: 1,
    });
    const answer = await alpacaNews(reach, {
      symbols,
      from: fromNewYork(from, 0),
      to: (fromNewYork((to + 1) as DayNumber, 0) - 1) as EpochMicros,
      isSettled: to < today - 1,
    });
    if (!answer.ok) throw new InputError(`alpaca_news: ${answer.reason}`, 1);
    await keep(context, paths, answer.stories);
  } finally {
    transport.close();
  }
}

async function keep(context: CliContext, paths: LakePaths, stories: readonly Story[]): Promise<void> {
  const { added, known } = await asOnlyWriter(paths.lock, () => Promise.resolve(addStories(paths, stories)));
  const result = { read: stories.length, added, known };
  tell(context, result, () => `${result.read} stories read, ${added} of them new, ${known} known now`);
}
