/** Settings of what research does by itself, and of what is made of it (RES-5, RES-6): `research`. */
import { z } from "zod";

/** Options of a command, without its name. */
const optionLine = z.string().min(1).max(1000);

export const researchParams = z.strictObject({
  /** Studies that are older say nothing to the selector. */
  maxAgeDays: z.int().min(1).max(3650),
  /** Yearly Sharpe ratio out of sample of what is traded, below which switching off is proposed. */
  disableBelow: z.number().min(-10).max(10),
  /** Sessions out of sample, and own trades, below which nothing is said against a strategy. */
  leastSessions: z.int().min(20).max(100_000),
  leastTrades: z.int().min(10).max(100_000),
  /** Own trades count that ended in the last so many sessions. */
  liveSessions: z.int().min(1).max(10_000),
  /** Options of `research optimize`, a line each: searched after each close. None: nothing is. */
  optimisations: z.array(optionLine).max(50),
  nightly: z.strictObject({
    /** Universe, trainings and walks at 18:00 in one go, with a report, in place of the tasks of 02:00. */
    enabled: z.boolean(),
    /** Options of `data sync`, a line each: brought into the lake after each close. None: nobody is asked. */
    sync: z.array(optionLine).max(50),
    /** What one step may take. */
    stepMinutes: z.int().min(1).max(55),
  }),
});
export type ResearchParams = z.infer<typeof researchParams>;
