/**
 * The saved form of virtual stops: every level in force, and what is known of the market that they are watched in
 * (RS-1). What has not happened is null.
 */
import { z } from "zod";
import { savedShock } from "./shock-exit.ts";

/** More failures change neither the collar nor the wait. */
export const MOST_FAILURES = 20;
/** Prints in a row that decide by themselves. */
export const MOST_STRIKES = 2;

const index = (below: number) =>
  z
    .int()
    .min(0)
    .max(below - 1);
const price = z.number().positive();

const savedLevel = (slots: number) =>
  z.strictObject({
    slot: index(slots),
    /** Dollars per share. */
    level: price,
    reached: price.nullable(),
    /** Row of the signal behind it. */
    signal: z.int(),
    failures: z.int().min(0).max(MOST_FAILURES),
    strikes: z.int().min(0).max(MOST_STRIKES),
    /** Epoch micros. */
    nextAt: z.number().nullable(),
    boughtAt: z.number().nullable(),
  });
export type SavedLevel = z.infer<ReturnType<typeof savedLevel>>;

const savedMarket = (instruments: number) =>
  z.strictObject({
    instrument: index(instruments),
    /** Last price seen, dollars. */
    last: price.nullable(),
    /** Epoch micros. */
    printedAt: z.number().nullable(),
    /** From when on exits may leave, epoch micros; null where nothing was ever halted. */
    calmAt: z.union([z.number(), z.literal("after_first_print")]).nullable(),
    /** When trading resumed, until something printed after it. */
    resumedAt: z.number().nullable(),
  });
export type SavedMarket = z.infer<ReturnType<typeof savedMarket>>;

const once = (places: readonly number[]) => new Set(places).size === places.length;

export const savedStops = (strategies: number, instruments: number) =>
  z.strictObject({
    levels: z
      .array(savedLevel(strategies * instruments))
      .refine((levels) => once(levels.map(({ slot }) => slot)), { error: "a slot stands twice" }),
    /** Instruments that printed or were halted. */
    market: z
      .array(savedMarket(instruments))
      .refine((rows) => once(rows.map(({ instrument }) => instrument)), { error: "a place stands twice" }),
    /** What shocks are measured by, where they are watched (C-20). */
    shock: savedShock(instruments).optional(),
  });
export type StopState = z.infer<ReturnType<typeof savedStops>>;
