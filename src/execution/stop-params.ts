/** Settings of virtual stops and of entries that filled in part (RISK-4, EXEC-1; C-22, C-23, C-40). */
import { z } from "zod";

/** Who watches a stop: the venue at which it rests, or the engine, with a wider one at the venue (C-23). */
export const stopKinds = ["venue", "virtual"] as const;

export const virtualStopParams = z.strictObject({
  /** Oldest quote that may corroborate a print, and that a market order may be sent into. */
  quoteSeconds: z.number().positive().max(60).default(2),
  /** How far beyond the last price an exit without such a quote may trade; doubled with each attempt up to the most. */
  collarBps: z.number().positive().max(1000).default(50),
  collarMaxBps: z.number().positive().max(5000).default(1000),
  /** After so many attempts that got nothing the exit is a market order, quoted or not. */
  collarAttempts: z.int().min(1).max(20).default(3),
  /** The disaster stop: the larger of a multiple of the virtual distance and a fraction of the price. */
  disasterMultiple: z.number().min(1).max(10).default(2),
  disasterFraction: z.number().positive().max(0.5).default(0.08),
  /** Between two attempts to leave: the first figure, doubled after each that got nothing, up to the second. */
  retrySeconds: z.number().min(0.1).max(60).default(1),
  retryMaxSeconds: z.number().min(0.1).max(600).default(60),
  /** After a halt: from the first print on nothing leaves for so long. */
  resumeSeconds: z.number().min(0).max(600).default(5),
});

/** A position that moves that far against us within minutes leaves (C-20); only where the engine watches stops. */
export const shockParams = z.strictObject({
  enabled: z.boolean().default(true),
  /** Of the average true range of 14 days. */
  atrMultiple: z.number().positive().max(20).default(1.5),
  /** From the best price to the worst; at least one bar. */
  minutes: z.number().min(1).max(60).default(3),
});
export type ShockParams = z.infer<typeof shockParams>;

export const partialFillParams = z.strictObject({
  /** An entry whose time is over keeps what it got from this part of its order on, whatever that is worth. */
  acceptFraction: z.number().min(0).max(1).default(0.8),
  /** Below that part, what is worth less, or risks less to its stop, is closed again. Dollars; 0 keeps everything. */
  minValue: z.number().min(0).max(1e6).default(100),
  minRisk: z.number().min(0).max(1e6).default(0),
});
export type PartialFillParams = z.infer<typeof partialFillParams>;
