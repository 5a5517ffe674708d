/** Judges recorded quotes and trades row by row and remembers which ones pass, by symbol and New York day. */
import type { DuckDBDataChunk } from "@duckdb/node-api";
import { type DayNumber, type EpochMicros, isoInstant } from "../../domain/time.ts";
import { exchangeQuotes } from "../../market/gatekeeper/exchange-quotes.ts";
import { trades } from "../../market/gatekeeper/registry.ts";
import type { QuoteRow, TradeRow } from "../../market/gatekeeper/rule.ts";
import { eventStamp } from "../../market/gatekeeper/stamps.ts";
import { ACCEPTED, Gatekeeper, SCHEMA_RULE } from "../../market/gatekeeper.ts";
import type { AuditFile } from "./audit-file.ts";
import { floatItems, textItem } from "./duck.ts";
import { symbolPattern } from "./row-intake.ts";
import type { TickKind } from "./tick-catalog.ts";
import type { TickQuery } from "./tick-query.ts";

/** The source itself marks the row as not to be trusted. */
const SUSPICIOUS_RULE = "source-suspicious";
const firstField = 5;

class QuoteJudge extends Gatekeeper<QuoteRow> {
  check4(series: number, at: number, values: readonly number[]): number {
    const { row } = this;
    const [bid = Number.NaN, bidSize = Number.NaN, ask = Number.NaN, askSize = Number.NaN] = values;
    row.at = at;
    row.bid = bid;
    row.bidSize = bidSize;
    row.ask = ask;
    row.askSize = askSize;
    return this.judge(series);
  }
}

class TradeJudge extends Gatekeeper<TradeRow> {
  check4(series: number, at: number, values: readonly number[]): number {
    const { row } = this;
    const [price = Number.NaN, size = Number.NaN] = values;
    row.at = at;
    row.price = price;
    row.size = size;
    return this.judge(series);
  }
}

export interface AcceptedDay {
  readonly symbol: string;
  readonly day: DayNumber;
  rows: number;
  readonly from: number;
  to: number;
}

export class TickIntake {
  readonly #judge: QuoteJudge | TradeJudge;
  readonly #audit: AuditFile;
  readonly #days = new Map<string, AcceptedDay>();
  /** Rows of the file that were refused, by number. */
  readonly refused: number[] = [];

  constructor(kind: TickKind, now: EpochMicros, audit: AuditFile) {
    const options = { stamp: eventStamp, skewMicros: 0, symbols: [] };
    this.#judge =
      kind === "quotes"
        ? new QuoteJudge({ ...options, channel: exchangeQuotes })
        : new TradeJudge({ ...options, channel: trades });
    this.#judge.tellTime(now);
    this.#audit = audit;
  }

  get days(): readonly AcceptedDay[] {
    return [...this.#days.values()];
  }

  /** Rows in order of symbol and time. */
  take(chunk: DuckDBDataChunk, file: string, query: TickQuery): void {
    const numbers = floatItems(chunk.getColumnVector(0));
    const symbols = chunk.getColumnVector(1);
    const times = floatItems(chunk.getColumnVector(2));
    const suspicious = floatItems(chunk.getColumnVector(4));
    const fields = query.fields.map((_, i) => floatItems(chunk.getColumnVector(firstField + i)));
    for (let row = 0; row < chunk.rowCount; row++) {
      const symbol = textItem(symbols, row);
      const at = times[row]!;
      const values = fields.map((field) => field[row]!);
      const problem = this.#problem(symbol, at, values, suspicious[row]! !== 0);
      if (problem === undefined) {
        this.#accept(symbol, at);
        continue;
      }
      this.refused.push(numbers[row]!);
      const timestamp = Number.isFinite(at) ? isoInstant(at as EpochMicros) : "";
      const raw = values.map(String);
      this.#audit.add({ file, row: numbers[row]!, symbol, timestamp, ...problem, raw });
    }
  }

  #problem(
    symbol: string,
    at: number,
    values: readonly number[],
    isSuspicious: boolean,
  ): { readonly rule: string; readonly reason: string } | undefined {
    if (!symbolPattern.test(symbol))
      return { rule: SCHEMA_RULE, reason: `"${symbol.slice(0, 40)}" is no symbol` };
    if (isSuspicious) return { rule: SUSPICIOUS_RULE, reason: "the source marks the row as suspicious" };
    // A leap overnight may be a split; within a day it is a bad print.
    const day = eventStamp.isReadable(at) ? eventStamp.day(at) : "";
    const series = this.#judge.addSeries(`${symbol} ${day}`);
    const broken = this.#judge.check4(series, at, values);
    if (broken === ACCEPTED) return undefined;
    const { rule, reason } = this.#judge.audit(broken, series);
    return { rule, reason };
  }

  #accept(symbol: string, at: number): void {
    const day = eventStamp.day(at);
    const key = `${symbol} ${day}`;
    const known = this.#days.get(key);
    if (known === undefined) this.#days.set(key, { symbol, day, rows: 1, from: at, to: at });
    else {
      known.rows += 1;
      known.to = at;
    }
  }
}
