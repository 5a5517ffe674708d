/**
 * How often the configured deadlines would trip on a day when nothing is wrong: printed at start, so that whoever
 * shortens a deadline sees its price first (RELIABILITY 1.3). Arithmetic over a session of 390 minutes; where the
 * market or the machine must be guessed, the guess stands in the note.
 */
import type { FeedKind } from "../../market/cadence.ts";
import { CANCEL_AFTER_MS } from "./confirmation.ts";
import type { WatchdogTerms } from "./terms.ts";

export interface FalseTripRow {
  readonly channel: string;
  readonly deadlineMs: number;
  /** Expected false trips per session. */
  readonly tripsPerSession: number;
  readonly note: string;
}

const SESSION_MS = 390 * 60_000;
const BARS = 390;
const PINGS = SESSION_MS / 1000;
/** Of a million pings a hundred meet a stall; how long one lasts on average. Guesses, as are those of our own loop. */
const PING_STALL_CHANCE = 1e-4;
const PING_STALL_MEAN_MS = 500;
const LOOP_STALLS = 20;
const LOOP_STALL_MEAN_MS = 60;
/** Mean gap between the messages of ten liquid symbols on one venue's feed and on the consolidated one. */
const FEED_GAP_MS: Readonly<Record<FeedKind, number>> = { iex: 100, sip: 5 };
/** One very liquid symbol's trades, from the vendor's counts: the row says why trades are no heartbeat. */
const TRADE_GAP_MS: Readonly<Record<FeedKind, number>> = { iex: 1850, sip: 44 };

/** Gaps above the deadline per session when messages come independently of each other, every `gapMs` on average. */
export const poissonTrips = (gapMs: number, deadlineMs: number): number =>
  (SESSION_MS / gapMs) * Math.exp(-deadlineMs / gapMs);

/** One row per channel with a deadline, then what the literal 500 ms would do to channels that are no heartbeats. */
export function falseTripEstimates(
  terms: Pick<WatchdogTerms, "channels" | "heartbeatMs" | "confirmMs">,
  feed: FeedKind,
  cadenceMs: number,
): readonly FalseTripRow[] {
  const { channels, heartbeatMs, confirmMs } = terms;
  const rows = channels.flatMap((channel): FalseTripRow[] => {
    const deadlineMs = channel.deadlineMs ?? heartbeatMs;
    const row = { channel: channel.name, deadlineMs };
    switch (channel.class) {
      case "HB-internal":
        return [
          {
            ...row,
            tripsPerSession: loopStalls(deadlineMs),
            note: "20 stalls of 60 ms a session, reversible",
          },
        ];
      case "HB-transport":
        return [
          { ...row, tripsPerSession: pingStalls(deadlineMs), note: "1 ping in 10,000 stalls, reversible" },
        ];
      case "CAD-feed":
        return [
          {
            ...row,
            deadlineMs: cadenceMs,
            tripsPerSession: poissonTrips(FEED_GAP_MS[feed], cadenceMs),
            note: `a message each ${FEED_GAP_MS[feed]} ms, independent; real gaps come in bursts`,
          },
        ];
      case "CAD-stamps":
        return [{ ...row, tripsPerSession: 0, note: "none, unless all that comes for 2 s is late" }];
      default:
        return [];
    }
  });
  return [
    ...rows,
    {
      channel: "flatten by one heartbeat alone",
      deadlineMs: heartbeatMs + confirmMs,
      tripsPerSession: confirmMs < CANCEL_AFTER_MS ? literalTrips(terms) : 0,
      note:
        confirmMs < CANCEL_AFTER_MS
          ? `confirmMs = ${confirmMs}: no second witness`
          : "never: witnesses must agree",
    },
    {
      channel: "bars, were they a heartbeat",
      deadlineMs: heartbeatMs,
      tripsPerSession: heartbeatMs < 60_000 ? BARS : 0,
      note: "one bar a minute",
    },
    {
      channel: "trades of one liquid symbol, were they a heartbeat",
      deadlineMs: heartbeatMs,
      tripsPerSession: poissonTrips(TRADE_GAP_MS[feed], heartbeatMs),
      note: `a trade each ${TRADE_GAP_MS[feed]} ms, independent`,
    },
  ];
}

function literalTrips({
  channels,
  heartbeatMs,
  confirmMs,
}: Parameters<typeof falseTripEstimates>[0]): number {
  let trips = 0;
  for (const { class: kind, isEngine, deadlineMs = heartbeatMs } of channels) {
    if (kind === "HB-transport") trips += pingStalls(deadlineMs + confirmMs);
    if (kind === "HB-internal" && isEngine === true) trips += loopStalls(deadlineMs + confirmMs);
  }
  return trips;
}

const pingStalls = (ms: number): number => PINGS * PING_STALL_CHANCE * Math.exp(-ms / PING_STALL_MEAN_MS);
const loopStalls = (ms: number): number => LOOP_STALLS * Math.exp(-ms / LOOP_STALL_MEAN_MS);
