/**
 * Before the open: the universe of the last session, of daily bars of the lake, and how many each rule keeps out. What
 * strategies of the run are kept to, and the company reports that are known, is told to execute; a run goes on with
 * what it was told last.
 */
import { isoDate } from "../../../domain/time.ts";
import { fundamentalsTable } from "../../../market/references/fundamentals.ts";
import { universeTable } from "../../../market/references/universe.ts";
import { sha256Hex } from "../../../numerics/sha256.ts";
import type { KnownReport } from "../../fundamentals/known-reports.ts";
import type { LiveRow } from "../../references/live-references.ts";
import { reasonCounts } from "../../universe/reason-counts.ts";
import { type TableFacts, universeValues } from "../../universe/table-values.ts";
import { NO_BARS } from "../research-steps.ts";
import { defineTask, done, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { rowsOf } from "../told-rows.ts";

const OF_CHANCE = "the lake knows nothing of a market made of chance: tell_references tells it";
const NONE = "not available yet: the command line cannot be run here";

interface Row extends TableFacts {
  readonly symbol: string;
  readonly reasons: readonly string[];
}

const NO_REPORTS = /^there are no company reports/;

export const refreshUniverse = defineTask({
  id: "refresh_universe",
  when: { kind: "clock", time: "08:30" },
  about:
    "Judges anew what is liquid enough and may be shorted, by the days before; tells execute, and of company reports.",
  timeoutMs: 300_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "daily bars of the lake, company reports, lists of universe import",
  output: "reference tables universe and fundamentals, reports/universe, data/reference/universe",
  missing: ({ research, isSynthetic }) =>
    isSynthetic === true ? OF_CHANCE : research === undefined ? NONE : undefined,
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { session, symbols, research } = context;
  if (research === undefined) return { state: "unavailable", text: NONE };
  const before = isoDate((session.date - 1) as typeof session.date);
  const reports = await asked<KnownReport>(
    context,
    ["fundamentals", "known", "--date", context.date],
    NO_REPORTS,
  );
  const known = typeof reports === "string" ? [] : reports.filter(({ symbol }) => symbols.includes(symbol));
  if (known.length > 0)
    await tell(context, fundamentalsTable.id, known, `company reports of ${context.date}`);
  const rows = await asked<Row>(context, ["universe", "build", "--date", before], NO_BARS);
  if (typeof rows === "string") return { state: "unavailable", text: `not available: ${rows}` };
  const own = rows.filter(({ symbol }) => symbols.includes(symbol));
  const values = own.map((row) => ({ symbol: row.symbol, values: universeValues(row) }));
  await tell(context, universeTable.id, values, `the universe of ${before}`);
  const core = rows.filter(({ tier }) => tier === "core").length;
  const extended = core + rows.filter(({ tier }) => tier === "extended").length;
  const counts = reasonCounts(rows);
  const kept = counts.map(({ rule, count }) => `${count} by ${rule}`).join(", ");
  const text =
    `up to ${before}: core ${core}, extended ${extended} of ${rows.length} names, ${own.length} of them of the run, ` +
    `with reports of ${known.length}${kept === "" ? "" : `; kept out: ${kept}`}`;
  return done(text, { core, extended, names: rows.length, reports: known.length, counts });
}

/** Rows of a command; what it said where that is no failure. */
async function asked<Found>(
  { research, dataSettings = [] }: TaskContext,
  words: readonly string[],
  noFailure: RegExp,
): Promise<readonly Found[] | string> {
  if (research === undefined) return NONE;
  try {
    return (await research([...words, ...dataSettings], words[0] ?? "")) as readonly Found[];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (noFailure.test(text)) return text;
    throw error;
  }
}

async function tell(
  { door, run, date, session }: TaskContext,
  table: string,
  known: readonly LiveRow[],
  reason: string,
): Promise<void> {
  const rows = rowsOf(known);
  const id = `${run}:${table}:${date}:${sha256Hex(JSON.stringify(rows)).slice(0, 12)}`;
  await door.act({ verb: "tellReference", table, isWhole: true, reason, rows, session: session.date }, id);
}
