/** What a leak detector found: one column that knows more than it can. */

export interface LeakFinding {
  readonly column: string;
  /** The statistic that was too good, and what it may be at most. */
  readonly statistic: "area under curve" | "rank correlation" | "correlation with the future";
  readonly value: number;
  readonly limit: number;
}

/** Values of a feature, one per row or bar; NaN where it has none. */
export interface NamedColumn {
  readonly name: string;
  readonly values: Float64Array;
}

/** Standard errors that a statistic must be away from chance before it is called a finding. */
export const SURE = 4;
