/**
 * The gatekeeper: every record is judged before anything downstream may see it (DATA-4, C-09).
 *
 * A rejected record leaves no trace in the series it claimed to continue; it becomes an audit entry with the
 * rule, the reason and the record itself (the adapter that stores it adds the hash). The judge keeps, per series,
 * only the last accepted instant and price, and counts per rule. It reads no clock: it is told the time.
 */
import { invariant } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { BarRow, Channel, Row, Setting } from "./gatekeeper/rule.ts";
import type { Stamp } from "./gatekeeper/stamps.ts";

/** What a fast check answers for a record that passed; any other answer is an index into the rules. */
export const ACCEPTED = -1;

/** Audit names of the two refusals that come before any rule: the record could not be read, or placed. */
export const SCHEMA_RULE = "schema";
export const UNKNOWN_SYMBOL_RULE = "unknown-symbol";

/** A record as a source gave it: names known, types not. Its instant is epoch micros under `timestamp`. */
export interface RawRecord {
  readonly symbol: unknown;
  readonly timestamp: unknown;
  readonly [field: string]: unknown;
}

export interface RawBar extends RawRecord {
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
}

export interface AuditEntry {
  /** When it was refused, epoch micros. */
  readonly at: EpochMicros;
  readonly symbol: string;
  readonly channel: string;
  /** How many records of this gatekeeper had been judged, this one included. */
  readonly sequence: number;
  readonly rule: string;
  readonly reason: string;
  readonly payload: unknown;
}

export type GatekeeperVerdict<R extends Row> =
  | { readonly accepted: true; readonly series: number; readonly row: R; readonly remarks: readonly string[] }
  | { readonly accepted: false; readonly rule: string; readonly reason: string; readonly audit: AuditEntry };

export interface RuleCount {
  readonly rule: string;
  readonly outcome: "reject" | "remark";
  readonly count: number;
}

export interface GatekeeperOptions<R extends Row> {
  readonly channel: Channel<R>;
  readonly stamp: Stamp;
  /** How far the source's clock may run ahead of ours, in micros. */
  readonly skewMicros: number;
  /** Series are numbered in this order; more may be added later. */
  readonly symbols: readonly string[];
}

export class Gatekeeper<R extends Row> {
  readonly channel: Channel<R>;
  /** The row under judgement. Whoever calls `judge` fills it first. */
  protected readonly row: R;
  readonly #setting: Setting;
  readonly #symbols: string[] = [];
  readonly #series = new Map<string, number>();
  readonly #lastAt: number[] = [];
  readonly #lastPrice: number[] = [];
  readonly #counts: Float64Array;
  #unreadable = 0;
  #unknownSymbol = 0;
  #judged = 0;

  constructor({ channel, stamp, skewMicros, symbols }: GatekeeperOptions<R>) {
    const firstRemark = channel.rules.findIndex((rule) => rule.outcome === "remark");
    const lastReject = channel.rules.findLastIndex((rule) => rule.outcome === "reject");
    const areRemarksLast = firstRemark < 0 || firstRemark > lastReject;
    invariant(areRemarksLast, "GK-1", `remarks must follow rejections in channel ${channel.id}`);
    this.channel = channel;
    this.row = channel.blank();
    this.#setting = { now: -Infinity, skewMicros, stamp };
    this.#counts = new Float64Array(channel.rules.length);
    for (const symbol of symbols) this.addSeries(symbol);
  }

  /** Number of the symbol's series, new or known. */
  addSeries(symbol: string): number {
    const known = this.#series.get(symbol);
    if (known !== undefined) return known;
    const series = this.#symbols.length;
    this.#series.set(symbol, series);
    this.#symbols.push(symbol);
    this.#lastAt.push(-Infinity);
    this.#lastPrice.push(Number.NaN);
    return series;
  }

  /** The time against which "in the future" is judged, until told again. */
  tellTime(now: EpochMicros): void {
    this.#setting.now = now;
  }

  /** A second source, or a corporate action, vouches for this price: the next leap is measured from it. */
  corroborate(series: number, price: number): void {
    invariant(
      price > 0 && Number.isFinite(price),
      "GK-2",
      `a corroborating price must be positive, was ${price}`,
    );
    this.#lastPrice[series] = price;
  }

  /**
   * A corporate action: the next leap is measured from the last price as the action leaves it, `after(before)` in
   * dollars, so that its own move passes and any other is still refused (DATA-6).
   */
  restate(series: number, after: (before: number) => number): void {
    const before = this.#lastPrice[series] ?? Number.NaN;
    if (!Number.isNaN(before)) this.corroborate(series, after(before));
  }

