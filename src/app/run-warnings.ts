/** What a reader must know before trusting the figures. Each is "Fact. Consequence." */
import type { DataFinding } from "../adapters/lake/raw-series.ts";
import type { BarColumns } from "../domain/bars.ts";
import { isoInstant, MICROS_PER_DAY } from "../domain/time.ts";
import type { Daily } from "./daily-series.ts";
import type { EngineRun } from "./engine-run.ts";
import type { RunReferences } from "./references/run-references.ts";
import type { TradeRow } from "./run-result.ts";

interface WarningInput {
  readonly run: EngineRun;
  readonly daily: Daily;
  readonly columns: BarColumns;
  readonly trades: readonly TradeRow[];
  readonly cash: number;
  readonly findings?: readonly DataFinding[];
  /** Why no regime bound it, a clause. */
  readonly noRegime?: string | undefined;
  /** Reference tables of which nothing was told, and why. */
  readonly noReferences?: RunReferences["absent"];
}

const FEW_TRADES = 100;
const CONCENTRATED = 0.3;

export function runWarnings(input: WarningInput): string[] {
  const { run, daily, columns, trades, cash, findings = [], noReferences = [] } = input;
  return [
    ...(survivorsOnly(columns)
      ? [
          `Almost all of ${columns.instruments.symbols.length} symbols trade to the last day. ` +
            "Names that were delisted are missing, which flatters every figure here (survivorship bias).",
        ]
      : []),
    ...concentration(trades),
    ...(trades.length < FEW_TRADES
      ? [
          `Only ${trades.length} round trips were closed. ` +
            `Below ${FEW_TRADES} the win rate and the profit factor say little.`,
        ]
      : []),
    ...openAtEnd(run, daily, cash),
    ...quarantined(findings),
    run.overTicks === true
      ? "Orders met recorded quotes and trades, which know nothing of them: large orders would have moved both."
      : "Spread and impact are modelled: there are no quotes in this data. Real fills may be better or worse.",
    ...sizedDown(run),
    regimeWords(input),
    ...noReferences.map(
      ({ table, why }) =>
        `Nothing is known of ${table} (${why}). Strategies that read it decided without it.`,
    ),
  ];
}

/** By what the regime held back entries, or why it did not. */
function regimeWords({ run: { loop }, noRegime = "it was given no data" }: WarningInput): string {
  const { regime } = loop.execute;
  if (regime === undefined)
    return `The regime filter had no part in this run (${noRegime}). No entry was held back by it.`;
  const [first] = regime.changes;
  if (first === undefined) return "The regime filter said nothing in this run. No entry was held back by it.";
  return (
    `The regime filter speaks from ${isoInstant(first.at).slice(0, 10)} on, by models that knew the days ` +
    "before alone. regime.csv has each change; before it no entry was held back."
  );
}

/** A universe this large that loses nobody was chosen with hindsight. */
const HINDSIGHT_SYMBOLS = 20;
/** In fewer days than this a name rarely disappears. */
const HINDSIGHT_DAYS = 252;
const YEAR_DAYS = 365.25;
/** A name may be halted on the last days without being gone. */
const STILL_THERE_BATCHES = 5;

/**
 * Share of names that leaves a real universe each year, at the very least: of the S&P 500 it is 4 % and more.
 * Fewer deaths than this mean that whatever died is not in the data.
 */
const FEWEST_DEATHS = 0.005;

/** True when almost every series that trades in the run reaches its end. */
export function survivorsOnly(columns: BarColumns): boolean {
  const symbols = columns.instruments.symbols.length;
  const { closedAt, offset, instrument } = columns;
  const days = ((closedAt.at(-1) ?? 0) - (closedAt[0] ?? 0)) / MICROS_PER_DAY;
  if (symbols < HINDSIGHT_SYMBOLS || days < HINDSIGHT_DAYS) return false;
  // 0: listed later, so that it says nothing; 1: traded; 2: still did at the end.
  const seen = new Uint8Array(symbols);
  const from = offset[Math.max(0, closedAt.length - STILL_THERE_BATCHES)]!;
  for (let row = 0; row < instrument.length; row++) seen[instrument[row]!] = row < from ? 1 : 2;
  const died = seen.filter((state) => state === 1).length;
  return died < FEWEST_DEATHS * seen.filter((state) => state > 0).length * (days / YEAR_DAYS);
}

