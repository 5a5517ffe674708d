/**
 * The three curves of the report: equity as growth of 1, drawdown under it on the same dates, and the
 * rolling Sharpe. Each is a plot and a strip of labels at its right end (DESIGN 6).
 */

import { multiple, percent, plural, ratio, signed } from "../../app/formats.ts";
import type { RunLimits } from "../../app/run-result.ts";
import { dateMarks, logTicks, placesFor, roundTicks } from "./axis.ts";
import { dateGrid, FOOT, LABEL_GAP, type Scale, scale, TOP } from "./chart-frame.ts";
import { type ClaimMark, drawMarks, roomFor } from "./claim-marks.ts";
import { html, type Markup } from "./markup.ts";
import { type Curves, deepest, ROLLING_DAYS, rollingSharpe, YEAR_DAYS } from "./series.ts";
import { type At, curve, disc, dot, ground, label, level, plot, rightAxis, stretched } from "./svg.ts";

const EQUITY_HEIGHT = 260;
const DRAWDOWN_HEIGHT = 136;
const ROLLING_HEIGHT = 212;
/** Words under a point or a line take this much. */
const WORDS_HEIGHT = 18;
/** The axis reaches at least this far below the limit, so that its words have room. */
const DRAWDOWN_AXIS_LEAST = 1.2;
/** LEARN-9: the promotion gate on the Sharpe ratio. */
const SHARPE_GATE = 1;

export interface CurveStyle {
  /** Look-ahead was found: curves are dashed and say why. */
  readonly isVoid: boolean;
  /** Claims on the account, drawn on the equity. */
  readonly marks?: readonly ClaimMark[];
}

/** One curve as growth of 1, and another beside it or none. */
export type Growth = Pick<Curves, "dates" | "growth" | "benchmark">;

/** Growth over more than a year is drawn on a log scale, unless equity reached zero. */
export const isLogScale = ({ dates, growth, benchmark }: Growth): boolean =>
  dates.length > YEAR_DAYS && [...growth, ...benchmark].every((value) => !(value <= 0));

export function equityChart(curves: Growth, { isVoid, marks = [] }: CurveStyle): Markup {
  const { growth, benchmark, dates } = curves;
  const room = roomFor(marks);
  const height = EQUITY_HEIGHT + room;
  const scaled = scale(growthRange(curves), height, isLogScale(curves), room);
  const points = (values: Float64Array) => place(values, scaled.y);
  const ends = endLabels(curves, scaled);
  const ticks = scaled.isLog ? logTicks(scaled.low, scaled.high) : roundTicks(scaled.low, scaled.high);
  const places = placesFor(ticks);
  const isClear = (tick: number) => ends.every(({ y }) => Math.abs(y - scaled.y(tick)) >= LABEL_GAP);
  const end = multiple(growth.at(-1) ?? Number.NaN, 2);
  const barred = marks.length === 0 ? "" : `, entries barred ${plural(marks.length, "time")}`;
  const sentence = `Equity from 1 to ${end} over ${plural(dates.length, "session")}${barred}`;
  return chart([
    plot(height, `${sentence}${scaled.isLog ? ", log scale" : ""}${isVoid ? ", void" : ""}.`, [
      ...dateGrid(dateMarks(dates), height, room),
      ...ticks.filter(isClear).map((tick) => level(scaled.y(tick), "grid")),
      level(scaled.y(1), "base"),
      ...drawMarks(marks, { top: TOP + room, bottom: height - FOOT }),
      stretched(height, [
        ...(benchmark.length > 0 ? [curve(points(benchmark), "other")] : []),
        curve(points(growth), isVoid ? "run void" : "run"),
      ]),
      ...(isVoid
        ? [
            label({ x: 0.5, y: TOP + room + 22 }, "Look-ahead found: figures are void", {
              shape: "voided",
              anchor: "middle",
            }),
          ]
        : []),
    ]),
    rightAxis(height, [
      ...ticks
        .filter(isClear)
        .map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, multiple(tick, places))),
      ...ends.map(({ y, text, shape }) => label({ x: 0, y: y + 3.5 }, text, { shape })),
    ]),
  ]);
}

export function drawdownChart(
  { drawdown, dates }: Curves,
  { isVoid }: CurveStyle,
  { drawdown: bound, drawdownScalar }: RunLimits,
): Markup {
  const worst = deepest(drawdown);
  const depth = -drawdown[worst]!;
  const low = -Math.max(bound * DRAWDOWN_AXIS_LEAST, depth * 1.25);
  const scaled = scale({ low, high: 0 }, DRAWDOWN_HEIGHT, false);
  const points = place(drawdown, scaled.y);
  const limit = scaled.y(-bound);
  const ticks = roundTicks(low, 0, 4).filter(
    (tick) => Math.abs(scaled.y(tick) - limit) >= LABEL_GAP || tick === 0,
  );
  const at = { x: worst / Math.max(1, drawdown.length - 1), y: scaled.y(-depth) };
  const isBelowTaken = depth > 0 && at.y > limit - WORDS_HEIGHT && at.y < limit + WORDS_HEIGHT;
  const sentence =
    depth > 0
      ? `Deepest ${percent(-depth, 2)} on ${dates[worst - 1] ?? ""}`
      : "Equity never fell under a high";
  return chart([
    plot(
      DRAWDOWN_HEIGHT,
      `Drawdown. ${sentence}; positions shrink to ${percent(drawdownScalar, 0)} at ${percent(bound, 0)}.`,
      [
        ...dateGrid(dateMarks(dates), DRAWDOWN_HEIGHT),
        ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "base" : "grid")),
        stretched(DRAWDOWN_HEIGHT, [
          ground(points, scaled.y(0), "under"),
          curve(points, isVoid ? "fall void" : "fall"),
        ]),
        level(limit, "limit"),
        label({ x: 1, y: isBelowTaken ? limit - 5 : limit + 13 }, `${percent(bound, 0)} under the high`, {
          shape: "note",
          anchor: "end",
          dx: -28,
        }),
        disc({ x: 1, y: limit }, { radius: 4.5, dx: -14 }),
        ...(depth > 0 ? worstLabel(at, `${percent(-depth, 2)}, ${dates[worst - 1] ?? ""}`, limit) : []),
      ],
    ),
    rightAxis(DRAWDOWN_HEIGHT, [
      ...ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, percent(tick, 0))),
      label({ x: 0, y: limit + 3.5 }, percent(-bound, 0), { shape: "strong" }),
    ]),
  ]);
}

