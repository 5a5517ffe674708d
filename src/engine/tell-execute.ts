/** Hands an event to the execute stage, whoever drives it: one loop or a process of its own. */
import type { BarsClosed, EngineEvent } from "../domain/events.ts";
import { isControl } from "../domain/events.ts";
import type { EndedBySplit } from "./corporate-actions.ts";
import type { ExecuteStage } from "./execute.ts";

const NOTHING: readonly EndedBySplit[] = [];

/** Returns the round trips that a split has ended. Bars are the driver's business: compute decides on them. */
export function tellExecute(
  execute: ExecuteStage,
  event: Exclude<EngineEvent, BarsClosed>,
): readonly EndedBySplit[] {
  if (event.kind === "SharesSplit" || event.kind === "DividendPaid") return execute.action(event);
  if (event.kind === "QuoteUpdated") execute.quote(event);
  else if (event.kind === "TradePrinted") execute.trade(event);
  else if (event.kind === "BorrowCharged") execute.charged(event);
  else if (event.kind === "TradingHalted" || event.kind === "TradingResumed") execute.tradingStatus(event);
  else if (event.kind === "OperatorActed") execute.operator(event);
  else if (event.kind === "CashMoved") execute.cashMoved(event);
  else if (isControl(event)) execute.control(event);
  else execute.broker(event);
  return NOTHING;
}
