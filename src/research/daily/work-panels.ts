/** What was refused and why, and what became of the orders that left. */
import type { DailyBlocked, DailyReport } from "../../app/daily/daily-terms.ts";
import { count, NO_DATA, number, percent, plural, roughMoney, signed } from "../../app/formats.ts";
import { blockingClaim } from "../report/claim-names.ts";
import { emptyState, note, panel, roughChange, table } from "../report/figures.ts";
import { html, type Markup } from "../report/markup.ts";

const WORDS: Readonly<Record<string, string>> = {
  entry: "entries",
  exit: "exits",
  stop_loss: "stops at the broker",
  take_profit: "targets",
  flatten: "closings",
  virtual_stop: "virtual stops",
};

export function blockedPanel({ blocked, signals }: DailyReport): Markup {
  const title = "What the rules and breakers blocked";
  const wishes = signals.byStatus.map(({ status, count: n }) => `${count(n)} ${status}`).join(", ");
  const asked =
    signals.total === 0 ? "No signal was given." : `${plural(signals.total, "signal")}: ${wishes}.`;
  if (blocked.length === 0)
    return panel(
      { title },
      emptyState("Nothing was blocked.", `No rule refused or trimmed an order. ${asked}`),
    );
  const rows = blocked.toSorted((a, b) => b.notional - a.notional || (a.rule < b.rule ? -1 : 1));
  const sum = (of: (row: DailyBlocked) => number) => rows.reduce((total, row) => total + of(row), 0);
  return panel(
    { title, meta: "USD, followed on paper, before costs" },
    html`${table({
      caption: title,
      columns: [
        { head: "Rule", kind: "name" },
        ...["Refused", "Trimmed", "Farthest, of limit", "Not traded", "Saved", "Cost", "Net"].map((head) => ({
          ...{ head, kind: "number" as const },
        })),
      ],
      rows: rows.map((row) => [
        named(row.rule),
        count(row.refused),
        count(row.trimmed),
        farthest(row),
        roughMoney(row.notional),
        roughMoney(row.saved),
        roughMoney(row.cost),
        html`<b>${roughChange(row.saved - row.cost)}</b>`,
      ]),
      total: [
        "Total",
        count(sum(({ refused }) => refused)),
        count(sum(({ trimmed }) => trimmed)),
        "",
        roughMoney(sum(({ notional }) => notional)),
        roughMoney(sum(({ saved }) => saved)),
        roughMoney(sum(({ cost }) => cost)),
        roughChange(sum(({ saved, cost }) => saved - cost)),
      ],
    })}${note(
      `${asked} Refused entries are followed on paper to their stop, target or 20th bar: saved is what the losing ones
would have lost, cost what the winning ones would have made.`,
    )}`,
  );
}

export function ordersPanel({ orders }: DailyReport): Markup {
  const title = "Orders, fills, slippage";
  const span = "c5";
  if (orders.asked === 0)
    return panel({ title, span }, emptyState("No order was asked for.", "No strategy wished to trade."));
  const facts: readonly (readonly [string, string])[] = [
    ["Asked for", count(orders.asked)],
    ["Denied by us", count(orders.denied)],
    ["Sent", count(orders.sent)],
    ["Filled", count(orders.filled)],
    ["Partly filled", count(orders.partial)],
    ["Canceled", count(orders.canceled)],
    ["Expired", count(orders.expired)],
    ["Refused by the broker", count(orders.rejected)],
    ["Still working", count(orders.working)],
  ];
  const rate = orders.entryFillRate === null ? NO_DATA : percent(orders.entryFillRate, 1);
  return panel(
    { title, meta: `${plural(orders.fills, "fill")}, ${roughMoney(orders.traded)} USD traded`, span },
    html`<dl class="tally">${facts.map(
      ([name, value]) =>
        html`<div><dt>${name}</dt><dd class="${value === "0" ? "flat" : ""}">${value}</dd></div>`,
    )}</dl>${table({
      caption: "Slippage against the close that was decided on",
      columns: [
        { head: "Slippage of", kind: "name" },
        ...["Orders", "USD", "bps", "Worst, bps"].map((head) => ({ head, kind: "number" as const })),
      ],
      rows: orders.slippage.map((row) => [
        WORDS[row.purpose] ?? row.purpose,
        count(row.orders),
        signed(row.dollars, 2),
        html`<b>${signed(row.bps, 2)}</b>`,
        html`${signed(row.worstBps, 1)}<small>${row.worstSymbol}</small>`,
      ]),
    })}${note(
      `Fill price against the close that was decided on; + costs us. ${rate} of the entries sent got shares.
Commission and fees: ${number(orders.costs, 2)} USD.`,
    )}`,
  );
}

function named(rule: string): Markup {
  const claim = blockingClaim(rule);
  return claim === undefined ? html`${rule}` : html`${claim}<small>claim of an authority</small>`;
}

/** Both numbers, always; a claim has none. */
function farthest({ worst }: DailyBlocked): string {
  if (worst === null || worst.limit === null) return "";
  const figure = (value: number) => number(value, Number.isInteger(value) ? 0 : Math.abs(value) < 1 ? 4 : 2);
  return `${worst.used === null ? NO_DATA : figure(worst.used)} of ${figure(worst.limit)}`;
}
