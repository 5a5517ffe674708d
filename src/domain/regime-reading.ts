/**
 * What the regime detector says of one session: plain values, so that a journal, a socket and a worker's door carry
 * them unchanged. Whoever reads them judges whether they are sound (C-19): nothing here is trusted.
 */
import type { DayNumber } from "./time.ts";

export interface RegimeReading {
  /** The session that it is for; in a later one it is stale. */
  readonly session: DayNumber;
  /** Filtered probabilities after the last close before that session; null where no model speaks. They add up to 1. */
  readonly bull: number | null;
  readonly neutral: number | null;
  readonly bear: number | null;
  /** What the gate makes of them, which remembers the sessions before; null: nothing. */
  readonly regime: "Bull" | "Neutral" | "Bear" | null;
  /** Share of its size that a new long gets, 0 to 1; 0 bars it. */
  readonly longScale: number;
  /** Index points at the last close before that session; null where it is missing or stale. */
  readonly vix: number | null;
  readonly vixRegime: "calm" | "normal" | "elevated" | "crisis" | null;
  /** Multiplies sizes, above 0, at most 1.2; null where nobody scales by the VIX. */
  readonly vixScale: number | null;
}
