/** Which constraint decided how large entries were, and which left no share at all. */
import type { SizeCause } from "../../app/run-result.ts";
import { emptyState, panel, table } from "./figures.ts";
import { count, percent } from "./formats.ts";
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
};

export function sizesPanel(sizes: readonly SizeCause[]): Markup {
  if (sizes.length === 0) {
    const words = emptyState("No size was set.", "No strategy wished to enter.");
    return panel({ title: TITLE, span: SPAN }, words);
  }
  const orders = sizes.reduce((sum, cause) => sum + cause.orders, 0);
  const unsized = sizes.reduce((sum, cause) => sum + cause.unsized, 0);
  const onPaper = sizes.reduce((sum, cause) => sum + cause.onPaper, 0);
  const ifPaper = <T>(cell: T): T[] => (onPaper > 0 ? [cell] : []);
  return panel(
    { title: TITLE, span: SPAN, meta: "the constraint that bound" },
    table({
      caption: TITLE,
      columns: [
        { head: "Constraint", kind: "name" },
        { head: "Orders", kind: "number" },
        { head: "Of all", kind: "number" },
        { head: "Left no share", kind: "number" },
        ...ifPaper({ head: "On paper", kind: "number" as const }),
      ],
      rows: sizes.map((cause) => [
        html`${cause.constraint}${meaning(cause.constraint)}`,
        count(cause.orders),
        orders === 0 ? "" : percent(cause.orders / orders, 1),
        count(cause.unsized),
        ...ifPaper(count(cause.onPaper)),
      ]),
      total: ["Total", count(orders), "", count(unsized), ...ifPaper(count(onPaper))],
    }),
  );
}

function meaning(constraint: string): Markup | string {
  const words = meanings[constraint];
  return words === undefined ? "" : html`<small>${words}</small>`;
}
