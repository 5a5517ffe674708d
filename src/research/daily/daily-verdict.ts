/** The answer of a day in words: what it made, whether it could trade, what broke. A function of the figures alone. */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { count, duration, money, number, percent, plural, signedPercent } from "../../app/formats.ts";
import { END_OF_RUN } from "../../domain/claim.ts";
import { outageCauses } from "../../ops/able-minutes.ts";

export interface DailyVerdict {
  readonly kind: "good" | "look" | "halted";
  readonly stamp: string;
  readonly result: string;
  readonly able: string;
  /** What broke, most urgent first; empty when nothing did. */
  readonly broke: readonly string[];
}

/** A session of 390 minutes may lose so many (RELIABILITY 6.5). */
const LOSS_OF_A_SESSION = 0.005;
const STOPS_ALL = ["FLATTEN", "HALTED"];

export function dailyVerdict(report: DailyReport): DailyVerdict {
  const broke = whatBroke(report);
  const standing = report.incidents.claims.filter(
    ({ target, level, source, to }) =>
      target === "account" && to === null && STOPS_ALL.includes(level) && source !== END_OF_RUN,
  );
  const kind = standing.length > 0 ? "halted" : broke.length > 0 ? "look" : "good";
  return {
    kind,
    stamp: { good: "In order", look: "Look at it", halted: "Halted" }[kind],
    result: resultWords(report),
    able: ableWords(report),
    broke: [
      ...standing.map(
        ({ source, reason }) => `Everything was closed by ${source}: ${reason}. A person resumes.`,
      ),
      ...broke,
    ],
  };
}

function resultWords({ account, session }: DailyReport): string {
  const { pnl, pnlFraction } = account;
  const so = session.isOver ? "" : " so far";
  if (pnl === null || pnlFraction === null) return "Nothing was valued: the day has no result.";
  if (Math.round(pnl * 100) === 0) return `It made nothing${so}.`;
  const share = signedPercent(pnlFraction, 2);
  return `It ${pnl > 0 ? "made" : "lost"} ${money(Math.abs(pnl))} USD${so}, ${share}.`;
}

function ableWords({ able, session }: DailyReport): string {
  const day = able.days.find(({ date }) => date === session.date);
  if (day === undefined) return "No minute of the market is on record.";
  const share = percent(day.able / day.scheduled, 2);
  const held = day.held > 0.05 ? `, ${minutes(day.held)} of them barred on purpose` : "";
  return `It could trade for ${minutes(day.able)} of ${minutes(day.scheduled)} minutes (${share})${held}.`;
}

export const minutes = (value: number): string => number(value, Number.isInteger(value) ? 0 : 1);

/** The longest of the outages in its own words, where a claim tells. */
function longest({ incidents, session }: DailyReport): string {
  const length = ({ from, to }: { readonly from: string; readonly to: string | null }) =>
    Date.parse(to ?? session.asOf) - Date.parse(from);
  const [first] = incidents.claims
    .filter(({ cause }) => cause !== undefined)
    .toSorted((a, b) => length(b) - length(a));
  return first === undefined ? "" : `, longest ${first.source}: ${first.reason}`;
}

function whatBroke(report: DailyReport): string[] {
  const { incidents, quality, positions, able, session, ledgerBehind, orders } = report;
  const day = able.days.find(({ date }) => date === session.date);
  const lost = day === undefined ? 0 : day.scheduled - day.able;
  const whose = outageCauses.filter((cause) => (day?.lost[cause] ?? 0) > 0);
  const isLost = day !== undefined && lost > day.scheduled * LOSS_OF_A_SESSION;
  const errors = (level: string) =>
    incidents.errors.filter((one) => one.level === level).reduce((sum, one) => sum + one.count, 0);
  const [critical, error] = [errors("CRITICAL"), errors("ERROR")];
  const silent = incidents.alerts.filter(
    ({ level, state, from }) =>
      level === "critical" && from === "execute" && (state === "waiting" || state === "failed"),
  );
  const bare = positions.filter(({ stop }) => stop === null);
  const tripped = incidents.claims.filter(
    ({ target, cause, authority, source }) =>
      target === "account" && cause === undefined && authority !== "orchestrator" && source !== "operator",
  );
  return [
    isLost ? `${minutes(lost)} minutes could not be traded (${whose.join(", ")})${longest(report)}.` : "",
    ...tripped.map(({ source, reason }) => `${source} barred entries: ${reason}.`),
    incidents.restarts.length > 0
      ? `Execute was started again ${plural(incidents.restarts.length, "time")}, longest ${duration(
          Math.max(...incidents.restarts.map((one) => one.minutes)) * 60,
        )}.`
      : "",
    critical > 0 ? `${plural(critical, "critical line")} in the log.` : "",
    error > 0 ? `${plural(error, "error")} in the log.` : "",
    silent.length > 0 ? `${plural(silent.length, "critical alert")} not delivered.` : "",
    bare.length > 0 ? `${plural(bare.length, "open position")} without a stop.` : "",
    orders.rejected > 0 ? `${plural(orders.rejected, "order")} refused by the broker.` : "",
    quality.gaps.length > 0 ? `${plural(quality.gaps.length, "gap")} in the market data.` : "",
    ledgerBehind > 0 ? `The ledger is ${count(ledgerBehind)} entries behind the journal.` : "",
  ].filter((words) => words !== "");
}
