/**
 * The event source of a backtest: bars in order, and between them what the venue made of the orders.
 * Broker events of a bar come before the bar's close: the fill happened inside it. Corporate actions come before
 * the first bar of their ex-date, so before anything can fill at the new price.
 */
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import type { BarsClosed, CorporateActionEvent, EngineEvent, VenueEvent } from "../domain/events.ts";
import { empty } from "../domain/small-list.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EventSource } from "../engine/ports.ts";

/** Whatever turns bars into events of its own. */
export interface BarVenue {
  readonly events: VenueEvent[];
  match(batch: BarBatch): void;
  /** Asked only of a venue in a run with corporate actions. */
  action?(event: CorporateActionEvent): void;
}

export class Timeline implements EventSource {
  readonly #columns: BarColumns;
  readonly #venue: BarVenue;
  readonly #bars: BarBatch;
  readonly #closed: BarsClosed;
  #batch = 0;
  #taken = 0;
  #barsPending = false;
  readonly #actions: readonly CorporateActionEvent[];
  #actionsTaken = 0;

  /** `actions` ascend in time; each comes after all bars before it and before the first bar after it. */
  constructor(columns: BarColumns, venue: BarVenue, actions: readonly CorporateActionEvent[] = []) {
    this.#actions = actions;
    this.#columns = columns;
    this.#venue = venue;
    this.#bars = { at: 0 as EpochMicros, from: 0, to: 0, columns };
    this.#closed = { kind: "BarsClosed", bars: this.#bars };
  }

  /** Batches handed out so far. */
  get batches(): number {
    return this.#batch;
  }

  next(): EngineEvent | undefined {
    const { events } = this.#venue;
    if (this.#taken < events.length) return events[this.#taken++];
    if (events.length > 0) {
      empty(events);
      this.#taken = 0;
    }
    if (this.#barsPending) {
      this.#barsPending = false;
      return this.#closed;
    }
    const { closedAt, offset } = this.#columns;
    if (this.#batch === closedAt.length) return undefined;
    // Reading beyond the end of a list is slow, and most runs have no actions.
    const action = this.#actionsTaken < this.#actions.length ? this.#actions[this.#actionsTaken] : undefined;
    if (action !== undefined && action.at < closedAt[this.#batch]!) {
      this.#actionsTaken += 1;
      this.#venue.action?.(action);
      return action;
    }
    const bars = this.#bars;
    bars.at = closedAt[this.#batch] as EpochMicros;
    bars.from = offset[this.#batch]!;
    bars.to = offset[this.#batch + 1]!;
    this.#batch += 1;
    this.#venue.match(bars);
    if (events.length === 0) return this.#closed;
    this.#barsPending = true;
    return events[this.#taken++];
  }
}
