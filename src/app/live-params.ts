/** Settings of the modes that trade as time passes: demo, paper and live. */
import { z } from "zod";
import { SYMBOL_FORM } from "../domain/instrument.ts";

/** Means of one process; absent: what the system gives. */
const means = z.strictObject({
  /** Cores it may run on. */
  cpu: z.array(z.int().min(0).max(1023)).max(64).optional(),
  /** Bound of its heap, megabytes. */
  memoryMb: z.int().min(64).max(65_536).optional(),
});

export const liveParams = z.strictObject({
  /** What is traded in paper and live, until there is a universe; the demo trades what its exchange lists. */
  symbols: z.array(z.string().regex(SYMBOL_FORM)).min(1).max(500),
  feed: z.enum(["iex", "sip"]),
  /** Sessions of minute bars that features and volumes warm up on before the first. */
  historySessions: z.int().min(0).max(60),
  /** What is in the account when a run begins: refuse to start, take it over, or leave it alone (RUN-7). */
  positions: z.enum(["refuse", "adopt", "ignore"]),
  /** A decision on bars older than this enters nothing: the barrier's grace, and the 5 s of C-10. */
  decisionAgeSeconds: z.number().min(1).max(30),
  /** After this, entries are barred and exits leave without a durable record (C-53). */
  journalWaitMs: z.int().min(10).max(5000),
  /** A second execute follows the journal and takes over when the first dies. */
  standby: z.boolean(),
  /** Asked by the guardian every minute in paper and live; who hears nothing for 3 min calls a person (C-62). */
  deadManUrl: z
    .string()
    .regex(/^(?:https?:\/\/[^\s/]+\S*)?$/, "must be an http(s) address, or empty for none"),
  /** JSON lines of all processes in `logs/` alone, or on standard output as well, for a container's log. */
  logs: z.enum(["file", "both"]),
  processes: z.strictObject({
    ingest: means,
    compute: means,
    execute: means,
    ledger: means,
    guardian: means,
    exchange: means,
    monitor: means,
    orchestrator: means,
    dashboard: means,
  }),
});
export type LiveParams = z.infer<typeof liveParams>;
