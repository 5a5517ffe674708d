/**
 * Orders for an auction wait for their window, further slices of a large order for their time (EXEC-6): nothing is
 * asked of the broker and nothing is told before.
 *
 * AW-1  An order whose window is open and in whose way nothing stands is asked about first: it leaves once its owner
 *       says that it is still wanted, or ends as expired for the reason that is given.
 * AW-2  A yes is good for as long as any other verdict of the gate (C-10); what did not leave by then is asked again.
 *       Who cannot say yet is asked again a second later.
 * AW-3  What has not left when the window closes never leaves: it ends as expired, with a note.
 */
import type { OrderNumber } from "../../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import type { LeaveWindow } from "../auction-window.ts";
import type { ChildEnd, ChildOrder } from "./child-order.ts";
import type { Instants, NoteCause, RecheckDesk } from "./words.ts";

/** Of an order that waits for its window, or may be sent in it. */
export interface EntryWait {
  readonly window: LeaveWindow;
  /** It was asked about and not answered yet. */
  isAsked: boolean;
  /** It is still wanted, as of the child's `judgedAt`. */
  isCleared: boolean;
  /** It may be asked about, or leave. */
  isOpen: boolean;
  /** Exchange micros before which it is not asked about. */
  askAt: number;
}

const LATER_MICROS = MICROS_PER_SECOND;

export interface WaitParts {
  readonly live: ReadonlySet<ChildOrder>;
  isStale(child: ChildOrder, now: Instants): boolean;
  end(child: ChildOrder, end: ChildEnd, cause: NoteCause, now: Instants): void;
}

/** For an order that is placed at that instant: what leaves at once was judged just now. */
export const waitFor = (window: LeaveWindow, at: EpochMicros): EntryWait => ({
  window,
  isAsked: false,
  isCleared: at >= window.opensAt,
  isOpen: at >= window.opensAt,
  askAt: window.opensAt,
});

/** Exchange micros at which something becomes of an order that waits. */
export const waitDue = ({ window, isOpen, askAt }: EntryWait): number =>
  isOpen ? window.closesAt : Math.min(askAt, window.closesAt);

export class EntryWaits implements RecheckDesk {
  readonly #parts: WaitParts;
  readonly asks: OrderNumber[] = [];

  constructor(parts: WaitParts) {
    this.#parts = parts;
  }

  /** True when its time is not there yet, or is over, in which case it has ended. */
  holds(child: ChildOrder, wait: EntryWait, now: Instants): boolean {
    wait.isOpen = now.at >= wait.askAt;
    if (now.at < wait.window.closesAt) return !wait.isOpen;
    const reason = "its window closed before it left";
    this.#parts.end(child, { kind: "expired", reason }, "timer", now);
    return true;
  }

  /** True when it may leave; if not, it is asked about. */
  isCleared(child: ChildOrder, wait: EntryWait, now: Instants): boolean {
    if (wait.isCleared && !this.#parts.isStale(child, now)) return true;
    wait.isCleared = false;
    if (!wait.isAsked) this.asks.push(child.number);
    wait.isAsked = true;
    return false;
  }

  later(number: OrderNumber, now: Instants): void {
    for (const { number: own, wait } of this.#parts.live) {
      if (own !== number || wait === undefined || !wait.isAsked) continue;
      wait.isAsked = false;
      wait.isOpen = false;
      wait.askAt = now.at + LATER_MICROS;
    }
  }

  answer(number: OrderNumber, refusal: string | undefined, now: Instants): void {
    for (const child of [...this.#parts.live]) {
      const { wait } = child;
      if (child.number !== number || wait === undefined || !wait.isAsked) continue;
      wait.isAsked = false;
      if (child.state !== "INTENT") continue;
      if (refusal !== undefined) this.#parts.end(child, { kind: "expired", reason: refusal }, "command", now);
      else {
        wait.isCleared = true;
        child.judgedAt = now.at;
      }
    }
  }
}
