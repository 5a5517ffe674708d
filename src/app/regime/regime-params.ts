/** Settings of the regime detector (REGIME-1 to 3, C-18, C-19): `regime`. */
import { z } from "zod";
import type { BarColumns } from "../../domain/bars.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { RegimeRule } from "../../engine/regime-watch.ts";
import { pointInTimeParams } from "../../learn/regime/point-in-time.ts";
import type { ReadingParams } from "../../learn/regime/session-readings.ts";
import { labelOrders } from "../../learn/regime/state-labels.ts";

const symbol = z.string().min(1).max(24);

export const regimeParams = z
  .strictObject({
    /** In paper, live and demo no new long comes without a sound word; a backtest without its data goes on without. */
    enabled: z.boolean(),
    /** Symbol of the index: daily bars in the lake, and the five-minute closes of the fast exit. */
    index: symbol,
    vix: z.strictObject({
      /** Symbol of its daily closes in the lake. */
      symbol,
      /** CSV of `date,close`, which comes first; empty for none. */
      file: z.string().max(400),
    }),
    /** Filtered probability from which on a regime holds, and below which it ends. */
    enter: z.number().gt(0.5).max(1),
    leave: z.number().min(0).max(1),
    /** Share of its size that a new long gets in Neutral. */
    neutralScale: z.number().min(0).max(1),
    /** Sessions that a model is fitted on, each month anew, or all that there are. */
    windowDays: z.union([z.int().min(252).max(20_000), z.literal("all")]),
    /** Sessions that the first model needs. */
    daysMin: z.int().min(252).max(20_000),
    labelBy: z.enum(labelOrders),
    /**
     * Bills and government bonds, which are held because stocks are not: what is in force for new longs, and for longs
     * that are to go, does not bind them. Whatever binds the account does.
     */
    refuges: z.array(symbol).max(50),
    /** `shadow`: what the gate would bar or scale is told and logged, and not done. */
    gate: z.enum(["on", "shadow"]),
    /** Sizes are scaled by the bands of the VIX. */
    vixRegimes: z.boolean(),
    fastExit: z.enum(["scaled", "literal", "off"]),
  })
  .refine(({ enter, leave }) => leave < enter, { error: "must be below enter", path: ["leave"] })
  .refine(({ windowDays, daysMin }) => windowDays === "all" || windowDays >= daysMin, {
    error: "must be at least daysMin: no model would ever be fitted",
    path: ["windowDays"],
  });
export type RegimeParams = z.infer<typeof regimeParams>;

/** How readings are made by these settings. */
export function readingParams(params: RegimeParams): ReadingParams {
  const { windowDays, daysMin, labelBy, enter, leave, neutralScale, vixRegimes } = params;
  return {
    model: pointInTimeParams.parse({ daysMin, labelBy, ...(windowDays === "all" ? {} : { windowDays }) }),
    gate: { enter, leave, neutralScale },
    scalesByVix: vixRegimes,
  };
}

/** How the engine of a run takes them. The fast exit needs bars of the index within the day. */
export function regimeRule(
  { index, gate, vixRegimes, fastExit, ...params }: RegimeParams,
  { timeframe, instruments }: Pick<BarColumns, "timeframe" | "instruments">,
  isRequired: boolean,
): RegimeRule {
  const refuges = refugesOf(params, instruments);
  const watched = fastExit === "off" || timeframe === "1d" ? undefined : instruments.find(index);
  return {
    isRequired,
    ...(gate === "shadow" ? { isShadow: true } : {}),
    scalesByVix: vixRegimes,
    ...(refuges.length === 0 ? {} : { refuges }),
    ...(watched === undefined ? {} : { fastExit: { index: watched, params: { mode: fastExit } } }),
  };
}

/** Those that the run knows. */
export const refugesOf = (
  { refuges }: Pick<RegimeParams, "refuges">,
  instruments: BarColumns["instruments"],
): InstrumentId[] => refuges.flatMap((name) => instruments.find(name) ?? []);
