/**
 * The event source of a run over ticks: bars that close on time, trades, quotes and what the venue made of the
 * orders, in order of time. Decisions come from bars alone; quotes and trades are facts in between.
 *
 * At one instant: first the bar that closes there, which holds the trades before it; then what is due at the venue;
 * then trades; then quotes, because the display changes after the trade that took it.
 */
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import type { EngineEvent, VenueEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Quote, TradePrint } from "../domain/quote.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EventSource } from "../engine/ports.ts";

/** A venue that lives on ticks and in time of its own. */
export interface TickDriven {
  readonly events: VenueEvent[];
  readonly nextDue: number;
  runDue(): void;
  quote(quote: Quote): void;
  trade(print: TradePrint): void;
  bars(batch: BarBatch): void;
}

export class TickTimeline implements EventSource {
  readonly #columns: BarColumns;
  readonly #ticks: TickColumns;
  readonly #venue: TickDriven;
  #batch = 0;
  #quote = 0;
  #trade = 0;
  #taken = 0;

  constructor(columns: BarColumns, ticks: TickColumns, venue: TickDriven) {
    this.#columns = columns;
    this.#ticks = ticks;
    this.#venue = venue;
  }

  /** Ends after the last bar: what comes later no decision sees. */
  next(): EngineEvent | undefined {
    for (;;) {
      const told = this.#venueEvent();
      if (told !== undefined) return told;
      const { quotes, trades } = this.#ticks;
      const bar = this.#columns.closedAt[this.#batch] ?? Number.POSITIVE_INFINITY;
      if (bar === Number.POSITIVE_INFINITY) return undefined;
      const trade = trades.at[this.#trade] ?? Number.POSITIVE_INFINITY;
      const quote = quotes.at[this.#quote] ?? Number.POSITIVE_INFINITY;
      const market = Math.min(bar, trade, quote);
      const due = this.#venue.nextDue;
      if (due < market || (due === market && bar > market)) this.#venue.runDue();
      else if (bar === market) return this.#closeBars();
      else return trade === market ? this.#print() : this.#quoted();
    }
  }

  #venueEvent(): VenueEvent | undefined {
    const { events } = this.#venue;
    if (this.#taken < events.length) return events[this.#taken++];
    events.length = 0;
    this.#taken = 0;
    return undefined;
  }

  #closeBars(): EngineEvent {
    const columns = this.#columns;
    const n = this.#batch++;
    const at = columns.closedAt[n] as EpochMicros;
    const bars: BarBatch = { at, from: columns.offset[n]!, to: columns.offset[n + 1]!, columns };
    this.#venue.bars(bars);
    return { kind: "BarsClosed", bars };
  }

  #print(): EngineEvent {
    const { at, instrument, price, size } = this.#ticks.trades;
    const row = this.#trade++;
    const print: TradePrint = {
      at: at[row] as EpochMicros,
      instrument: instrument[row] as InstrumentId,
      price: price[row]!,
      size: size[row]!,
    };
    this.#venue.trade(print);
    return { kind: "TradePrinted", ...print };
  }

  #quoted(): EngineEvent {
    const { at, instrument, bid, bidSize, ask, askSize } = this.#ticks.quotes;
    const row = this.#quote++;
    const quote: Quote = {
      at: at[row] as EpochMicros,
      instrument: instrument[row] as InstrumentId,
      bid: bid[row]!,
      bidSize: bidSize[row]!,
      ask: ask[row]!,
      askSize: askSize[row]!,
    };
    this.#venue.quote(quote);
    return { kind: "QuoteUpdated", ...quote };
  }
}
