/** What a signal wanted and what became of it, in words. */
import { plain, sentence } from "./order-words.ts";

const types: Readonly<Record<string, string>> = {
  buy: "buy",
  sell: "sell",
  close: "close",
  protect: "move stop",
};

export const signalType = (type: string): string => types[type.toLowerCase()] ?? plain(type.toLowerCase());

interface StatusWord {
  readonly text: string;
  /** Null: plain text, nothing to look at. */
  readonly kind: "plain" | "amber" | "dashed" | null;
}

const statuses: Readonly<Record<string, StatusWord>> = {
  executed: { text: "Executed", kind: null },
  pending: { text: "Pending", kind: "plain" },
  expired: { text: "Expired", kind: "dashed" },
  denied: { text: "Denied", kind: "dashed" },
  unsized: { text: "No size", kind: "dashed" },
};

export const signalStatus = (status: string): StatusWord =>
  statuses[status.toLowerCase()] ?? { text: sentence(status), kind: "plain" };
