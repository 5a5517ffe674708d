/** What a pair must be like to be traded (RES-1, QUANT h). */
import { z } from "zod";

export const pairParams = z
  .strictObject({
    /** Sessions that a pair is judged on, and that its parameters are of. */
    formation: z.int().min(60).max(10_000).default(252),
    /** Sessions after those it was judged on, in which it must still behave; 0: none is kept back. */
    confirmation: z.int().min(0).max(2520).default(63),
    /** Nearest pairs of each family that are tested: every test is paid for by all. */
    candidates: z.int().min(1).max(100_000).default(50),
    /** Share of the accepted that may be chance. */
    falseRate: z.number().positive().max(0.5).default(0.1),
    /** How the tests of a family may hang together: in `any` way by Benjamini-Yekutieli, else Benjamini-Hochberg. */
    dependence: z.enum(["independent", "any"]).default("independent"),
    /** Half-lives, sessions: a faster one is gone before it can be traded, a slower one ties up money. */
    shortest: z.number().min(0).max(1000).default(2),
    longest: z.number().positive().max(1000).default(40),
    /** Most that the hedge ratio of either half of the formation may differ from the whole, as a part of it. */
    hedgeDrift: z.number().positive().max(10).default(0.25),
    /** Most root mean square of the spread after the formation, in its deviations; within it is about 1. */
    mostOff: z.number().positive().max(100).default(2),
    /** Lagged differences of the test; absent: as many as AIC chooses. */
    lag: z.int().min(0).max(100).optional(),
    /** What is regressed: logarithms of prices, or prices. */
    prices: z.enum(["log", "level"]).default("log"),
  })
  .refine(({ shortest, longest }) => shortest < longest, {
    error: "shortest must be below longest",
    path: ["shortest"],
  });

export type PairParams = z.infer<typeof pairParams>;
