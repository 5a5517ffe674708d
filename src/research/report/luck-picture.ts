/**
 * The picture of the deflated Sharpe: where the true Sharpe of this run may lie, and the best Sharpe that
 * luck alone would show in the counted trials. The shaded share to the right of luck is the deflated
 * Sharpe probability.
 */

import { number, ratio } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import { placesFor, roundTicks } from "./axis.ts";
import type { Markup } from "./markup.ts";
import { YEAR_DAYS } from "./series.ts";
import { type At, curve, disc, ground, label, level, plot, stretched, upright } from "./svg.ts";
import { sharpeVariance } from "./verdict.ts";

const HEIGHT = 172;
const FLOOR = HEIGHT - 22;
const PEAK = 26;
const CURVE_POINTS = 160;
/** Standard errors drawn on each side of the observed Sharpe. */
const REACH = 3.2;
/** Shares of the width kept free for the words beside each upright. */
const LUCK_ROOM = 0.36;
const OBSERVED_ROOM = 0.3;

/** Undefined when the spread of the estimate is not known: NaN moments, or a variance not above zero. */
export function luckPicture(result: RunResult): Markup | undefined {
  const { sharpe } = result.metrics;
  const { expectedMaxSharpe: luck, observations, trials, dsr } = result.honesty;
  const error = Math.sqrt((sharpeVariance(result) / (observations - 1)) * YEAR_DAYS);
  if (![sharpe, luck, error].every(Number.isFinite) || error <= 0) return undefined;

  const isLuckLeft = luck <= sharpe;
  const range = roomFor({ sharpe, luck, error });
  const x = (value: number) => (value - range.low) / (range.high - range.low);
  const points = bell({ ...range, sharpe, error }).map(({ value, y }) => ({ x: x(value), y, value }));
  const beyond: At[] = [
    { x: x(luck), y: bellHeight((luck - sharpe) / error) },
    ...points.filter(({ value }) => value > luck),
  ];
  const ticks = roundTicks(range.low, range.high, 5).filter((tick) => x(tick) > 0.03 && x(tick) < 0.97);
  const places = Math.max(1, placesFor(ticks));
  const words = isLuckLeft ? ({ anchor: "end", dx: -9 } as const) : ({ anchor: "start", dx: 9 } as const);
  const seen = isLuckLeft ? ({ anchor: "start", dx: 7 } as const) : ({ anchor: "end", dx: -7 } as const);
  return plot(
    HEIGHT,
    `Observed Sharpe ${ratio(sharpe)}; luck alone would show ${ratio(luck)}. Share beyond luck ${number(dsr, 3)}.`,
    [
      stretched(HEIGHT, [ground(beyond, FLOOR, "beyond"), curve(points, "run")]),
      level(FLOOR, "base"),
      ...ticks.map((tick) =>
        label({ x: x(tick), y: HEIGHT - 5 }, number(tick, places), { anchor: "middle" }),
      ),
      upright(x(sharpe), { top: 6, bottom: FLOOR }, "observed"),
      label({ x: x(sharpe), y: 14 }, `observed ${ratio(sharpe)}`, { shape: "observed-text", ...seen }),
      upright(x(luck), { top: 12, bottom: FLOOR }, "luck"),
      disc({ x: x(luck), y: FLOOR }),
      label({ x: x(luck), y: 32 }, trials <= 1 ? "luck, 1 trial" : `luck, best of ${number(trials, 0)}`, {
        shape: "luck-text",
        ...words,
      }),
      label({ x: x(luck), y: 47 }, ratio(luck), { shape: "luck-figure", ...words }),
    ],
  );
}

interface Estimate {
  readonly sharpe: number;
  readonly luck: number;
  readonly error: number;
}

/** A range in which both bell and luck lie, with room for words on the outer side of each upright. */
function roomFor({ sharpe, luck, error }: Estimate): { low: number; high: number } {
  const [left, right] = luck <= sharpe ? [luck, sharpe] : [sharpe, luck];
  const [leftRoom, rightRoom] = luck <= sharpe ? [LUCK_ROOM, OBSERVED_ROOM] : [OBSERVED_ROOM, LUCK_ROOM];
  const low = Math.min(sharpe - REACH * error, luck - 0.4 * error);
  const high = Math.max(sharpe + REACH * error, luck + 0.4 * error);
  const width = Math.max(
    high - low,
    (high - left) / (1 - leftRoom),
    (right - low) / (1 - rightRoom),
    (right - left) / (1 - leftRoom - rightRoom),
  );
  // Widen evenly first, then slide until the words of the left upright have their room.
  const start = low - (width - (high - low)) / 2;
  const slid = Math.min(Math.max(start, right - (1 - rightRoom) * width), left - leftRoom * width);
  return { low: slid, high: slid + width };
}

function bell(range: {
  low: number;
  high: number;
  sharpe: number;
  error: number;
}): { value: number; y: number }[] {
  const { low, high, sharpe, error } = range;
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const value = low + ((high - low) * i) / CURVE_POINTS;
    return { value, y: bellHeight((value - sharpe) / error) };
  });
}

const bellHeight = (z: number): number => FLOOR - Math.exp(-0.5 * z * z) * (FLOOR - PEAK);
