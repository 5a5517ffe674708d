/** The execute stage of a run with the order life cycle behind it: for the process, a replay and a projection alike. */
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { Money } from "../../domain/money.ts";
import { SELL, type Side } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { LiveExecute } from "../../engine/live-execute.ts";
import type { Environment } from "../../execution/client-order-id.ts";
import { OrderLifecycle } from "../../execution/lifecycle/order-lifecycle.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { feeRates, regulatoryFee } from "../../sim/regulatory-fees.ts";
import { decisionAgeMicros } from "./ingest-schedule.ts";
import { engineOf, warmBatches } from "./run-engine.ts";
import type { RunTerms, TradingMode } from "./run-terms.ts";

const environments: Readonly<Record<TradingMode, Environment>> = {
  demo: "twin",
  paper: "paper",
  live: "live",
};
const NONE = 0 as Money;

export function liveExecuteOf(terms: RunTerms, instruments: InstrumentTable): LiveExecute {
  const { config, mode } = terms;
  const { execute } = engineOf(terms, instruments);
  const lifecycle = new OrderLifecycle({ environment: environments[mode], fees: feesOf(terms) });
  const live = new LiveExecute({
    execute,
    instruments,
    lifecycle,
    external: execute.strategies - 1,
    strategies: execute.strategies - 1,
    decisionAgeMicros: decisionAgeMicros(terms, config.live.decisionAgeSeconds),
  });
  for (const batch of warmBatches(terms, instruments)) live.stage.bars(batch);
  return live;
}

/** What a confirmation does not tell. Paper charges nothing; the twin and the real broker charge sells by the schedule. */
function feesOf({ config, mode }: RunTerms) {
  const { regulatory, feeSchedule } = config.costs;
  const rates = mode === "live" && regulatory ? feeRates(feeSchedule) : undefined;
  return (side: Side, at: EpochMicros, shares: number, dollars: number) => ({
    commission: NONE,
    regulatory:
      side === SELL && rates !== undefined ? regulatoryFee(rates, newYorkDay(at), shares, dollars) : NONE,
  });
}
