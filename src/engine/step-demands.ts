/** Shares approved in the step that is going on, by instrument and side: until it is settled they have not left. */
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, type Side } from "../domain/order.ts";
import { empty } from "../domain/small-list.ts";

export class StepDemands {
  readonly #buy: Float64Array;
  readonly #sell: Float64Array;
  /** Instruments that have any. */
  readonly #touched: number[] = [];

  constructor(instruments: number) {
    this.#buy = new Float64Array(instruments);
    this.#sell = new Float64Array(instruments);
  }

  shares(instrument: InstrumentId, side: Side): number {
    return (side === BUY ? this.#buy : this.#sell)[instrument]!;
  }

  add(instrument: InstrumentId, side: Side, shares: number): void {
    const column = side === BUY ? this.#buy : this.#sell;
    column[instrument] = column[instrument]! + shares;
    this.#touched.push(instrument);
  }

  clear(): void {
    const touched = this.#touched;
    for (let n = 0; n < touched.length; n++) {
      this.#buy[touched[n]!] = 0;
      this.#sell[touched[n]!] = 0;
    }
    empty(touched);
  }
}
