/** The two clocks side by side, for those who need both: what a market does, and how long a wire takes. */
import type { EpochMicros } from "../domain/time.ts";

export interface Instants {
  /** The exchange's clock: sessions, records, ids. In a demo it may run faster than a wall clock. */
  readonly at: EpochMicros;
  /** A monotonic wall clock, milliseconds: waits, deadlines, rates of requests. Means nothing after a restart. */
  readonly ms: number;
}