/** Most places that the sentence names. */
const SHOWN_PLACES = 6;

function quarantined(findings: readonly DataFinding[]): string[] {
  const bars = findings.filter(({ rule }) => rule !== "action-not-corroborated");
  if (bars.length === 0) return [];
  const shown = bars.slice(0, SHOWN_PLACES).map(({ symbol, date }) => `${symbol} ${date}`);
  const places = `${shown.join(", ")}${bars.length > shown.length ? `, and ${bars.length - shown.length} more` : ""}`;
  return [
    `${bars.length} ${bars.length === 1 ? "bar leaps" : "bars leap"} with no corporate action behind it: ${places}. ` +
      "They were kept out of the run; data-audit.csv has each.",
  ];
}

function concentration(trades: readonly TradeRow[]): string[] {
  const profits = trades
    .map(({ pnl }) => pnl)
    .filter((pnl) => pnl > 0)
    .toSorted((a, b) => b - a);
  const net = trades.reduce((sum, { pnl }) => sum + pnl, 0);
  const best = profits.slice(0, 10).reduce((sum, pnl) => sum + pnl, 0);
  if (net <= 0 || best / net < CONCENTRATED || trades.length <= 10) return [];
  const share = Math.round((best / net) * 100);
  return [
    `The 10 best of ${grouped(trades.length)} trades made ${share}% of the net profit. ` +
      "Without them the result is another one.",
  ];
}

/** Wishes that never became an order stand in no table: here is where they are said. */
function sizedDown({ loop, allocated }: Pick<EngineRun, "loop" | "allocated">): string[] {
  const lines = [...unsizedWishes(loop.compute), ...judgedOnPaper({ loop, allocated })];
  const readsVix = loop.compute.readsVix || loop.execute.vix !== undefined;
  if (!allocated.some(({ strategy }) => strategy.sizing === "fixed_risk") || readsVix) return lines;
  return [
    ...lines,
    "The VIX scale is off: this run has no source of the VIX. Sizes do not shrink when it rises.",
  ];
}

type Unsized = Pick<EngineRun["loop"]["compute"], "unsized" | "followedOnPaper">;

function unsizedWishes({ unsized, followedOnPaper }: Unsized): string[] {
  const causes = [...unsized].sort(([, a], [, b]) => b - a);
  const [first] = causes;
  if (first === undefined) return [];
  const total = causes.reduce((sum, [, count]) => sum + count, 0);
  const followed = [...followedOnPaper.values()].reduce((sum, count) => sum + count, 0);
  const why =
    causes.length === 1
      ? `${first[0]} left no share`
      : `no share was left by ${causes.map(([cause, count]) => `${cause} (${grouped(count)})`).join(", ")}`;
  return [
    `${grouped(total)} ${total === 1 ? "wish" : "wishes"} to enter became no order: ${why}. ` +
      (followed > 0 ? `${grouped(followed)} of them went on on paper. ` : "") +
      "See sizing in the configuration.",
  ];
}

/** A record of fills that nobody made decides on money: the reader has to know. */
function judgedOnPaper({ loop, allocated }: Pick<EngineRun, "loop" | "allocated">): string[] {
  const judged = allocated.flatMap(({ strategy: { id } }, s) => {
    const { trades = 0, onPaper = 0 } = loop.compute.judgedBy(s) ?? {};
    return onPaper === 0 ? [] : [`${grouped(onPaper)} of the last ${grouped(trades)} of ${id}`];
  });
  if (judged.length === 0) return [];
  return [
    `Kelly judges by trades on paper: ${judged.join(", ")}. ` +
      "Their fills are estimates, no order met the market, and the risk gate was not asked.",
  ];
}

/** By thousands, on every machine alike. */
export const grouped = (figure: number | string): string =>
  String(figure).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ",");

function openAtEnd({ loop }: EngineRun, daily: Daily, cash: number): string[] {
  const open = loop.execute.portfolio.openPositions;
  if (open === 0) return [];
  const gain = (daily.equity.at(-1) ?? cash) - cash;
  const value = `valued at the last close and part of the net result, ${grouped(gain.toFixed(2))} USD.`;
  return [
    open === 1
      ? `1 position is still open at the end. It is ${value}`
      : `${open} positions are still open at the end. They are ${value}`,
  ];
}
