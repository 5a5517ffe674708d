/** Lets halts, words on the regime and reference rows happen among the events of another source, in order of time. */
import {
  type EngineEvent,
  eventAt,
  type ReferenceTold,
  type RegimeTold,
  type TradingStatusEvent,
} from "../domain/events.ts";
import type { EventSource } from "../engine/ports.ts";

export type ToldEvent = TradingStatusEvent | RegimeTold | ReferenceTold;

export class HaltTimeline implements EventSource {
  readonly #source: EventSource;
  readonly #status: readonly ToldEvent[];
  #told = 0;
  #waiting: EngineEvent | undefined;

  constructor(source: EventSource, status: readonly ToldEvent[]) {
    this.#source = source;
    this.#status = status;
  }

  /** A status of the same instant comes first. What lies after the source's last event concerns nobody. */
  next(): EngineEvent | undefined {
    this.#waiting ??= this.#source.next();
    const event = this.#waiting;
    if (event === undefined) return undefined;
    const status = this.#status[this.#told];
    if (status !== undefined && status.at <= eventAt(event)) {
      this.#told += 1;
      return status;
    }
    this.#waiting = undefined;
    return event;
  }
}
