/** The positions of our books as they are compared with the broker's: by symbol, with what may explain a difference. */
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import type { Lifecycle } from "../execution/lifecycle/words.ts";
import type { LocalPosition } from "../execution/reconciliation-facts.ts";
import type { ExecuteStage } from "./execute.ts";
import { lastHeard } from "./local-order.ts";

interface Books {
  readonly stage: ExecuteStage;
  readonly lifecycle: Lifecycle;
  readonly instruments: InstrumentTable;
  /** Index of the pseudo-strategy that holds what is nobody's. */
  readonly external: number;
}

interface Known {
  /** Differences that were booked, by symbol. */
  readonly adjusted: ReadonlyMap<string, number>;
  /** When an order was heard of last, monotonic milliseconds. */
  readonly heardMs: ReadonlyMap<string, number>;
}

/** `quiet`: what was heard before then, monotonic milliseconds, explains nothing any more. */
export function localPositions(
  { stage, lifecycle, instruments, external }: Books,
  { adjusted, heardMs }: Known,
  quiet: number,
): LocalPosition[] {
  const heard = new Map<string, number>();
  for (const order of lifecycle.byClientId().values()) {
    const before = heard.get(order.symbol) ?? Number.NEGATIVE_INFINITY;
    heard.set(order.symbol, Math.max(before, lastHeard(order, heardMs)));
  }
  return instruments.symbols.flatMap((symbol, i) => {
    const instrument = i as InstrumentId;
    const shares = stage.portfolio.shares(instrument);
    const price = stage.portfolio.mark(instrument);
    if (shares === 0 && !heard.has(symbol)) return [];
    return [
      {
        symbol,
        shares,
        external: stage.lots.shares(external, instrument),
        ...(price > 0 ? { price } : {}),
        adjustments: adjusted.get(symbol) ?? 0,
        heardMs: Math.max(quiet, heard.get(symbol) ?? quiet),
      },
    ];
  });
}
