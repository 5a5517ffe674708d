/** What a compute stage is made of. */
import type { Timeframe } from "../domain/bars.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { EnsembleParams } from "../ensemble/ensemble-params.ts";
import type { SizingParams } from "../ensemble/sizing.ts";
import type { ExecutionParams } from "../execution/order-policy.ts";
import type { FeatureWorld } from "../features/feature.ts";
import type { DriftParams } from "../models/drift/drift-watch.ts";
import type { BoundStrategy } from "../strategies/strategy.ts";
import type { PaperPricing } from "./paper-positions.ts";
import type { BasisKind } from "./price-basis.ts";

export interface ComputeConfig {
  readonly timeframe: Timeframe;
  readonly world: FeatureWorld;
  /** What the instruments are called, in their order; absent where nobody asks. */
  readonly symbols?: readonly string[];
  readonly strategies: readonly AllocatedStrategy[];
  readonly sizing: SizingParams;
  /** Present in a run with corporate actions: what the features' common basis of prices counts as one. */
  readonly basis?: BasisKind;
  readonly ensemble: EnsembleParams;
  /** How entries will be priced: sizes are worked out at the worst price that the order may fill at. */
  readonly execution: ExecutionParams;
  /** The VIX as it was known at an instant, NaN when older than a session. Absent: its scale is off. */
  readonly vix?: (at: EpochMicros) => number;
  /** What trading costs on paper. Absent: what Kelly stops stays stopped. */
  readonly paper?: PaperPricing;
  /** A strategy that throws falls silent alone. Absent: its throw ends the run. */
  readonly isolates?: boolean;
  /** What the market's regime does not bind. */
  readonly refuges?: readonly InstrumentId[];
  /** When a model beside the rules has drifted. Absent: nobody looks. */
  readonly drift?: DriftParams;
}

export interface AllocatedStrategy {
  readonly strategy: BoundStrategy;
  /** Its share of the capital, a fraction, and the positions that share is spread over. */
  readonly allocation: number;
  readonly positions: number;
  /** Of the bars that it decides on, where they are longer than the run's. */
  readonly timeframe?: Timeframe;
}
