/** What each strategy won and paid, on its own share of the capital, and where strategies met inside the account. */

import { count, money, NO_DATA, number, percent, plural, ratio, roughMoney } from "../../app/formats.ts";
import type { NettingSummary, RunResult, StrategyShare } from "../../app/run-result.ts";
import { wholeMicros } from "../../app/whole-micros.ts";
import { moneyChange, note, panel, percentChange, table } from "./figures.ts";
import { html, type Markup, type Part } from "./markup.ts";
import { hasEnoughDays } from "./verdict.ts";

const TITLE = "By strategy";
/** Less than this is rounding. */
const CENT = 0.005;

interface StrategyColumn {
  readonly head: string;
  readonly of: (share: StrategyShare) => Part;
  /** Of the account; empty where a sum means nothing. */
  readonly total: Part;
}

/** `netUsd`: the account's own result; what no strategy made of it has a row of its own. */
export function strategiesPanel(result: RunResult, netUsd: number): Markup {
  const { strategies, netting } = result;
  const rows = strategies.toSorted((a, b) => b.netProfit - a.netProfit || (a.strategy < b.strategy ? -1 : 1));
  const columns = columnsOf(result, netUsd);
  const rest = netUsd - sumOf(strategies, ({ netProfit }) => netProfit);
  const blank = columns.slice(1).map(() => "");
  return panel(
    { title: TITLE, meta: "each on its own share of the capital" },
    html`${table({
      caption: TITLE,
      columns: [
        { head: "Strategy", kind: "name" },
        ...columns.map(({ head }) => ({ head, kind: "number" as const })),
      ],
      rows: [
        ...rows.map((share) => [share.strategy, ...columns.map(({ of }) => of(share))]),
        ...(Math.abs(rest) < CENT ? [] : [["no strategy's own", moneyChange(rest), ...blank]]),
      ],
      total: ["Account", ...columns.map(({ total }) => total)],
    })}${note(method(strategies.length > 1, netting))}`,
  );
}

function columnsOf(result: RunResult, netUsd: number): StrategyColumn[] {
  const { strategies, metrics } = result;
  const annual = (text: string) => (hasEnoughDays(result) ? text : NO_DATA);
  const costs = wholeMicros(sumOf(strategies, (share) => share.costs));
  const isSeveral = strategies.length > 1;
  // A share of a loss would show the worst strategy as the largest contributor.
  const hasShares = netUsd > 0 && isSeveral;
  const hasCrossed = strategies.some(({ crossedShares }) => crossedShares > 0);
  const hasIncome = strategies.some((own) => own.dividends !== 0 || own.cashInLieu !== 0);
  const hasBorrow = strategies.some(({ borrow }) => borrow !== 0);
  const hasPaper = strategies.some(({ judgedBy }) => (judgedBy?.onPaper ?? 0) > 0);
  const won = (trades: number, rate: number) =>
    trades === 0 ? "" : Number.isNaN(rate) ? NO_DATA : percent(rate, 1);
  const share = (head: string, of: (share: StrategyShare) => Part, total: Part = ""): StrategyColumn => ({
    head,
    of,
    total,
  });
  return [
    share("Net, USD", ({ netProfit }) => html`<b>${moneyChange(netProfit)}</b>`, moneyChange(netUsd)),
    ...(hasShares ? [share("Share", ({ netProfit }) => percentChange(netProfit / netUsd, 0))] : []),
    share("Capital, USD", ({ capital }) => roughMoney(capital), roughMoney(result.scope.cash)),
    share("Trades", ({ trades }) => count(trades), count(metrics.trades)),
    share("Won", ({ trades, winRate }) => won(trades, winRate), won(metrics.trades, metrics.winRate)),
    share("Sharpe", ({ sharpe }) => annual(ratio(sharpe)), annual(ratio(metrics.sharpe))),
    share("Max drawdown", ({ maxDrawdown }) => percent(maxDrawdown, 2), percent(metrics.maxDrawdown, 2)),
    ...(hasIncome
      ? [
          share(
            "Dividends, USD",
            (own) => moneyChange(incomeOf(own)),
            moneyChange(sumOf(strategies, incomeOf)),
          ),
        ]
      : []),
    share("Costs, USD", (own) => money(own.costs), money(costs)),
    ...(hasBorrow
      ? [
          share(
            "Of these borrow",
            ({ borrow }) => money(borrow),
            money(sumOf(strategies, (own) => own.borrow)),
          ),
        ]
      : []),
    ...(isSeveral && costs > 0 ? [share("Of all costs", (own) => percent(own.costs / costs, 0))] : []),
    ...(hasCrossed
      ? [share("Crossed, shares", ({ crossedShares }) => number(crossedShares, whole(crossedShares)))]
      : []),
    ...(hasPaper ? [share("Judged by", ({ judgedBy }) => judgedByWords(judgedBy))] : []),
  ];
}

function method(
  isSeveral: boolean,
  { crossedShares, crossedNotional, sharedOrders, sharedMembers }: NettingSummary,
) {
  const how =
    "A strategy's result is the money that went in and out of its own lots, dividends and cash for parts of shares " +
    "included, and what the open ones are worth at each close, less commission, fees and borrow. Its Sharpe and " +
    "drawdown are of that daily result on its own capital.";
  if (!isSeveral) return how;
  const met =
    crossedShares > 0
      ? `Strategies met inside the account for ${plural(crossedShares, "share")} ` +
        `worth ${money(crossedNotional)} USD: nothing left for the market and nothing was paid.`
      : "No two strategies wanted opposite sides of a symbol in the same step.";
  const shared =
    sharedOrders > 0
      ? ` ${plural(sharedOrders, "order")} left for ${plural(sharedMembers, "wish", "wishes")} of several strategies.`
      : "";
  return `${how} ${met}${shared}`;
}

/** Trades behind Kelly's estimate, and those of them that nobody made. */
const judgedByWords = (judgedBy: StrategyShare["judgedBy"]): Part =>
  judgedBy === null ? "" : html`${count(judgedBy.trades)}<small>${count(judgedBy.onPaper)} on paper</small>`;

const whole = (shares: number): number => (Number.isInteger(shares) ? 0 : 4);

/** Cash for parts of shares stands with the dividends: both come from the company, not from a trade. */
const incomeOf = ({ dividends, cashInLieu }: StrategyShare): number => dividends + cashInLieu;

const sumOf = (strategies: readonly StrategyShare[], figure: (share: StrategyShare) => number): number =>
  strategies.reduce((sum, share) => sum + figure(share), 0);
