/** What the last model said against what came, out of fold: bins of like probability beside the diagonal. */
import { besideLimit, count, number, percent, plural, signed } from "../../../app/formats.ts";
import type { ReliabilityBin } from "../../../learn/calibration/reliability.ts";
import { placesFor, roundTicks } from "../../report/axis.ts";
import { LABEL_GAP, type Scale, scale, TOP } from "../../report/chart-frame.ts";
import { note, panel, table } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import { across, curve, disc, label, level, plot, rightAxis, stretched, upright } from "../../report/svg.ts";
import type { LastModel } from "../training-result.ts";
import { noLastModel } from "./no-last-model.ts";

const TITLE = "Reliability: said against came";
const HEIGHT = 300;
const FOOT = 24;
/** Standard normal quantile of 0.975. */
const Z = 1.96;
/** Radius in pixels of the fullest bin; the others have their share of its area, and at least the least. */
const RADIUS_MOST = 9;
const RADIUS_LEAST = 2.5;
const LEAST_SPAN = 0.1;

export function reliabilityPanel(last: LastModel | null): Markup {
  const fit = last?.fit ?? null;
  if (fit === null) return panel({ title: TITLE, span: "c7" }, noLastModel(last));
  const { figures, reliability, threshold } = fit;
  const { bins } = reliability;
  const entries = plural(figures.events, "entry", "entries");
  const meta = `${entries} out of fold, calibration error ${percent(figures.calibrationError, 1)}`;
  const follows =
    threshold > 1
      ? "Not trading was best on these folds: no probability reaches the threshold, and the model follows nothing."
      : `The mark is the threshold, ${number(threshold, 3)}: entries from there on are followed,
${percent(figures.followed, 0)} of them.`;
  return panel(
    { title: TITLE, meta, span: "c7" },
    html`<div class="cb">${diagram(bins, { threshold, baseRate: figures.baseRate })}</div>${note(
      `Each dot is a bin of like probability, its area the entries in it; on the diagonal as many paid as the model
said, above it more did, below it fewer. Upright lines are 95% if entries knew nothing of each other,
which overlapping ones do. The dashed line is the
share that paid of all, ${percent(figures.baseRate, 1)}. ${follows}`,
    )}<div class="more"><details><summary>${plural(bins.length, "bin")} as a table</summary>${binTable(
      bins,
    )}</details></div>`,
  );
}

interface Marks {
  readonly threshold: number;
  readonly baseRate: number;
}

function diagram(bins: readonly ReliabilityBin[], { threshold, baseRate }: Marks): Markup {
  const range = rangeOf(bins, baseRate);
  const scaled = scale(range, HEIGHT, false);
  const x = (value: number) => (value - range.low) / (range.high - range.low);
  const ticks = roundTicks(range.low, range.high);
  const places = placesFor(ticks);
  const most = Math.max(...bins.map(({ rows }) => rows));
  const isMarked = threshold > range.low && threshold < range.high;
  const sentence = bins.map(
    ({ said, came, rows }) => `${number(said, 3)} came ${number(came, 3)} of ${count(rows)}`,
  );
  const body = [
    ...ticks.flatMap((tick) => [
      level(scaled.y(tick), "grid"),
      upright(x(tick), { top: TOP, bottom: HEIGHT - FOOT }, "grid"),
      label({ x: x(tick), y: HEIGHT - 8 }, number(tick, places), {
        anchor: x(tick) > 0.97 ? "end" : "middle",
      }),
    ]),
    stretched(HEIGHT, [
      curve(
        [
          { x: 0, y: scaled.y(range.low) },
          { x: 1, y: scaled.y(range.high) },
        ],
        "other",
      ),
    ]),
    level(scaled.y(baseRate), "gate"),
    ...(isMarked ? thresholdMark(x(threshold)) : []),
    ...bins.flatMap((bin) => dotOf(bin, { x: x(bin.said), scaled, most })),
    ...rowLabels(bins, x, scaled, most),
  ];
  return html`<div class="chart">${[
    plot(HEIGHT, `Said against came, bin by bin: ${sentence.join("; ")}.`, body),
    rightAxis(HEIGHT, [
      ...ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, number(tick, places))),
    ]),
  ]}</div><p class="axis-words"><span>said \u2192</span><span>came \u2191</span></p>`;
}

/** The same range both ways, so that the diagonal is one; every bin lies inside with its upright line. */
function rangeOf(bins: readonly ReliabilityBin[], baseRate: number): { low: number; high: number } {
  const values = [baseRate, ...bins.flatMap((bin) => [bin.said, bin.came])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = Math.max(0.06 * (high - low), (LEAST_SPAN - (high - low)) / 2, 0.01);
  return { low: Math.max(0, low - margin), high: Math.min(1, high + margin) };
}

interface Place {
  readonly x: number;
  readonly scaled: Scale;
  readonly most: number;
}

const radiusOf = (rows: number, most: number): number =>
  Math.max(RADIUS_LEAST, RADIUS_MOST * Math.sqrt(rows / most));

function dotOf({ came, rows }: ReliabilityBin, { x, scaled, most }: Place): Markup[] {
  const half = Z * Math.sqrt((came * (1 - came)) / rows);
  const top = scaled.y(Math.min(scaled.high, came + half));
  const bottom = scaled.y(Math.max(scaled.low, came - half));
  const radius = radiusOf(rows, most).toFixed(1);
  return [
    upright(x, { top, bottom }, "spread"),
    html`<circle class="bin" cx="${across(x)}" cy="${scaled.y(came).toFixed(1)}" r="${radius}"/>`,
  ];
}

/** Rows beside each dot that has room to its right; the table has all of them. */
function rowLabels(
  bins: readonly ReliabilityBin[],
  x: (value: number) => number,
  scaled: Scale,
  most: number,
): Markup[] {
  return bins.flatMap((bin) => {
    const at = { x: x(bin.said), y: scaled.y(bin.came) };
    const isCrowded = bins.some((other) => {
      const dx = x(other.said) - at.x;
      return other !== bin && dx > -0.01 && dx < 0.11 && Math.abs(scaled.y(other.came) - at.y) < LABEL_GAP;
    });
    if (isCrowded) return [];
    const isLast = at.x > 0.9;
    const dx = (radiusOf(bin.rows, most) + 4) * (isLast ? -1 : 1);
    return [
      label({ x: at.x, y: at.y + 3.5 }, count(bin.rows), {
        shape: "strong haloed",
        anchor: isLast ? "end" : "start",
        dx,
      }),
    ];
  });
}

function thresholdMark(x: number): Markup[] {
  return [
    upright(x, { top: TOP, bottom: HEIGHT - FOOT }, "limit"),
    disc({ x, y: TOP + 4 }, { radius: 4.5, isUpright: true }),
  ];
}

function binTable(bins: readonly ReliabilityBin[]): Markup {
  const columns = ["From", "To", "Said", "Came", "Came less said", "Entries"].map((head) => ({
    head,
    kind: "number" as const,
  }));
  const rows = bins.map(({ from, to, said, came, rows: entries }) => [
    ...[from, to].map((value) => number(value, 3)),
    number(said, 3),
    besideLimit(came, said, 3),
    `${signed(100 * (came - said), 1)} pt`,
    count(entries),
  ]);
  return table({ caption: "Bins of like probability", columns, rows });
}
