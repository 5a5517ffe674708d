/** I-33, I-34: what is counted per day and what is counted per trade survives a restart and counts once. */
import { type OrderNumber, OrderStatus, Purpose } from "../../../domain/order.ts";
import type { SingleLoop } from "../../../engine/single-loop.ts";
import { TradeField } from "../../../engine/trade-log.ts";
import { OrderField } from "../../../execution/order-table.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars. */
const DUST = 1e-6;

/** The losing trades in a row that stand against a strategy. */
export type LossStreaks = (loop: SingleLoop, strategy: number) => number;

interface SavedBreaker {
  readonly state: { readonly streaks: readonly (readonly { readonly isLoss: boolean }[])[] };
}

/** As its circuit breaker counts them (C-27): what a restart must bring back. */
export const streaksOfBreaker: LossStreaks = ({ execute }, strategy) => {
  const { state } = execute.saveRisk().breakers.strategy_losses as SavedBreaker;
  return trailing(state.streaks[strategy] ?? []);
};

interface Result {
  readonly at: number;
  readonly isLoss: boolean;
}

const trailing = (results: readonly { readonly isLoss: boolean }[]): number =>
  results.length - 1 - results.findLastIndex(({ isLoss }) => !isLoss);

export function counterCheck(scene: Scene, streaks: LossStreaks = streaksOfBreaker): Check {
  const { loop, book, plan, reach } = scene;
  const tradesPerDay = loop.execute.gate.rules.findIndex(({ id }) => id === "trades_per_day");
  /** Results in the order of their closes, until a streak was complete and forgotten. */
  const own: Result[][] = [];
  let looked = 0;
  let entries = 0;
  let tripsSeen = 0;

  return {
    after(event) {
      if (event.kind === "BarsClosed" && book.sessionChanged) entries = 0;
      countEntries();
      checkTrades();
    },
  };

  /** New rows in the order in which they were decided: an entry that left counts, a refusal tells its count. */
  function countEntries(): void {
    const { orders } = loop.execute;
    const { entriesPerDay } = plan.limits;
    for (; looked < orders.length; looked++) {
      const order = looked as OrderNumber;
      if (orders.purpose(order) !== Purpose.Entry) continue;
      if (orders.status(order) !== OrderStatus.Denied) entries += 1;
      else if (orders.get(order, OrderField.rule) === tradesPerDay) {
        const counted = orders.get(order, OrderField.ruleUsed) - 1;
        if (counted !== entries)
          broken("I-33", `the engine counted ${counted} entries today, ${entries} left`);
      }
      if (entries > entriesPerDay) broken("I-33", `${entries} entries today, limit ${entriesPerDay}`);
    }
  }

  function remember(strategy: number, result: Result): void {
    const results = [...(own[strategy] ?? []), result].toSorted((a, b) => a.at - b.at);
    const isComplete = trailing(results) >= plan.limits.losses;
    if (isComplete) reach.hit("losses in a row");
    own[strategy] = isComplete ? [] : results;
  }

  function checkTrades(): void {
    const { trades } = loop.execute;
    if (trades.length !== book.trips.length) {
      broken("I-34", `the engine closed ${trades.length} trades, fills say ${book.trips.length}`);
    }
    const touched = new Set<number>();
    for (; tripsSeen < book.trips.length; tripsSeen++) {
      const trip = book.trips[tripsSeen];
      if (trip === undefined) continue;
      const { strategy, pnl } = trip;
      const kept = trades.get(tripsSeen, TradeField.pnl);
      if (!(Math.abs(kept - pnl) < DUST))
        broken("I-34", `trade ${tripsSeen} made ${pnl}, it is kept as ${kept}`);
      if (pnl !== 0) remember(strategy, { at: trades.get(tripsSeen, TradeField.closedAt), isLoss: kept < 0 });
      touched.add(strategy);
    }
    for (const strategy of touched) {
      const streak = trailing(own[strategy] ?? []);
      const told = streaks(loop, strategy);
      if (told !== streak)
        broken("I-34", `strategy ${strategy} lost ${streak} times in a row, ${told} are counted`);
    }
  }
}
