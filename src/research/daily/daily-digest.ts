/**
 * The day in few words, for e-mail and Slack. What strategies, operators and errors say comes from data: here it is
 * cut, stripped of what moves a cursor or turns text around, and cannot name anybody or link anywhere (C-60).
 *
 * DD-1  A digest is inert: no control character, no direction mark, a subject of one line; in Slack no mention, no
 *       link and no markup, whatever was fed in.
 */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { count, number, percent, plural, roughMoney, signed, signedPercent } from "../../app/formats.ts";
import { dailyVerdict, minutes } from "./daily-verdict.ts";

export interface DailyDigest {
  readonly subject: string;
  /** Plain text of an e-mail, about thirty lines. */
  readonly text: string;
  /** One short message. */
  readonly slack: string;
}

const SUBJECT_MAX = 120;
const LINE_MAX = 200;
const BROKE_SHOWN = 8;
const ROWS_SHOWN = 5;
const SLACK_MAX = 1500;

/** `file`: where the whole report lies, named at the end; absent where it is attached. */
export function dailyDigest(report: DailyReport, file?: string): DailyDigest {
  const verdict = dailyVerdict(report);
  const { session, mode, account } = report;
  const share = account.pnlFraction === null ? "no result" : signedPercent(account.pnlFraction, 2);
  const where = file === undefined ? "The whole report is attached." : `The whole report: ${file}`;
  const broke = verdict.broke.slice(0, BROKE_SHOWN);
  const unsaid = verdict.broke.length - broke.length;
  const lines = [
    `${verdict.result} ${verdict.able}`,
    "",
    ...(broke.length === 0 ? ["Nothing broke."] : ["What broke:", ...broke.map((line) => `- ${line}`)]),
    ...(unsaid > 0 ? [`- and ${count(unsaid)} more`] : []),
    "",
    ...figures(report),
    "",
    where,
  ];
  return {
    subject: inert(`Plimsoll ${mode} ${session.date}: ${verdict.stamp}, ${share}`, SUBJECT_MAX),
    text: `${lines.map((line) => inert(line, LINE_MAX)).join("\n")}\n`,
    slack: slackText([
      `Plimsoll ${mode} ${session.date}: ${verdict.stamp}.`,
      verdict.result,
      verdict.able,
      ...(broke.length === 0 ? ["Nothing broke."] : broke.slice(0, 3)),
      verdict.broke.length > 3 ? `and ${count(verdict.broke.length - 3)} more` : "",
    ]),
  };
}

function figures({
  account,
  byStrategy,
  trades,
  orders,
  limits,
  positions,
  able,
  blocked,
  quality,
}: DailyReport): string[] {
  const row = (name: string, value: string) => `${name.padEnd(34)} ${value}`;
  const nearest = limits
    .filter(({ used }) => used !== null && used > 0)
    .toSorted((a, b) => (b.used ?? 0) / b.limit - (a.used ?? 0) / a.limit)
    .slice(0, 3);
  const use = (value: number, unit: string) => (unit === "fraction" ? percent(value, 2) : count(value));
  const refused = blocked.reduce((sum, one) => sum + one.refused, 0);
  const best = byStrategy.filter(({ pnl }) => pnl !== null && pnl !== 0).slice(0, ROWS_SHOWN);
  return [
    row("Equity, USD", account.equity === null ? "no data" : roughMoney(account.equity)),
    row("Trades closed", count(trades.length)),
    row(
      "Orders",
      `${count(orders.sent)} sent, ${count(orders.denied)} denied, ${count(orders.rejected)} refused`,
    ),
    row("Blocked by rules", plural(refused, "entry", "entries")),
    row("Open positions", count(positions.length)),
    ...best.map(({ strategy, pnl }) => row(strategy, `${signed(pnl ?? 0, 2)} USD`)),
    ...nearest.map(({ label, used, limit, unit }) =>
      row(label, `${use(used ?? 0, unit)} of ${use(limit, unit)} at most`),
    ),
    row("Bars refused", `${count(quality.records - quality.accepted)} of ${count(quality.records)}`),
    row("Error budget left", `${minutes(able.budget.left)} of ${number(able.budget.minutes, 2)} minutes`),
  ];
}

/** Text of one line that does nothing but be read. */
export function inert(text: string, most: number): string {
  const plain = text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .replace(/\p{Cf}+/gu, "")
    .trimEnd();
  return plain.length > most ? `${plain.slice(0, most - 1).trimEnd()}\u2026` : plain;
}

/** Slack reads `<...>` as mentions and links, stars and ticks as markup, and makes links of bare addresses. */
function slackText(lines: readonly string[]): string {
  const plain = lines
    .map((line) => inert(line, LINE_MAX))
    .filter((line) => line !== "")
    .join("\n")
    .replace(/[*_~`]/g, (mark) => ({ "*": "\u2217", _: "\u02cd", "~": "\u223c", "`": "'" })[mark] ?? "")
    .replace(/@/g, "(at)")
    .replace(/:\/\//g, " ");
  const cut = plain.length > SLACK_MAX ? `${plain.slice(0, SLACK_MAX - 1)}\u2026` : plain;
  return cut.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark] ?? "");
}
