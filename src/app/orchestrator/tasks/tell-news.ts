/**
 * A quarter of an hour before the open: what the press and the companies have said by then, where a strategy listens.
 * The stories of the days before are fetched first; what is told is what a backtest over shorter bars hears at that
 * open. Once a session, as there: what comes in the day is told the next morning.
 */
import { type DayNumber, isoDate } from "../../../domain/time.ts";
import { newsTable } from "../../../market/references/news.ts";
import { defineTask } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { tellTables } from "../tell-tables.ts";

const NONE = "no strategy of the run reads news or earnings, or nobody knows any of a market made of chance";
/** Longer than a story counts (ten days), and than any row of closed days. */
const FETCHED_DAYS = 14;

export const tellNews = defineTask({
  id: "tell_news",
  when: { kind: "clock", time: "09:15" },
  about: "Fetches the news and tells execute what it reads of each company, and how old its last report is.",
  timeoutMs: 300_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "stories of Alpaca and of the lake, earnings reports of the lake",
  output: "data/news, reference tables news and earnings",
  missing: ({ news }) => (news === undefined ? NONE : undefined),
  async run(context) {
    const { news } = context;
    if (news === undefined) return { state: "unavailable", text: NONE };
    const problem = news.tables.includes(newsTable.id) ? await fetched(context) : "";
    return tellTables(context, await news.known(), problem);
  },
});

/** What kept the stories away; what the lake knows is told all the same. A demo has no press but its lake. */
async function fetched({ research, mode, symbols, session }: TaskContext): Promise<string> {
  if (research === undefined || mode === "demo") return "";
  const from = isoDate((session.date - FETCHED_DAYS) as DayNumber);
  try {
    await research(["sentiment", "fetch", "--symbols", symbols.join(","), "--from", from], null);
    return "";
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the news was not fetched, so that only what the lake had is told: ${why}`;
  }
}
