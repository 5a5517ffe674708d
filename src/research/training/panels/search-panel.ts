/** The search for settings, trial by trial, and the candidates that went on to be walked forward. */
import { count, plural, signed } from "../../../app/formats.ts";
import { placesFor, roundTicks } from "../../report/axis.ts";
import { FOOT, scale } from "../../report/chart-frame.ts";
import { emptyState, note, panel, table } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import { type At, across, curve, label, level, plot, rightAxis, stretched } from "../../report/svg.ts";
import type { WalkResult } from "../walk-result.ts";

type Trial = WalkResult["search"][number];

const TITLE = "Search for settings";
const HEIGHT = 212;
/** Dates and trial numbers along the bottom, at most. */
const MARKS_MAX = 6;

export function searchPanel({ search, training }: WalkResult): Markup {
  const values = search.map(({ value }) => value ?? Number.NaN);
  const full = Math.max(0, ...search.map(({ budget }) => budget));
  const best = bestOf(search, full);
  const meta = `${training.search.method}, ${plural(search.length, "trial")}`;
  if (best === undefined) {
    const why = `All ${plural(search.length, "trial")} failed; the trainer's own settings were walked forward.`;
    return panel({ title: TITLE, meta, span: "c7" }, emptyState("No trial has a figure.", why));
  }
  const failed = values.filter((value) => !Number.isFinite(value)).length;
  const lost = failed === 0 ? "" : ` ${plural(failed, "trial")} failed; crosses at the foot.`;
  const part = search.some(({ budget }) => budget < full) ? " Hollow dots were judged on fewer folds." : "";
  const isLearned = values[best]! > 0;
  return panel(
    { title: TITLE, meta, span: "c7" },
    html`<div class="cb">${chart(search, values, best, full)}</div>${note(
      `Skill out of fold within the first window's days to train, before any day that is tested. Zero is what the base
rate of the entries learned from knows; the best trial is ${isLearned ? "above" : "not above"} it. The line is the best
so far.${part}${lost} Every trial counts in each deflated Sharpe ratio of this strategy from now on.`,
    )}`,
  );
}

/** Of those judged on all folds; the first of equals. */
function bestOf(search: readonly Trial[], full: number): number | undefined {
  let best: number | undefined;
  for (const [n, { value, budget }] of search.entries())
    if (value !== null && budget === full && (best === undefined || value > search[best]!.value!)) best = n;
  return best;
}

function chart(search: readonly Trial[], values: readonly number[], best: number, full: number): Markup {
  const known = values.filter((value) => Number.isFinite(value));
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const margin = Math.max((high - low) * 0.1, 1e-4);
  const scaled = scale({ low: low - margin, high: high + margin }, HEIGHT, false);
  const ticks = roundTicks(scaled.low, scaled.high);
  const places = placesFor(ticks);
  const at = (n: number): At => ({ x: (n + 0.5) / values.length, y: scaled.y(values[n]!) });
  const top = at(best);
  const isLate = top.x > 0.6;
  const words = `best ${signed(values[best]!, 4)}, trial ${count(best + 1)}`;
  const stride = Math.max(1, Math.ceil(values.length / MARKS_MAX));
  const marks = values.flatMap((_, n) => (n % stride === 0 ? [n] : []));
  return html`<div class="chart">${[
    plot(HEIGHT, `Skill of ${plural(values.length, "trial")} of settings; ${words}.`, [
      ...ticks.map((tick) => level(scaled.y(tick), tick === 0 ? "gate" : "grid")),
      ...marks.map((n) =>
        label({ x: at(n).x, y: HEIGHT - 6 }, n === 0 ? "trial 1" : count(n + 1), { anchor: "middle" }),
      ),
      stretched(HEIGHT, [curve(bestSoFar(search, full, at), "other")]),
      ...values.map((value, n) =>
        Number.isFinite(value) ? dot(at(n), search[n]!.budget === full) : cross(at(n).x),
      ),
      html`<circle class="best" cx="${across(top.x)}" cy="${top.y.toFixed(1)}" r="8"/>`,
      label({ x: top.x, y: top.y - 13 }, words, {
        shape: "end haloed",
        anchor: isLate ? "end" : "start",
        dx: isLate ? 8 : -8,
      }),
    ]),
    rightAxis(
      HEIGHT,
      ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, signed(tick, places))),
    ),
  ]}</div>`;
}

const dot = ({ x, y }: At, isFull: boolean): Markup =>
  html`<circle class="${isFull ? "trial" : "trial part"}" cx="${across(x)}" cy="${y.toFixed(1)}" r="3.5"/>`;

function cross(x: number): Markup {
  const y = HEIGHT - FOOT - 4;
  return html`<svg x="${across(x)}" y="${y}" class="cross"><path d="M-3.5 -3.5L3.5 3.5M-3.5 3.5L3.5 -3.5"/></svg>`;
}

/** Steps: flat until a better trial comes. */
function bestSoFar(search: readonly Trial[], full: number, at: (n: number) => At): At[] {
  const points: At[] = [];
  let best: number | undefined;
  for (const [n, { value, budget }] of search.entries()) {
    if (value === null || budget !== full) continue;
    if (best === undefined) points.push(at(n));
    else if (value > search[best]!.value!) points.push({ x: at(n).x, y: at(best).y }, at(n));
    if (best === undefined || value > search[best]!.value!) best = n;
  }
  return best === undefined ? points : [...points, { x: 1, y: at(best).y }];
}

export function candidatesPanel({ candidates, windows }: WalkResult): Markup {
  const keys = [...new Set(candidates.flatMap((settings) => Object.keys(settings)))].toSorted();
  const columns = [
    { head: "Setting", kind: "name" as const },
    ...candidates.map((_, c) => ({ head: `no. ${c + 1}`, kind: "number" as const })),
  ];
  const rows = keys.map((key) => [
    html`<span class="mono">${key}</span>`,
    ...candidates.map((settings) => said((settings as Readonly<Record<string, unknown>>)[key])),
  ]);
  const traded = candidates.map(
    (_, c) => windows.filter(({ chosen, why }) => why === null && chosen === c).length,
  );
  return panel(
    { title: "Candidates walked forward", meta: "best of the search first", span: "c5" },
    html`${table({
      caption: "Settings of each candidate and the windows that it traded",
      columns,
      rows,
      total: ["Windows traded", ...traded.map(count)],
    })}${note("Fitted in every window anew; the one that knows most of the days to train trades the test.")}`,
  );
}

/** Settings go over powers of ten, so four digits of each are shown. */
const said = (value: unknown): string => {
  if (value === undefined) return "";
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
};
