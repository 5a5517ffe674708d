/** What a person sees at the end of a backtest: the verdict first, then the figures it rests on. */
import type { ReportInput } from "../app/run-result.ts";
import { count, money, percent, plural, probabilityOf, ratio, signed } from "../research/report/formats.ts";
import { judge, PROBABILITY_GATE } from "../research/report/verdict.ts";
import { verdictWords } from "../research/report/verdict-words.ts";
import { alignedTable } from "./aligned-table.ts";

const COLUMNS = [{ title: "" }, { title: "", align: "right" }, { title: "" }] as const;

export function backtestText({ result, daily }: ReportInput, out: string): string {
  const { metrics: m, honesty: h, costs, scope } = result;
  const hold = result.benchmark?.metrics;
  const net = (daily.equity.at(-1) ?? scope.cash) - scope.cash;
  const words = verdictWords(judge(result), result, net);
  const paid = costs.commission + costs.fees + costs.slippage + costs.borrow;
  const rows = [
    ["Net result, USD", signed(net, 2), `from ${money(scope.cash)}`],
    ["CAGR", percent(m.cagr, 2), `hold ${percent(hold?.cagr ?? Number.NaN, 2)}`],
    ["Sharpe", ratio(m.sharpe), `hold ${ratio(hold?.sharpe ?? Number.NaN)}`],
    ["Max drawdown", percent(m.maxDrawdown, 2), `hold ${percent(hold?.maxDrawdown ?? Number.NaN, 2)}`],
    ["Trades", count(m.trades), `win rate ${percent(m.winRate, 1)}, profit factor ${ratio(m.profitFactor)}`],
    ["Costs, USD", money(paid), `slippage ${money(costs.slippage)}, fees ${money(costs.fees)}`],
    ["Deflated Sharpe", probabilityOf(h.dsr, PROBABILITY_GATE), `${plural(h.trials, "trial")} counted`],
    ["Track record", count(h.observations), needed(h.minTrackRecord)],
    ["Canary", h.canary.passed ? "passed" : "FAILED", `${count(h.canary.moved)} of ${count(h.canary.decisions)} decisions moved`],
  ];
  const period = `${scope.from} to ${scope.to}, ${plural(scope.sessions, "session")}, ${plural(scope.symbols.length, "symbol")}, ${plural(scope.bars, "bar")}`;
  return [
    `${words.stamp}. ${words.headline} ${words.detail}`,
    words.cure,
    "",
    period,
    alignedTable(COLUMNS, rows),
    "",
    ...h.warnings.map((warning) => `! ${warning}`),
    "",
    `Report: ${out}/report.html`,
  ].join("\n");
}

function needed(days: number): string {
  return Number.isFinite(days) ? `of ${count(Math.ceil(days))} days needed` : "days; none would do, the Sharpe is not above zero";
}
