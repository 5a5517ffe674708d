/**
 * The day's loss, and the equity that it is measured from (RELIABILITY 1.5): the larger of the previous close's and of
 * the first one seen a minute after the open, then fixed for the session. Deposits and withdrawals, as the engine
 * reports them, are no profit and no loss. A loss counts when two looks at least a second apart agree.
 */
import type { Session } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import type { SeenAccount } from "./ports.ts";

export interface SavedBase {
  readonly date: number;
  /** Dollars, net of flows. */
  readonly base: number;
}

const CONFIRM_MS = 1000;

export class DayLoss {
  readonly #lossMax: number;
  #fixed: SavedBase | undefined;
  #breachedAt = Number.NaN;
  #confirmedAt = Number.NaN;
  #isAnew = false;
  /** Of the last look, a fraction of the base; 0 before the first. */
  loss = 0;

  /** `lossMax` is a fraction; `saved` what an earlier life of the guardian had fixed. */
  constructor(lossMax: number, saved: SavedBase | undefined) {
    this.#lossMax = lossMax;
    this.#fixed = saved;
  }

  /** A look at the account in or before a session; returns the base when this look fixed it. */
  see(
    account: SeenAccount,
    flows: number,
    now: { mono: number; at: EpochMicros; session: Session | undefined },
  ) {
    const { mono, at, session } = now;
    const net = account.equity - flows;
    const mayFix = session !== undefined && at >= session.open + MICROS_PER_MINUTE && at < session.close;
    const isNew = mayFix && (this.#isAnew || this.#fixed?.date !== session.date);
    if (isNew) {
      this.#fixed = { date: session.date, base: this.#isAnew ? net : Math.max(account.lastEquity, net) };
      this.#isAnew = false;
    }
    const held =
      session !== undefined && this.#fixed?.date === session.date ? this.#fixed.base : account.lastEquity;
    this.loss = held > 0 ? 1 - net / held : 0;
    this.#judge(mono, mayFix && this.loss >= this.#lossMax);
    return isNew ? this.#fixed : undefined;
  }

  /** An operator has resumed after a halt: the next look's equity is the base of what is left of the day. */
  beginAnew(): void {
    this.#isAnew = true;
  }

  /** For how long the loss has been confirmed; undefined: it is not. */
  breachedMs(mono: number): number | undefined {
    return Number.isNaN(this.#confirmedAt) ? undefined : mono - this.#confirmedAt;
  }

  /** True between a first look beyond the limit and the one that confirms or denies it: look again soon. */
  get isDoubtful(): boolean {
    return !Number.isNaN(this.#breachedAt) && Number.isNaN(this.#confirmedAt);
  }

  /** The first minute's prints are no base and no loss. */
  #judge(mono: number, isBeyond: boolean): void {
    if (!isBeyond) {
      this.#breachedAt = Number.NaN;
      this.#confirmedAt = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#breachedAt)) this.#breachedAt = mono;
    else if (Number.isNaN(this.#confirmedAt) && mono - this.#breachedAt >= CONFIRM_MS)
      this.#confirmedAt = mono;
  }
}
