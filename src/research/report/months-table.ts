/** Months as a heat map: the number first, the shade second, full shade at a fixed 6 %. */

import { multiple, NO_DATA, percent, signed } from "../../app/formats.ts";
import { direction, panel, percentChange, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import type { YearRow } from "./series.ts";
import { FULL_SHADE_RETURN, SHADE_STEPS } from "./theme.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export function monthsPanel(rows: readonly YearRow[]): Markup {
  const meta = `sign and number first, shade second; full shade at ${percent(FULL_SHADE_RETURN, 0)}`;
  const heads = MONTHS.map((month) => html`<th scope="col">${month}</th>`);
  const body = rows.map(({ year, months, return: whole }) => {
    const text = signed(whole * 100, 1);
    return html`<tr><th scope="row">${year}</th>${months.map(cell)}
<td class="y ${direction(whole, text)}">${text}</td></tr>`;
  });
  return panel(
    { title: "Months, net %", meta },
    html`<div class="tw"><table class="heat"><caption class="vh">Return of each month, percent</caption>
<thead><tr><th scope="col">%</th>${heads}<th scope="col">Year</th></tr></thead><tbody>${body}</tbody></table></div>`,
  );
}

/** Empty where the run has no session in the month. */
function cell(fraction: number): Markup {
  if (Number.isNaN(fraction)) return html`<td></td>`;
  const text = signed(fraction * 100, 1);
  const step = Math.round(Math.min(1, Math.abs(fraction) / FULL_SHADE_RETURN) * SHADE_STEPS);
  const side = direction(fraction, text);
  return html`<td class="${side === "flat" ? "" : `${side}-${step}`}">${text}</td>`;
}

/** The curves as figures, folded under them: the readable form of the pictures above. */
export function yearsTable(rows: readonly YearRow[], benchmarkLabel: string | undefined): Markup {
  const held =
    benchmarkLabel === undefined ? [] : [{ head: `Hold ${benchmarkLabel}`, kind: "number" as const }];
  return html`<details><summary>The curves as a table</summary>${table({
    caption: "Equity, drawdown and exposure by year",
    columns: [
      { head: "Year", kind: "name" },
      { head: "Sessions", kind: "number" },
      { head: "Growth of 1, at the end", kind: "number" },
      { head: "Return", kind: "number" },
      ...held,
      { head: "Deepest under the high", kind: "number" },
      { head: "Gross exposure, mean", kind: "number" },
    ],
    rows: rows.map((row) => [
      row.year,
      row.sessions,
      multiple(row.growth, 3),
      percentChange(row.return, 1),
      ...(benchmarkLabel === undefined
        ? []
        : [Number.isNaN(row.benchmark) ? NO_DATA : percentChange(row.benchmark, 1)]),
      percent(row.drawdown, 2),
      percent(row.gross, 1),
    ]),
  })}</details>`;
}
