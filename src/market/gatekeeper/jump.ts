/**
 * A price that leaps away from the last one accepted, with nothing to back it (QUANT b, C-09).
 *
 * Live only: history holds genuine leaps (AIG on 2008-09-15) and its quality report lists them. A refused leap
 * leaves the reference where it was, so the series stays shut until a split is applied or a second source
 * vouches for the new price. That is meant: nothing trades on a price only one source believes.
 */
import type { BarRow, Rule, TradeRow } from "./rule.ts";

/** Natural logarithm of the ratio: 0.5 is +65 % or -39 %. */
export const JUMP_LOG_LIMIT = 0.5;

export const barJump: Rule<BarRow> = {
  id: "jump-corroborated",
  outcome: "reject",
  breaks: (row) => isJump(row.close, row.previousPrice),
  explain: (row) => jumpReason("close", row.close, row.previousPrice),
};

export const tradeJump: Rule<TradeRow> = {
  id: "jump-corroborated",
  outcome: "reject",
  breaks: (row) => isJump(row.price, row.previousPrice),
  explain: (row) => jumpReason("price", row.price, row.previousPrice),
};

/** False before the first price, whose reference is NaN. */
function isJump(price: number, previous: number): boolean {
  return Math.abs(Math.log(price / previous)) > JUMP_LOG_LIMIT;
}

function jumpReason(what: string, price: number, previous: number): string {
  const gap = Math.abs(Math.log(price / previous)).toFixed(3);
  return `${what} ${price} after ${previous}: log gap ${gap} is above ${JUMP_LOG_LIMIT} and nothing backs it`;
}
