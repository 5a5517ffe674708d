/** What the rules and the claims kept from trading, and what that saved and cost (RISK-6). */

import { count, plural, roughMoney } from "../../app/formats.ts";
import type { BlockedByRule } from "../../app/run-result.ts";
import { blockingClaim } from "./claim-names.ts";
import { emptyState, note, panel, roughChange, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";

const TITLE = "What the rules blocked";
const SPAN = "c7";

/** Largest refusals first: what kept the most money from trading decides. */
export function blockedPanel(blocked: readonly BlockedByRule[]): Markup {
  if (blocked.length === 0) {
    const words = emptyState("Nothing was blocked.", "No rule refused or trimmed an order.");
    return panel({ title: TITLE, span: SPAN }, words);
  }
  const rows = blocked.toSorted((a, b) => b.notional - a.notional || (a.rule < b.rule ? -1 : 1));
  const total = (figure: (rule: BlockedByRule) => number) =>
    blocked.reduce((sum, rule) => sum + figure(rule), 0);
  const followed = total((rule) => rule.followed);
  const heads = ["Saved", "Cost", "Net", "Refused", "Trimmed", "Followed", "Not traded"];
  const figures = {
    caption: `${TITLE}, saved, cost, net and not traded in USD`,
    columns: [
      { head: "Rule", kind: "name" as const },
      ...heads.map((head) => ({ head, kind: "number" as const })),
    ],
    rows: rows.map((rule) => [
      named(rule.rule),
      roughMoney(rule.saved),
      roughMoney(rule.cost),
      html`<b>${roughChange(rule.saved - rule.cost)}</b>`,
      count(rule.count),
      count(rule.shrunk),
      count(rule.followed),
      roughMoney(rule.notional),
    ]),
    total: [
      "Total",
      roughMoney(total(({ saved }) => saved)),
      roughMoney(total(({ cost }) => cost)),
      roughChange(total(({ saved, cost }) => saved - cost)),
      count(total((rule) => rule.count)),
      count(total(({ shrunk }) => shrunk)),
      count(followed),
      roughMoney(total(({ notional }) => notional)),
    ],
  };
  return panel(
    { title: TITLE, span: SPAN, meta: "USD, followed on paper, before costs" },
    html`${table(figures)}${note(
      `Each refused entry, and the refused part of each trimmed one, was followed on paper: filled at the next bar of
its symbol as the venue would, or never; out at its stop or its target, or at the close of its 20th bar. Saved is what
those that lost would have lost, cost is what those that won would have made, and neither pays for trading.
${plural(followed, "entry", "entries")} would have filled and ${followed === 1 ? "is" : "are"} over. A strategy might
have left earlier than they do.`,
    )}`,
  );
}

/** `permission:day_loss` is the claim of a breaker, or of another authority, not a rule of the gate. */
function named(rule: string): Markup {
  const claim = blockingClaim(rule);
  if (claim === undefined) return html`${rule}`;
  return html`${claim}<small>claim of an authority</small>`;
}
