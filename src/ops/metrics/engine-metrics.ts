/**
 * What execute answers to `metrics`: its own counts and durations as plain values that survive JSON, where null is a
 * figure that is not known. Whoever offers them to others asks for them; execute knows no metrics' names.
 */
import type { HistogramCounts } from "../../domain/process-vitals.ts";
import type { OutageCause } from "../able-minutes.ts";

/** Counted by two words, both of a short list. */
export interface CountedPair<First extends string, Second extends string> {
  readonly rows: readonly (Readonly<Record<First | Second, string>> & { readonly count: number })[];
}

export interface EngineClaim {
  readonly authority: string;
  readonly source: string;
  readonly level: string;
  readonly liftedBy: string;
  /** Since then, seconds of the exchange's clock. */
  readonly heldSeconds: number;
  /** Whose outage it is that this bars the whole account; null: it bars on purpose, or not the account. */
  readonly outage: OutageCause | null;
}

export interface EngineLimit {
  readonly control: string;
  readonly use: number | null;
  readonly limit: number;
}

export interface EngineChannel {
  readonly channel: string;
  /** Seconds of the wall. */
  readonly ageSeconds: number | null;
  readonly deadlineSeconds: number;
  readonly state: "ok" | "late" | "down";
}

export interface EngineSocket {
  readonly socket: string;
  readonly rttSeconds: number | null;
  readonly reconnects: readonly { readonly reason: string; readonly count: number }[];
}

/** Names of the histograms; durations in seconds, ratios as fractions of a price. */
export const engineHistograms = [
  "feedToEngine",
  "decisionToOrder",
  "submitToAck",
  "fill",
  "commit",
  "brokerRequest",
  "slippage",
  "priceImprovement",
  "adverseSelection",
] as const;
export type EngineHistogram = (typeof engineHistograms)[number];

/** Seconds from a decision to a fill, on the exchange's clock: an order waits for the market, not for us. */
export const fillBounds: readonly number[] = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600,
];

/** Fractions of a price: one hundredth of a percent is a basis point. */
export const ratioBounds: readonly number[] = [
  -0.01, -0.005, -0.0025, -0.001, -0.0005, -0.00025, -0.0001, 0, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
  0.005, 0.01,
];

export interface EngineMetrics {
  readonly run: string;
  readonly mode: string;
  readonly build: string;
  readonly config: string;
  /** ISO instant of the exchange, and its seconds for one of the wall. */
  readonly at: string;
  readonly speed: number;
  readonly isMarketOpen: boolean;
  readonly level: string;
  readonly scalar: number;
  readonly claims: readonly EngineClaim[];
  readonly transitions: readonly {
    readonly from: string;
    readonly to: string;
    readonly cause: string;
    readonly count: number;
  }[];
  /** Dollars. */
  readonly equity: number | null;
  /** Of what it had at the start. */
  readonly navRatio: number | null;
  readonly drawdown: {
    readonly high: number | null;
    readonly day: number | null;
    readonly hwm: number | null;
  };
  readonly exposure: {
    readonly long: number | null;
    readonly short: number | null;
    readonly gross: number | null;
    readonly net: number | null;
    readonly heat: number | null;
  };
  readonly limits: readonly EngineLimit[];
  readonly positions: number;
  readonly orders: CountedPair<"kind", "outcome">["rows"];
  readonly inflight: readonly { readonly state: string; readonly count: number }[];
  readonly unknownOrders: number;
  readonly tombstones: number;
  readonly decisions: CountedPair<"control", "outcome">["rows"];
  readonly rejects: readonly { readonly class: string; readonly count: number }[];
  /** Shares filled of shares ordered, of entries that are over; null before the first. */
  readonly fillRatio: number | null;
  readonly histograms: Readonly<Record<EngineHistogram, HistogramCounts>>;
  readonly channels: readonly EngineChannel[];
  readonly sockets: readonly EngineSocket[];
  readonly feed: {
    readonly line: "up" | "down";
    readonly messageAgeSeconds: number;
    readonly records: number;
    readonly rejected: number;
    readonly late: number;
    readonly gaps: number;
  } | null;
  readonly brokerRequests: CountedPair<"endpoint", "code">["rows"];
  /** Seconds since any answer of the broker; null before the first. */
  readonly brokerAnswerAgeSeconds: number | null;
  readonly budget: readonly { readonly priority: string; readonly ratio: number }[];
  readonly mismatches: readonly { readonly kind: string; readonly count: number }[];
  readonly reconcileAgeSeconds: number | null;
  readonly queues: readonly { readonly queue: string; readonly depth: number }[];
  readonly engineLagSeconds: number | null;
  readonly journal: {
    readonly state: string;
    readonly oldestSeconds: number;
    readonly isFull: boolean;
    /** The next entry's number. */
    readonly next: number;
  };
  readonly skewSeconds: number | null;
  readonly guardianBeatAgeSeconds: number | null;
}
