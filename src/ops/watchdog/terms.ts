/**
 * What the watchdog is told and what it answers (DATA-8, RELIABILITY 1.3). The class of a channel says what its
 * silence means; everything else is evidence. Two clocks: `mono` is this process's monotonic milliseconds (beats,
 * pings, probes), `at` the exchange's time (the cadence of market data, sessions).
 */
import type { SessionTable } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";

/**
 * `HB-internal`: a peer that beats by itself, with progress when its beats carry a sequence. `HB-transport`: answers
 * to pings on a socket, aged from the ping. `HB-broker`: answers to requests, two of three. `CAD-feed`: any message on
 * the data socket, aged on the exchange's clock. `CAD-stamps`: the exchange's own stamps on it. `BAR`, `NONE`:
 * silence says nothing. One symbol's silence is the gate's: no entry on an old close (C-10) or without a price (C-05).
 */
export type ChannelClass =
  | "HB-internal"
  | "HB-transport"
  | "HB-broker"
  | "CAD-feed"
  | "CAD-stamps"
  | "BAR"
  | "NONE";

export interface ChannelTerms {
  readonly name: string;
  readonly class: ChannelClass;
  /** Overrides the class's deadline, milliseconds: 2,000 for the guardian's beats. */
  readonly deadlineMs?: number;
  /** Its death is the engine's death: a channel without it bars entries and never flattens. */
  readonly isEngine?: boolean;
  /** Of an `HB-transport`: market data comes over it; its pongs are witness W1, those of others W5. */
  readonly carriesData?: boolean;
}

export interface WatchdogTerms {
  readonly channels: readonly ChannelTerms[];
  readonly sessions: SessionTable;
  /** Exchange seconds per second. */
  readonly speed: number;
  /** Silence of a heartbeat after which entries are barred. The documents say 500. */
  readonly heartbeatMs: number;
  /**
   * How long the evidence must stand before everything is closed: 30,000. A dead engine is confirmed after the shorter
   * of this and its own 3 or 10 s. Below 3,000, one heartbeat channel silent for so long past its deadline is enough,
   * as the documents' literal reading has it, down to 0.
   */
  readonly confirmMs: number;
  /** Silence of the feed that is a kill (C-37), milliseconds of the exchange's clock: 120,000. */
  readonly feedDownMs: number;
  /** Cadence deadline of the feed in force now, milliseconds of the exchange's clock (`FeedCadence.deadlineMs`). */
  readonly cadenceMs: (at: EpochMicros) => number;
  /** C-37 may wait while quotes by REST advance; the documents say no. */
  readonly restCountsAsFeed: boolean;
}

/** W1 and W5 are the pongs, W2 the cadence: the watchdog sees those itself. */
export type WitnessName = "rest-quote" | "broker-clock" | "test-stream" | "process";
export const witnessNames: readonly WitnessName[] = ["rest-quote", "broker-clock", "test-stream", "process"];

/** What surrounds the evidence, as it changes. */
export type WatchdogNews =
  /** A socket opened, was subscribed anew, or went away. */
  | { readonly kind: "line"; readonly channel: string; readonly state: "up" | "down" }
  | { readonly kind: "pinged"; readonly channel: string }
  /** How many symbols are asked for; none: the feed owes nothing. */
  | { readonly kind: "subscribed"; readonly symbols: number }
  /** All that are asked for: a market-wide halt, whatever it is called. */
  | { readonly kind: "halted"; readonly symbol: string; readonly isHalted: boolean }
  | { readonly kind: "exposure"; readonly dollars: number }
  /** This process slept, or the machine did. */
  | { readonly kind: "resumed" }
  /** The account and the books agree. */
  | { readonly kind: "reconciled"; readonly isClean: boolean }
  /** The first closing order is about to leave, or everything is proven flat. */
  | { readonly kind: "closing" }
  | { readonly kind: "flat" }
  | { readonly kind: "operator-resumed" };

export interface BeatInfo {
  readonly seq: number;
  readonly pending: number;
  /** How much longer than usual one step may take with this backlog, from 1. */
  readonly backlogFactor?: number;
}

export type Stage = "clear" | "S0" | "S1" | "S2" | "S3";
export type WatchdogLevel = "NORMAL" | "NO_NEW_ENTRIES" | "REDUCE_ONLY" | "FLATTEN";

/** One thing that is wrong. Milliseconds of the clock its class is aged on. */
export interface WatchdogReason {
  readonly channel: string;
  readonly what:
    | "silent"
    | "stale"
    | "stuck"
    | "down"
    | "recovering"
    | "flapping"
    | "engine-dead"
    | "blind"
    | "feed-down";
  readonly ageMs: number;
  readonly deadlineMs: number;
}

/** A witness as it stood: how old its last good answer is, milliseconds of the monotonic clock. */
export interface WitnessState {
  readonly name: string;
  readonly ageMs: number;
  readonly isGood: boolean;
}

export interface WatchdogVerdict {
  readonly stage: Stage;
  readonly level: WatchdogLevel;
  /** How a flatten of this cause ends; present at S2 and S3. */
  readonly ends?: "SAFE_FLAT" | "HALTED";
  readonly reasons: readonly WatchdogReason[];
  /** What was true at this instant (I-22). */
  readonly witnesses: readonly WitnessState[];
  /** One line for people; present on the one tick at which a person is to be called. */
  readonly page?: string;
}
