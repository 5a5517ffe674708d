/** What execute knows of each instrument's market, for who asks before the open and at it. Null is "not known". */
import type { InstrumentId } from "../../domain/instrument.ts";
import type { Quote } from "../../domain/quote.ts";
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";

/** Dollars per share. */
export interface MarketLine {
  readonly symbol: string;
  /** The newest close that was told; before the open the one of the session before. */
  readonly mark: number | null;
  readonly bid: number | null;
  readonly ask: number | null;
  /** ISO instant of the quote. */
  readonly quotedAt: string | null;
  readonly isHalted: boolean;
  /** Why nobody may enter it. */
  readonly lock: string | null;
}

interface Known {
  readonly context: { readonly instruments: { readonly symbols: readonly string[] } };
  readonly driver: { readonly live: { readonly stage: Pick<ExecuteStage, "facts" | "portfolio"> } };
  /** The newest quote that the stage has not been told. */
  readonly quote: (instrument: InstrumentId) => Quote | undefined;
}

export function marketLines({ context, driver, quote }: Known): MarketLine[] {
  const { facts, portfolio } = driver.live.stage;
  return context.instruments.symbols.map((symbol, n) => {
    const instrument = n as InstrumentId;
    const newest = quote(instrument);
    const at = newest?.at ?? facts.quotedAt(instrument);
    return {
      symbol,
      mark: priceOrNull(portfolio.mark(instrument)),
      bid: priceOrNull(newest?.bid ?? facts.bid(instrument)),
      ask: priceOrNull(newest?.ask ?? facts.ask(instrument)),
      quotedAt: Number.isFinite(at) && Number(at) > 0 ? isoInstant(at as EpochMicros) : null,
      isHalted: facts.halted(instrument),
      lock: facts.board.lockOf(instrument) ?? null,
    };
  });
}

const priceOrNull = (price: number | undefined): number | null =>
  price !== undefined && price > 0 && Number.isFinite(price) ? price : null;
