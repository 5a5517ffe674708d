/** Which channels hear of what, how often, and when a channel counts as working (C-60). Plain arithmetic. */
import type { AlertLevel, ChannelFacts } from "../../domain/alert.ts";

export interface AlertPolicy {
  /** Ids of the channels that are set up, in the order in which one stands in for another. */
  readonly channels: readonly string[];
  /** Of each level, who hears of it; a critical one goes to all, whatever stands here. */
  readonly routes: Readonly<Record<"info" | "warning" | "digest", readonly string[]>>;
  /** An unacknowledged critical incident is told again after so long, so many times at most. */
  readonly repeatMs: number;
  readonly repeatsMax: number;
  /** A warning waits so long for others of its cause before it is told; a critical alert never waits. */
  readonly groupMs: number;
  /** What goes on is summed up at most this often. */
  readonly summaryMs: number;
  /** An incident without news for so long is over. */
  readonly quietMs: number;
  /** One that was over for no longer than this goes on when its cause comes back. */
  readonly reopenMs: number;
  /** Failed attempts after which the next channel is asked as well. */
  readonly escalateAfter: number;
  /** What is not critical is given up after so long. */
  readonly giveUpMs: number;
}

const FIRST_RETRY_MS = 1_000;
const RETRY_CEILING_MS = 60_000;
/** A channel that delivered nothing for so long is not known to work: longer than any weekend with holidays. */
const PROVEN_MS = 6 * 86_400_000;

/** One second, doubled with each failure, a minute at most; a critical alert is never given up. */
export const retryAfterMs = (failures: number): number =>
  Math.min(RETRY_CEILING_MS, FIRST_RETRY_MS * 2 ** Math.min(20, Math.max(0, failures - 1)));

/** Who is told of an incident of that level first. */
export function plannedChannels(
  level: AlertLevel,
  { channels, routes }: Pick<AlertPolicy, "channels" | "routes">,
): readonly string[] {
  if (level === "critical") return channels;
  const planned = channels.filter((id) => routes[level].includes(id));
  // A route to nobody who is set up must not swallow what a person should see.
  return planned.length === 0 && level === "warning" ? channels.slice(0, 1) : planned;
}

/** Who is told of the day: never somebody else in their place, and a text message only where one asked for it. */
export const letterChannels = ({ channels, routes }: Pick<AlertPolicy, "channels" | "routes">) =>
  channels.filter((id) => routes.digest.includes(id) || routes.info.includes(id));

/** Its last attempt came through, and that is not long ago. One that was never tried is not known to work. */
export const isWorking = ({ lastOkMs, failures }: ChannelFacts, nowMs: number): boolean =>
  failures === 0 && lastOkMs !== undefined && nowMs - lastOkMs < PROVEN_MS;
