/**
 * Symbols that nobody may enter because the broker's books and ours are not known to agree in them (EXEC-3). Books that
 * agree again free a symbol, but for one that is barred: that an operator frees. Used by the duty to the broker alone.
 */
import type { EngineEvent } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";

export class SymbolLocks {
  readonly #instruments: InstrumentTable;
  readonly #events: EngineEvent[];
  readonly #locked = new Set<string>();
  readonly #barred = new Set<string>();

  /** `events`: where it says so. */
  constructor(instruments: InstrumentTable, events: EngineEvent[]) {
    this.#instruments = instruments;
    this.#events = events;
  }

  lock(symbol: string, reason: string, at: EpochMicros): void {
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined || this.#locked.has(symbol)) return;
    this.#locked.add(symbol);
    this.#events.push({ kind: "InstrumentLocked", at, instrument, reason });
  }

  unlock(symbol: string, at: EpochMicros): void {
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined || !this.#locked.delete(symbol) || this.#barred.has(symbol)) return;
    this.#events.push({ kind: "InstrumentUnlocked", at, instrument });
  }

  /** Only an operator frees it again. */
  bar(symbol: string): void {
    this.#barred.add(symbol);
  }

  /** An operator has seen what locked it. */
  acknowledged(symbol: string): void {
    this.#locked.delete(symbol);
    this.#barred.delete(symbol);
  }
}