  /** Judges one record of unknown types. Allocates: for live records and small files. */
  check(record: RawRecord): GatekeeperVerdict<R> {
    const symbol = typeof record.symbol === "string" ? record.symbol : "";
    const unreadable = this.#read(record);
    if (unreadable !== undefined) {
      this.#judged += 1;
      this.#unreadable += 1;
      return this.#refuse(symbol, SCHEMA_RULE, unreadable, record);
    }
    const series = this.#series.get(symbol);
    if (series === undefined) {
      this.#judged += 1;
      this.#unknownSymbol += 1;
      const reason = `symbol ${symbol} is none of the ${this.#symbols.length} of this channel`;
      return this.#refuse(symbol, UNKNOWN_SYMBOL_RULE, reason, record);
    }
    const broken = this.judge(series);
    if (broken !== ACCEPTED) {
      const audit = this.audit(broken, series, record);
      return { accepted: false, rule: audit.rule, reason: audit.reason, audit };
    }
    const { rules } = this.channel;
    const remarked = rules.filter(
      (rule) => rule.outcome === "remark" && rule.breaks(this.row, this.#setting),
    );
    return { accepted: true, series, row: { ...this.row }, remarks: remarked.map((rule) => rule.id) };
  }

  /** The audit entry of the record just judged; valid until the next one. */
  audit(ruleIndex: number, series: number, payload: unknown = { ...this.row }): AuditEntry {
    const rule = this.channel.rules[ruleIndex];
    invariant(rule !== undefined, "GK-3", `no rule ${ruleIndex} in channel ${this.channel.id}`);
    const reason = rule.explain(this.row, this.#setting);
    return this.#entry(this.#symbols[series] ?? "", rule.id, reason, payload);
  }

  /** Hits per rule since the start, in the order rules are asked. */
  counts(): RuleCount[] {
    const before: RuleCount[] = [
      { rule: SCHEMA_RULE, outcome: "reject", count: this.#unreadable },
      { rule: UNKNOWN_SYMBOL_RULE, outcome: "reject", count: this.#unknownSymbol },
    ];
    const byRule = this.channel.rules.map(({ id, outcome }, i) => ({
      rule: id,
      outcome,
      count: this.#counts[i]!,
    }));
    return [...before, ...byRule];
  }

  /** Records judged since the start, accepted or not. */
  get judged(): number {
    return this.#judged;
  }

  /** Asks each rule about the row; ACCEPTED, or the index of the first rule that refuses it. */
  protected judge(series: number): number {
    invariant(series >= 0 && series < this.#lastAt.length, "GK-4", `unknown series ${series}`);
    const { row } = this;
    const { rules } = this.channel;
    row.previousAt = this.#lastAt[series] ?? -Infinity;
    row.previousPrice = this.#lastPrice[series] ?? Number.NaN;
    this.#judged += 1;
    for (let i = 0; i < rules.length; i += 1) {
      const rule = rules[i];
      if (rule === undefined || !rule.breaks(row, this.#setting)) continue;
      this.#counts[i]! += 1;
      if (rule.outcome === "reject") return i;
    }
    this.#lastAt[series] = row.at;
    this.#lastPrice[series] = this.channel.price(row);
    return ACCEPTED;
  }

  /** Fills the row from a record; the reason when a field is missing or no number. */
  #read(record: RawRecord): string | undefined {
    if (typeof record.symbol !== "string" || record.symbol === "") {
      return `symbol must be a text, was ${shown(record.symbol)}`;
    }
    if (typeof record.timestamp !== "number") {
      return `timestamp must be a number of micros, was ${shown(record.timestamp)}`;
    }
    this.row.at = record.timestamp;
    for (const field of this.channel.fields) {
      const value = record[field];
      if (typeof value !== "number") return `${field} must be a number, was ${shown(value)}`;
      this.row[field] = value as R[typeof field];
    }
    return undefined;
  }

  #refuse(symbol: string, rule: string, reason: string, payload: unknown): GatekeeperVerdict<R> {
    return { accepted: false, rule, reason, audit: this.#entry(symbol, rule, reason, payload) };
  }

  #entry(symbol: string, rule: string, reason: string, payload: unknown): AuditEntry {
    const at = this.#setting.now as EpochMicros;
    return { at, symbol, channel: this.channel.id, sequence: this.#judged, rule, reason, payload };
  }
}

/** A gatekeeper for bars, with the column-wise check that imports use: nothing is allocated for a row that passes. */
export class BarGatekeeper extends Gatekeeper<BarRow> {
  /** ACCEPTED, or the index of the rule that refuses the row; `audit` then tells the reason. */
  checkRow(
    series: number,
    at: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
  ): number {
    const { row } = this;
    row.at = at;
    row.open = open;
    row.high = high;
    row.low = low;
    row.close = close;
    row.volume = volume;
    return this.judge(series);
  }
}

/** A short, safe text of a value of any type, for a reason. */
function shown(value: unknown): string {
  if (value === null || typeof value === "object" || typeof value === "function") {
    return value === null ? "null" : `a ${typeof value}`;
  }
  const text = typeof value === "string" ? `"${value.slice(0, 40)}"` : String(value).slice(0, 40);
  return `${text} (${typeof value})`;
}
