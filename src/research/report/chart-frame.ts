/** What every chart over the sessions of a run has in common: its scale, and the dates along the bottom. */
import type { DateMark } from "./axis.ts";
import type { Markup } from "./markup.ts";
import { label, upright } from "./svg.ts";

export const TOP = 8;
/** Room for the dates under a plot. */
export const FOOT = 22;
/** Closer than this many pixels, two labels would touch. */
export const LABEL_GAP = 13;
/** A date beyond this fraction stands left of its line, or it would leave the plot. */
const LAST_MARK = 0.99;

/** A scale over [low, high] whose top is `high`. */
export interface Scale {
  readonly isLog: boolean;
  readonly low: number;
  readonly high: number;
  y(value: number): number;
}

/** `room`: pixels kept free above the plot. */
export function scale(
  { low, high }: { readonly low: number; readonly high: number },
  heightPx: number,
  isLog: boolean,
  room = 0,
): Scale {
  const top = TOP + room;
  const at = isLog ? Math.log : (value: number) => value;
  const span = at(high) - at(low);
  return { isLog, low, high, y: (value) => top + ((at(high) - at(value)) / span) * (heightPx - top - FOOT) };
}

/** An upright line and its words for each date. */
export function dateGrid(marks: readonly DateMark[], heightPx: number, room = 0): Markup[] {
  return marks.flatMap(({ x, text, isMain }) => {
    const wide = isMain ? "" : " wide";
    const words =
      x > LAST_MARK ? ({ anchor: "end", dx: -3 } as const) : ({ anchor: "start", dx: 3 } as const);
    return [
      upright(x, { top: TOP + room - 2, bottom: heightPx - FOOT + 4 }, `grid${wide}`),
      label({ x, y: heightPx - 6 }, text, { ...words, shape: wide.trim() }),
    ];
  });
}
