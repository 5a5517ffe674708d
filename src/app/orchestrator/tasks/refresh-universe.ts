/**
 * Before the open: the universe of the last session, of daily bars of the lake, and how many each rule keeps out. What
 * strategies of the run are kept to is told to execute; a run goes on with what it was told last.
 */
import { isoDate } from "../../../domain/time.ts";
import { universeTable } from "../../../market/references/universe.ts";
import { reasonCounts } from "../../universe/reason-counts.ts";
import { type TableFacts, universeValues } from "../../universe/table-values.ts";
import { defineTask, done } from "../task.ts";

const NONE = "not available yet: the command line cannot be run here";

interface Row extends TableFacts {
  readonly symbol: string;
  readonly reasons: readonly string[];
}

/** Who keeps no daily bars has no universe, and nothing is wrong; any other failure is one. */
function withoutBars(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/^(the lake (is empty|has no 1d)|no 1d bars)/.test(text)) return text;
  throw error;
}

export const refreshUniverse = defineTask({
  id: "refresh_universe",
  when: { kind: "clock", time: "08:30" },
  about:
    "Judges anew what is liquid enough and may be shorted, by the days before, and tells execute of the run's symbols.",
  timeoutMs: 300_000,
  retries: 3,
  backOffMs: 60_000,
  lane: "child",
  inputs: "daily bars of the lake, company reports, lists of universe import",
  output: "reference table universe, reports/universe, data/reference/universe",
  missing: ({ research }) => (research === undefined ? NONE : undefined),
  run: async ({ research, session, door, symbols }) => {
    if (research === undefined) return { state: "unavailable", text: NONE };
    const before = isoDate((session.date - 1) as typeof session.date);
    const found = await research(["universe", "build", "--date", before], "universe").catch(withoutBars);
    if (typeof found === "string") return { state: "unavailable", text: `not available: ${found}` };
    const rows = found as readonly Row[];
    const own = rows.filter(({ symbol }) => symbols.includes(symbol));
    await door.act({
      ...{
        verb: "tellReference",
        table: universeTable.id,
        isWhole: true,
        reason: `the universe of ${before}`,
      },
      rows: own.map((row) => ({ symbol: row.symbol, values: universeValues(row) })),
    });
    const core = rows.filter(({ tier }) => tier === "core").length;
    const extended = core + rows.filter(({ tier }) => tier === "extended").length;
    const counts = reasonCounts(rows);
    const told = counts.map(({ rule, count }) => `${count} by ${rule}`).join(", ");
    const names = `${rows.length} names, ${own.length} of them of the run`;
    const text = `up to ${before}: core ${core}, extended ${extended} of ${names}`;
    return done(told === "" ? text : `${text}; kept out: ${told}`, {
      core,
      extended,
      names: rows.length,
      counts,
    });
  },
});
