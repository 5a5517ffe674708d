/** The first sentences of Orders, Why and Signals: what happened to what was wanted. */
import type { Funnel, SignalsAnswer } from "../../../contract/trading-answers.ts";
import { count, noData, signed } from "../../words/format.ts";
import { signalType } from "./signal-words.ts";

export interface FunnelCell {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** Unknown orders are a warning; what the broker refused is an error. */
  readonly look: "plain" | "amber" | "bad";
}

export function funnelCells(funnel: Funnel, budgetBps: number): FunnelCell[] {
  const { decided, denied, rulesThatDenied, sent, acked, filled, rejected, unknown } = funnel;
  const cell = (
    id: string,
    label: string,
    value: number,
    note: string,
    look: FunnelCell["look"] = "plain",
  ) => ({
    id,
    label,
    value: count(value),
    note,
    look,
  });
  const ack = funnel.ackP99Ms === null ? "" : `p99 ${count(funnel.ackP99Ms)} ms`;
  const mean = funnel.meanSlippageBps;
  return [
    cell("decided", "Decided", decided, "orders wanted"),
    cell(
      "denied",
      "Denied",
      denied,
      denied === 0 ? "by no rule" : `by ${rulesThatDenied} ${rulesThatDenied === 1 ? "rule" : "rules"}`,
    ),
    cell("sent", "Sent", sent, share(sent, decided, "of decided")),
    cell("acked", "Acked", acked, ack || share(acked, sent, "of sent")),
    cell("filled", "Filled", filled, share(filled, sent, "of sent")),
    cell("rejected", "Rejected", rejected, "by the broker", rejected > 0 ? "bad" : "plain"),
    cell(
      "unknown",
      "Unknown",
      unknown,
      unknown === 0 ? "every answer came" : "the broker is asked",
      unknown > 0 ? "amber" : "plain",
    ),
    {
      id: "slippage",
      label: "Slippage",
      value: mean === null ? noData : signed(mean, 2),
      note: mean === null ? "no fill yet" : `bps mean of ${budgetBps.toFixed(1)}`,
      look: mean !== null && mean > budgetBps ? "bad" : "plain",
    },
  ];
}

const share = (part: number, whole: number, of: string): string =>
  whole === 0 ? "" : `${Math.round((part / whole) * 100)}% ${of}`;

export function ordersAnswer({ decided, denied, filled, rejected, unknown }: Funnel): string {
  if (decided === 0) return "Nothing was decided today.";
  if (unknown > 0)
    return `${unknown} ${unknown === 1 ? "order is" : "orders are"} unknown: the broker has not answered.`;
  if (rejected > 0) return `The broker rejected ${rejected} of ${decided} orders.`;
  const parts = [`${count(filled)} of ${count(decided)} orders filled`];
  if (denied > 0) parts.push(`the gate denied ${count(denied)}`);
  return `${parts.join(", ")}.`;
}

export function signalsAnswer(answer: Pick<SignalsAnswer, "total" | "rows">): string {
  if (answer.total === 0) return "No strategy has wanted anything.";
  const last = answer.rows[0];
  const head = `${count(answer.total)} ${answer.total === 1 ? "signal" : "signals"}`;
  return last === undefined
    ? `${head}.`
    : `${head}; the last one: ${last.strategy}, ${signalType(last.type)} ${last.symbol}.`;
}
