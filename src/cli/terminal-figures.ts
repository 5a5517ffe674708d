/** The figures beside the load line: equity, the day, both limits, what was earned and what it cost (DESIGN 5). */
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import { count, money, number, percent, roughMoney, signed, signedPercent } from "../app/formats.ts";
import { limitBar, lineChart, sparkline } from "./terminal-gauges.ts";
import { type Piece, piece, type Row, rowWidth } from "./terminal-row.ts";
import { moneyTone, ofLimit } from "./terminal-tables.ts";
import { blockedWords, dataWords } from "./terminal-words.ts";

const LABEL_WIDTH = 11;
/** `12.34% of 12.00%` */
const OF_LIMIT_WIDTH = 16;

const labelled = (label: string, ...rest: Piece[]): Row => [
  piece(label.padEnd(LABEL_WIDTH), "quiet"),
  ...rest,
];

export function equityFigure({ equity }: EngineSnapshot): Piece {
  return piece(money(equity), "strong");
}

/** The one headline figure with a triangle. */
export function dayFigure({ dayPnl, equity }: EngineSnapshot): Piece {
  const sign = dayPnl > 0 ? "▲ " : dayPnl < 0 ? "▼ " : "";
  const share = dayPnl / (equity - dayPnl);
  return piece(`${sign}${signed(dayPnl, 2)}  ${signedPercent(share, 2)}`, moneyTone(dayPnl));
}

export function equityRow(snapshot: EngineSnapshot, width: number): Row {
  const row = labelled("Equity, USD", piece(" "), equityFigure(snapshot), piece("  "));
  return [...row, piece(sparkline(snapshot.curve, Math.max(0, width - rowWidth(row))), "sea")];
}

export const dayRow = (snapshot: EngineSnapshot): Row => labelled("Day", piece(" "), dayFigure(snapshot));

export function limitRow(label: string, used: number, limit: number, decimals: number, width: number): Row {
  const [use, most] = ofLimit(used, limit, decimals);
  const figures = `${use} of ${most}`;
  const room = Math.max(OF_LIMIT_WIDTH, figures.length);
  return [
    ...labelled(label, piece(" ")),
    piece(use, used >= limit ? "over" : "strong"),
    piece(` of ${most}`.padEnd(room - use.length + 1), "quiet"),
    ...limitBar(used, limit, width - LABEL_WIDTH - 1 - room - 1),
  ];
}

export function drawdownRow({ drawdownFromDayHigh, drawdownLimit }: EngineSnapshot, width: number): Row {
  return limitRow("From high", drawdownFromDayHigh, drawdownLimit, 2, width);
}

export function grossRow({ gross, grossLimit }: EngineSnapshot, width: number): Row {
  return limitRow("Gross", gross, grossLimit, 1, width);
}

export function netRow({ net, cash }: EngineSnapshot): Row {
  return labelled("Net", piece(` ${signedPercent(net, 1)}`), piece("  cash ", "quiet"), piece(money(cash)));
}

export function realisedRow({ trades: { count: trades, wins, realised } }: EngineSnapshot): Row {
  const rate = trades === 0 ? "" : `, ${percent(wins / trades, 0)}`;
  return labelled(
    "Realised",
    piece(" "),
    piece(signed(realised, 2), moneyTone(realised)),
    piece(
      trades === 0 ? "  no trade closed yet" : `  ${count(wins)} of ${count(trades)} won${rate}`,
      "quiet",
    ),
  );
}

export function costsRow({ costs: { commission, regulatory, slippage } }: EngineSnapshot): Row {
  const fees = commission + regulatory;
  return labelled(
    "Costs",
    piece(` ${number(fees + slippage, 2)}`),
    piece(fees === 0 ? "  slippage, no fees" : `  of it fees ${number(fees, 2)}`, "quiet"),
  );
}

/** What the gate stopped: as many rules as fit whole, then how many more. */
export function blockedRow(
  snapshot: EngineSnapshot,
  width: number,
  { withData }: { readonly withData: boolean },
): Row {
  const { rejectedRecords } = snapshot;
  const data = withData && rejectedRecords > 0 ? [`data ${count(rejectedRecords)} refused`] : [];
  const words = [...data, ...blockedWords(snapshot)];
  if (words.length === 0) return labelled("Blocked", piece(" nothing", "quiet"));
  const room = width - LABEL_WIDTH - 1;
  for (let shown = words.length; shown > 0; shown--) {
    const more = shown === words.length ? "" : `; ${count(words.length - shown)} more`;
    const text = words.slice(0, shown).join("; ") + more;
    if (text.length <= room) return labelled("Blocked", piece(` ${text}`));
  }
  return labelled("Blocked", piece(` by ${count(words.length)} rules`));
}

export function dataRow(snapshot: EngineSnapshot): Row {
  return labelled("Data", piece(` ${dataWords(snapshot)}`, snapshot.rejectedRecords === 0 ? "quiet" : "ink"));
}

/** Moves below this share of equity stay small on the chart. */
const LEAST_RANGE = 0.002;

/** Equity over the last bars with the day's base, its high, and the rung that bars entries when it is near. */
export function equityChart(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  const { equity, dayPnl, drawdownFromDayHigh, drawdownLimit, curve } = snapshot;
  const high = equity / (1 - drawdownFromDayHigh);
  const rung = high * (1 - drawdownLimit);
  const levels = [
    { value: high, label: `${roughMoney(high)} high`, isLimit: false },
    { value: equity - dayPnl, label: `${roughMoney(equity - dayPnl)} base`, isLimit: false },
    { value: rung, label: `${roughMoney(rung)} no entries`, isLimit: true },
  ];
  const known = levels.filter(({ value }) => Number.isFinite(value));
  return lineChart(curve, { width, height, levels: known, labelWidth: 20, leastRange: LEAST_RANGE * equity });
}
