/** The equity of one session by the minute, with the two rungs that it may not fall to (DESIGN 6.1). */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { percent, roughMoney, signed } from "../../app/formats.ts";
import { roundTicks } from "../report/axis.ts";
import { FOOT, LABEL_GAP, scale, TOP } from "../report/chart-frame.ts";
import { easternTime } from "../report/eastern-time.ts";
import { html, type Markup } from "../report/markup.ts";
import {
  type At,
  curve,
  disc,
  dot,
  ground,
  label,
  level,
  plot,
  rightAxis,
  stretched,
  upright,
} from "../report/svg.ts";

const HEIGHT = 280;
const CURVES_MIN = 2;
/** Times along the bottom, minutes apart, and on a phone every so many of them. */
const TIME_STEP = 60;
const MAIN_EVERY = 2;
/** A label nearer to the right end than this would leave the plot. */
const LAST_TIME = 0.95;

/** Undefined for a day with fewer than two valued minutes. */
export function sessionChart({ curve: day, session, account, incidents }: DailyReport): Markup | undefined {
  const { minute, equity, highRung, baseRung, highRungFraction, baseRungFraction } = day;
  const known = [...equity, ...highRung, ...baseRung, account.startEquity].filter((value) =>
    Number.isFinite(value),
  );
  if (equity.length < CURVES_MIN || known.length === 0) return undefined;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const margin = Math.max((most - least) * 0.06, 1);
  const scaled = scale({ low: least - margin, high: most + margin }, HEIGHT, false);
  const x = (at: number) => Math.min(1, Math.max(0, at / session.minutes));
  // A minute that nobody was told of breaks the line: nothing is drawn across a gap.
  const points = (values: readonly number[]): At[] =>
    values.flatMap((value, n) => {
      const here = { x: x(minute[n]!), y: scaled.y(value) };
      const isAfterGap = n > 0 && minute[n]! - minute[n - 1]! > 1;
      return isAfterGap ? [{ x: here.x, y: Number.NaN }, here] : [here];
    });
  const last = points(equity).at(-1) as At;
  const lastBase = scaled.y(baseRung.at(-1)!);
  const lastHigh = scaled.y(highRung.at(-1)!);
  const ends = [
    { y: scaled.y(equity.at(-1)!), text: roughMoney(equity.at(-1)!), shape: "end" },
    { y: lastHigh, text: roughMoney(highRung.at(-1)!), shape: "strong" },
    { y: lastBase, text: roughMoney(baseRung.at(-1)!), shape: "strong" },
  ];
  const isClear = (y: number) => ends.every((end) => Math.abs(end.y - y) >= LABEL_GAP);
  const ticks = roundTicks(scaled.low, scaled.high).filter((tick) => isClear(scaled.y(tick)));
  const change = signed((equity.at(-1)! / account.startEquity - 1) * 100, 2);
  const sentence = `Equity of the session, ${change}% from the close before; entries are barred ${percent(
    highRungFraction,
    0,
  )} under the day's high, everything is closed ${percent(baseRungFraction, 0)} under its base.`;
  const bottom = HEIGHT - FOOT;
  const start = scaled.y(account.startEquity);
  return html`<div class="chart">${plot(HEIGHT, sentence, [
    ...times(session),
    ...ticks.map((tick) => level(scaled.y(tick), "grid")),
    ...barred(incidents.claims, session, bottom),
    level(start, "base"),
    label({ x: 0, y: start + (start > HEIGHT / 2 ? -5 : 13) }, "close before", { dx: 4 }),
    stretched(HEIGHT, [
      ground(
        points(baseRung).filter(({ y }) => Number.isFinite(y)),
        bottom,
        "under",
      ),
      curve(points(baseRung), "rung-base"),
      curve(points(highRung), "rung-high"),
      curve(points(equity), "run"),
    ]),
    dot(last, "last"),
    label({ x: 0, y: lastHigh - 6 }, `${percent(highRungFraction, 0)} under the day's high: no entries`, {
      ...{ shape: "rung-high-text", dx: 4 },
    }),
    label({ x: 0, y: lastBase - 6 }, `${percent(baseRungFraction, 0)} under the base: everything is closed`, {
      ...{ shape: "rung-base-text", dx: 4 },
    }),
    disc({ x: 1, y: lastHigh }, { radius: 4.5, dx: -8 }),
    disc({ x: 1, y: lastBase }, { radius: 4.5, dx: -8 }),
  ])}${rightAxis(HEIGHT, [
    ...ticks.map((tick) => label({ x: 0, y: scaled.y(tick) + 3.5 }, roughMoney(tick))),
    ...ends.map(({ y, text, shape }) => label({ x: 0, y: y + 3.5 }, text, { shape })),
  ])}</div>`;
}

/** Hours of the clock on the wall in New York. */
function times({ open, minutes }: DailyReport["session"]): Markup[] {
  const opened = easternTime(open).slice(11);
  const [hour, minute] = [Number(opened.slice(0, 2)), Number(opened.slice(3, 5))];
  const first = (TIME_STEP - minute) % TIME_STEP;
  const marks: Markup[] = [];
  for (let at = first, n = 0; at <= minutes; at += TIME_STEP, n++) {
    const text = `${hour + Math.ceil(minute / TIME_STEP) + n}:00`;
    const wide = n % MAIN_EVERY === 0 ? "" : " wide";
    const here = at / minutes;
    const side =
      here > LAST_TIME ? ({ anchor: "end", dx: -3 } as const) : ({ anchor: "start", dx: 3 } as const);
    marks.push(
      upright(here, { top: TOP - 2, bottom: HEIGHT - FOOT + 4 }, `grid${wide}`),
      label({ x: here, y: HEIGHT - 6 }, text, { ...side, shape: wide.trim() }),
    );
  }
  return marks;
}

/** When nothing could enter: ground of the words in the table below. */
function barred(
  claims: DailyReport["incidents"]["claims"],
  { open, minutes }: DailyReport["session"],
  bottom: number,
): Markup[] {
  const share = (at: string) =>
    Math.min(1, Math.max(0, (Date.parse(at) - Date.parse(open)) / 60_000 / minutes));
  return claims
    .filter(
      ({ target, level: claimed }) => target === "account" && claimed !== "SCALED" && claimed !== "NORMAL",
    )
    .flatMap(({ from, to }) => {
      const [left, right] = [share(from), to === null ? 1 : share(to)];
      if (right <= left) return [];
      const width = Math.round((right - left) * 100_000) / 1000;
      return [
        html`<rect class="barred" x="${Math.round(left * 100_000) / 1000}%" y="${TOP}" width="${width}%"
 height="${bottom - TOP}"/>`,
      ];
    });
}
