/**
 * Records that no honest source would send, made from genuine bars of the synthetic market: something for the
 * gatekeeper to refuse. They are delivered beside the bars, never among them.
 */
import type { BarColumns } from "../domain/bars.ts";
import type { RawBar } from "../market/gatekeeper.ts";
import type { Rng } from "../numerics/rng.ts";

export const defectKinds = ["not_a_number", "negative_price", "high_below_low", "repeated_instant"] as const;
export type DefectKind = (typeof defectKinds)[number];

export interface SyntheticDefect {
  readonly kind: DefectKind;
  /** Batch of the session's columns after whose bars the record arrives; its `timestamp` is that batch's end. */
  readonly batch: number;
  readonly record: RawBar;
}

/** Mean count per session: about 0.05 % of the bars of the built-in listings. */
const DEFECTS_PER_SESSION = 6;

/** In order of arrival. */
export function drawDefects(columns: BarColumns, rng: Rng): SyntheticDefect[] {
  const found: SyntheticDefect[] = [];
  // Exponential pauses make the count a Poisson draw.
  for (let at = rng.exponential(); at < DEFECTS_PER_SESSION; at += rng.exponential()) {
    const batch = rng.integer(columns.closedAt.length);
    const from = columns.offset[batch]!;
    const row = from + rng.integer(columns.offset[batch + 1]! - from);
    const kind = defectKinds[rng.integer(defectKinds.length)] ?? "not_a_number";
    found.push({ kind, batch, record: spoil(kind, genuine(columns, row, batch)) });
  }
  return found.toSorted((a, b) => a.batch - b.batch);
}

interface GenuineBar extends RawBar {
  readonly low: number;
  readonly close: number;
}

function genuine(columns: BarColumns, row: number, batch: number): GenuineBar {
  return {
    symbol: columns.instruments.symbols[columns.instrument[row]!] ?? "",
    timestamp: columns.closedAt[batch]!,
    open: columns.open[row]!,
    high: columns.high[row]!,
    low: columns.low[row]!,
    close: columns.close[row]!,
    volume: columns.volume[row]!,
  };
}

function spoil(kind: DefectKind, bar: GenuineBar): RawBar {
  switch (kind) {
    case "not_a_number":
      return { ...bar, close: Number.NaN };
    case "negative_price":
      return { ...bar, low: -bar.low };
    case "high_below_low":
      return { ...bar, high: bar.low / 2 };
    case "repeated_instant":
      return bar;
  }
}
