/** Settings of the alerts (OPS-4, C-60): channels without their secrets, who hears of what, how often. */
import { z } from "zod";
import { channelIds, channelParams } from "../adapters/alerts/channel-registry.ts";
import type { AlertPolicy } from "../ops/alerts/alert-policy.ts";

const route = z.array(z.enum(channelIds as [string, ...string[]])).max(channelIds.length);
const MINUTE_MS = 60_000;

export const alertParams = z.strictObject({
  channels: channelParams,
  /** Critical alerts go to every channel that is switched on. `digest`: the day in a few lines, after each close. */
  routes: z.strictObject({ warning: route, info: route, digest: route }),
  /** Between two calls about a critical incident that nobody has acknowledged. */
  repeatMinutes: z.number().min(1).max(60),
  /** Calls about one incident beyond the first; after them the dead-man's switch and the page remain. */
  repeatsMax: z.int().min(1).max(1000),
  /** A warning waits so long for others of its cause. */
  groupSeconds: z.number().min(0).max(3600),
  /** What goes on is summed up at most this often. */
  summaryMinutes: z.number().min(1).max(1440),
  /** An incident without news for so long is over. */
  quietMinutes: z.number().min(1).max(1440),
  /** Attempts in vain on one channel after which another is asked as well. */
  escalateAfter: z.int().min(1).max(100),
  /** A warning that no channel takes is given up after so long; a critical alert never is. */
  giveUpHours: z.number().min(1).max(168),
  /** Entries end when no channel has worked for so long; in live always, elsewhere where `barred` says so. */
  channelMinutes: z.number().min(1).max(5),
  barred: z.strictObject({ demo: z.boolean(), paper: z.boolean() }),
  /** A test on every channel so long before each open, in paper and live; 0: none. */
  testMinutesBeforeOpen: z.int().min(0).max(240),
});
export type AlertParams = z.infer<typeof alertParams>;

/** One that comes back within so long goes on, instead of calling people anew. */
const REOPEN_MS = 10 * MINUTE_MS;

export const alertPolicy = (params: AlertParams, channels: readonly string[]): AlertPolicy => ({
  channels,
  routes: params.routes,
  repeatMs: params.repeatMinutes * MINUTE_MS,
  repeatsMax: params.repeatsMax,
  groupMs: params.groupSeconds * 1000,
  summaryMs: params.summaryMinutes * MINUTE_MS,
  quietMs: params.quietMinutes * MINUTE_MS,
  reopenMs: REOPEN_MS,
  escalateAfter: params.escalateAfter,
  giveUpMs: params.giveUpHours * 60 * MINUTE_MS,
});

/** Entries wait for a channel in this mode (C-60). */
export const needsChannel = (
  mode: "demo" | "paper" | "live",
  { barred }: Pick<AlertParams, "barred">,
): boolean => mode === "live" || barred[mode];
