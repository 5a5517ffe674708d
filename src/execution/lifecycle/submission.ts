/**
 * Getting an order to the broker exactly once (RELIABILITY 3.3): what an answer to a submission means, and how a doubt
 * is cleared by asking for the id.
 *
 * OL-1  One submission is under way per symbol; exits go before entries; an entry waits while any order of its symbol
 *       is in doubt and while the line of reports is down.
 * OL-2  Every submission of an order carries the same id. A second one leaves only after the broker has said that the
 *       id is absent, or provably nothing had left.
 * OL-3  What nobody knows of after the query plan is given up: its exposure counts for 30 s more, and it is canceled
 *       whenever it appears.
 */
import type { BrokerReply, RefusalClass } from "../../domain/broker.ts";
import { type ChildEnd, type ChildOrder, isEntry } from "./child-order.ts";
import { EntryWaits, waitDue } from "./entry-waits.ts";
import type { Ask, Wire } from "./wire.ts";
import type { Instants, LifecycleState, NoteCause } from "./words.ts";

const NEVER = Number.POSITIVE_INFINITY;
/** Monotonic ms after the doubt began; from the last one on an absence counts. */
const QUERY_PLAN_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000] as const;
const HORIZON_MS = 10_000;
const REQUERY_MS = 8_000;
const RELEASE_MS = 30_000;
/** After the release: a last look or two, besides all that the broker reports unasked. */
const TOMBSTONE_QUERIES_MS = [60_000, 300_000] as const;
/** An answer that takes longer than every deadline of an adapter is none. */
const SEND_DEADLINE_MS = 15_000;
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000] as const;
const THROTTLED_MS = 1_000;
/** Tries of an exit that another order of ours stands in the way of. */
const BLOCKED_TRIES = 8;
const blockedClasses: readonly RefusalClass[] = ["shares_held", "wash_trade"];
const doubtful: readonly LifecycleState[] = ["SENDING", "UNKNOWN", "ABANDONED"];

export interface SubmissionParts {
  readonly wire: Wire;
  readonly live: ReadonlySet<ChildOrder>;
  readonly staleAfterMicros: number;
  isLineUp(): boolean;
  end(child: ChildOrder, end: ChildEnd, cause: NoteCause, now: Instants): void;
}

export class Submissions {
  readonly #parts: SubmissionParts;
  readonly rechecks: EntryWaits;

