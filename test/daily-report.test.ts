/**
 * Goal: the daily report says what the ledger says, adds up, tells what broke, and whatever text was fed in is inert.
 * Method: two synthetic sessions through the live stages into real journals and a real ledger, with a watchdog's claim,
 * a hostile operator, a bad bar and a restart on the second day.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { JournalRow } from "../src/adapters/journal/journal-terms.ts";
import { ErrorLog, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { dailyReport } from "../src/app/daily/daily-report.ts";
import type { DailyReport } from "../src/app/daily/daily-terms.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { writeHistory } from "../src/app/live/history-file.ts";
import { keptRecord } from "../src/app/live/kept-records.ts";
import { rebuildLedger } from "../src/app/live/ledger-rebuild.ts";
import { parseAnchor, verifyRecord } from "../src/app/live/record-proof.ts";
import { journalPath } from "../src/app/live/recorded-run.ts";
import type { RunTerms } from "../src/app/live/run-terms.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../src/domain/time.ts";
import { executeInputText } from "../src/engine/stage-text.ts";
import { dailyDigest } from "../src/research/daily/daily-digest.ts";
import { dailyPage } from "../src/research/daily/daily-page.ts";
import { writeDailyReport } from "../src/research/daily/write-daily-report.ts";
import { history, instruments, liveSession, terms } from "./live-session.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const DATE = "2026-11-19";
const date = parseIsoDate(DATE) as DayNumber;
const HOSTILE = `<img src=x onerror=alert(1)> <!channel> @here *b* https://evil.example \u202Egnp\r\nBcc: you`;
const root = scratchFolder("daily-report-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const watchdog = (at: EpochMicros): EngineEvent => ({
  kind: "ClaimChanged",
  at,
  claim: {
    ...{
      authority: "circuit_breakers",
      source: "watchdog",
      level: "NO_NEW_ENTRIES",
      scalar: 1,
      liftedBy: "itself",
    },
    reason: "S1: feed stale 31000 of 30000 ms",
  },
});
const calm = (at: EpochMicros): EngineEvent => ({
  kind: "ClaimChanged",
  at,
  lifted: { authority: "circuit_breakers", source: "watchdog", by: "itself" },
});
const acted =
  (action: "pause" | "resume") =>
  (at: EpochMicros): EngineEvent => ({
    ...{ kind: "OperatorActed", at, action, by: HOSTILE, reason: HOSTILE },
  });
/** By the number of the valued minute, both days counted together. */
const between: Readonly<Record<number, (at: EpochMicros) => EngineEvent>> = {
  450: watchdog,
  460: calm,
  500: acted("pause"),
  520: acted("resume"),
};

const { entries, execute, lifecycle, again } = liveSession(2, (batch, at) => between[batch]?.(at));
let report: DailyReport;

beforeAll(() => {
  for (const folder of ["run", "db"]) mkdirSync(join(root, folder), { recursive: true });
  const sha256 = writeHistory(join(root, "run", "history.json"), history);
  const run: RunTerms = { ...terms, history: { file: "history.json", sha256, bars: history.open.length } };
  const header = { run: run.run, startedAt: run.startedAt, header: JSON.stringify(run) };
  const journal = new JournalStore(journalPath(root, "execute"));
  journal.openRun(header);
  const rows: JournalRow[] = entries.map(({ part, at, payload }) => ({ kind: "entry", part, at, payload }));
  const last = entries.at(-1)!.at as EpochMicros;
  // In the evening execute is away for three minutes.
  const back = (last + 180e6) as EpochMicros;
  const restarted = executeInputText({ kind: "restarted", life: 2, now: { at: back, mono: 0 } });
  rows.push({ kind: "entry", part: "input", at: back, payload: restarted });
  rows.push(
    {
      kind: "audit",
      row: { id: "a1", at: back, who: HOSTILE, action: "pause", reason: HOSTILE, before: "{}", after: "{}" },
    },
    {
      kind: "alert",
      row: {
        ...{ id: `${run.run}-1-0`, at: last, level: "critical", cause: "x", text: HOSTILE, state: "waiting" },
        ...{ attempts: 0, nextAt: undefined, deliveredAt: undefined, channel: undefined },
      },
    },
  );
  journal.write([rows]);
  journal.close();
  ingestJournal(header);
  const replayed = rows.flatMap((row, sequence) =>
    row.kind === "entry" ? [{ sequence, part: row.part, at: row.at, payload: row.payload }] : [],
  );
  rebuildLedger(ledgerPlaces(root), { execute: again(), terms: ledgerTerms(run), entries: replayed });
  const errors = new ErrorLog(ledgerPlaces(root).performance);
  const level = "CRITICAL" as const;
  errors.appendErrors([
    { timestamp: "2026-11-19T16:00:00.000Z", level, loggerName: "x", message: HOSTILE, component: "execute" },
    {
      timestamp: "2026-11-18T16:00:00.000Z",
      level,
      loggerName: "x",
      message: "the day before",
      component: "execute",
    },
  ]);
  errors.close();
  report = dailyReport({ root, date, nowMs: 0, lifecycle });
}, 60_000);

