/**
 * Positions that a split has changed in our books and that the broker may not have changed yet (C-49). Until two of its
 * looks show what our books hold, the symbol is locked and nothing of the difference is booked. Used by the duty to the
 * broker alone.
 *
 * RP-1  A difference that a split of today may explain is never booked as somebody's trade.
 * RP-2  One look is no proof (I-24): the second one that agrees ends it, or an operator.
 * RP-4  What rests in old shares stays until the broker's count has moved: while it stands, the old orders are the
 *       protection of what it holds. Acknowledged before it moved, the split is taken back.
 * RP-3  A broker that shows something else half an hour later is told of once; the symbol stays locked.
 */
import { ratioOf, type SplitRatio } from "../domain/corporate-action.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { type DayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";

/** The exchange's. From half past eight to the hour before the open. */
const TELL_AFTER_MICROS = 30 * MICROS_PER_MINUTE;
const LOOKS = 2;

export interface RestatedPosition {
  readonly symbol: string;
  readonly ratio: SplitRatio;
  readonly exDate: DayNumber;
  /** Signed shares in our books, before and after. */
  readonly before: number;
  readonly after: number;
}

interface Restated extends RestatedPosition {
  /** What one rounding over the whole account makes of it. */
  readonly account: number;
  readonly since: EpochMicros;
  agreed: number;
  isTold: boolean;
  /** The broker's count when it was looked at last; absent before. */
  held: number | undefined;
}

export class RestatedPositions {
  readonly #restated = new Map<string, Restated>();
  readonly #booked: (symbol: string) => number;
  /** Symbols whose count the broker has moved, as of the last looks; the caller takes them. */
  readonly moved: string[] = [];

  /** `booked`: signed shares that our books hold now. What was traded since is no difference. */
  constructor(booked: (symbol: string) => number) {
    this.#booked = booked;
  }

  /** Symbols whose positions are not to be compared. */
  get symbols(): ReadonlySet<string> {
    return new Set(this.#restated.keys());
  }

  /** A second split before the first is settled takes its place. */
  split(position: RestatedPosition, since: EpochMicros): void {
    const { symbol, ratio, before } = position;
    const account = Math.trunc(before * ratioOf(ratio) + Math.sign(before) * HALF_NANO_SHARE);
    this.#restated.set(symbol, { ...position, account, since, agreed: 0, isTold: false, held: undefined });
  }

  /** Returns the position where the broker still shows it as it was before: then there was no split. */
  acknowledged(symbol: string): RestatedPosition | undefined {
    const restated = this.#restated.get(symbol);
    this.#restated.delete(symbol);
    if (restated === undefined || this.#booked(symbol) !== restated.after) return undefined;
    return restated.held === restated.before ? restated : undefined;
  }

  /** What the broker's books show; comes before they are compared. Returns what people must hear of. */
  looked(
    positions: readonly { readonly symbol: string; readonly shares: number }[],
    at: EpochMicros,
  ): Alarm[] {
    const alarms: Alarm[] = [];
    for (const [symbol, restated] of this.#restated) {
      const now = this.#booked(symbol);
      const traded = now - restated.after;
      const held = positions.find((position) => position.symbol === symbol)?.shares ?? 0;
      const hasMoved = Math.abs(held - restated.before) >= HALF_NANO_SHARE;
      if (hasMoved && (restated.held ?? restated.before) === restated.before) this.moved.push(symbol);
      restated.held = held;
      // Several lots are rounded one by one: what is then left over is a difference like any other.
      const agrees = [now, restated.account + traded].some(
        (shares) => Math.abs(held - shares) < HALF_NANO_SHARE,
      );
      if (restated.agreed >= LOOKS - 1 && agrees) this.#restated.delete(symbol);
      restated.agreed = agrees ? restated.agreed + 1 : 0;
      const isLate = !agrees && at - restated.since >= TELL_AFTER_MICROS;
      if (!isLate || restated.isTold) continue;
      restated.isTold = true;
      alarms.push({ severity: "page", text: lateText(held, now, restated) });
    }
    return alarms;
  }
}

function lateText(held: number, booked: number, { symbol, ratio, before }: Restated): string {
  const split = `${ratio.newShares} for ${ratio.oldShares}`;
  const shows = held === before ? "has not split it yet" : "shows something else";
  return (
    `${symbol}: after a split ${split} our books hold ${booked} shares and the broker ${held}: it ${shows}; ask it, ` +
    `then: plimsoll acknowledge ${symbol} ${held === before ? "takes the split back" : "takes the broker's count"}`
  );
}
