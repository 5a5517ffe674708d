/** Readings as events of a backtest: told when they could first have been known, and before who acts on them. */
import type { BarColumns } from "../../domain/bars.ts";
import type { RegimeTold } from "../../domain/events.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { type SessionTable, sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";

/**
 * From the last reading before the first bar on. Bars within a day hear it at the open of its session. Daily bars hear
 * it with the close before: what is decided on them is for the next session, and it is that session's reading.
 * A run begins without a word and is bound by none until the first model speaks.
 */
export function regimeEvents(
  readings: readonly RegimeReading[],
  columns: Pick<BarColumns, "timeframe" | "closedAt">,
  sessions: SessionTable,
): RegimeTold[] {
  if (columns.closedAt.length === 0) return [];
  const rows = new Map(Array.from(sessions.date, (day, row) => [day as number, row]));
  const firstRow = sessionIndexAt(sessions, columns.closedAt[0] as EpochMicros);
  const lag = columns.timeframe === "1d" ? 1 : 0;
  const known = readings.findIndex(({ bull }) => bull !== null);
  const told = (known < 0 ? [] : readings.slice(known)).flatMap((reading): RegimeTold[] => {
    const row = rows.get(reading.session) ?? -1;
    const at = lag === 1 ? sessions.close[row - 1] : sessions.open[row];
    return at === undefined ? [] : [{ kind: "RegimeTold", at: at as EpochMicros, ...reading }];
  });
  const first = told.findIndex(({ session }) => (rows.get(session) ?? -1) - lag >= firstRow);
  return first < 0 ? told.slice(-1) : told.slice(Math.max(0, first - 1));
}
