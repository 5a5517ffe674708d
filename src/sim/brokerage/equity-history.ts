/** The account's equity minute by minute while anybody can trade, 04:00 to 20:00 of a session. */
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { HistoryFilter, HistoryRow } from "./account-view.ts";

export class EquityHistory {
  readonly #at: number[] = [];
  readonly #equity: number[] = [];
  readonly #isCore: boolean[] = [];

  /** First whole minute after `at`. */
  static minuteAfter(at: number): number {
    return (Math.floor(at / MICROS_PER_MINUTE) + 1) * MICROS_PER_MINUTE;
  }

  sample(at: EpochMicros, equity: number, isCore: boolean): void {
    this.#at.push(at);
    this.#equity.push(equity);
    this.#isCore.push(isCore);
  }

  /** One row per step that has a sample, under its left edge, with the last sample in it. */
  rows({ from, to, stepMicros, hours }: HistoryFilter): HistoryRow[] {
    const rows: HistoryRow[] = [];
    for (const [n, at] of this.#at.entries()) {
      if (at < from || at >= to || (hours === "market" && this.#isCore[n] !== true)) continue;
      const edge = (from + Math.floor((at - from) / stepMicros) * stepMicros) as EpochMicros;
      if (rows.at(-1)?.at === edge) rows.pop();
      rows.push({ at: edge, equity: this.#equity[n] ?? 0 });
    }
    return rows;
  }
}
