/** What the quality report looks at: one series as columns, exactly as a source gave it. */

/** Rows in the order of the source, ascending when it is sound. Columns are of equal length. */
export interface QualitySeries {
  readonly symbol: string;
  /** Per row: the session's day number for daily bars, the start in epoch micros for intraday ones. */
  readonly key: ArrayLike<number>;
  /** Dollars per share. */
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
  /** Shares. */
  readonly volume: ArrayLike<number>;
}

/** A stretch of keys, both ends included, and how many rows or absent rows it stands for. */
export interface KeyRange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}
