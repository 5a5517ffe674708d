/**
 * Where the dots of the slippage strip stand: one dot per filled order on a line of basis points, + costs us. Dots that
 * would cover each other move up or down by a rule, never by chance: the same day draws the same picture.
 */

export interface StripDot {
  readonly id: string;
  readonly symbol: string;
  readonly bps: number;
  readonly x: number;
  readonly y: number;
}

export interface Strip {
  /** Of the scale, basis points; they hold zero, the budget and every dot. */
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly { readonly bps: number; readonly x: number }[];
  readonly dots: readonly StripDot[];
  readonly zeroX: number;
  readonly meanX: number | null;
  readonly mean: number | null;
  readonly budgetX: number;
}

export interface StripBox {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

/** More dots than that say nothing more: of a longer day the newest are drawn. */
export const dotsMax = 400;

interface Filled {
  readonly id: string;
  readonly symbol: string;
  readonly slippageBps: number | null;
}

export function slippageStrip(orders: readonly Filled[], budgetBps: number, box: StripBox): Strip {
  const known = orders
    .filter((order): order is Filled & { slippageBps: number } => Number.isFinite(order.slippageBps))
    .slice(0, dotsMax);
  const { low, high, step } = scaleOf([...known.map(({ slippageBps }) => slippageBps), 0, budgetBps]);
  const inset = box.radius + 2;
  const toX = (value: number) => inset + ((value - low) / (high - low)) * (box.width - 2 * inset);
  const mean =
    known.length === 0 ? null : known.reduce((sum, { slippageBps }) => sum + slippageBps, 0) / known.length;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, k) => low + k * step).map(
    (value) => ({ bps: Math.abs(value) < step / 1e6 ? 0 : value, x: toX(value) }),
  );
  return {
    low,
    high,
    ticks,
    dots: placed(known, toX, box),
    zeroX: toX(0),
    mean,
    meanX: mean === null ? null : toX(mean),
    budgetX: toX(budgetBps),
  };
}

/** Whole steps of 1, 2 or 5 times a power of ten, at most eight of them; one step of air beyond the ends. */
function scaleOf(values: readonly number[]): { low: number; high: number; step: number } {
  const least = Math.min(...values);
  const greatest = Math.max(...values);
  const rough = Math.max(greatest - least, 1) / 7;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  return {
    low: Math.floor(least / step - 0.01) * step,
    high: Math.ceil(greatest / step + 0.01) * step,
    step,
  };
}

function placed(
  orders: readonly (Filled & { slippageBps: number })[],
  toX: (bps: number) => number,
  { height, radius }: StripBox,
): StripDot[] {
  const middle = height / 2;
  const lane = 2 * radius + 1;
  const lanes = Math.max(1, Math.floor((height / 2 - radius) / lane));
  const lastX = new Map<number, number>();
  return orders
    .map((order) => ({ order, x: toX(order.slippageBps) }))
    .toSorted((a, b) => a.x - b.x)
    .map(({ order, x }) => {
      const last = (k: number) => lastX.get(k) ?? Number.NEGATIVE_INFINITY;
      const laneList = laneOrder(lanes);
      // Where every lane is taken, the one whose last dot is farthest away: they overlap least there.
      const chosen =
        laneList.find((k) => x - last(k) >= lane) ?? laneList.toSorted((a, b) => last(a) - last(b))[0] ?? 0;
      lastX.set(chosen, x);
      const { id, symbol, slippageBps } = order;
      return { id, symbol, bps: slippageBps, x, y: middle + chosen * lane };
    });
}

/** Smaller where there are many: a day of four hundred fills is a cloud, a day of twenty is twenty dots. */
export const dotRadius = (fills: number): number => (fills <= 60 ? 4 : fills <= 160 ? 3 : 2.2);

/** 0, 1, -1, 2, -2 ... */
const laneOrder = (lanes: number): number[] =>
  Array.from({ length: 2 * lanes + 1 }, (_, k) => (k % 2 === 1 ? (k + 1) / 2 : -k / 2));
