/** Ten fills by hand: every number between the bar's price and the money paid, for a person with a calculator. */

import { money, number, plural } from "../../app/formats.ts";
import type { HandFill } from "../../app/run-result.ts";
import { easternTime } from "./eastern-time.ts";
import { emptyState, note, panel, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";

const TITLE = "Ten fills by hand";

export function handFillsPanel(fills: readonly HandFill[]): Markup {
  if (fills.length === 0) {
    return panel({ title: TITLE }, emptyState("No fill to check.", "No order of a single strategy filled."));
  }
  const hasCommission = fills.some(({ commission }) => commission !== 0);
  return panel(
    {
      title: TITLE,
      meta: `${plural(fills.length, "fill")}, the largest of each cause and purpose among them`,
    },
    html`${note(
      `All in USD. Fill price = unslipped price + (spread + drift + impact) / shares when
buying, and minus that when selling. One bps is a ten-thousandth of unslipped price \u00d7 shares;
value is fill price \u00d7 shares. Fees fall on sales only, and each of the two is rounded up
to the cent.${hasCommission ? "" : " No commission was charged."}`,
    )}${table({
      caption: TITLE,
      columns: [
        { head: "Symbol", kind: "name" },
        { head: "Filled, ET" },
        { head: "Side" },
        ...["Shares", "Unslipped", "Spread", "Drift", "Impact", "Fill price", "Value"].map((head) => ({
          head,
          kind: "number" as const,
        })),
        { head: "Fees worked out" },
        { head: "Fees", kind: "number" },
      ],
      rows: fills.map((fill) => [
        html`${fill.symbol}<small>order ${fill.order}</small>`,
        filledAt(fill.at),
        html`${fill.side}<small>${fill.purpose.replaceAll("_", " ")}</small>`,
        exact(fill.shares),
        exact(fill.unslipped),
        cause(fill.spread, fill),
        cause(fill.drift, fill),
        cause(fill.impact, fill),
        html`<b>${exact(fill.price)}</b>`,
        exact(fill.price * fill.shares),
        html`${hasCommission ? commissionLine(fill) : ""}${feeLines(fill)}`,
        html`<b>${money(fill.fees)}</b>`,
      ]),
    })}`,
  );
}

function filledAt(instant: string): Markup {
  const [date = "", time = ""] = easternTime(instant).split(" ");
  return html`<span class="ink2">${date}</span><small>${time}</small>`;
}

function cause(dollars: number, { unslipped, shares }: HandFill): Markup {
  const bps = (dollars / (unslipped * shares)) * 10_000;
  return html`${exact(dollars)}<small>${number(bps, 2)} bps</small>`;
}

const commissionLine = ({ shares, commissionPerShare, commission }: HandFill): Markup =>
  html`<span class="ln">commission ${exact(shares)} \u00d7 ${exact(commissionPerShare)} = ${exact(commission)}</span>`;

/** `SEC value x 19.20 / 1,000,000 = 0.034954, up to 0.04`. */
function feeLines({ price, shares, side, rates }: HandFill): Markup {
  if (rates === null)
    return html`<span class="ink3">${side === "buy" ? "none on a purchase" : "fees are off"}</span>`;
  const sec = (price * shares * rates.secPerMillion) / 1_000_000;
  const taf = shares * rates.tafPerShare;
  const capped = Math.min(taf, rates.tafCap);
  const cap = taf > rates.tafCap ? `, at most ${money(rates.tafCap)}` : "";
  return html`<span class="ln">SEC value \u00d7 ${money(rates.secPerMillion)} / 1,000,000 = ${exact(sec)}, up to
 ${money(centsUp(sec))}</span>
<span class="ln">TAF ${exact(shares)} \u00d7 ${exact(rates.tafPerShare)} = ${exact(taf)}${cap}, up to
 ${money(centsUp(capped))}</span><small>rates of ${rates.from}</small>`;
}

/** A hair above a cent is the cent itself: the product of two doubles may be one. */
const centsUp = (dollars: number): number => Math.max(0, Math.ceil(dollars * 100 - 1e-9)) / 100;

/** Every digit that counts to the millionth, and two at least. */
function exact(value: number): string {
  const text = number(value, 6).replace(/(\.\d{2}\d*?)0+$/, "$1");
  return Number.isInteger(value) ? number(value, 0) : text;
}
