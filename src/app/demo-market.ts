/**
 * The demo's world: the synthetic market's records arrive minute by minute, pass the ingest stage like any
 * feed's, and meet the simulated venue. An event source that the caller moves on by hand.
 */
import type { Bar, BarBatch } from "../domain/bars.ts";
import type { EngineEvent, OperatorActed } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Session } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { IngestStage } from "../engine/ingest.ts";
import type { EventSource } from "../engine/ports.ts";
import { barEndStamp } from "../market/gatekeeper/stamps.ts";
import type { RawBar } from "../market/gatekeeper.ts";
import type { SyntheticMarket } from "../sim/synthetic-market.ts";
import type { SimulatedVenue } from "../sim/venue.ts";

/** Synthetic records arrive a little after their minute; the barrier waits as for the sip feed. */
const ARRIVAL_MICROS = 0.2 * MICROS_PER_SECOND;
const GRACE_MICROS = 2 * MICROS_PER_SECOND;

export class DemoMarket implements EventSource {
  readonly #market: SyntheticMarket;
  readonly #venue: SimulatedVenue;
  readonly #pending: EngineEvent[] = [];
  #session = -1;
  #columns: ReturnType<SyntheticMarket["session"]> | undefined;
  #defects: ReturnType<SyntheticMarket["defects"]> = [];
  #batch = 0;
  readonly ingest: IngestStage;
  /** Every accepted bar, for the report at the end. */
  readonly bars: Bar[] = [];

  constructor(market: SyntheticMarket, venue: SimulatedVenue) {
    this.#market = market;
    this.#venue = venue;
    this.ingest = new IngestStage({
      instruments: market.instruments,
      graceMicros: GRACE_MICROS,
      skewMicros: MICROS_PER_SECOND,
      stamp: barEndStamp,
    });
  }

  /** 0-based number of the session under way; -1 before the first. */
  get sessionNumber(): number {
    return this.#session;
  }

  get session(): Session {
    return this.#market.sessionTimes(Math.max(0, this.#session));
  }

  /** True when the session under way has no minute left. */
  get sessionOver(): boolean {
    return this.#columns === undefined || this.#batch === this.#columns.closedAt.length;
  }

  /** End of the last minute that arrived, or the session's open. */
  get lastMinute(): EpochMicros {
    if (this.#columns === undefined || this.#batch === 0) return this.session.open;
    return this.#columns.closedAt[this.#batch - 1] as EpochMicros;
  }

  /** Minutes left in the session under way. */
  get minutesLeft(): number {
    return this.#columns === undefined ? 0 : this.#columns.closedAt.length - this.#batch;
  }

  openSession(): void {
    this.#session += 1;
    this.#columns = this.#market.session(this.#session);
    this.#defects = this.#market.defects(this.#session);
    this.#batch = 0;
  }

  /** What a person asked for, to be handled before the next minute. */
  operator(event: OperatorActed): void {
    this.#pending.push(event);
  }

  /** Lets the next minute arrive: good and broken records, then the clock past the barrier. */
  nextMinute(): void {
    const columns = this.#columns;
    if (columns === undefined || this.sessionOver) return;
    const batch = this.#batch++;
    const end = columns.closedAt[batch] as EpochMicros;
    const now = (end + ARRIVAL_MICROS) as EpochMicros;
    this.ingest.expect(end);
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const instrument = columns.instrument[row]!;
      const record: RawBar = {
        symbol: this.#market.instruments.symbols[instrument] ?? "",
        timestamp: end,
        open: columns.open[row],
        high: columns.high[row],
        low: columns.low[row],
        close: columns.close[row],
        volume: columns.volume[row],
      };
      this.ingest.record(record, now);
    }
    for (const defect of this.#defects) if (defect.batch === batch) this.ingest.record(defect.record, now);
    const closed = this.ingest.due((end + GRACE_MICROS) as EpochMicros);
    if (closed === undefined) return;
    this.#keep(closed.bars);
    this.#venue.match(closed.bars);
    this.#takeBrokerEvents();
    this.#pending.push(closed);
  }

  next(): EngineEvent | undefined {
    // What the venue answered to the last commands happened before whatever comes next.
    this.#takeBrokerEvents();
    return this.#pending.shift();
  }

  #takeBrokerEvents(): void {
    const { events } = this.#venue;
    if (events.length === 0) return;
    const bars = this.#pending.findIndex(({ kind }) => kind === "BarsClosed");
    this.#pending.splice(bars < 0 ? this.#pending.length : bars, 0, ...events);
    events.length = 0;
  }

  #keep({ at, columns, from, to }: BarBatch): void {
    for (let row = from; row < to; row++) {
      this.bars.push({
        instrument: columns.instrument[row] as InstrumentId,
        closedAt: at,
        open: columns.open[row]!,
        high: columns.high[row]!,
        low: columns.low[row]!,
        close: columns.close[row]!,
        volume: columns.volume[row]!,
      });
    }
  }
}
