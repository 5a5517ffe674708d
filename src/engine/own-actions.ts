/**
 * Corporate actions as the compute stage knows them: its mirror of the lots, and prices it wrote down before an
 * action, which a fill or a stop may still refer to. The same arithmetic as the account's books (CA-2, CA-3).
 */
import { lessDividend, ratioOf, splitHolding } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import type { ActionFactors, PriceBasis } from "./price-basis.ts";

export class OwnActions {
  readonly #lots: VirtualLots;
  readonly #strategies: number;
  readonly #basis: PriceBasis | undefined;
  readonly #past = new Map<InstrumentId, CorporateActionEvent[]>();

  constructor(lots: VirtualLots, strategies: number, basis: PriceBasis | undefined) {
    this.#lots = lots;
    this.#strategies = strategies;
    this.#basis = basis;
  }

  /** Restates the lots and the features' basis; tells what prices and shares in memory are to be multiplied with. */
  apply(event: CorporateActionEvent): ActionFactors {
    const { instrument } = event;
    const past = this.#past.get(instrument);
    if (past === undefined) this.#past.set(instrument, [event]);
    else past.push(event);
    if (event.kind === "SharesSplit") this.#splitLots(event);
    return this.#basis?.apply(event) ?? plainFactors(event);
  }

  /** What a price of before the action is now, dollars per share. */
  priceAfter(event: CorporateActionEvent, price: number): number {
    return event.kind === "SharesSplit" ? price / ratioOf(event) : lessDividend(price, event.perShare);
  }

  /** What a price written down at `at` is now. */
  priceNow(instrument: InstrumentId, price: number, at: number): number {
    const past = this.#past.get(instrument) ?? [];
    return past.filter((event) => event.at > at).reduce((now, event) => this.priceAfter(event, now), price);
  }

  #splitLots(event: Extract<CorporateActionEvent, { readonly kind: "SharesSplit" }>): void {
    const { instrument } = event;
    for (let s = 0; s < this.#strategies; s++) {
      const before = this.#lots.nanos(s, instrument);
      if (before === 0) continue;
      this.#lots.restate(s, instrument, splitHolding(before, event).kept, 1 / ratioOf(event));
    }
  }
}

/** Without a basis the features see prices as they are printed, and so does memory but for splits. */
function plainFactors(event: CorporateActionEvent): ActionFactors {
  if (event.kind === "DividendPaid") return { price: 1, shares: 1 };
  return { price: 1 / ratioOf(event), shares: ratioOf(event) };
}
