/** From the result before costs to the result after them, one bar per kind of cost. */

import { count, number, percent, plural, roughMoney, signed } from "../../app/formats.ts";
import type { FlatCosts, RunCosts, RunIncome } from "../../app/run-result.ts";
import { paidIn } from "../../app/whole-micros.ts";
import { emptyState, note, panel } from "./figures.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { across } from "./svg.ts";

const BAR_HEIGHT = 26;

interface Step {
  readonly name: string;
  /** Where the bar begins and ends, dollars. */
  readonly from: number;
  readonly to: number;
  readonly isTotal: boolean;
}

/** Less than this is rounding between the causes and their sum. */
const CENT = 0.005;

/** `netUsd`: what the run made or lost after costs; open positions at their last mark. */
export function costsPanel(costs: RunCosts, income: RunIncome, netUsd: number, flat?: FlatCosts): Markup {
  const title = "What trading cost, USD";
  const paid = paidIn(costs);
  if (paid === 0) {
    const body = emptyState(
      "Nothing was paid.",
      netUsd === 0 ? "No order filled." : "The cost model charged no fill.",
    );
    return panel({ title, span: "c5" }, body);
  }
  const gross = netUsd + paid;
  const meta =
    gross > 0
      ? `${roughMoney(paid)} of ${roughMoney(gross)} gross, ${percent(paid / gross, 0)}`
      : `${roughMoney(paid)}, with nothing made before costs`;
  const steps = stepsOf(costs, income, { gross, netUsd });
  const low = Math.min(0, ...steps.map(({ from, to }) => Math.min(from, to)));
  const high = Math.max(0, ...steps.map(({ from, to }) => Math.max(from, to)));
  const x = (dollars: number) => (dollars - low) / (high - low);
  return panel(
    { title, meta, span: "c5" },
    html`<div class="pb costs">${steps.map((step) => row(step, x))}</div>${flatNote(flat)}`,
  );
}

function flatNote(flat: FlatCosts | undefined): Markup {
  if (flat === undefined || flat.fills === 0) return nothing;
  const { fills, of, bps, isAuction } = flat;
  const share = `${count(fills)} of ${plural(of, "fill")}, ${percent(fills / of, 0)},`;
  const met = isAuction ? "met an auction and paid" : "paid";
  return note(
    `${share} ${met} a flat ${number(bps, 2)} bps, whatever the volatility; it is counted as spread.`,
  );
}

function stepsOf(
  costs: RunCosts,
  { dividends, cashInLieu }: RunIncome,
  { gross, netUsd }: { readonly gross: number; readonly netUsd: number },
): Step[] {
  const prices = gross - dividends - cashInLieu;
  const hasIncome = dividends !== 0 || cashInLieu !== 0;
  const untold = costs.slippage - costs.spread - costs.drift - costs.impact;
  const total = (name: string, to: number): Step => ({ name, from: 0, to, isTotal: true });
  return [
    ...(hasIncome ? [total("Prices alone", prices)] : []),
    ...chain(prices, [
      ...(dividends === 0 ? [] : ([["Dividends", dividends]] as const)),
      ...(cashInLieu === 0 ? [] : ([["Cash for parts", cashInLieu]] as const)),
    ]),
    total("Before costs", gross),
    ...chain(gross, [
      ["Spread", -costs.spread],
      ["Drift on the way", -costs.drift],
      ["Impact", -costs.impact],
      ...(Math.abs(untold) < CENT ? [] : ([["Slippage, not told", -untold]] as const)),
      ["Commission", -costs.commission],
      ["SEC and TAF fees", -costs.fees],
      ["Borrow", -costs.borrow],
    ]),
    total("Net", netUsd),
  ];
}

/** Changes one after another, each from where the one before ended. */
function chain(start: number, changes: readonly (readonly [name: string, change: number])[]): Step[] {
  let level = start;
  return changes.map(([name, change]) => {
    const from = level;
    level += change;
    return { name, from, to: level, isTotal: false };
  });
}

function row({ name, from, to, isTotal }: Step, x: (dollars: number) => number): Markup {
  const left = Math.min(x(from), x(to));
  const width = Math.abs(x(to) - x(from));
  const change = to - from;
  const text = isTotal ? roughMoney(to) : signed(change, Math.abs(change) >= 1000 ? 0 : 2);
  const shape = isTotal ? "total" : change > 0 ? "income" : "cost";
  const quiet = !isTotal && !/[1-9]/.test(text) ? "flat" : shape;
  return html`<div class="cost-row ${quiet}"><span>${name}</span>
<svg width="100%" height="${BAR_HEIGHT}" aria-hidden="true">
<line class="zero" x1="${across(x(0))}" x2="${across(x(0))}" y1="0" y2="${BAR_HEIGHT}"/>
<rect class="${shape}" x="${across(left)}" y="4" width="${across(width)}" height="${BAR_HEIGHT - 8}"/></svg>
<span class="num">${text}</span></div>`;
}
