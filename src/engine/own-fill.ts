/** A fill as compute hears of it. */
import type { InstrumentId } from "../domain/instrument.ts";

/** What execute tells compute of a fill. */
export interface OwnFill {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly signedShares: number;
  /** Dollars per share. */
  readonly price: number;
  /** Row of the signal behind the order; negative when no strategy asked for it. */
  readonly signal: number;
  /** Net profit of the round trip that this fill ended, as a fraction of its entry value; NaN when it ended none. */
  readonly closedReturn: number;
}
