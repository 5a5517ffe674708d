/**
 * What happened over a batch of seeds, counted: a storm that never crashed in the middle of a send has shown nothing
 * about it. A batch that misses a name of this list fails, whatever its invariants say.
 */
import { OrderStatus, orderStatusNames } from "../../domain/order.ts";

const { Sent, Accepted, PartiallyFilled, Filled, Canceled, Expired, Rejected } = OrderStatus;
const ends = [Filled, Canceled, Expired, Rejected] as const;

export const edgeName = (from: OrderStatus, to: OrderStatus): string =>
  `order ${orderStatusNames[from]} -> ${orderStatusNames[to]}`;

/** Every way an order can go, seen from one event to the next. */
const edges: readonly string[] = [
  edgeName(Sent, Accepted),
  edgeName(Sent, PartiallyFilled),
  edgeName(Accepted, PartiallyFilled),
  ...[Sent, Accepted, PartiallyFilled].flatMap((from) => ends.map((to) => edgeName(from, to))),
  "order denied",
];

/** Every fault, and every situation that a fault is there for. */
export const mustHappen: readonly string[] = [
  "fault duplicate",
  "fault late",
  "fault reordered",
  "fault lost_acknowledgement",
  "fault rejected_after_accepted",
  "fault partial_pieces",
  "fault cancel_crosses_fill",
  "fault missing_bar",
  "fault crash",
  "fault downtime",
  "crash before the event",
  "crash after the event",
  "crash before the commit",
  "crash after the commit",
  "crash before sending",
  "crash in the middle of sending",
  "events lost in a crash",
  "commands lost in a crash",
  "order sent again",
  "stale entry given up",
  "fill before acceptance",
  "end before fill",
  "fill repeated",
  "cancel crossed by a fill",
  "market gap",
  "market halt",
  "market crash",
  "stop filled",
  "target filled",
  "exit filled",
  "flatten filled",
  "virtual stop reached",
  "virtual stop filled",
  "disaster stop left to trade",
  "stop moved",
  "short opened",
  "entry trimmed",
  "entry waits for an exit",
  "entries per day reached",
  "entry refused while barred",
  "operator pause",
  "operator halt",
  "operator resume",
  "session changed with a position",
  "losses in a row",
  "breaker rapid_loss",
  "breaker day_high_drawdown",
  "breaker day_base_loss",
  "breaker high_water_mark",
  "breaker strategy_losses",
  "breaker account_losses",
  "breaker strategy_loss",
  ...edges,
];

export type Counts = Readonly<Record<string, number>>;

export class Reach {
  readonly #counts = new Map<string, number>();
  readonly #trace: ((line: string) => void) | undefined;

  /** `trace` is told of each fault as it happens. */
  constructor(trace?: (line: string) => void) {
    this.#trace = trace;
  }

  hit(what: string): void {
    if (what.startsWith("fault ")) this.#trace?.(`~~~ ${what}`);
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  counts(): Counts {
    return Object.fromEntries(this.#counts);
  }
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = new Map<string, number>();
  for (const counts of all) {
    for (const [what, count] of Object.entries(counts)) sum.set(what, (sum.get(what) ?? 0) + count);
  }
  return Object.fromEntries([...sum].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What should have happened and did not. */
export const missed = (counts: Counts): string[] => mustHappen.filter((what) => (counts[what] ?? 0) === 0);
