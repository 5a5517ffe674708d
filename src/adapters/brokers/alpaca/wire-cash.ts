/** Rows of the account's record that moved cash without a trade, as Alpaca writes them (ALPACA 8), and in our words. */
import { z } from "zod";
import type { BrokerCash } from "../../../domain/broker.ts";
import { id, maybeDecimal, maybeText } from "./wire-scalars.ts";

export const wireCash = z.object({
  id,
  activity_type: z.string(),
  net_amount: maybeDecimal,
  symbol: maybeText,
  status: maybeText,
});
export type WireCash = z.infer<typeof wireCash>;
export const wireCashRows = z.array(wireCash);

/** Deposits, withdrawals, journals and transfers of cash. */
const flows: readonly string[] = ["CSD", "CSW", "JNLC", "ACATC", "TRANS"];
const results = /^(?:DIV|INT)/;
/** Those that have not happened yet, or were taken back. */
const isVoid = (status: string | undefined): boolean => status === "pending" || status === "canceled";

/**
 * Undefined for a row that moves nothing. Fees are `other`: those of trades are in our books from their fills on. So is
 * what comes with a corporate action, whose shares are booked by other means.
 */
export function cashFrom({
  id,
  activity_type: word,
  net_amount,
  symbol,
  status,
}: WireCash): BrokerCash | undefined {
  if (isVoid(status) || net_amount === undefined || net_amount === 0) return undefined;
  const kind = flows.includes(word) ? "flow" : results.test(word) ? "result" : "other";
  return { id, word, kind, dollars: net_amount, ...(symbol === undefined ? {} : { symbol }) };
}
