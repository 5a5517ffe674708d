/** Settings of the universe of the day (UNIV-1): `universe`. */
import { z } from "zod";
import { adjustments } from "../../domain/bars.ts";

const usd = z.number().min(0).max(1e15);

export const universeParams = z
  .strictObject({
    /** Raw price at the last close, dollars. */
    minPrice: usd,
    maxPrice: usd,
    /** Bars of the average dollar volume, and the least of it for each tier, dollars a day. */
    advBars: z.int().min(5).max(250),
    coreAdvUsd: usd,
    extendedAdvUsd: usd,
    /** Bars from which the spread is estimated, and the widest. */
    spreadBars: z.int().min(21).max(250),
    maxSpreadBps: z.number().positive().max(10_000),
    volatilityBars: z.int().min(5).max(250),
    /** Asked where the number of shares is known, dollars. */
    minMarketCapUsd: usd,
    /** Sessions before and after a known earnings report in which a name is left out. */
    earningsSessions: z.int().min(0).max(60),
    coreNames: z.int().min(1).max(10_000),
    extendedNames: z.int().min(1).max(10_000),
    /** Names that cannot be borrowed are left out where a list of those that can is known. */
    shorting: z.boolean(),
    /** Which daily bars, where a name has several; empty: the only ones. A backtest takes those of its run. */
    source: z.string().max(40),
    adjustment: z.enum(["", ...adjustments]),
    /** How often a backtest makes it anew. */
    refresh: z.enum(["daily", "monthly"]),
  })
  .refine(({ minPrice, maxPrice }) => minPrice < maxPrice, {
    error: "minPrice must be below maxPrice",
    path: ["minPrice"],
  })
  .refine(({ coreNames, extendedNames }) => coreNames <= extendedNames, {
    error: "coreNames must be at most extendedNames, which has the core in it",
    path: ["coreNames"],
  })
  .refine(({ coreAdvUsd, extendedAdvUsd }) => extendedAdvUsd <= coreAdvUsd, {
    error: "extendedAdvUsd must be at most coreAdvUsd",
    path: ["extendedAdvUsd"],
  });
export type UniverseParams = z.infer<typeof universeParams>;
