/**
 * Columns that are too good to be true (LEARN-3): single features that foretell a label as nothing in a market does.
 * Nearly always such a column holds the label: a return that overlaps it, a price of after the close, a joined
 * result.
 */
import { areaUnderCurve, rankCorrelation } from "../../numerics/rank-statistics.ts";
import { numberWithin, sameLength } from "../allowed.ts";
import { type LeakFinding, type NamedColumn, SURE } from "./finding.ts";

export interface PlausibleLimits {
  /** Largest area under the curve, or 1 minus it, that one column may have; 0.7 is generous. From 0.5 to 1. */
  readonly areaUnderCurve: number;
  /** Largest size of a column's rank correlation with a label that is a number; 0.3 is generous. From 0 to 1. */
  readonly rankCorrelation: number;
}

/**
 * Labels as classes: 1 or 0 per row. A column is found when it is over the limit and by more than chance could do
 * with so few rows. Rows where the column is NaN are left out. Throws InputError on differing lengths and bad limits.
 */
export function implausibleForClasses(
  columns: readonly NamedColumn[],
  outcome: Uint8Array,
  limits: PlausibleLimits,
): LeakFinding[] {
  const limit = numberWithin("areaUnderCurve", limits.areaUnderCurve, { from: 0.5, to: 1 });
  return columns.flatMap(({ name, values }): LeakFinding[] => {
    sameLength(`column ${name}`, values.length, "outcome", outcome.length);
    const known = (_: number, i: number) => !Number.isNaN(values[i]!);
    const kept = outcome.filter(known);
    const positives = kept.reduce((count, one) => count + one, 0);
    const negatives = kept.length - positives;
    const area = areaUnderCurve(values.filter(known), kept);
    const value = Math.max(area, 1 - area);
    const error = Math.sqrt((kept.length + 1) / (12 * positives * negatives));
    if (!(value > limit && value - 0.5 > SURE * error)) return [];
    return [{ column: name, statistic: "area under curve", value, limit }];
  });
}

/** The same for labels that are numbers, as forward returns; rows where either is NaN are left out. */
export function implausibleForNumbers(
  columns: readonly NamedColumn[],
  label: Float64Array,
  limits: PlausibleLimits,
): LeakFinding[] {
  const limit = numberWithin("rankCorrelation", limits.rankCorrelation, { from: 0, to: 1 });
  return columns.flatMap(({ name, values }): LeakFinding[] => {
    sameLength(`column ${name}`, values.length, "label", label.length);
    const known = (_: number, i: number) => !Number.isNaN(values[i]!) && !Number.isNaN(label[i]!);
    const kept = values.filter(known);
    const value = Math.abs(rankCorrelation(kept, label.filter(known)));
    if (!(value > limit && value > SURE / Math.sqrt(kept.length - 1))) return [];
    return [{ column: name, statistic: "rank correlation", value, limit }];
  });
}
