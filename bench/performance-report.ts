/**
 * Draws what the benches measured: docs/performance.md as a table and docs/images/performance.svg, the picture in
 * the README. Above, how the cost of a run grows on each axis beside the straight line; below, each ratio as a
 * bar of water with the mark at its goal.
 */
import type { GrowthFigures } from "./growth.bench.ts";
import { SLOPE_BUDGET } from "./growth.bench.ts";

/** One ratio and what it should be; above the goal is good. */
export interface RatioFigure {
  readonly name: string;
  readonly detail: string;
  readonly value: number;
  readonly goal: number;
}

const WIDTH = 880;
const PANEL = { top: 62, width: 190, height: 150, gap: 30, left: 15 };
const RATIO_TOP = 318;
const RATIO_ROW = 34;
const BAR = { left: 330, width: 400 };

/** Colours of the design tokens, for both schemes: an image follows the reader's, not the page's. */
const STYLE = `
svg{--bg:#fff;--ink:#0e1a26;--ink2:#41505f;--ink3:#5d6c7b;--line:#dbe2e9;--track:#e2e8ee;--sea:#1763b8;--mark:#0e1a26}
@media (prefers-color-scheme:dark){
svg{--bg:#111a23;--ink:#e9eff5;--ink2:#b0bdca;--ink3:#8797a8;--line:#22303d;--track:#24323f;--sea:#62aef5;--mark:#f3f6f9}}
text{font:12px Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink2)}
.t{font-size:15px;font-weight:650;fill:var(--ink)} .n{font-weight:600;fill:var(--ink)} .s{font-size:11px;fill:var(--ink3)}
.v{font-weight:600;fill:var(--ink);font-variant-numeric:tabular-nums} .e{text-anchor:end} .m{text-anchor:middle}
.g{stroke:var(--line);fill:none} .i{stroke:var(--ink3);stroke-width:1.2;stroke-dasharray:3 3;fill:none}
.c{stroke:var(--sea);stroke-width:1.75;fill:none} .d{fill:var(--sea)} .k{fill:var(--track)}
.r{stroke:var(--mark);stroke-width:1.5;fill:var(--bg)}`;

export function performanceSvg(growth: readonly GrowthFigures[], ratios: readonly RatioFigure[]): string {
  const height = ratios.length === 0 ? RATIO_TOP - 12 : RATIO_TOP + 34 + ratios.length * RATIO_ROW;
  const said = growth.map(({ axis, slope }) => `${axis} ${slope.toFixed(2)}`).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="t">`,
    `<title id="t">How the cost of a run grows, slope by axis: ${said}.</title><style>${STYLE}</style>`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="var(--bg)"/>`,
    text(PANEL.left, 26, "t", "What more of it costs"),
    text(
      PANEL.left,
      44,
      "s",
      "CPU time over size, both logarithmic; dashed: a straight line, slope 1. Below each, the cost of one at the largest size",
    ),
    ...growth.map((figures, n) => panel(figures, PANEL.left + n * (PANEL.width + PANEL.gap))),
    ...(ratios.length === 0 ? [] : ratioRows(ratios)),
    "</svg>",
    "",
  ].join("\n");
}

