/**
 * Quotes of single exchanges as recorded: one side a row is usual, the other is NaN; price and size 0 withdraw the
 * side. What is crossed or locked within one exchange is no quote.
 */
import { quoteNotCrossed, quoteNotLocked } from "./quotes.ts";
import type { Channel, QuoteRow, Rule } from "./rule.ts";
import { inTradingHours, onSession } from "./sessions.ts";
import { timestampNotBackwards, timestampNotInFuture, timestampReadable } from "./timestamps.ts";

const isAbsent = (price: number, size: number): boolean => Number.isNaN(price) && !(size > 0);
const isWhole = (price: number, size: number): boolean =>
  price >= 0 && size >= 0 && Number.isFinite(price + size);

const shown = (row: QuoteRow): string => `bid ${row.bid} x ${row.bidSize} ask ${row.ask} x ${row.askSize}`;

export const quoteSidesWhole: Rule<QuoteRow> = {
  id: "quote-sides-whole",
  outcome: "reject",
  breaks: ({ bid, bidSize, ask, askSize }) =>
    !(
      (isAbsent(bid, bidSize) || isWhole(bid, bidSize)) &&
      (isAbsent(ask, askSize) || isWhole(ask, askSize)) &&
      !(Number.isNaN(bid) && Number.isNaN(ask))
    ),
  explain: (row) =>
    `a side needs price and size, both from 0 up, and one side must be there, was ${shown(row)}`,
};

/** Both prices there, and worth comparing. */
const both = ({ bid, ask }: QuoteRow): boolean => bid > 0 && ask > 0;
const ofBoth = (rule: Rule<QuoteRow>): Rule<QuoteRow> => ({
  ...rule,
  breaks: (row, setting) => both(row) && rule.breaks(row, setting),
});

export const exchangeQuotes: Channel<QuoteRow> = {
  id: "quotes.exchanges",
  fields: ["bid", "ask", "bidSize", "askSize"],
  rules: [
    quoteSidesWhole,
    ofBoth(quoteNotCrossed),
    ofBoth(quoteNotLocked),
    timestampReadable,
    onSession,
    inTradingHours,
    timestampNotInFuture,
    timestampNotBackwards,
  ],
  blank: () => ({
    at: Number.NaN,
    previousAt: -Infinity,
    previousPrice: Number.NaN,
    bid: Number.NaN,
    ask: Number.NaN,
    bidSize: 0,
    askSize: 0,
  }),
  price: () => Number.NaN,
};
