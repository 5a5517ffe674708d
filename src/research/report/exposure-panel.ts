/** How much was at stake, session by session, and how much of it was traded, month by month. */

import { percent, yearMonth } from "../../app/formats.ts";
import { type DateMark, dateMarks, placesFor, roundTicks } from "./axis.ts";
import { dateGrid, LABEL_GAP, scale } from "./chart-frame.ts";
import { emptyState, panel } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import { type Curves, meanGross } from "./series.ts";
import { curve, disc, ground, label, level, plot, rightAxis, stretched } from "./svg.ts";

const TITLE = "Exposure and turnover";
const SPAN = "c7";
const EXPOSURE_HEIGHT = 150;
const TURNOVER_HEIGHT = 96;

export function exposurePanel(curves: Curves, limit: number): Markup {
  const { gross, net, dates } = curves;
  const highest = gross.reduce((most, value) => Math.max(most, value), 0);
  const hasTraded = curves.traded.some((dollars) => dollars > 0);
  if (dates.length < 2 || (!(highest > 0) && !hasTraded)) {
    const words =
      dates.length < 2
        ? emptyState("No curve of one session.", "It needs 2; the figures above have the mean over its bars.")
        : emptyState("Nothing was at stake.", "Nothing was bought or held.");
    return panel({ title: TITLE, span: SPAN }, words);
  }
  const marks = dateMarks(dates);
  const isLongOnly = gross.every((value, i) => !(Math.abs(value - (net[i] ?? Number.NaN)) > 1e-9));
  const other = isLongOnly
    ? html`<span>No shorts: the net is the gross</span>`
    : html`<span><i class="other"></i>Longs less shorts</span>`;
  const meta =
    `gross mean ${percent(meanGross(gross), 1)}, highest ${percent(highest, 1)}, ` +
    `limit ${percent(limit, 0)} of equity`;
  const exposure =
    highest > 0
      ? html`<div class="lg"><span><i class="run"></i>Gross, at the close</span>
${other}<span class="scale">of equity</span></div>
<div class="cb">${exposureChart({ gross, net: isLongOnly ? [] : net, limit }, marks)}</div>`
      : emptyState("Flat at every close.", "What was bought in a session was sold in it.");
  return panel(
    { title: TITLE, span: SPAN, ...(highest > 0 ? { meta } : {}) },
    html`${exposure}<h3 class="sub cl">Turnover a month, one way, of equity</h3>
<div class="cb">${turnoverChart(curves, marks)}</div>`,
  );
}

interface Exposure {
  readonly gross: readonly number[];
  readonly net: readonly number[];
  /** Of the gross, as a fraction of equity. */
  readonly limit: number;
}

/** Below this share of the limit its rule would press the curve flat: the words above the chart name it. */
const LIMIT_IN_SIGHT = 0.5;

function exposureChart({ gross, net, limit }: Exposure, marks: readonly DateMark[]): Markup {
  const highest = gross.reduce((most, value) => Math.max(most, value), 0);
  const isInSight = highest >= LIMIT_IN_SIGHT * limit;
  const known = [...gross, ...net, ...(isInSight ? [limit] : [])].filter((value) => Number.isFinite(value));
  const low = known.reduce((least, value) => Math.min(least, value), 0);
  const high = known.reduce((most, value) => Math.max(most, value), 0) * 1.06;
  const scaled = scale({ low, high }, EXPOSURE_HEIGHT, false);
  const bound = scaled.y(limit);
  const ticks = roundTicks(low, high, 4).filter(
    (tick) => !isInSight || Math.abs(scaled.y(tick) - bound) >= LABEL_GAP,
  );
  const words = `Gross exposure up to ${percent(highest, 1)} of equity, net down to ${percent(low, 1)}.`;
  return html`<div class="chart">${[
    plot(EXPOSURE_HEIGHT, words, [
      ...dateGrid(marks, EXPOSURE_HEIGHT),
      ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "base" : "grid")),
      stretched(EXPOSURE_HEIGHT, [
        curve(atCloses(net, scaled.y), "other"),
        curve(atCloses(gross, scaled.y), "run"),
      ]),
      ...(isInSight ? [level(bound, "limit"), disc({ x: 1, y: bound }, { radius: 4.5, dx: -14 })] : []),
    ]),
    rightAxis(EXPOSURE_HEIGHT, [
      ...percentTicks(ticks, scaled.y),
      ...(isInSight ? [label({ x: 0, y: bound + 3.5 }, percent(limit, 0), { shape: "strong" })] : []),
    ]),
  ]}</div>`;
}

function turnoverChart({ dates, traded, equity }: Curves, marks: readonly DateMark[]): Markup {
  const months = monthTurnover(dates, traded, equity);
  const highest = Math.max(...months.map(({ turnover }) => turnover), 0.001);
  const scaled = scale({ low: 0, high: highest * 1.06 }, TURNOVER_HEIGHT, false);
  const ticks = roundTicks(0, highest * 1.06, 3);
  const base = scaled.y(0);
  const outline = months.flatMap(({ from, to, turnover }) => {
    const gap = (to - from) * 0.12;
    const [left, right, y] = [from + gap, to - gap, scaled.y(turnover)];
    return [
      { x: left, y: base },
      { x: left, y },
      { x: right, y },
      { x: right, y: base },
    ];
  });
  const words = `Turnover by month, highest ${percent(highest, 1)} of equity.`;
  return html`<div class="chart">${[
    plot(TURNOVER_HEIGHT, words, [
      ...dateGrid(marks, TURNOVER_HEIGHT),
      ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "base" : "grid")),
      stretched(TURNOVER_HEIGHT, [ground(outline, base, "bars")]),
    ]),
    rightAxis(TURNOVER_HEIGHT, percentTicks(ticks, scaled.y)),
  ]}</div>`;
}

/** One way: half of what was bought and sold, over the equity at the month's last close. */
export function monthTurnover(
  dates: readonly string[],
  traded: readonly number[],
  equity: readonly number[],
): { readonly from: number; readonly to: number; readonly turnover: number }[] {
  const months: { from: number; to: number; turnover: number }[] = [];
  for (let start = 0; start < dates.length; ) {
    const month = yearMonth(dates[start] ?? "");
    let [end, dollars] = [start, 0];
    for (; end < dates.length && yearMonth(dates[end] ?? "") === month; end += 1) dollars += traded[end] ?? 0;
    const turnover = dollars / 2 / (equity[end - 1] ?? Number.NaN);
    const isKnown = Number.isFinite(turnover) && turnover >= 0;
    months.push({ from: start / dates.length, to: end / dates.length, turnover: isKnown ? turnover : 0 });
    start = end;
  }
  return months;
}

function percentTicks(ticks: readonly number[], y: (value: number) => number): Markup[] {
  const places = placesFor(ticks.map((tick) => tick * 100));
  return ticks.map((tick) => label({ x: 0, y: y(tick) + 3.5 }, percent(tick, Math.min(places, 2))));
}

/** Session i closes at (i + 1) of n, as on the equity curve above. */
const atCloses = (values: readonly number[], y: (value: number) => number) =>
  values.map((value, i) => ({ x: (i + 1) / values.length, y: y(value) }));
