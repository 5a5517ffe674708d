/**
 * Raw bars as a run may have them: judged against the corporate actions that the lake knows, and on request brought
 * to one basis (DATA-6). The actions that hold come along, for whoever trades the raw prices.
 */
import { InputError } from "../../domain/assert.ts";
import type { Adjustment } from "../../domain/bars.ts";
import type { CorporateAction } from "../../domain/corporate-action.ts";
import { type DayNumber, type EpochMicros, isoDate, MICROS_PER_DAY } from "../../domain/time.ts";
import { adjustBars, stillHappening } from "../../market/actions/adjust-bars.ts";
import { type JudgedSeries, judgeSeries } from "../../market/actions/judge-series.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import type { LakeSeries } from "./catalog.ts";
import { keyText } from "./paths.ts";
import type { SeriesColumns } from "./series-columns.ts";

/** What was kept out of a run, and why: one line each of its data audit. */
export interface DataFinding {
  readonly symbol: string;
  /** Session date. */
  readonly date: string;
  readonly rule: "action-not-corroborated" | "jump-without-action" | "leap-without-action";
  readonly reason: string;
}

/** What the raw series of a load have been through. */
export interface RawTreatment {
  /**
   * Actions that holders of these bars live through, in order of date, each borne out by the prices: all at raw prices;
   * at those brought to today's shares the dividends, in dollars of today's shares; none where all is in the prices.
   */
  readonly actions: readonly CorporateAction[];
  readonly findings: readonly DataFinding[];
  /** What takes prices of the load back to those printed, by symbol, from a bar's start on; none for raw prices. */
  readonly factors: readonly SymbolFactor[];
}

export interface SymbolFactor {
  readonly symbol: string;
  readonly from: EpochMicros;
  /** NaN where the source adjusted the prices and nobody knows by how much. */
  readonly factor: number;
}

/** Collects over the series of one load. */
export class RawSeries {
  readonly #bySymbol: ReadonlyMap<string, readonly CorporateAction[]>;
  readonly #adjust: Adjustment;
  readonly #keepsLeaps: boolean;
  readonly #held: CorporateAction[] = [];
  readonly #findings: DataFinding[] = [];
  readonly #factors: SymbolFactor[] = [];

  /**
   * `known` in order of symbol and date; without any, bars pass as they are stored. `leaps` tells whether bars that
   * leap with no action behind them are kept: a copy of history keeps them, a run does not trade them.
   */
  constructor(known: readonly CorporateAction[], adjust: Adjustment, leaps: "kept" | "kept out") {
    this.#keepsLeaps = leaps === "kept";
    this.#bySymbol = Map.groupBy(known, ({ symbol }) => symbol);
    this.#adjust = adjust;
  }

  get treatment(): RawTreatment {
    return {
      actions: this.#held.toSorted((a, b) => a.exDate - b.exDate),
      findings: this.#findings,
      factors: this.#factors,
    };
  }

  /** The rows of a series to use; its memory is overwritten. A series adjusted by its source passes untouched. */
  take(series: LakeSeries, rows: SeriesColumns): SeriesColumns {
    const { symbol } = series;
    if (series.adjustment !== "raw")
      this.#factors.push({ symbol, from: Number.NEGATIVE_INFINITY as EpochMicros, factor: Number.NaN });
    if (series.adjustment !== "raw" || this.#bySymbol.size === 0) return rows;
    const day = sessionDays(series, rows.ts);
    const judged = judgeSeries(
      { day, open: rows.open, close: rows.close },
      this.#bySymbol.get(series.symbol) ?? [],
    );
    this.#note(series.symbol, judged);
    if (this.#adjust !== "raw") {
      for (const { row, factor } of adjustBars(rows, judged.actions, this.#adjust)) {
        const from = row === 0 ? Number.NEGATIVE_INFINITY : (rows.ts[row] ?? Number.POSITIVE_INFINITY);
        this.#factors.push({ symbol, from: from as EpochMicros, factor });
      }
    }
    this.#held.push(...stillHappening(judged.actions, this.#adjust));
    return this.#keepsLeaps ? rows : without(rows, new Set(judged.quarantined.map(({ row }) => row)));
  }

  #note(symbol: string, { refused, quarantined }: JudgedSeries): void {
    for (const { action, reason } of refused) {
      const date = isoDate(action.exDate);
      this.#findings.push({
        symbol,
        date,
        rule: "action-not-corroborated",
        reason: `${action.kind}: ${reason}`,
      });
    }
    for (const { day, close, before, isLeap } of quarantined) {
      const reason = `close ${close} after ${before}: ${isLeap ? "the next bar agreed" : "the next bar did not agree"}`;
      const rule = isLeap ? "leap-without-action" : "jump-without-action";
      this.#findings.push({ symbol, date: isoDate(day), rule, reason });
    }
  }
}

/** Throws InputError when a request to adjust meets prices that are adjusted, or no actions to adjust by. */
export function checkAdjust(
  adjust: Adjustment | undefined,
  chosen: readonly LakeSeries[],
  known: number,
): void {
  if (adjust === undefined) return;
  const adjusted = chosen.find(({ adjustment }) => adjustment !== "raw");
  if (adjusted !== undefined) {
    throw new InputError(
      `--adjust ${adjust}: ${keyText(adjusted)} is stored ${adjusted.adjustment}; only raw prices can be adjusted, ` +
        "choose them with --adjustment raw or leave --adjust out",
    );
  }
  if (adjust !== "raw" && known === 0) {
    throw new InputError(
      `--adjust ${adjust}: the lake knows no corporate actions; bring them in with \`data import-actions FILE...\``,
    );
  }
}

function sessionDays({ timeframe }: LakeSeries, ts: Float64Array): Float64Array {
  if (timeframe === "1d") return ts.map((at) => at / MICROS_PER_DAY);
  return ts.map((at): DayNumber => newYorkDay(at as EpochMicros));
}

function without(rows: SeriesColumns, gone: ReadonlySet<number>): SeriesColumns {
  if (gone.size === 0) return rows;
  const kept = (_: number, row: number) => !gone.has(row);
  const { ts, open, high, low, close, volume } = rows;
  return {
    ts: ts.filter(kept),
    open: open.filter(kept),
    high: high.filter(kept),
    low: low.filter(kept),
    close: close.filter(kept),
    volume: volume.filter(kept),
  };
}
