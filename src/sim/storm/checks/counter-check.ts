/** I-33, I-34: what is counted per day and what is counted per trade survives a restart and counts once. */
import { type OrderNumber, OrderStatus, Purpose } from "../../../domain/order.ts";
import type { SingleLoop } from "../../../engine/single-loop.ts";
import { TradeField } from "../../../engine/trade-log.ts";
import { OrderField } from "../../../execution/order-table.ts";
import { broken, type Check, type Scene } from "../check.ts";

/** Dollars. */
const DUST = 1e-6;

/**
 * Where consecutive losing trades of a strategy are read. Until breakers keep that count themselves, it is what the
 * engine's trade log says; the circuit breaker's own count is connected by passing another reader.
 */
export type LossStreaks = (loop: SingleLoop, strategy: number) => number;

export const streaksOfTradeLog: LossStreaks = ({ execute: { trades } }, strategy) => {
  let streak = 0;
  for (let n = trades.length - 1; n >= 0; n--) {
    if (trades.get(n, TradeField.strategy) !== strategy) continue;
    if (trades.get(n, TradeField.pnl) >= -DUST) break;
    streak += 1;
  }
  return streak;
};

export function counterCheck(scene: Scene, streaks: LossStreaks = streaksOfTradeLog): Check {
  const { loop, book, plan } = scene;
  const tradesPerDay = loop.execute.gate.rules.findIndex(({ id }) => id === "trades_per_day");
  const ownStreak: number[] = [];
  let looked = 0;
  let entries = 0;
  let tripsSeen = 0;

  return {
    after(event) {
      if (event.kind === "BarsClosed") {
        if (book.sessionChanged) entries = 0;
        countEntries();
      }
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

  function checkTrades(): void {
    const { trades } = loop.execute;
    if (trades.length !== book.trips.length) {
      broken("I-34", `the engine closed ${trades.length} trades, fills say ${book.trips.length}`);
    }
    for (; tripsSeen < book.trips.length; tripsSeen++) {
      const trip = book.trips[tripsSeen];
      if (trip === undefined) continue;
      const { strategy, pnl } = trip;
      const kept = trades.get(tripsSeen, TradeField.pnl);
      if (!(Math.abs(kept - pnl) < DUST))
        broken("I-34", `trade ${tripsSeen} made ${pnl}, it is kept as ${kept}`);
      ownStreak[strategy] = pnl < -DUST ? (ownStreak[strategy] ?? 0) + 1 : 0;
      const told = streaks(loop, strategy);
      if (told !== ownStreak[strategy]) {
        broken(
          "I-34",
          `strategy ${strategy} lost ${ownStreak[strategy]} times in a row, ${told} are counted`,
        );
      }
    }
  }
}