function panel({ axis, unit, points, slope, verdict }: GrowthFigures, left: number): string {
  const bottom = PANEL.top + PANEL.height;
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const decades = Math.log10(last.size / first.size);
  // The straight line is the same diagonal in every panel.
  const scale = (PANEL.width - 24) / decades;
  const floor = bottom - 14;
  const x = (size: number) => left + 6 + Math.log10(size / first.size) * scale;
  const drawn = points.filter(({ seconds }) => seconds > 0);
  // A curve steeper than the panel is high presses the panel together: nothing is cut off.
  const rise = Math.max(...drawn.map(({ seconds }) => Math.log10(seconds / first.seconds)));
  const aspect = Math.min(ASPECT, (floor - PANEL.top - 40) / (Math.max(rise, decades) * scale));
  const y = (seconds: number) => floor - Math.log10(seconds / first.seconds) * scale * aspect;
  const path = drawn.map((p) => `${x(p.size).toFixed(1)},${y(p.seconds).toFixed(1)}`).join(" ");
  const straight = `${x(first.size)},${floor} ${x(last.size)},${(floor - decades * scale * aspect).toFixed(1)}`;
  const cost = last.microsPerUnit;
  const each = cost >= 1000 ? `${(cost / 1000).toFixed(1)} ms` : `${cost.toPrecision(2)} µs`;
  return [
    `<path class="g" d="M${left} ${bottom}h${PANEL.width}"/>`,
    `<polyline class="i" points="${straight}"/>`,
    `<polyline class="c" points="${path}"/>`,
    ...drawn.map(
      (p) => `<circle class="d" cx="${x(p.size).toFixed(1)}" cy="${y(p.seconds).toFixed(1)}" r="3"/>`,
    ),
    text(left, PANEL.top + 14, "n", axis[0]?.toUpperCase() + axis.slice(1)),
    text(left, PANEL.top + 30, "s", `slope ${slope.toFixed(2)}, ${verdict}`),
    ...points.map((p, n) => text(x(p.size), bottom + 16, `s ${["", "m", "e"][n] ?? "m"}`, count(p.size))),
    text(left, bottom + 38, "v", each),
    text(left, bottom + 54, "s", `a ${unit}`),
  ].join("\n");
}

/** Height of a decade over its width. */
const ASPECT = 0.62;

/** Every bar ends at twice its goal: the marks stand in one line. */
function ratioRows(ratios: readonly RatioFigure[]): string[] {
  const middle = BAR.left + BAR.width / 2;
  const rows = ratios.map(({ name, detail, value, goal }, n) => {
    const y = RATIO_TOP + 44 + n * RATIO_ROW;
    const filled = Math.min(1, value / (2 * goal)) * BAR.width;
    return [
      text(PANEL.left, y - 3, "n", name),
      text(PANEL.left, y + 11, "s", detail),
      `<rect class="k" x="${BAR.left}" y="${y - 5}" width="${BAR.width}" height="10" rx="2"/>`,
      `<rect class="d" x="${BAR.left}" y="${y - 5}" width="${filled.toFixed(1)}" height="10" rx="2"/>`,
      `<circle class="r" cx="${middle}" cy="${y}" r="6"/><path class="r" d="M${middle - 10} ${y}h20"/>`,
      text(WIDTH - PANEL.left, y + 4, "v e", `${figure(value)} of ${figure(goal)}`),
    ].join("\n");
  });
  return [
    text(PANEL.left, RATIO_TOP, "t", "Against its goals"),
    text(PANEL.left, RATIO_TOP + 18, "s", "Each measured side by side in one run; the mark is the goal"),
    ...rows,
  ];
}

const text = (x: number, y: number, kind: string, words: string): string =>
  `<text x="${Number(x.toFixed(1))}" y="${y}" class="${kind}">${words}</text>`;

const figure = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toFixed(2));

const count = (size: number): string => Math.round(size).toLocaleString("en-US");

/** Markdown of all axes and ratios, for docs/performance.md. */
export function performanceTable(growth: readonly GrowthFigures[], ratios: readonly RatioFigure[]): string {
  const rows = growth.map(({ axis, unit, points, baseSeconds, slope, verdict }) => {
    const sizes = points.map(({ size }) => count(size)).join(" / ");
    const costs = points.map(({ microsPerUnit }) => Number(microsPerUnit.toPrecision(3))).join(" / ");
    const base = (baseSeconds * 1e3).toFixed(1);
    return `| ${axis} | ${base} | ${sizes} | ${costs} us a ${unit} | ${slope.toFixed(2)} | ${verdict} |`;
  });
  const goals = ratios.map(
    ({ name, detail, value, goal }) => `| ${name}, ${detail} | ${figure(value)} | ${figure(goal)} |`,
  );
  return [
    "# How the cost of a run grows",
    "",
    "Written by `npm run bench -- --report --data DIR`: CPU time of one thread, best of the turns, warm. What a base run with next to",
    "nothing on the axis costs is taken off; sizes and costs are over that run. The slope is that of time over size, both as",
    `logarithms; 1 is a straight line, ${SLOPE_BUDGET} the budget.`,
    "",
    "| axis | base, ms | sizes | cost | slope | |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
    ...(goals.length === 0 ? [] : ["| ratio | here | goal |", "|---|---|---|", ...goals, ""]),
  ].join("\n");
}
