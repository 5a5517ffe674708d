/**
 * The predicates under which the watchdog asks for everything to be closed (RELIABILITY 1.3, S2). Whether there is
 * anything to close, and a market to close it in, has been asked before.
 */
import type { EpochMicros } from "../../domain/time.ts";
import type { ChannelWatch } from "./channel-watch.ts";
import type { FeedWatch } from "./feed-watch.ts";
import type { WatchdogReason, WatchdogTerms } from "./terms.ts";

/** The feed's name among the reasons. */
export const FEED = "feed";
/** That of its stamps: what is old bars entries and closes nothing. */
export const STAMPS = "stamps";
export const CANCEL_AFTER_MS = 3000;
const ENGINE_DEAD_MS = 3000;
const ENGINE_GONE_MS = 10_000;

export interface Confirmed {
  readonly ends: "SAFE_FLAT" | "HALTED";
  readonly reason: WatchdogReason;
}

export interface Evidence {
  readonly terms: WatchdogTerms;
  readonly mono: number;
  readonly at: EpochMicros;
  readonly misses: readonly WatchdogReason[];
  readonly channels: ReadonlyMap<string, ChannelWatch>;
  readonly feed: FeedWatch | undefined;
  /** The system says that there is no such process. */
  readonly isEngineGone: boolean;
  /** Since quotes by REST last advanced while somebody asked. */
  readonly quoteAgeMs: number;
}

/** The first predicate that holds; undefined: none. */
export function confirm(evidence: Evidence): Confirmed | undefined {
  return engineDead(evidence) ?? blind(evidence) ?? feedDown(evidence) ?? literal(evidence);
}

/** A peer that never spoke is starting, not dead: its silence bars entries and no more. */
function engineDead({ terms, misses, channels, isEngineGone }: Evidence): Confirmed | undefined {
  const limitMs = Math.min(isEngineGone ? ENGINE_DEAD_MS : ENGINE_GONE_MS, terms.confirmMs);
  for (const { channel, ageMs, deadlineMs } of misses) {
    const watch = channels.get(channel);
    if (watch?.terms.isEngine !== true || !watch.hasBeaten || ageMs < Math.max(limitMs, deadlineMs)) continue;
    return { ends: "SAFE_FLAT", reason: { channel, what: "engine-dead", ageMs, deadlineMs: limitMs } };
  }
  return undefined;
}

/** Pongs of the data socket, its cadence and the quotes by REST, all three. */
function blind({ terms, mono, misses, channels, feed, quoteAgeMs }: Evidence): Confirmed | undefined {
  const pongs = misses.find(({ channel }) => channels.get(channel)?.terms.carriesData === true);
  const socket = channels.get(pongs?.channel ?? "");
  if (socket === undefined || feed === undefined || misses.every(({ channel }) => channel !== FEED))
    return undefined;
  const ageMs = Math.min(socket.ageMs(mono), feed.wallAgeMs(mono), quoteAgeMs);
  if (ageMs < terms.confirmMs) return undefined;
  const channel = socket.terms.name;
  return { ends: "SAFE_FLAT", reason: { channel, what: "blind", ageMs, deadlineMs: terms.confirmMs } };
}

function feedDown({ terms, mono, at, feed, quoteAgeMs }: Evidence): Confirmed | undefined {
  if (feed?.isDown(mono, at, terms.feedDownMs) !== true) return undefined;
  if (terms.restCountsAsFeed && quoteAgeMs < CANCEL_AFTER_MS) return undefined;
  const ageMs = feed.ageMs(at);
  return {
    ends: "HALTED",
    reason: { channel: FEED, what: "feed-down", ageMs, deadlineMs: terms.feedDownMs },
  };
}

/** The documents' literal reading: one heartbeat is enough, `confirmMs` after its deadline. */
function literal({ terms, misses, channels }: Evidence): Confirmed | undefined {
  if (terms.confirmMs >= CANCEL_AFTER_MS) return undefined;
  const found = misses.find(({ channel, ageMs, deadlineMs }) => {
    const watch = channels.get(channel);
    const counts = watch?.terms.class === "HB-transport" || watch?.terms.isEngine === true;
    return counts && watch?.hasBeaten === true && ageMs >= deadlineMs + terms.confirmMs;
  });
  return found === undefined ? undefined : { ends: "SAFE_FLAT", reason: found };
}
