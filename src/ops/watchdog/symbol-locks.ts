/**
 * Symbols that have said nothing for longer than is usual for them: no entries there, and never more than that. A
 * symbol of which nothing can be expected is in no list; a halted one owes nothing (I-23), nor does any before the
 * session's open. Ages are of the exchange's clock.
 */
import type { Session } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";

const JUDGED_EVERY_MS = 1000;

export class SymbolLocks {
  readonly #silenceMs: ReadonlyMap<string, number>;
  /** Last message of each symbol that has spoken. */
  readonly #heardAt = new Map<string, number>();
  readonly #halted = new Set<string>();
  #judgedAt = Number.NEGATIVE_INFINITY;
  #locked: readonly string[] = [];

  constructor(silenceMs: ReadonlyMap<string, number>) {
    this.#silenceMs = silenceMs;
  }

  message(symbol: string, at: EpochMicros): void {
    if (this.#silenceMs.has(symbol)) this.#heardAt.set(symbol, at);
  }

  halted(symbol: string, isHalted: boolean): void {
    if (isHalted) this.#halted.add(symbol);
    else this.#halted.delete(symbol);
  }

  excuse(fromAt: number, toAt: number): void {
    for (const [symbol, at] of this.#heardAt) this.#heardAt.set(symbol, Math.min(toAt, at + toAt - fromAt));
  }

  /** Judged anew once a second: it bars entries in one symbol, and nothing waits for it. */
  locked(mono: number, at: EpochMicros, session: Session | undefined): readonly string[] {
    if (this.#heardAt.size === 0 || session === undefined) return [];
    if (mono - this.#judgedAt < JUDGED_EVERY_MS) return this.#locked;
    this.#judgedAt = mono;
    this.#locked = [...this.#heardAt].flatMap(([symbol, heardAt]) => {
      const silenceMs = this.#silenceMs.get(symbol) ?? Number.POSITIVE_INFINITY;
      return !this.#halted.has(symbol) && at - Math.max(heardAt, session.open) > silenceMs * 1000
        ? [symbol]
        : [];
    });
    return this.#locked;
  }
}
