/** What the rules blocked, and what each strategy contributed. */
import type { BlockedByRule, RunResult } from "../../app/run-result.ts";
import { emptyState, moneyChange, panel, percentChange, table } from "./figures.ts";
import { count, NO_DATA, percent, roughMoney } from "./formats.ts";
import { html, type Markup } from "./markup.ts";

/** Largest refusals first: what kept the most money from trading decides. */
export function blockedPanel(blocked: readonly BlockedByRule[]): Markup {
  const title = "What the rules blocked";
  const span = "c7";
  if (blocked.length === 0) {
    return panel({ title, span }, emptyState("Nothing was blocked.", "No rule refused or trimmed an order."));
  }
  const rows = blocked.toSorted((a, b) => b.notional - a.notional || (a.rule < b.rule ? -1 : 1));
  const total = (figure: (rule: BlockedByRule) => number) =>
    blocked.reduce((sum, rule) => sum + figure(rule), 0);
  return panel(
    { title, span, meta: "saved and cost: blocked entries followed on paper, before costs" },
    table({
      caption: title,
      columns: [
        { head: "Rule", kind: "name" },
        { head: "Refused", kind: "number" },
        { head: "Trimmed", kind: "number" },
        { head: "Not traded, USD", kind: "number" },
        { head: "Saved, USD", kind: "number" },
        { head: "Cost, USD", kind: "number" },
      ],
      rows: rows.map(({ rule, count: refused, shrunk, notional, saved, cost, followed }) => [
        rule,
        count(refused),
        count(shrunk),
        html`<b>${roughMoney(notional)}</b>`,
        followed === 0 ? NO_DATA : roughMoney(saved),
        followed === 0 ? NO_DATA : roughMoney(cost),
      ]),
      total: [
        "Total",
        count(total((rule) => rule.count)),
        count(total(({ shrunk }) => shrunk)),
        roughMoney(total(({ notional }) => notional)),
        roughMoney(total(({ saved }) => saved)),
        roughMoney(total(({ cost }) => cost)),
      ],
    }),
  );
}

export function strategiesPanel({ strategies }: RunResult): Markup {
  const title = "By strategy";
  const net = strategies.reduce((sum, { netProfit }) => sum + netProfit, 0);
  const rows = strategies.toSorted((a, b) => b.netProfit - a.netProfit || (a.strategy < b.strategy ? -1 : 1));
  // A share of a loss would show the worst strategy as the largest contributor.
  const hasShares = net > 0 && strategies.length > 1;
  return panel(
    { title, span: "c5", meta: hasShares ? "share of net profit" : "" },
    table({
      caption: title,
      columns: [
        { head: "Strategy", kind: "name" },
        { head: "Net, USD", kind: "number" },
        ...(hasShares ? [{ head: "Share", kind: "number" as const }] : []),
        { head: "Trades", kind: "number" },
        { head: "Won", kind: "number" },
      ],
      rows: rows.map(({ strategy, netProfit, trades, winRate }) => [
        strategy,
        html`<b>${moneyChange(netProfit)}</b>`,
        ...(hasShares ? [percentChange(netProfit / net, 0)] : []),
        count(trades),
        trades === 0 ? "" : Number.isNaN(winRate) ? NO_DATA : percent(winRate, 1),
      ]),
    }),
  );
}
