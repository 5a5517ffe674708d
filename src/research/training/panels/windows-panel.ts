/** The windows as a strip: what each fit knew out of fold, what its test brought, and who traded it. */
import { count, NO_DATA, number, plural, ratio, signed } from "../../../app/formats.ts";
import { type DateMark, dateMarks, placesFor, roundTicks } from "../../report/axis.ts";
import { dateGrid, FOOT, scale, TOP } from "../../report/chart-frame.ts";
import { panel, table } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import { YEAR_DAYS } from "../../report/series.ts";
import { across, label, level, plot, rightAxis } from "../../report/svg.ts";
import type { WalkResult } from "../walk-result.ts";

type Window = WalkResult["windows"][number];

const LANE = 104;
const STEP = 17;
/** More windows than this fold their table. */
const OPEN_MOST = 12;
/** Fewer windows than this have bars half as wide, or they would be walls. */
const FEW = 24;
/** Pixels that a figure of zero still takes, so that it is there to be seen. */
const LEAST = 1;

export function windowsPanel({ windows, candidates, training }: WalkResult): Markup {
  const learned = windows.filter(({ why }) => why === null).length;
  const dates = windows.map(({ test }) => test[0]);
  const marks = dateMarks(dates);
  const least = training.validation.leastSkill;
  const of = `${plural(learned, "window")} of ${count(windows.length)}`;
  const meta = `${of} with a model, rules alone in ${count(windows.length - learned)}`;
  const yearly = (window: Window) => window.sharpeTest * Math.sqrt(YEAR_DAYS);
  return panel(
    { title: "Windows", meta },
    html`<div class="lg"><span><i class="block"></i>A model traded beside the rules</span>
<span><i class="stem"></i>Rules alone: nothing was learned</span>
<span class="scale">by first day of the test</span></div>
<h3 class="sub cl">Skill out of fold on the days to train; a model trades above ${number(least, 2)}</h3>
<div class="cb">${barLane(windows, marks, skillLane)}</div>
<h3 class="sub cl">Sharpe ratio of the test, of a year</h3>
<div class="cb">${barLane(windows, marks, { title: "Sharpe ratio of the test", figure: yearly })}</div>
<h3 class="sub cl">Which candidate traded</h3>
<div class="cb">${candidateLane(windows, marks, candidates.length)}</div>
<div class="more"><details${windows.length > OPEN_MOST ? "" : " open"}>
<summary>${plural(windows.length, "window")} as a table</summary>${windowTable(windows)}</details></div>`,
  );
}

interface Lane {
  readonly title: string;
  readonly figure: (window: Window) => number;
}

const skillLane: Lane = { title: "Skill out of fold", figure: ({ skill }) => skill ?? Number.NaN };

function barLane(windows: readonly Window[], marks: readonly DateMark[], { title, figure }: Lane): Markup {
  const figures = windows.map(figure);
  const known = figures.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const margin = high > low ? (high - low) * 0.06 : 0.01;
  const range = { low: low < 0 ? low - margin : low, high: high > 0 || low === 0 ? high + margin : high };
  const scaled = scale(range, LANE, false);
  const ticks = roundTicks(range.low, range.high, 4);
  const places = placesFor(ticks);
  const bars = figures.flatMap((value, w) => {
    if (!Number.isFinite(value)) return [];
    const [top, bottom] = [scaled.y(Math.max(0, value)), scaled.y(Math.min(0, value))];
    return [slot(windows, w, { top, height: Math.max(LEAST, bottom - top) })];
  });
  const extremes =
    known.length === 0
      ? "no data"
      : `from ${number(Math.min(...known), 3)} to ${number(Math.max(...known), 3)}`;
  return html`<div class="chart">${[
    plot(LANE, `${title} of ${plural(windows.length, "window")}, ${extremes}.`, [
      ...dateGrid(marks, LANE),
      ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "base" : "grid")),
      ...bars,
    ]),
    rightAxis(
      LANE,
      ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, signed(tick, places))),
    ),
  ]}</div>`;
}

/** One row per candidate and one for rules alone, which stands lowest. */
function candidateLane(windows: readonly Window[], marks: readonly DateMark[], candidates: number): Markup {
  const height = TOP + (candidates + 1) * STEP + FOOT;
  const rowOf = ({ why, chosen }: Window) => (why === null ? chosen : candidates);
  const y = (row: number) => TOP + row * STEP;
  const names = Array.from({ length: candidates + 1 }, (_, row) =>
    row < candidates ? `no. ${row + 1}` : "rules",
  );
  return html`<div class="chart">${[
    plot(height, `Which of ${plural(candidates, "candidate")} traded each window, or rules alone.`, [
      ...dateGrid(marks, height),
      ...names.map((_, row) => level(y(row) + STEP / 2, row === candidates ? "base" : "grid")),
      ...windows.map((window, w) => slot(windows, w, { top: y(rowOf(window)) + 4, height: STEP - 8 })),
    ]),
    rightAxis(
      height,
      names.map((name, row) => label({ x: 0, y: y(row) + STEP / 2 + 3.5 }, name)),
    ),
  ]}</div>`;
}

/** The n-th of as many places: full for a model, a thin stem for rules alone, so that shape tells them apart. */
function slot(
  windows: readonly Window[],
  w: number,
  { top, height }: { readonly top: number; readonly height: number },
): Markup {
  const isStem = windows[w]!.why !== null;
  const share = isStem ? 0.2 : windows.length < FEW ? 0.4 : 0.84;
  const from = (1 - share) / 2;
  const [x, width] = [across((w + from) / windows.length), across(share / windows.length)];
  const shape = isStem ? "stem" : "block";
  return html`<rect class="${shape}" x="${x}" y="${top.toFixed(1)}" width="${width}" height="${height.toFixed(1)}"/>`;
}

function windowTable(windows: readonly Window[]): Markup {
  const heads = ["Entries", "Area under curve", "Skill", "Sharpe of test", "Trades"];
  const columns = [
    { head: "Test from", kind: "name" as const },
    { head: "to" },
    { head: "Learned from" },
    { head: "to" },
    { head: "Candidate" },
    ...heads.map((head) => ({ head, kind: "number" as const })),
    { head: "", kind: "words" as const },
  ];
  const rows = windows.map((window) => {
    const { test, train, chosen, events, areaUnderCurve, skill, sharpeTest, trades, why } = window;
    return [
      ...test,
      ...train,
      why === null ? `no. ${chosen + 1}` : "rules alone",
      events === null ? NO_DATA : count(events),
      areaUnderCurve === null ? NO_DATA : number(areaUnderCurve, 3),
      skill === null ? NO_DATA : signed(skill, 4),
      ratio(sharpeTest * Math.sqrt(YEAR_DAYS)),
      count(trades),
      why ?? "",
    ];
  });
  return table({ caption: "Windows, what was learned in each and what its test brought", columns, rows });
}
