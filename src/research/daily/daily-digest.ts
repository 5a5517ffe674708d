/**
 * The day in few words, for e-mail and Slack; with the ends of the record's chains, so that a mailbox proves later that
 * nothing before them was rewritten (`plimsoll verify-audit --anchor`). What strategies, operators and errors say comes
 * from data: here it is cut, stripped of what moves a cursor or turns text around, and cannot name anybody or link
 * anywhere (C-60).
 *
 * DD-1  A digest is inert: no control character, no direction mark, a subject of one line; in Slack no mention, no
 *       link and no markup, whatever was fed in.
 */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { count, number, percent, plural, roughMoney, signed, signedPercent } from "../../app/formats.ts";
import { type DailyVerdict, dailyVerdict, minutes } from "./daily-verdict.ts";
import { type DigestRow, digestPage } from "./digest-page.ts";

export interface DailyDigest {
  readonly subject: string;
  /** Plain text of an e-mail, about thirty lines. */
  readonly text: string;
  /** The same as a page that loads nothing. */
  readonly html: string;
  /** A few lines, without a character that Slack reads as markup but those that every sender of ours escapes. */
  readonly short: string;
  /** These lines as Slack wants them: ready to be sent as they are. */
  readonly slack: string;
}

export interface DigestPlaces {
  /** Where the whole report lies, named at the end; absent where it is attached. */
  readonly file?: string | undefined;
  /** `anchorText` of the record; absent where there is none. */
  readonly anchor?: string | undefined;
}

const SUBJECT_MAX = 120;
const LINE_MAX = 200;
const BROKE_SHOWN = 8;
const ROWS_SHOWN = 5;
const SHORT_MAX = 1400;
const ANCHOR_WORDS =
  "Keep this line: plimsoll verify-audit --anchor proves with it that the record was not rewritten.";

export function dailyDigest(report: DailyReport, { file, anchor }: DigestPlaces = {}): DailyDigest {
  const verdict = dailyVerdict(report);
  const { session, mode } = report;
  const where = file === undefined ? "The whole report is attached." : `The whole report: ${file}`;
  const broke = verdict.broke.slice(0, BROKE_SHOWN).map((line) => inert(line, LINE_MAX));
  const unsaid = verdict.broke.length - broke.length;
  const rows = figures(report);
  const lines = [
    `${verdict.result} ${verdict.able}`,
    "",
    ...(broke.length === 0 ? ["Nothing broke."] : ["What broke:", ...broke.map((line) => `- ${line}`)]),
    ...(unsaid > 0 ? [`- and ${count(unsaid)} more`] : []),
    "",
    ...rows.map(([name, value]) => `${name.padEnd(34)} ${value}`),
    "",
    where,
  ];
  const subject = subjectOf(report, verdict);
  const short = shortText(
    [
      `Plimsoll ${mode} ${session.date}: ${verdict.stamp}.`,
      verdict.result,
      verdict.able,
      ...(broke.length === 0 ? ["Nothing broke."] : broke.slice(0, 3)),
      verdict.broke.length > 3 ? `and ${count(verdict.broke.length - 3)} more` : "",
    ],
    anchor,
  );
  const kept = anchor === undefined ? [] : ["", ANCHOR_WORDS, anchor];
  return {
    ...{ subject, short },
    text: `${[...lines.map((line) => inert(line, LINE_MAX)), ...kept].join("\n")}\n`,
    html: digestPage({ subject, verdict, broke, unsaid, rows, where, anchor }),
    slack: short.replace(/[&<>]/g, (mark) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[mark] ?? ""),
  };
}

/** `Plimsoll live 2026-11-24: Look at it, +312.50 USD, +0.32 %, 2 incidents`. */
function subjectOf({ session, mode, account }: DailyReport, { stamp, broke }: DailyVerdict): string {
  const { pnl, pnlFraction } = account;
  const result =
    pnl === null || pnlFraction === null
      ? "no result"
      : `${signed(pnl, 2)} USD, ${signedPercent(pnlFraction, 2)}`;
  const incidents = broke.length === 0 ? "no incident" : plural(broke.length, "incident");
  return inert(`Plimsoll ${mode} ${session.date}: ${stamp}, ${result}, ${incidents}`, SUBJECT_MAX);
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
}: DailyReport): DigestRow[] {
  const row = (name: string, value: string): DigestRow => [inert(name, LINE_MAX), inert(value, LINE_MAX)];
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
function shortText(lines: readonly string[], anchor: string | undefined): string {
  const kept = anchor === undefined ? "" : `\n${anchor}`;
  const most = SHORT_MAX - kept.length;
  const plain = lines
    .map((line) => inert(line, LINE_MAX))
    .filter((line) => line !== "")
    .join("\n")
    .replace(/[*_~`]/g, (mark) => ({ "*": "\u2217", _: "\u02cd", "~": "\u223c", "`": "'" })[mark] ?? "")
    .replace(/@/g, "(at)")
    .replace(/:\/\//g, " ");
  return `${plain.length > most ? `${plain.slice(0, most - 1)}\u2026` : plain}${kept}`;
}