  constructor(parts: SubmissionParts) {
    this.#parts = parts;
    const { live, end } = parts;
    this.rechecks = new EntryWaits({ live, end, isStale: (child, now) => this.#isStale(child, now) });
  }

  /** Sends what may leave now. */
  pump(now: Instants): void {
    const waiting = [...this.#parts.live].filter(({ state }) => state === "INTENT");
    for (const child of waiting) if (!isEntry(child)) this.#trySend(child, now);
    for (const child of waiting) if (isEntry(child)) this.#trySend(child, now);
  }

  /** What its deadlines ask for. */
  time(child: ChildOrder, now: Instants): void {
    if (child.state === "SENDING" && now.mono >= child.sendDeadline)
      this.doubt(child, "timer", "no answer", now);
    if (now.mono < child.queryDue) return;
    this.#planQuery(child, now.mono);
    this.#parts.wire.find(child, now.mono);
  }

  replied({ child, sent }: Ask, reply: BrokerReply, now: Instants): void {
    // The same sum as when it left: the difference of two fractions would be another fraction.
    const isCurrent = child.state === "SENDING" && sent + SEND_DEADLINE_MS === child.sendDeadline;
    switch (reply.kind) {
      case "refused":
      case "notSent":
        // This submission had no effect; what others did is another question.
        child.doubts -= 1;
        if (child.brokerId !== undefined || child.isOver) return;
        if (reply.kind === "notSent") this.#again(child, isCurrent, reply.reason, now);
        else this.#refused(child, isCurrent, reply, now);
        return;
      case "duplicate":
        child.proven = true;
        if (child.brokerId === undefined) this.doubt(child, "reply", `exists: ${reply.reason}`, now);
        return;
      default:
        if (isCurrent) this.doubt(child, "reply", reply.kind === "unknown" ? reply.reason : reply.kind, now);
    }
  }

  /** Nobody knows whether the broker has it: the query plan starts. */
  doubt(child: ChildOrder, cause: NoteCause, reason: string, now: Instants): void {
    this.#parts.wire.move(child, "UNKNOWN", cause, reason);
    child.sendDeadline = NEVER;
    child.doubtSince = now.mono;
    child.horizon = now.mono + HORIZON_MS;
    child.queries = 0;
    child.queryDue = now.mono + (child.proven ? 0 : QUERY_PLAN_MS[0]);
  }

  /** The broker does not know the id. */
  absent({ child, sent }: Ask, now: Instants): void {
    if (child.brokerId !== undefined || sent < child.horizon) return;
    if (child.state === "ABANDONED") this.#release(child, now);
    if (child.state !== "UNKNOWN" || child.proven) return;
    const mayGo = !child.cancelWanted && !child.wasRefused;
    const isFresh = !isEntry(child) || (!child.wasResent && !this.#isStale(child, now));
    if (mayGo && isFresh) this.#resend(child, now);
    else this.abandon(child, "no trace of it", now);
  }

  /** Gives it up; it stays watched. */
  abandon(child: ChildOrder, reason: string, now: Instants): void {
    this.#parts.wire.move(child, "ABANDONED", "timer", reason);
    child.cancelWanted = true;
    child.horizon = Math.max(now.mono, child.firstSent + RELEASE_MS);
    child.queryDue = child.horizon;
    child.doubtSince = now.mono;
    child.queries = QUERY_PLAN_MS.length;
  }

  /** Exchange micros at which a decision that waits to leave is too old. */
  staleAt(child: ChildOrder): number {
    const waits = child.state === "INTENT" && isEntry(child);
    if (!waits) return NEVER;
    return child.wait === undefined ? child.judgedAt + this.#parts.staleAfterMicros + 1 : waitDue(child.wait);
  }

  /** A new process: whatever was under way may have happened. */
  restarted(child: ChildOrder, now: Instants): void {
    child.notBefore = now.mono;
    if (child.firstSent !== NEVER) child.firstSent = now.mono;
    if (child.state === "SENDING" || child.state === "UNKNOWN")
      this.doubt(child, "restart", "the process began anew", now);
    else if (child.state === "ABANDONED") this.abandon(child, "the process began anew", now);
    else if (child.state === "TOMBSTONE") {
      child.queryDue = now.mono;
      child.queries = 0;
    }
  }

  #trySend(child: ChildOrder, now: Instants): void {
    const { wire, live, end, isLineUp } = this.#parts;
    const { spec, wait } = child;
    if (spec === undefined) return;
    if (wait !== undefined && child.doubts === 0) {
      if (this.rechecks.holds(child, wait, now)) return;
    } else if (isEntry(child) && this.#isStale(child, now)) {
      if (child.doubts > 0) this.abandon(child, "too old to send again", now);
      else end(child, { kind: "expired", reason: "the decision is too old to be sent" }, "timer", now);
      return;
    }
    if (now.mono < child.notBefore || (isEntry(child) && !isLineUp())) return;
    for (const other of live) {
      if (other.symbol !== child.symbol || other === child) continue;
      if (other.state === "SENDING" || (isEntry(child) && doubtful.includes(other.state))) return;
    }
    if (wait !== undefined && !this.rechecks.isCleared(child, wait, now)) return;
    child.attempts += 1;
    child.doubts += 1;
    child.firstSent = Math.min(child.firstSent, now.mono);
    child.sendDeadline = now.mono + SEND_DEADLINE_MS;
    wire.move(child, "SENDING", "command", `attempt ${child.attempts}`);
    wire.submit(child, spec, now.mono);
  }

  #isStale(child: ChildOrder, now: Instants): boolean {
    return now.at - child.judgedAt > this.#parts.staleAfterMicros;
  }

  #refused(
    child: ChildOrder,
    isCurrent: boolean,
    { class: why, reason }: Extract<BrokerReply, { kind: "refused" }>,
    now: Instants,
  ): void {
    const { end } = this.#parts;
    if (why === "throttled") this.#throttled(child, isCurrent, reason, now);
    else if (child.doubts > 0) {
      // An earlier submission may still come true: the query plan decides.
      child.wasRefused = true;
      if (isCurrent) this.doubt(child, "reply", `${why}: ${reason}, an earlier one in doubt`, now);
    } else if (!isEntry(child) && blockedClasses.includes(why) && child.attempts < BLOCKED_TRIES) {
      this.#again(child, isCurrent, `${why}: ${reason}`, now);
      child.owner.blocked(child, why, now);
    } else if (isCurrent || child.state === "UNKNOWN")
      end(child, { kind: "rejected", class: why, reason: `${why}: ${reason}` }, "reply", now);
  }

  /** Too many requests: later, under the same id. An exit is asked for once before it leaves again. */
  #throttled(child: ChildOrder, isCurrent: boolean, reason: string, now: Instants): void {
    if (!isCurrent) return;
    if (isEntry(child) || child.cancelWanted) {
      this.#again(child, isCurrent, `throttled: ${reason}`, now);
      child.notBefore = now.mono + THROTTLED_MS;
      return;
    }
    this.doubt(child, "reply", `throttled: ${reason}`, now);
    child.queryDue = now.mono + THROTTLED_MS;
    child.horizon = child.queryDue;
  }