/** Two bars of the day: one that is fine, one whose high is under its low. */
function ingestJournal(header: Parameters<JournalStore["openRun"]>[0]): void {
  const journal = new JournalStore(journalPath(root, "ingest"));
  journal.openRun(header);
  const open = Date.parse("2026-11-19T14:30:00Z") * 1000;
  const bar = {
    symbol: instruments.symbols[0]!,
    timestamp: open,
    open: 10,
    high: 11,
    low: 9,
    close: 10,
    volume: 100,
  };
  const at = (open + 61e6) as EpochMicros;
  journal.write(
    [bar, { ...bar, high: 8 }].map((one) => [
      { kind: "entry", part: "input", at, payload: JSON.stringify({ kind: "bar", at, bar: one }) },
    ]),
  );
  journal.close();
}

const ledger = (file: "trades" | "performance", sql: string) => {
  const db = new DatabaseSync(ledgerPlaces(root)[file], { readOnly: true });
  try {
    return db.prepare(sql).all() as Record<string, number>[];
  } finally {
    db.close();
  }
};
const sum = (values: readonly (number | null)[]) =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);

describe("figures", () => {
  it("of money are the ledger's", () => {
    const [day] = ledger("performance", `SELECT * FROM portfolio_daily WHERE date = '${DATE}'`);
    expect(report.account).toMatchObject({
      equity: day!.equity,
      pnl: day!.daily_pnl,
      pnlFraction: day!.daily_pnl_pct,
      runPnl: day!.cumulative_pnl,
    });
    expect(day!.daily_pnl).not.toBe(0);
    expect(report.account.startEquity + day!.daily_pnl!).toBeCloseTo(day!.equity!, 6);
    expect(report.curve.equity.at(-1)).toBeCloseTo(day!.equity!, 6);
    expect(report.ledgerBehind).toBe(0);
  });

  it("of strategies and of symbols add up to the account's result", () => {
    expect(sum(report.byStrategy.map(({ pnl }) => pnl))).toBeCloseTo(report.account.pnl!, 6);
    expect(sum(report.bySymbol.map(({ pnl }) => pnl))).toBeCloseTo(report.account.pnl!, 4);
    expect(report.unattributed).toBe(0);
    expect(report.bySymbol.length).toBeGreaterThan(5);
  });

  it("of trades, orders and fills are the ledger's rows of that day, none of the day before", () => {
    const from = `${Date.parse("2026-11-19T05:00:00Z") * 1000}`;
    const [trades] = ledger(
      "trades",
      `SELECT count(*) n, sum(pnl) pnl FROM trades WHERE exit_timestamp >= ${from}`,
    );
    const [all] = ledger("trades", "SELECT count(*) n FROM trades WHERE status = 'CLOSED'");
    expect(report.trades.length).toBe(trades!.n);
    expect(trades!.n).toBeLessThan(all!.n!);
    expect(sum(report.trades.map(({ pnl }) => pnl))).toBeCloseTo(trades!.pnl!, 6);
    const [orders] = ledger(
      "trades",
      `SELECT count(*) n, sum(status = 'denied') denied FROM orders WHERE decided_at >= ${from}`,
    );
    expect(report.orders).toMatchObject({ asked: orders!.n, denied: orders!.denied });
    const { asked, denied, sent, filled, canceled, expired, rejected, working } = report.orders;
    expect(denied + sent).toBe(asked);
    expect(filled + canceled + expired + rejected + working).toBe(sent);
    const [fills] = ledger("trades", `SELECT count(*) n FROM executions WHERE executed_at >= ${from}`);
    expect(report.orders.fills).toBe(fills!.n);
  });

  it("of what was blocked count every order that the ledger has as denied", () => {
    expect(sum(report.blocked.map(({ refused }) => refused))).toBe(report.orders.denied);
  });

  it("of open positions are the stage's, with their stops", () => {
    const { stage } = execute;
    expect(report.positions.length).toBeGreaterThan(0);
    for (const { symbol, shares, stop, strategy } of report.positions) {
      const instrument = instruments.find(symbol)!;
      expect(stage.lots.shares(terms.strategyIds.indexOf(strategy), instrument)).toBe(shares);
      const resting = stage.restingStop(terms.strategyIds.indexOf(strategy), instrument);
      expect(stop).toBe(Number.isNaN(resting) ? null : resting);
    }
  });

  it("of limits hold the highest use, at an instant of the session", () => {
    const fall = report.limits.find(({ id }) => id === "day_high_drawdown")!;
    let [high, deepest] = [report.account.startEquity, 0];
    for (const equity of report.curve.equity) {
      high = Math.max(high, equity);
      deepest = Math.max(deepest, 1 - equity / high);
    }
    expect(fall.used).toBeCloseTo(deepest, 9);
    for (const { at } of report.limits)
      if (at !== null) expect(at >= report.session.open && at <= report.session.close).toBe(true);
  });
});

