/**
 * When reconciliation is due (C-47): open orders every 10 seconds, positions every minute, the account twice a minute,
 * activities every five minutes, all of it at the start, after a reconnect and at the end of the day. One look brings
 * all of it: what is due says what it is for.
 */

export const reconcileParts = ["orders", "account", "positions", "activities"] as const;
export type ReconcilePart = (typeof reconcileParts)[number];

/** Monotonic milliseconds. */
export const everyMs: Readonly<Record<ReconcilePart, number>> = {
  orders: 10_000,
  account: 30_000,
  positions: 60_000,
  activities: 300_000,
};

export class ReconcileCadence {
  readonly #doneMs = new Map<ReconcilePart, number>();

  /** Everything is due at once: a start, a reconnect, the end of the day. */
  askForAll(): void {
    this.#doneMs.clear();
  }

  due(ms: number): readonly ReconcilePart[] {
    return reconcileParts.filter((part) => ms >= this.#nextMs(part));
  }

  /** When the next part is due. */
  get nextMs(): number {
    return Math.min(...reconcileParts.map((part) => this.#nextMs(part)));
  }

  /** Those parts were compared, or everything. */
  compared(ms: number, parts: readonly ReconcilePart[] = reconcileParts): void {
    for (const part of parts) this.#doneMs.set(part, ms);
  }

  #nextMs(part: ReconcilePart): number {
    const done = this.#doneMs.get(part);
    return done === undefined ? Number.NEGATIVE_INFINITY : done + everyMs[part];
  }
}
