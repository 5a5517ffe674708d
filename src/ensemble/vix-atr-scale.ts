/**
 * How much of a size nervous markets leave: full at or below `base`, nothing at or above `max`, a straight line
 * between (SIZE-1). It never exceeds 1: without that clamp the calmest day would get the most leverage, and a
 * reading above `max` would turn an order around. What cannot be read counts as the worst (QUANT e).
 */
import { z } from "zod";

/**
 * Bounds in the unit of the reading; `floor` is the scale at and beyond `max`: 1 switches the scale off. A `max` beyond
 * `highest` is a mistaken unit, which would leave no scale at all.
 */
export const scaleParams = (base: number, max: number, highest: number) =>
  z
    .strictObject({
      base: z.number().min(0).default(base),
      max: z.number().positive().max(highest).default(max),
      floor: z.number().min(0).max(1).default(0),
    })
    .refine((bounds) => bounds.base < bounds.max, { error: "base must be below max", path: ["base"] });
export type ScaleParams = z.infer<ReturnType<typeof scaleParams>>;

/** In [floor, 1]. NaN and readings that are not positive give the floor. */
export function linearScale(reading: number, { base, max, floor }: ScaleParams): number {
  if (!(reading > 0)) return floor;
  return Math.max(floor, Math.min(1, 1 - (reading - base) / (max - base)));
}
