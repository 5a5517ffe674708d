/** What a batch of live seeds must have seen: a storm that never crashed before a send has shown nothing about it. */
import type { Counts } from "../../src/sim/storm/reach.ts";
import { faultKinds } from "./plan.ts";

const mustHappen: readonly string[] = [
  ...faultKinds.map((kind) => `fault ${kind}`),
  "crash of execute before the append",
  "crash of execute after the append",
  "crash of execute after the step",
  "crash of execute before sending",
  "rows lost in a crash",
  "fill of an entry",
  "fill of an exit",
  "fill of a stop",
  "fill of a target",
  "fill of a flatten",
  "fill of a virtual stop",
  "life SENDING -> UNKNOWN",
  "life UNKNOWN -> ABANDONED",
  "life ABANDONED -> TOMBSTONE",
  "life UNKNOWN -> ACKED",
  "life UNKNOWN -> INTENT",
  "life ACKED -> PENDING_CANCEL",
  "life ACKED -> PENDING_REPLACE",
  "life PENDING_CANCEL -> CANCELED",
  "life PENDING_CANCEL -> FILLED",
  "broker partial_fill",
  "broker replaced",
  "broker rejected",
  "operator halt",
  "operator pause",
  "operator resume",
  "operator flatten",
  "operator close",
];

/** What should have happened and did not. */
export const missedLive = (counts: Counts): string[] =>
  mustHappen.filter((what) => (counts[what] ?? 0) === 0);