/** Undefined when no window of 126 days moved at all. */
export function rollingChart({ returns, dates }: Curves, { isVoid }: CurveStyle): Markup | undefined {
  const rolling = rollingSharpe(returns);
  const known = rolling.filter((value) => Number.isFinite(value));
  if (known.length === 0) return undefined;
  const range = { low: Math.min(...known, -0.2) - 0.1, high: Math.max(...known, SHARPE_GATE) + 0.2 };
  const scaled = scale(range, ROLLING_HEIGHT, false);
  const gate = scaled.y(SHARPE_GATE);
  const ticks = roundTicks(range.low, range.high).filter(
    (tick) => Math.abs(scaled.y(tick) - gate) >= LABEL_GAP,
  );
  const places = placesFor(ticks);
  const extremes = `from ${ratio(Math.min(...known))} to ${ratio(Math.max(...known))}`;
  const sentence = `Rolling Sharpe over ${ROLLING_DAYS} days, ${extremes}`;
  return chart([
    plot(ROLLING_HEIGHT, `${sentence}, last ${ratio(known.at(-1) ?? Number.NaN)}; the promotion gate is 1.`, [
      ...dateGrid(dateMarks(dates), ROLLING_HEIGHT),
      ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "base" : "grid")),
      level(gate, "gate"),
      stretched(ROLLING_HEIGHT, [
        curve(place(Float64Array.from([Number.NaN, ...rolling]), scaled.y), isVoid ? "run void" : "run"),
      ]),
    ]),
    rightAxis(ROLLING_HEIGHT, [
      ...ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, signed(tick, places))),
      label({ x: 0, y: gate + 3.5 }, "gate 1", { shape: "note" }),
    ]),
  ]);
}

const chart = (parts: readonly Markup[]): Markup => html`<div class="chart">${parts}</div>`;

function place(values: Float64Array, y: (value: number) => number): At[] {
  const last = Math.max(1, values.length - 1);
  return Array.from(values, (value, i) => ({ x: i / last, y: y(value) }));
}

/** Every value lies inside, and a flat line gets a band of one percent. */
function growthRange({ growth, benchmark }: Growth): { low: number; high: number } {
  const known = [1, ...growth, ...benchmark].filter((value) => Number.isFinite(value));
  const low = known.reduce((least, value) => Math.min(least, value), 1);
  const high = known.reduce((most, value) => Math.max(most, value), 1);
  const margin = Math.max((high - low) * 0.05, 0.0005);
  return high - low < 0.0005
    ? { low: 0.99, high: 1.01 }
    : { low: low > 0 ? Math.max(low - margin, low * 0.96) : low, high: high + margin };
}

interface EndLabel {
  readonly y: number;
  readonly text: string;
  readonly shape: string;
}

/** Last values at the right end, pushed apart when they would touch. */
function endLabels({ growth, benchmark }: Growth, { y }: Scale): EndLabel[] {
  const own = growth.at(-1) ?? Number.NaN;
  const other = benchmark.at(-1) ?? Number.NaN;
  const places = (value: number) => (Math.abs(value - 1) < 0.1 ? 3 : 2);
  if (!Number.isFinite(own)) return [];
  const first: EndLabel = { y: y(own), text: multiple(own, places(own)), shape: "end" };
  if (!Number.isFinite(other)) return [first];
  const second: EndLabel = { y: y(other), text: multiple(other, places(other)), shape: "end-other" };
  const missing = Math.max(0, LABEL_GAP - Math.abs(first.y - second.y)) / 2;
  const push = first.y <= second.y ? missing : -missing;
  return [
    { ...first, y: first.y - push },
    { ...second, y: second.y + push },
  ];
}

/** The deepest point, named below it, or below the limit where the two would collide. */
function worstLabel(at: At, text: string, limit: number): Markup[] {
  const isNearLimit = limit - at.y < WORDS_HEIGHT && at.y <= limit + 6;
  const y = isNearLimit ? limit + 14 : at.y + 14;
  const anchor = at.x > 0.55 ? "end" : "start";
  return [
    dot(at, "worst"),
    label({ x: at.x, y }, text, { shape: "worst-text", anchor, dx: anchor === "end" ? -7 : 7 }),
  ];
}