describe("what broke", () => {
  it("able minutes lose the watchdog's ten, the operator's twenty are beside them", () => {
    const day = report.able.days.find((one) => one.date === DATE)!;
    expect(day).toMatchObject({ scheduled: 390, held: 20, lost: { feed: 10, broker: 0, network: 0 } });
    expect(day.able).toBeCloseTo(390 - 10 - day.lost.own, 9);
  });

  it("errors, alerts and acts are those of the day", () => {
    const { errors, alerts, acts, restarts } = report.incidents;
    expect(errors.map(({ count, level }) => [count, level])).toEqual([[1, "CRITICAL"]]);
    expect(alerts).toHaveLength(1);
    expect(acts).toHaveLength(1);
    expect(restarts).toMatchObject([{ life: 2, minutes: 3 }]);
  });

  it("the gatekeeper's refusals are told by rule", () => {
    expect(report.quality).toMatchObject({ records: 2, accepted: 1 });
    expect(report.quality.rejected).toHaveLength(1);
    expect(report.quality.minutesTold).toBe(390);
    expect(report.quality.gaps).toEqual([]);
  });

  it("heads of the records are the journals' own", () => {
    const db = new DatabaseSync(journalPath(root, "execute"), { readOnly: true });
    const row = db.prepare("SELECT entries, head FROM runs").get();
    db.close();
    expect(report.anchors.journals[0]).toEqual({ journal: "journal.db", ...row });
    expect(report.anchors.audit).toMatchObject({ count: 1 });
    expect(report.anchors.audit.head).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("DD-1 hostile text is inert", () => {
  it("in the page", () => {
    const page = dailyPage(report, { css: "" });
    expect(page).toContain("&#60;img src=x onerror=alert(1)&#62;");
    expect(page.slice(0, page.lastIndexOf("<script>"))).not.toMatch(/<img|<script/);
    expect(page).not.toMatch(/(?:src|href)="http/);
    expect(dailyPage(report, { css: "" })).toBe(page);
  });

  it("in the mail and in Slack", () => {
    const bad: DailyReport = {
      ...report,
      incidents: {
        ...report.incidents,
        claims: report.incidents.claims.map((claim) => ({
          ...claim,
          reason: HOSTILE,
          to: null,
          level: "HALTED",
        })),
      },
    };
    const { subject, text, html, short, slack } = dailyDigest(bad);
    expect(html).not.toMatch(/<img|\u202E|(?:src|href)="/u);
    expect(short).not.toMatch(/[*]|@|:\/\//);
    expect(subject).not.toMatch(/[\r\n]/);
    expect(`${text}${slack}`).not.toMatch(/[\u202E\r]/u);
    expect(text.split("\n").every((line) => line.length <= 200)).toBe(true);
    expect(text).not.toMatch(/^Bcc/m);
    expect(slack).not.toMatch(/[<>*]|@|:\/\//);
    expect(slack.length).toBeLessThanOrEqual(1600);
  });
});

describe("the command", () => {
  it("writes one file and says the same as the functions", () => {
    const { file, digest } = writeDailyReport({ root, date, nowMs: 0, lifecycle });
    expect(file).toBe(join(root, "reports", "daily", `${DATE}.html`));
    expect(readFileSync(file, "utf8")).toContain("<!doctype html>");
    expect(digest.text).toContain(file);
  });

  it("leaves the able minutes for the health page, of the newest day, and where no other file was asked for", () => {
    writeDailyReport({ root, date, nowMs: 0, lifecycle });
    const kept = keptRecord(root, "able");
    expect(kept).toMatchObject({ date: DATE, run: report.run, fraction: report.able.fraction, goal: 0.995 });
    expect(kept?.lostMinutes).toBeCloseTo(report.able.scheduled - report.able.able, 9);
    expect(kept?.sessions).toBe(report.able.days.length);
    const earlier = parseIsoDate("2026-11-18") as DayNumber;
    writeDailyReport({ root, date: earlier, nowMs: 0, lifecycle });
    expect(keptRecord(root, "able")).toEqual(kept);
    rmSync(join(root, "run", "able.json"));
    writeDailyReport({ root, date, nowMs: 0, lifecycle, out: join(root, "elsewhere.html") });
    expect(keptRecord(root, "able")).toBeUndefined();
  });

  it("has a digest that names the day, its result and what broke, and proves the record by its last line", () => {
    const { digest } = writeDailyReport({ root, date, nowMs: 0, lifecycle });
    expect(digest.subject).toMatch(
      /^Plimsoll \w+ 2026-11-19: Look at it, [+\u2212][\d,]+\.\d\d USD, [+\u2212]\d+\.\d\d\s?%, \d+ incidents$/,
    );
    const kept = digest.text.trimEnd().split("\n").at(-1) ?? "";
    expect(digest.html).toContain(kept);
    expect(digest.short.split("\n").at(-1)).toBe(kept);
    expect(verifyRecord(root, 0, [parseAnchor(kept)])).toMatchObject({ ok: true, auditRows: 1 });
    const other = kept.replace(
      /audit 1 ([0-9a-f])/,
      (_, first: string) => `audit 1 ${first === "0" ? 1 : 0}`,
    );
    expect(verifyRecord(root, 0, [parseAnchor(other)])).toMatchObject({ ok: false });
  });

  it.each([
    [["report", "daily"], /--date is missing/, 2],
    [["report", "daily", "--date", "2026-11-21"], /no session of the market/, 2],
    [["report", "daily", "--date", "2026-12-01"], /no run has an entry on that day/, 1],
    [["report", "daily", "--date", "yesterday"], /--date/, 2],
  ] as const)("%s is refused in one line", async (words, line, code) => {
    const said = await runLine(["--root", root, ...words]);
    expect(said.code).toBe(code);
    expect(said.err).toMatch(line);
    expect(said.err.trimEnd()).not.toContain("\n");
  });
});
