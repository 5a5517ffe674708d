/**
 * The execute stage of a run, made of the run's terms alone: whoever builds it, now or after a restart, and feeds it
 * the journal's inputs, has the same books (LE-1). Used by the execute process and by the ledger's.
 */
import type { BarColumns } from "../../domain/bars.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { Money } from "../../domain/money.ts";
import { SELL, type Side } from "../../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import { LiveExecute } from "../../engine/live-execute.ts";
import { auctionWindow } from "../../execution/auction-window.ts";
import type { Environment } from "../../execution/client-order-id.ts";
import { OrderLifecycle } from "../../execution/lifecycle/order-lifecycle.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { feeRates, regulatoryFee } from "../../sim/regulatory-fees.ts";
import { decisionAgeMicros } from "./ingest-schedule.ts";
import type { LedgerTerms } from "./ledger-names.ts";
import { batchesOf, engineOf, historyOf } from "./run-engine.ts";
import type { RunPlaces, RunTerms, TradingMode } from "./run-terms.ts";

/**
 * `history` are the bars before the run; none where it began cold.
 */
export function buildExecute(terms: RunTerms, lifecycle: Lifecycle, history?: BarColumns): LiveExecute {
  const instruments = history?.instruments ?? instrumentTable(terms.symbols);
  const { execute } = engineOf(terms, instruments);
  const live = new LiveExecute({
    execute,
    instruments,
    lifecycle,
    external: terms.strategyIds.length,
    strategies: terms.strategyIds.length,
    decisionAgeMicros: decisionAgeMicros(terms, terms.config.live.decisionAgeSeconds),
    outside: terms.outside,
    adopted: terms.adopted,
  });
  if (history !== undefined) for (const batch of batchesOf(history)) live.stage.bars(batch);
  return live;
}

/** As `buildExecute`, warmed up on the run's own file. Throws InputError (exit 1) when that is not the one it names. */
export const buildExecuteOf = (terms: RunTerms, places: RunPlaces, lifecycle: Lifecycle): LiveExecute =>
  buildExecute(terms, lifecycle, historyOf(terms, places));

const environments: Readonly<Record<TradingMode, Environment>> = {
  demo: "twin",
  paper: "paper",
  live: "live",
};
const NOTHING = 0 as Money;
const STALE_MICROS = 5 * MICROS_PER_SECOND;

/** How old a verdict may be when its order leaves (C-10). In a demo a second of ours is many of the exchange's. */
export const egressMicros = ({ clock }: RunTerms): number => STALE_MICROS * Math.max(1, clock.speed);

/** The order life cycle of a run. */
export const lifecycleOf = (terms: RunTerms): Lifecycle =>
  new OrderLifecycle({
    environment: environments[terms.mode],
    fees: feesOf(terms),
    staleAfterMicros: egressMicros(terms),
    auctionWindow: (auction, at) =>
      auctionWindow(auction, at, xnysSessions(), terms.config.execution.openOrdersAt),
  });

/** What a confirmation does not tell: paper and the demo charge nothing, the real broker charges sales by schedule. */
function feesOf({ config, mode }: RunTerms) {
  const { regulatory, feeSchedule } = config.costs;
  const rates = mode === "live" && regulatory ? feeRates(feeSchedule) : undefined;
  return (side: Side, at: EpochMicros, shares: number, dollars: number) => ({
    commission: NOTHING,
    regulatory:
      side === SELL && rates !== undefined ? regulatoryFee(rates, newYorkDay(at), shares, dollars) : NOTHING,
  });
}

export function ledgerTerms(terms: RunTerms): LedgerTerms {
  const instruments = instrumentTable(terms.symbols);
  const { allocations = [], strategyIds = [] } = engineOf(terms, instruments).execute;
  return {
    run: terms.run,
    startedAt: terms.startedAt,
    instruments,
    strategyIds,
    capital: allocations.map((share) => share * terms.cash),
    startingCash: terms.cash,
  };
}
