/** Rules on a single trade print (C-09). */
import { LEAST_PRICE } from "./bar-values.ts";
import type { Rule, TradeRow } from "./rule.ts";

export const tradeFinite: Rule<TradeRow> = {
  id: "trade-finite",
  outcome: "reject",
  breaks: (row) => !Number.isFinite(row.price + row.size),
  explain: (row) => `every number must be finite, was price ${row.price} size ${row.size}`,
};

export const tradePositive: Rule<TradeRow> = {
  id: "trade-positive",
  outcome: "reject",
  breaks: (row) => !(row.price >= LEAST_PRICE && row.size > 0),
  explain: (row) =>
    `price must be at least a millionth of a dollar and size above 0, was price ${row.price} size ${row.size}`,
};
