/** Which constraint decided how large entries were, and which left no share at all. */

import { count, percent } from "../../app/formats.ts";
import type { SizeCause } from "../../app/run-result.ts";
import { emptyState, panel, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";

const TITLE = "What set the sizes";
const SPAN = "c5";

/** What each constraint is, in the words of docs/sizing.md. */
const meanings: Readonly<Record<string, string>> = {
  risk_per_trade: "risk to the stop",
  allocation: "the strategy's share of the capital",
  fixed_shares: "shares as configured",
  position_pct: "share of the base per position",
  position_usd: "dollars per position",
  cash_buffer: "cash less the buffer",
  permission_scalar: "a claim of the lattice",
  kelly: "a quarter of Kelly, from its own trades",
  kelly_cold: "too few trades for Kelly yet",
  vix_scale: "the VIX",
  atr_scale: "the symbol's ATR",
  adv: "the usual daily volume",
  performance: "its last 20 trades",
  model: "the model beside its rules",
  news: "unusually bad news of the company",
  adaptive: "its share after its trailing results",
};

export function sizesPanel(sizes: readonly SizeCause[]): Markup {
  if (sizes.length === 0) {
    const words = emptyState("No size was set.", "No strategy wished to enter.");
    return panel({ title: TITLE, span: SPAN }, words);
  }
  const orders = sizes.reduce((sum, cause) => sum + cause.orders, 0);
  const unsized = sizes.reduce((sum, cause) => sum + cause.unsized, 0);
  const onPaper = sizes.reduce((sum, cause) => sum + cause.onPaper, 0);
  return panel(
    { title: TITLE, span: SPAN, meta: "the constraint that bound" },
    table({
      caption: TITLE,
      columns: [
        { head: "Constraint", kind: "name" },
        { head: "Orders", kind: "number" },
        { head: "Of all", kind: "number" },
        { head: "Left no share", kind: "number" },
      ],
      rows: sizes.map((cause) => [
        html`${cause.constraint}${meaning(cause.constraint)}`,
        count(cause.orders),
        orders === 0 ? "" : percent(cause.orders / orders, 1),
        left(cause.unsized, cause.onPaper),
      ]),
      total: ["Total", count(orders), "", left(unsized, onPaper)],
    }),
  );
}

/** Wishes without a share, and how many of them went on on paper. */
const left = (unsized: number, onPaper: number): Markup | string =>
  onPaper === 0 ? count(unsized) : html`${count(unsized)}<small>${count(onPaper)} on paper</small>`;

function meaning(constraint: string): Markup | string {
  const words = meanings[constraint];
  return words === undefined ? "" : html`<small>${words}</small>`;
}
