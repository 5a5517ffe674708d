/**
 * What the tapes' letters mean for trading (C-44). The consolidated tape and Nasdaq spell it differently; what neither
 * spells here says nothing about whether an instrument trades.
 */
import type { FeedStatus } from "./records.ts";

export type TradingWord = "halted" | "resumed";

const consolidated: Readonly<Record<string, TradingWord>> = { "2": "halted", "3": "resumed" };
const nasdaq: Readonly<Record<string, TradingWord>> = { H: "halted", P: "halted", T: "resumed" };

/** Undefined for a status that neither stops nor starts trading. */
export function tradingWord({ code, tape }: Pick<FeedStatus, "code" | "tape">): TradingWord | undefined {
  return (tape === "C" || tape === "O" ? nasdaq : consolidated)[code];
}
