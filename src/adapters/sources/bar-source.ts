/**
 * One port for historical bars, whoever sells them (DATA-1). A source answers one question whole or not at all: all
 * pages or a reason, because half of an answer would pass for silence of the market. It judges nothing of what it was
 * told; numbers that are none arrive as NaN and meet the gatekeeper.
 */
import type { Adjustment, Timeframe } from "../../domain/bars.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import type { Secret } from "../brokers/alpaca/secret.ts";
import type { SourceClient } from "./source-client.ts";

/** Bars of a second are made of trades; nobody here lists them. */
export const sourceTimeframes = ["1d", "5m", "1m"] as const satisfies readonly Timeframe[];
export type SourceTimeframe = (typeof sourceTimeframes)[number];

export interface SourceBar {
  /** The bar's start; for daily bars midnight UTC of the session's date. NaN where it could not be read. */
  readonly ts: EpochMicros;
  /** Dollars per share on the basis that was asked for. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares. */
  readonly volume: number;
}

export interface BarsQuery {
  /** As the lake writes it: `BRK.B`, `^VIX`. */
  readonly symbol: string;
  readonly timeframe: SourceTimeframe;
  readonly adjustment: Adjustment;
  /** New York session dates, both included. */
  readonly from: DayNumber;
  readonly to: DayNumber;
  /** All days are long over: the answer will not change any more, and may be kept. */
  readonly isSettled: boolean;
}

/**
 * Why there are no bars. `unknown_symbol` and `quality` are about the question, all others about the source itself:
 * it rests before it is asked again.
 */
export type SourceFault =
  | "denied"
  | "unknown_symbol"
  | "rate_limited"
  | "timeout"
  | "error"
  | "unreadable"
  | "quality";

export interface SourceFailure {
  readonly ok: false;
  readonly why: SourceFault;
  /** One line for people, without a key. */
  readonly reason: string;
  /** How long the source itself asked us to stay away. */
  readonly restMs?: number;
}

export type SourceAnswer = { readonly ok: true; readonly bars: readonly SourceBar[] } | SourceFailure;

export interface ActionsQuery {
  readonly symbols: readonly string[];
  /** Ex-dates, both included. */
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/** All of them, or a reason and none. `unread`: what is neither a split nor cash, by symbol and day. */
export type ActionsAnswer =
  | { readonly ok: true; readonly actions: readonly CorporateAction[]; readonly unread: readonly string[] }
  | SourceFailure;

export type Asking = "asked" | "probe" | "background";

export interface BarSource {
  readonly id: string;
  readonly volume: "consolidated" | "one exchange";
  readonly spanDays: Readonly<Partial<Record<SourceTimeframe, number>>>;
  readonly offers: (query: Pick<BarsQuery, "symbol" | "timeframe" | "adjustment">) => boolean;
  readonly bars: (query: BarsQuery, asking: Asking) => Promise<SourceAnswer>;
  /** Absent: it lists no corporate actions. */
  readonly actions?: (query: ActionsQuery) => Promise<ActionsAnswer>;
}

/** What a source of the network is made of. */
export interface SourceReach {
  readonly client: SourceClient;
  /** Without a slash at its end. */
  readonly origin: string;
  /** One for each of `keys`, in order. */
  readonly keys: readonly Secret[];
}

/** One line of the registry. */
export interface SourceDefinition {
  readonly id: string;
  readonly origin: string;
  /** Names of environment variables, each with its other spelling if it has one. */
  readonly keys: readonly (readonly [string, ...string[]])[];
  /** Of the plan without payment. */
  readonly perMinute: number;
  readonly volume: BarSource["volume"];
  /** Which bars it lists: timeframes by adjustment. */
  readonly lists: Readonly<Partial<Record<SourceTimeframe, readonly Adjustment[]>>>;
  /** Calendar days that one question may cover. */
  readonly spanDays: Readonly<Partial<Record<SourceTimeframe, number>>>;
  /** Whether it has indices as `^VIX`. */
  readonly hasIndices: boolean;
  readonly bars: (reach: SourceReach, query: BarsQuery, asking: Asking) => Promise<SourceAnswer>;
  /** Absent: it lists no corporate actions. */
  readonly actions?: (reach: SourceReach, query: ActionsQuery) => Promise<ActionsAnswer>;
}

/** Numbers of an answer; whatever is none is NaN, for the gatekeeper to refuse and the audit to keep. */
export const numeric = (value: unknown): number => (typeof value === "number" ? value : Number.NaN);
