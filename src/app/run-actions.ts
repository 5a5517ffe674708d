/** The corporate actions of a load as the events of a run, and what they do to a holding that nobody trades. */
import type { SymbolFactor } from "../adapters/lake/raw-series.ts";
import type { BarColumns } from "../domain/bars.ts";
import { actionInstant, actionOrder, type CorporateAction, ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { RawStep } from "../domain/raw-basis.ts";

/** In order of time, instrument and of the day; what came before the first bar moved nobody in this run. */
export function actionEvents(
  actions: readonly CorporateAction[],
  { instruments, closedAt }: BarColumns,
): CorporateActionEvent[] {
  const start = closedAt[0] ?? Number.POSITIVE_INFINITY;
  return actions
    .flatMap((action) => {
      const instrument = instruments.find(action.symbol);
      const at = actionInstant(action.exDate);
      return instrument === undefined || at < start ? [] : [{ action, instrument, at }];
    })
    .sort(
      (a, b) =>
        a.at - b.at || a.instrument - b.instrument || actionOrder(a.action.kind) - actionOrder(b.action.kind),
    )
    .map(({ action, instrument, at }): CorporateActionEvent => {
      const { kind, newShares, oldShares, cashPerShare: perShare, exDate, payDate = exDate } = action;
      if (kind === "split") return { kind: "SharesSplit", at, instrument, newShares, oldShares };
      const paid = { kind: "DividendPaid", at, instrument, perShare, isSpinOff: kind === "spinoff" } as const;
      return payDate > exDate ? { ...paid, payAt: actionInstant(payDate) } : paid;
    });
}

/** The way back to printed prices, for the instruments of the run. */
export function rawStepsOf(factors: readonly SymbolFactor[], { instruments }: BarColumns): RawStep[] {
  return factors.flatMap(({ symbol, from, factor }) => {
    const instrument = instruments.find(symbol);
    return instrument === undefined ? [] : [{ instrument, from, factor }];
  });
}

/** How many shares one share becomes for a holder who puts every distribution into the same stock at that close. */
export function sharesHeldAfter(event: CorporateActionEvent, close: number): number {
  if (event.kind === "SharesSplit") return ratioOf(event);
  return event.perShare < close ? close / (close - event.perShare) : 1;
}
