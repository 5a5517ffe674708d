/** The run beside itself for free: what the costs took, and what the decisions alone were worth. */

import { count, NO_DATA, percent, ratio, signed, signedPercent } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import { emptyState, moneyChange, note, panel, percentChange, type TableRows, table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import { YEAR_DAYS } from "./series.ts";
import { hasEnoughDays } from "./verdict.ts";

const TITLE = "Costs and no costs";
const SPAN = "c5";

export function freePanel(result: RunResult, netUsd: number): Markup {
  const { withoutCosts: free, metrics, scope } = result;
  if (free === null) {
    const why =
      result.ticks === undefined
        ? "This run was not repeated for free."
        : "Orders met recorded quotes, whose spread cannot be taken away.";
    return panel({ title: TITLE, span: SPAN }, emptyState("No data.", why));
  }
  const enough = hasEnoughDays(result);
  const annual = (text: string) => (enough ? text : NO_DATA);
  const isYear = scope.sessions >= YEAR_DAYS;
  const [growth, freeGrowth] = isYear ? [metrics.cagr, free.cagr] : [metrics.totalReturn, free.totalReturn];
  const rows: TableRows["rows"] = [
    ["Net result, USD", moneyChange(netUsd), moneyChange(free.netResult), signed(netUsd - free.netResult, 2)],
    [
      isYear ? "CAGR" : "Return",
      percentChange(growth, 2),
      percentChange(freeGrowth, 2),
      signedPercent(growth - freeGrowth, 2).replace("%", " pt"),
    ],
    [
      "Sharpe",
      annual(ratio(metrics.sharpe)),
      annual(ratio(free.sharpe)),
      annual(signed(metrics.sharpe - free.sharpe, 2)),
    ],
    [
      "Max drawdown",
      percent(metrics.maxDrawdown, 2),
      percent(free.maxDrawdown, 2),
      signedPercent(metrics.maxDrawdown - free.maxDrawdown, 2).replace("%", " pt"),
    ],
  ];
  return panel(
    { title: TITLE, span: SPAN, meta: `${count(free.fills)} fills for free` },
    html`${table({
      caption: TITLE,
      columns: [
        { head: "Figure", kind: "name" },
        ...["With costs", "For free", "Difference"].map((head) => ({ head, kind: "number" as const })),
      ],
      rows,
    })}${note(
      `The same strategies over the same data once more, with spread, drift, impact, commission, fees and borrow at
zero. It sizes on its own equity, but never on more than the starting cash: above that nothing it saves compounds.
Rules and breakers see that equity, too, so some orders differ.`,
    )}`,
  );
}
