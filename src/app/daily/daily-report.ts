/**
 * The daily report of one session as data (BACK-3, OPS): figures of money out of the ledger, what only the stage knew
 * out of a replay of the journal, and beside both how far they agree in time. Reads everything and writes nothing; a
 * running system does not notice.
 */
import { InputError } from "../../domain/assert.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_MINUTE,
} from "../../domain/time.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { isEarlyClose, sessionOn } from "../../market/calendar.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import { lifecycleOf } from "../live/build-execute.ts";
import type { LedgerRow } from "../live/ledger-reads.ts";
import { findRun } from "../live/recorded-run.ts";
import type { RunTerms } from "../live/run-terms.ts";
import { ableRecord } from "./able-record.ts";
import { anchorsOf, dailyIncidents } from "./daily-incidents.ts";
import { dailyJobs } from "./daily-jobs.ts";
import type { DailyReport, DailyTrade, StrategyResult } from "./daily-terms.ts";
import { dataQuality } from "./data-quality.ts";
import { type LedgerDay, readLedgerDay } from "./ledger-day.ts";
import { orderTally, worstOf } from "./order-tally.ts";
import { type ReplayedSession, replaySession } from "./session-replay.ts";

export interface DailyChoice {
  /** Folder that holds `db/`. */
  readonly root: string;
  readonly date: DayNumber;
  /** By name; the newest run with entries on that day where absent. */
  readonly run?: string | undefined;
  /** The machine's milliseconds since 1970: until when a day that goes on can be judged. */
  readonly nowMs: number;
  /** For runs of tests whose broker is another one. */
  readonly lifecycle?: (terms: RunTerms) => Lifecycle;
}

/** Throws InputError: no session on that day (exit 2), no such run or no ledger (exit 1). */
export function dailyReport(choice: DailyChoice): DailyReport {
  const { root, date, nowMs, lifecycle = lifecycleOf } = choice;
  const session = sessionOn(date);
  if (session === undefined)
    throw new InputError(
      `--date ${isoDate(date)}: no session of the market on that day; see: plimsoll calendar`,
    );
  const recorded = findRun(choice);
  const day = { from: fromNewYork(date, 0), to: fromNewYork((date + 1) as DayNumber, 0) };
  const ledger = readLedgerDay({ root, run: recorded.run, date: isoDate(date), ...day });
  const replayed = replaySession(recorded, session, lifecycle(recorded.terms));
  const { asOf } = replayed;
  const until = Math.min(session.close, knownUntil(recorded.terms, asOf, nowMs));
  const bySymbol = replayed.bySymbol;
  const account = accountOf(ledger, replayed);
  const attributed = bySymbol.reduce((sum, { pnl }) => sum + (pnl ?? 0), 0);
  return {
    run: recorded.run,
    mode: recorded.terms.mode,
    build: recorded.terms.build,
    speed: recorded.terms.clock.speed,
    session: {
      date: isoDate(date),
      open: isoInstant(session.open),
      close: isoInstant(session.close),
      minutes: (session.close - session.open) / MICROS_PER_MINUTE,
      isEarlyClose: isEarlyClose(date),
      asOf: isoInstant(asOf as EpochMicros),
      isOver: asOf >= session.close || recorded.terms.mode === "demo",
    },
    account,
    permission: {
      level: replayed.permission.level,
      scalar: replayed.permission.scalar,
      reasons: replayed.permission.claims.map(({ source, reason }) => `${source}: ${reason}`),
    },
    byStrategy: ledger.strategies.map(strategyResult),
    bySymbol,
    unattributed: cents((account.pnl ?? 0) - attributed),
    curve: replayed.curve,
    trades: ledger.trades.map(dailyTrade),
    positions: replayed.positions,
    limits: replayed.limits,
    blocked: worstOf(replayed.blocked, ledger.orders),
    signals: {
      total: ledger.signals.reduce((sum, { count }) => sum + count, 0),
      byStatus: ledger.signals,
    },
    orders: orderTally(ledger.orders, ledger.executions),
    quality: dataQuality(recorded, { ...session, ...day }, replayed.minutes, replayed),
    incidents: dailyIncidents(recorded, day, ledger.claims),
    jobs: dailyJobs(root, recorded.run, isoDate(date)),
    able: ableRecord(recorded, date, until),
    anchors: anchorsOf(recorded),
    ledgerBehind: Math.max(0, replayed.sequence - ledger.applied),
  };
}

/** A demo is over with its record; elsewhere silence up to now is silence that counts. Exchange micros. */
const knownUntil = ({ mode }: RunTerms, asOf: number, nowMs: number): number =>
  mode === "demo" ? asOf : Math.max(asOf, nowMs * 1000);

function accountOf({ account, executions }: LedgerDay, replayed: ReplayedSession): DailyReport["account"] {
  const { startEquity, equity, cash, gross, net, flows } = replayed;
  const figure = (key: string) => (typeof account?.[key] === "number" ? Number(account[key]) : null);
  const paid = (row: LedgerRow) => Number(row.commission ?? 0) + Number(row.regulatory ?? 0);
  return {
    ...{ startEquity, cash, gross, net, flows },
    equity: figure("equity") ?? (Number.isFinite(equity) ? equity : null),
    pnl: figure("daily_pnl"),
    pnlFraction: figure("daily_pnl_pct"),
    runPnl: figure("cumulative_pnl"),
    runPnlFraction: figure("cumulative_pnl_pct"),
    drawdown: figure("drawdown_pct"),
    costs: executions.reduce((sum, row) => sum + paid(row), 0),
  };
}

/** What nobody ordered has a row of its own only when it did something. */
function strategyResult(row: LedgerRow): StrategyResult {
  return {
    strategy: String(row.strategy),
    pnl: typeof row.net_pnl === "number" ? row.net_pnl : null,
    costs: Number(row.commission),
    opened: Number(row.trades_opened),
    closed: Number(row.trades_closed),
    wins: Number(row.wins),
    losses: Number(row.losses),
    isEnabled: row.is_enabled === 1,
  };
}

function dailyTrade(row: LedgerRow): DailyTrade {
  const number = (key: string) => Number(row[key] ?? Number.NaN);
  const risk = row.stop_loss === null ? Number.NaN : Math.abs(number("entry_price") - number("stop_loss"));
  const r = number("pnl") / (risk * number("quantity"));
  return {
    symbol: String(row.symbol),
    strategy: String(row.strategy),
    side: String(row.side),
    shares: number("quantity"),
    openedAt: isoInstant(number("timestamp") as EpochMicros),
    closedAt: isoInstant(number("exit_timestamp") as EpochMicros),
    entryPrice: number("entry_price"),
    exitPrice: number("exit_price"),
    pnl: number("pnl"),
    r: Number.isFinite(r) ? r : null,
    whyIn: String(row.why_in ?? "no signal of ours"),
    whyOut: whyOut(String(row.exit_reason ?? ""), number("exit_price"), row.why_signal_out),
  };
}

function whyOut(reason: string, price: number, signal: LedgerRow[string] | undefined): string {
  const at = `out at ${price.toFixed(2)}`;
  if (reason === "stop_loss") return `stop reached, ${at}`;
  if (reason === "virtual_stop") return `virtual stop reached, ${at}`;
  if (reason === "take_profit") return `target reached, ${at}`;
  if (reason === "fast_exit") return "longs were closed by the regime's fast exit";
  if (reason === "flatten") return "everything was closed";
  return typeof signal === "string" ? signal : "closed outside of our orders";
}

const cents = (dollars: number): number => Math.round(dollars * 100) / 100 + 0;
