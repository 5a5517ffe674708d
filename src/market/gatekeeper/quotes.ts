/**
 * Rules on a two-sided quote (C-09). A quote that fails has no midpoint and no spread worth the name.
 * Locked quotes (ask equal to bid) are legal on the tape for moments; they are refused all the same, under
 * their own name, so that the report tells them from crossed ones.
 */
import type { QuoteRow, Rule } from "./rule.ts";

export const quoteFinite: Rule<QuoteRow> = {
  id: "quote-finite",
  outcome: "reject",
  breaks: (row) => !Number.isFinite(row.bid + row.ask + row.bidSize + row.askSize),
  explain: (row) =>
    `every number must be finite, was bid ${row.bid} x ${row.bidSize} ask ${row.ask} x ${row.askSize}`,
};

export const quoteNotNegative: Rule<QuoteRow> = {
  id: "quote-not-negative",
  outcome: "reject",
  breaks: (row) => !(row.bid >= 0 && row.ask >= 0 && row.bidSize >= 0 && row.askSize >= 0),
  explain: (row) =>
    `no number may be below 0, was bid ${row.bid} x ${row.bidSize} ask ${row.ask} x ${row.askSize}`,
};

export const quoteTwoSided: Rule<QuoteRow> = {
  id: "quote-two-sided",
  outcome: "reject",
  breaks: (row) => row.bid === 0 || row.ask === 0,
  explain: (row) => `both sides must be above 0, was bid ${row.bid} ask ${row.ask}`,
};

export const quoteNotCrossed: Rule<QuoteRow> = {
  id: "quote-not-crossed",
  outcome: "reject",
  breaks: (row) => row.ask < row.bid,
  explain: (row) => `ask ${row.ask} is below bid ${row.bid}`,
};

export const quoteNotLocked: Rule<QuoteRow> = {
  id: "quote-not-locked",
  outcome: "reject",
  breaks: (row) => row.ask === row.bid,
  explain: (row) => `ask ${row.ask} equals bid ${row.bid}`,
};
