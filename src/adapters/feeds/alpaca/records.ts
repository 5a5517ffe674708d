/**
 * What the data stream sends, as records with names of ours. Values are judged by the gatekeeper, so a field that is
 * no number becomes NaN, which it refuses and audits; only a record without symbol or kind is dropped here, counted.
 * Instants are epoch micros, with the nanoseconds beside them where trades of one microsecond keep their order.
 */

import { type NanoInstant, nanoInstantOf, parseNanoInstant } from "../../brokers/alpaca/wire-instant.ts";
import type { Counts } from "../../net/counts.ts";

interface Stamped {
  readonly symbol: string;
  /** Epoch micros; NaN when unreadable. */
  readonly timestamp: number;
}

/** `timestamp` is the bar's beginning. */
export interface FeedBar extends Stamped {
  readonly kind: "bar" | "updatedBar" | "dailyBar";
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Shares. */
  readonly volume: number;
  readonly trades: number;
  readonly vwap: number;
}

export interface FeedQuote extends Stamped {
  readonly kind: "quote";
  readonly nanos: number;
  /** Dollars; 0 when that side is empty. Sizes in shares. */
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
  readonly bidExchange: string;
  readonly askExchange: string;
  readonly conditions: readonly string[];
  readonly tape: string;
}

export interface FeedTrade extends Stamped {
  readonly kind: "trade";
  readonly nanos: number;
  /** 64 bits as a decimal text: it does not fit a double. */
  readonly id: string;
  readonly price: number;
  readonly size: number;
  readonly exchange: string;
  readonly conditions: readonly string[];
  readonly tape: string;
}

export interface FeedStatus extends Stamped {
  readonly kind: "status";
  /** The tape's own letters; their meaning depends on the tape. */
  readonly code: string;
  readonly message: string;
  readonly reason: string;
  readonly tape: string;
}

export interface FeedLuld extends Stamped {
  readonly kind: "luld";
  /** The bands, dollars. */
  readonly up: number;
  readonly down: number;
  readonly indicator: string;
  readonly tape: string;
}

export interface FeedCorrection extends Stamped {
  readonly kind: "correction";
  readonly originalId: string;
  readonly originalPrice: number;
  readonly originalSize: number;
  readonly id: string;
  readonly price: number;
  readonly size: number;
}

export interface FeedCancel extends Stamped {
  readonly kind: "cancel";
  readonly id: string;
  readonly price: number;
  readonly size: number;
  /** C canceled, E error. */
  readonly action: string;
}

export type FeedRecord =
  | FeedBar
  | FeedQuote
  | FeedTrade
  | FeedStatus
  | FeedLuld
  | FeedCorrection
  | FeedCancel;

/** A message of the stream as decoded: names known, types not. */
export type RawMessage = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<string, (raw: RawMessage, symbol: string, at: NanoInstant) => FeedRecord>> = {
  b: (raw, symbol, at) => barFrom("bar", raw, symbol, at),
  u: (raw, symbol, at) => barFrom("updatedBar", raw, symbol, at),
  d: (raw, symbol, at) => barFrom("dailyBar", raw, symbol, at),
  q: quoteFrom,
  t: tradeFrom,
  s: (raw, symbol, { micros }) => ({
    kind: "status",
    symbol,
    timestamp: micros,
    code: text(raw.sc),
    message: text(raw.sm),
    reason: text(raw.rc),
    tape: text(raw.z),
  }),
  l: (raw, symbol, { micros }) => ({
    kind: "luld",
    symbol,
    timestamp: micros,
    up: number(raw.u),
    down: number(raw.d),
    indicator: text(raw.i),
    tape: text(raw.z),
  }),
  c: (raw, symbol, { micros }) => ({
    kind: "correction",
    symbol,
    timestamp: micros,
    originalId: text(raw.oi),
    originalPrice: number(raw.op),
    originalSize: number(raw.os),
    id: text(raw.ci),
    price: number(raw.cp),
    size: number(raw.cs),
  }),
  x: (raw, symbol, { micros }) => ({
    kind: "cancel",
    symbol,
    timestamp: micros,
    id: text(raw.i),
    price: number(raw.p),
    size: number(raw.s),
    action: text(raw.a),
  }),
};

/** Undefined, and counted, when it is of a kind we do not know or names no symbol. */
export function recordFrom(raw: RawMessage, counts: Counts): FeedRecord | undefined {
  const read = typeof raw.T === "string" ? readers[raw.T] : undefined;
  if (read === undefined) {
    counts.add("feed.unknown-kind");
    return undefined;
  }
  if (typeof raw.S !== "string" || raw.S === "") {
    counts.add("feed.no-symbol");
    return undefined;
  }
  return read(raw, raw.S, instantOf(raw.t));
}

export function barFrom(kind: FeedBar["kind"], raw: RawMessage, symbol: string, at: NanoInstant): FeedBar {
  return {
    kind,
    symbol,
    timestamp: at.micros,
    open: number(raw.o),
    high: number(raw.h),
    low: number(raw.l),
    close: number(raw.c),
    volume: number(raw.v),
    trades: number(raw.n),
    vwap: number(raw.vw),
  };
}

export function quoteFrom(raw: RawMessage, symbol: string, { micros, nanos }: NanoInstant): FeedQuote {
  return {
    kind: "quote",
    symbol,
    timestamp: micros,
    nanos,
    bid: number(raw.bp),
    bidSize: number(raw.bs),
    ask: number(raw.ap),
    askSize: number(raw.as),
    bidExchange: text(raw.bx),
    askExchange: text(raw.ax),
    conditions: texts(raw.c),
    tape: text(raw.z),
  };
}

export function tradeFrom(raw: RawMessage, symbol: string, { micros, nanos }: NanoInstant): FeedTrade {
  return {
    kind: "trade",
    symbol,
    timestamp: micros,
    nanos,
    id: text(raw.i),
    price: number(raw.p),
    size: number(raw.s),
    exchange: text(raw.x),
    conditions: texts(raw.c),
    tape: text(raw.z),
  };
}

const UNREADABLE = { micros: Number.NaN, nanos: 0 } as NanoInstant;

/** A text in JSON, seconds and nanoseconds in msgpack; NaN micros when neither. */
export function instantOf(value: unknown): NanoInstant {
  if (typeof value === "string") return parseNanoInstant(value) ?? UNREADABLE;
  if (typeof value !== "object" || value === null || !("sec" in value) || !("nsec" in value))
    return UNREADABLE;
  const { sec, nsec } = value;
  return typeof sec === "number" && typeof nsec === "number" ? nanoInstantOf(sec, nsec) : UNREADABLE;
}

/** Integers of 64 bits come as bigint whatever their size. */
function number(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : Number.NaN;
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : "";
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