  /** Provably not there: back to what it was before it was sent. */
  #again(child: ChildOrder, isCurrent: boolean, reason: string, now: Instants): void {
    if (!isCurrent) return;
    if (child.doubts > 0) {
      this.doubt(child, "reply", `${reason}, an earlier one in doubt`, now);
      return;
    }
    child.sendDeadline = NEVER;
    if (child.cancelWanted) {
      this.#parts.end(child, { kind: "canceled", reason: "canceled before it left" }, "command", now);
      return;
    }
    this.#parts.wire.move(child, "INTENT", "reply", reason);
    child.notBefore = now.mono + (BACKOFF_MS[Math.min(child.attempts, BACKOFF_MS.length) - 1] ?? 0);
  }

  #resend(child: ChildOrder, now: Instants): void {
    child.wasResent = true;
    child.queryDue = NEVER;
    child.notBefore = now.mono;
    this.#parts.wire.move(child, "INTENT", "timer", "absent: sent again under the same id");
  }

  #release(child: ChildOrder, now: Instants): void {
    const { wire, end } = this.#parts;
    wire.move(child, "TOMBSTONE", "timer", "its exposure is released");
    child.doubtSince = now.mono;
    child.queries = 0;
    child.queryDue = now.mono + TOMBSTONE_QUERIES_MS[0];
    end(child, { kind: "canceled", reason: "no trace of it at the broker" }, "timer", now);
  }

  #planQuery(child: ChildOrder, mono: number): void {
    child.queries += 1;
    if (child.state === "TOMBSTONE") {
      const next = TOMBSTONE_QUERIES_MS[child.queries];
      child.queryDue = next === undefined ? NEVER : child.doubtSince + next;
      return;
    }
    const next = QUERY_PLAN_MS[child.queries];
    child.queryDue = Math.max(
      mono + QUERY_PLAN_MS[0],
      next === undefined ? mono + REQUERY_MS : child.doubtSince + next,
    );
  }
}

/** The broker has it after all: no query, no resend. */
export function stopAsking(child: ChildOrder): void {
  child.queryDue = NEVER;
  child.sendDeadline = NEVER;
  child.horizon = NEVER;
  child.proven = true;
}
