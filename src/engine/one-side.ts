/**
 * A broker nets one account: strategies cannot hold opposite sides of one instrument there. It refuses the entry
 * against what is held, and of opposite entries that crossed inside the account the protective order and the exit of
 * the smaller side, and whatever of the larger side goes beyond the net. Used where a broker fills; a backtest's venue
 * keeps lots.
 *
 * OS-1  All strategies hold one side of an instrument: nobody enters against what another one holds or enters. Of
 *       opposite entries of one decision the side with more dollars goes on, the earlier one of two equal ones. So what
 *       rests at the broker is for the net position, and all of it.
 * OS-2  Where two sides are held all the same, by the late fill of an order that was given up, both are closed with the
 *       next bar: their exits cross inside the account (MP-3), what is left of them is the net position.
 */

import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent, ExitIntent, Intent } from "../domain/intent.ts";
import { BUY, SELL, type Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { ExecuteStage } from "./execute.ts";

/** Signal row of what no strategy asked for. */
const NO_SIGNAL = -1;

export interface SideParts {
  readonly strategies: number;
  readonly instruments: number;
  /** Holds what is nobody's; it never leaves. */
  readonly externalStrategy?: number | undefined;
}

const sideOf = ({ shares }: EntryIntent): Side => (shares > 0 ? BUY : SELL);

export class OneSide {
  readonly #scope: SideParts;
  readonly #stage: Pick<ExecuteStage, "lots" | "facts">;
  /** Entries that were given up for it, counted. */
  refused = 0;

  constructor(scope: SideParts, stage: Pick<ExecuteStage, "lots" | "facts">) {
    this.#scope = scope;
    this.#stage = stage;
  }

  /** What of a decision the broker can take. */
  allowed(intents: readonly Intent[]): readonly Intent[] {
    const entries = intents
      .filter((intent) => intent.kind === "Enter")
      .filter((one) => !this.#isOpposed(one));
    const kept = new Set<Intent>(entries.filter((entry) => wins(entry, entries)));
    const allowed = intents.filter((intent) => intent.kind !== "Enter" || kept.has(intent));
    this.refused += intents.length - allowed.length;
    return allowed;
  }

  /** Exits of both sides, where strategies hold both. */
  unwound(at: EpochMicros): readonly ExitIntent[] {
    const { strategies, instruments, externalStrategy } = this.#scope;
    const { lots, facts } = this.#stage;
    const exits: ExitIntent[] = [];
    for (let i = 0; i < instruments; i++) {
      const instrument = i as InstrumentId;
      const of: ExitIntent[] = [];
      let [longs, shorts] = [0, 0];
      for (let strategy = 0; strategy < strategies; strategy++) {
        const shares = lots.shares(strategy, instrument);
        if (shares === 0 || strategy === externalStrategy) continue;
        if (shares > 0) longs += 1;
        else shorts += 1;
        const reference = facts.mark(instrument);
        of.push({ kind: "Exit", at, strategy, instrument, signal: NO_SIGNAL, reference });
      }
      if (longs > 0 && shorts > 0) exits.push(...of);
    }
    return exits;
  }

  /** Another one holds or enters the other side. An own position of the other side makes an exit of it (EX-8). */
  #isOpposed(entry: EntryIntent): boolean {
    const { lots, facts } = this.#stage;
    const { strategy, instrument } = entry;
    const side = sideOf(entry);
    for (let s = 0; s < this.#scope.strategies; s++)
      if (s !== strategy && lots.shares(s, instrument) * side < 0) return true;
    return lots.shares(strategy, instrument) === 0 && facts.working(instrument, -side as Side) > 0;
  }
}

/** Dollars of the entries of that instrument and side. */
function dollars(entries: readonly EntryIntent[], instrument: InstrumentId, side: Side): number {
  let sum = 0;
  for (const entry of entries)
    if (entry.instrument === instrument && sideOf(entry) === side)
      sum += Math.abs(entry.shares) * entry.reference;
  return sum;
}

function wins(entry: EntryIntent, entries: readonly EntryIntent[]): boolean {
  const { instrument } = entry;
  const side = sideOf(entry);
  const [own, other] = [dollars(entries, instrument, side), dollars(entries, instrument, -side as Side)];
  if (own !== other) return own > other;
  const first = entries.find((one) => one.instrument === instrument);
  return first === undefined || sideOf(first) === side;
}
