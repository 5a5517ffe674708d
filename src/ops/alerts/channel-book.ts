/** Which channels work, and since when none does (C-60). */

import type { ChannelFacts, SendResult } from "../../domain/alert.ts";
import { isWorking, retryAfterMs } from "./alert-policy.ts";

export class ChannelBook {
  readonly #facts: Map<string, ChannelFacts>;
  readonly #retryMs = new Map<string, number>();
  #noneSinceMs: number | undefined;

  constructor(ids: readonly string[], known: readonly ChannelFacts[], nowMs: number) {
    this.#facts = new Map(ids.map((id) => [id, known.find((one) => one.id === id) ?? { id, failures: 0 }]));
    this.tick(nowMs);
  }

  get all(): readonly ChannelFacts[] {
    return [...this.#facts.values()];
  }

  working(nowMs: number): readonly string[] {
    return this.all.filter((one) => isWorking(one, nowMs)).map(({ id }) => id);
  }

  /** Those of which nobody knows that they work. */
  unproven(nowMs: number): readonly string[] {
    return this.all.filter((one) => !isWorking(one, nowMs)).map(({ id }) => id);
  }

  /** For how long there has been none that works, milliseconds; 0 while there is one. */
  noneForMs(nowMs: number): number {
    this.tick(nowMs);
    return this.#noneSinceMs === undefined ? 0 : Math.max(0, nowMs - this.#noneSinceMs);
  }

  tick(nowMs: number): void {
    if (this.working(nowMs).length > 0) this.#noneSinceMs = undefined;
    else this.#noneSinceMs ??= nowMs;
  }

  mayTry(id: string, nowMs: number): boolean {
    return nowMs >= (this.#retryMs.get(id) ?? Number.NEGATIVE_INFINITY);
  }

  /** What is known from now on. A message that was refused says nothing of the channel. */
  settled(id: string, result: SendResult, nowMs: number): ChannelFacts {
    const before = this.#facts.get(id) ?? { id, failures: 0 };
    const facts = settledFacts(before, result, nowMs);
    this.#facts.set(id, facts);
    if (result.ok) this.#retryMs.delete(id);
    else if (result.isOfMessage !== true) this.#retryMs.set(id, nowMs + retryAfterMs(facts.failures));
    this.tick(nowMs);
    return facts;
  }
}

function settledFacts(before: ChannelFacts, result: SendResult, nowMs: number): ChannelFacts {
  if (result.ok) return { ...before, lastOkMs: nowMs, failures: 0, error: undefined };
  const { reason: error, isOfMessage } = result;
  if (isOfMessage === true) return { ...before, error };
  return { ...before, lastFailedMs: nowMs, failures: before.failures + 1, error };
}
