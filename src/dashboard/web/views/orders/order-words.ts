/** How the states, purposes and sides of orders are written. Words that are not known here are shown as they came. */

/** Filled is plain text; what never left or was taken back is dashed; amber waits; red was refused by the broker. */
export type StateLook = "plain" | "dashed" | "outlined" | "amber" | "bad";

interface StateWord {
  readonly text: string;
  readonly look: StateLook;
}

const states: Readonly<Record<string, StateWord>> = {
  filled: { text: "Filled", look: "plain" },
  sent: { text: "Sent", look: "outlined" },
  sending: { text: "Sending", look: "outlined" },
  accepted: { text: "Accepted", look: "outlined" },
  acked: { text: "Accepted", look: "outlined" },
  partially_filled: { text: "Partial", look: "amber" },
  partial: { text: "Partial", look: "amber" },
  pending_cancel: { text: "Cancelling", look: "outlined" },
  pending_replace: { text: "Replacing", look: "outlined" },
  denied: { text: "Denied", look: "dashed" },
  canceled: { text: "Cancelled", look: "dashed" },
  expired: { text: "Expired", look: "dashed" },
  unknown: { text: "Unknown", look: "amber" },
  abandoned: { text: "Abandoned", look: "amber" },
  tombstone: { text: "Never arrived", look: "dashed" },
  rejected: { text: "Rejected", look: "bad" },
};

export const stateWord = (state: string): StateWord =>
  states[state.toLowerCase()] ?? { text: sentence(state), look: "outlined" };

/** The states that the filter offers, as the server calls them. */
export const filterStates = [
  "filled",
  "partially_filled",
  "accepted",
  "sent",
  "denied",
  "rejected",
  "canceled",
  "expired",
] as const;

const purposes: Readonly<Record<string, string>> = {
  entry: "entry",
  exit: "exit",
  stop_loss: "stop",
  take_profit: "target",
  flatten: "flatten",
  virtual_stop: "watched stop",
};

export const purposeWord = (purpose: string): string =>
  purposes[purpose.toLowerCase()] ?? plain(purpose.toLowerCase());

/** Of the table: an entry needs no word, everything else says what it is for. */
export const sideAndPurpose = (side: string, purpose: string): string =>
  purpose.toLowerCase() === "entry" ? side : `${side}, ${purposeWord(purpose)}`;

/** "0 of 44" while it is not whole, else the number alone; what was denied shows what was asked. */
export function sharesText(order: {
  readonly shares: number;
  readonly filled: number;
  readonly state: string;
}): string {
  const state = order.state.toLowerCase();
  const never = state === "denied" || state === "rejected";
  const whole = order.shares.toLocaleString("en-US");
  return never || order.filled === order.shares
    ? whole
    : `${order.filled.toLocaleString("en-US")} of ${whole}`;
}

/** snake_case as words; what has spaces already is words and stays as it is. */
export const plain = (id: string): string => id.replaceAll("_", " ");
export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const sentence = (id: string): string => {
  if (id.includes(" ")) return id;
  return upperFirst(plain(id.toLowerCase()));
};
