/**
 * Quotes and trades on their way in: the gatekeeper's verdict, and the event of what passed (DATA-4). They belong to no
 * minute and wait for none. Order within one instrument is the source's; what came too late is refused and counted.
 */
import { lessDividend, ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, QuoteUpdated, TradePrinted } from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import { quotes, trades } from "../market/gatekeeper/registry.ts";
import type { QuoteRow, TradeRow } from "../market/gatekeeper/rule.ts";
import { eventStamp } from "../market/gatekeeper/stamps.ts";
import { type AuditEntry, Gatekeeper } from "../market/gatekeeper.ts";

/** As a source gave it: dollars per share, shares, epoch micros. */
export interface RawQuote {
  readonly symbol: unknown;
  readonly timestamp: unknown;
  readonly bid: unknown;
  readonly ask: unknown;
  readonly bidSize: unknown;
  readonly askSize: unknown;
}

export interface RawTrade {
  readonly symbol: unknown;
  readonly timestamp: unknown;
  readonly price: unknown;
  readonly size: unknown;
}

export class TickIngest {
  readonly #quotes: Gatekeeper<QuoteRow>;
  readonly #trades: Gatekeeper<TradeRow>;
  /** Refused records in order of arrival; the caller takes them away. */
  readonly audit: AuditEntry[] = [];

  constructor(terms: { readonly instruments: InstrumentTable; readonly skewMicros: number }) {
    const { symbols } = terms.instruments;
    const options = { stamp: eventStamp, skewMicros: terms.skewMicros, symbols };
    this.#quotes = new Gatekeeper({ ...options, channel: quotes });
    this.#trades = new Gatekeeper({ ...options, channel: trades });
  }

  /** Undefined when it was refused. `now` is when it arrived. */
  quote(raw: RawQuote, now: EpochMicros): QuoteUpdated | undefined {
    this.#quotes.tellTime(now);
    const verdict = this.#quotes.check({ ...raw });
    if (!verdict.accepted) {
      this.audit.push(verdict.audit);
      return undefined;
    }
    const { at, bid, ask, bidSize, askSize } = verdict.row;
    return {
      kind: "QuoteUpdated",
      at: at as EpochMicros,
      instrument: verdict.series as InstrumentId,
      bid,
      bidSize,
      ask,
      askSize,
    };
  }

  /** Undefined when it was refused. `now` is when it arrived. */
  trade(raw: RawTrade, now: EpochMicros): TradePrinted | undefined {
    this.#trades.tellTime(now);
    const verdict = this.#trades.check({ ...raw });
    if (!verdict.accepted) {
      this.audit.push(verdict.audit);
      return undefined;
    }
    const { at, price, size } = verdict.row;
    return {
      kind: "TradePrinted",
      at: at as EpochMicros,
      instrument: verdict.series as InstrumentId,
      price,
      size,
    };
  }

  /** What comes after it is measured against what it leaves of the price. */
  action(event: CorporateActionEvent): void {
    const after = (before: number) =>
      event.kind === "SharesSplit" ? before / ratioOf(event) : lessDividend(before, event.perShare);
    this.#quotes.restate(event.instrument, after);
    this.#trades.restate(event.instrument, after);
  }

  get rejected(): number {
    const refused = (counts: readonly { readonly outcome: string; readonly count: number }[]) =>
      counts.reduce((sum, { outcome, count }) => sum + (outcome === "reject" ? count : 0), 0);
    return refused(this.#quotes.counts()) + refused(this.#trades.counts());
  }
}
