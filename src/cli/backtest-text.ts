/** What a person sees at the end of a backtest: the verdict first, then the figures it rests on. */

import { count, money, percent, plural, probabilityOf, ratio, signed } from "../app/formats.ts";
import type { CanaryResult, ReportInput, RunCosts, RunResult } from "../app/run-result.ts";
import { paidIn } from "../app/whole-micros.ts";
import { blockingClaim } from "../research/report/claim-names.ts";
import { hasEnoughDays, judge, PROBABILITY_GATE } from "../research/report/verdict.ts";
import { verdictWords } from "../research/report/verdict-words.ts";
import { alignedTable } from "./aligned-table.ts";

const COLUMNS = [{ title: "" }, { title: "", align: "right" }, { title: "" }] as const;

export function backtestText({ result, daily }: ReportInput, out: string): string {
  const { metrics: m, honesty: h, costs, scope } = result;
  const hold = result.benchmark?.metrics;
  const net = (daily.equity.at(-1) ?? scope.cash) - scope.cash;
  const words = verdictWords(judge(result), result, net);
  const paid = paidIn(costs);
  const rows = [
    ["Net result, USD", signed(net, 2), `from ${money(scope.cash)}`],
    ...(hasEnoughDays(result)
      ? [
          ["CAGR", percent(m.cagr, 2), `hold ${percent(hold?.cagr ?? Number.NaN, 2)}`],
          ["Sharpe", ratio(m.sharpe), `hold ${ratio(hold?.sharpe ?? Number.NaN)}`],
        ]
      : [["Return", percent(m.totalReturn, 2), `hold ${percent(hold?.totalReturn ?? Number.NaN, 2)}`]]),
    drawdownRow(result),
    ["Trades", count(m.trades), `win rate ${percent(m.winRate, 1)}, profit factor ${ratio(m.profitFactor)}`],
    ["Costs, USD", money(paid), `slippage ${money(costs.slippage)}, fees ${money(costs.fees)}`],
    ["  by cause", "", causes(costs)],
    ...freeRow(result),
    ...(result.income.dividends === 0 && result.income.cashInLieu === 0
      ? []
      : [
          [
            "Dividends, USD",
            money(result.income.dividends),
            `cash for parts of shares ${money(result.income.cashInLieu)}`,
          ],
        ]),
    ...(hasEnoughDays(result)
      ? [
          ["Deflated Sharpe", probabilityOf(h.dsr, PROBABILITY_GATE), trialsCounted(h)],
          ["Track record", count(h.observations), needed(h.minTrackRecord)],
        ]
      : []),
    canaryRow(h.canary),
  ];
  const sizes = [
    plural(scope.sessions, "session"),
    plural(scope.symbols.length, "symbol"),
    plural(scope.bars, "bar"),
  ];
  const period = `${scope.from} to ${scope.to}, ${sizes.join(", ")}`;
  return [
    ...wrapped(`${words.stamp}. ${words.headline} ${words.detail}`),
    ...wrapped(words.cure),
    "",
    period,
    alignedTable(COLUMNS, rows),
    "",
    ...blockedLines(result.blocked),
    ...h.warnings.flatMap((warning) => wrapped(`! ${warning}`)),
    "",
    `Report: ${out}/report.html`,
  ].join("\n");
}

/** Closes of a day hide what happens within it: intraday runs are told by every bar. */
function drawdownRow({ metrics, benchmark, scope }: RunResult): string[] {
  const hold = benchmark?.metrics;
  return scope.timeframe === "1d"
    ? ["Max drawdown", percent(metrics.maxDrawdown, 2), `hold ${percent(hold?.maxDrawdown ?? Number.NaN, 2)}`]
    : [
        "Max drawdown, any bar",
        percent(metrics.maxDrawdownBars, 2),
        `hold ${percent(hold?.maxDrawdownBars ?? Number.NaN, 2)}`,
      ];
}

/** The same run for free, where it was made. */
function freeRow(result: RunResult): string[][] {
  const { withoutCosts: free } = result;
  if (free === null) return [];
  if (!hasEnoughDays(result))
    return [["  for free", signed(free.netResult, 2), `return ${percent(free.totalReturn, 2)}`]];
  return [
    ["  for free", signed(free.netResult, 2), `CAGR ${percent(free.cagr, 2)}, Sharpe ${ratio(free.sharpe)}`],
  ];
}

const BLOCKED_COLUMNS = [
  { title: "Blocked by" },
  ...["refused", "trimmed", "saved", "cost", "net, USD"].map((title) => ({ title, align: "right" as const })),
];

/** Each blocked entry followed on paper: what the losers would have lost, and the winners made, before costs. */
function blockedLines(blocked: RunResult["blocked"]): string[] {
  if (blocked.length === 0) return [];
  const rows = blocked
    .toSorted((a, b) => b.notional - a.notional || (a.rule < b.rule ? -1 : 1))
    .map(({ rule, count: refused, shrunk, saved, cost }) => [
      blockingClaim(rule) ?? rule,
      count(refused),
      count(shrunk),
      money(saved),
      money(cost),
      signed(saved - cost, 2),
    ]);
  return [
    alignedTable(BLOCKED_COLUMNS, rows),
    ...wrapped("Each blocked entry was followed on paper to its stop, target or 20th bar, before costs."),
    "",
  ];
}

/** Where the slippage came from; negative when resting orders earned it. */
function causes({ spread, drift, impact, borrow }: RunCosts): string {
  return `spread ${money(spread)}, drift ${money(drift)}, impact ${money(impact)}, borrow ${money(borrow)}`;
}

/** A terminal of 80 columns would break words. Further lines stand in by two, like the text after a mark. */
const COLUMNS_OF_PROSE = 78;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > COLUMNS_OF_PROSE) {
      lines.push(line);
      line = ` ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function canaryRow({ notRun, passed, moved, decisions }: CanaryResult): string[] {
  if (notRun !== undefined) return ["Canary", "not run", ""];
  if (decisions === 0) return ["Canary", "no data", "no decision to compare"];
  return ["Canary", passed ? "passed" : "FAILED", `${count(moved)} of ${count(decisions)} decisions moved`];
}

const trialsCounted = ({ uncounted, trials }: RunResult["honesty"]): string =>
  uncounted === undefined ? `${plural(trials, "trial")} counted` : "no trial";

function needed(days: number): string {
  return Number.isFinite(days)
    ? `of ${count(Math.ceil(days))} days needed`
    : "days; none would do, the Sharpe is not above zero";
}
