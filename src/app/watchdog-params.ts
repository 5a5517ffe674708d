/** Settings of the watchdog (DATA-8, RELIABILITY 1.3); whoever shortens one is told its price at start. */
import { z } from "zod";

export const watchdogParams = z.strictObject({
  /** Silence of a heartbeat after which entries are barred; beats come each 100 ms. */
  heartbeatMs: z.int().min(200).max(60_000),
  /** How long the evidence must stand before everything is closed; below 3000 one heartbeat alone is enough. */
  confirmMs: z.int().min(0).max(600_000),
  /** Silence of the feed that is a kill (C-37), milliseconds of the exchange's clock. */
  feedDownMs: z.int().min(10_000).max(3_600_000),
  /** That kill waits while quotes by request still advance. */
  restCountsAsFeed: z.boolean(),
});
export type WatchdogParams = z.infer<typeof watchdogParams>;
