/**
 * Two sources side by side (DATA-2): a bar that both tell alike is taken from the first, the others are set aside with
 * both numbers. Volumes are compared only where both count the whole market: one exchange has a few percent of it.
 */
import type { EpochMicros } from "../../domain/time.ts";
import type { BarSource, SourceBar } from "./bar-source.ts";

export interface Agreement {
  /** Largest relative difference of closes, and of volumes. */
  readonly price: number;
  readonly volume: number;
}

export interface Disagreement {
  readonly ts: EpochMicros;
  readonly field: "close" | "volume" | "bar";
  /** NaN where a source has no such bar. */
  readonly first: number;
  readonly second: number;
}

export interface Compared {
  readonly agreed: readonly SourceBar[];
  /** In order of time; one a bar, its close before its volume. */
  readonly disagreements: readonly Disagreement[];
}

interface Told {
  readonly source: Pick<BarSource, "volume">;
  readonly bars: readonly SourceBar[];
}

export function compareBars(first: Told, second: Told, { price, volume }: Agreement): Compared {
  const comparesVolume = first.source.volume === second.source.volume;
  const others = new Map(second.bars.map((bar) => [bar.ts, bar]));
  const agreed: SourceBar[] = [];
  const disagreements: Disagreement[] = [];
  for (const bar of first.bars) {
    const other = others.get(bar.ts);
    others.delete(bar.ts);
    const { ts } = bar;
    if (other === undefined) disagreements.push({ ts, field: "bar", first: bar.close, second: Number.NaN });
    else if (differ(bar.close, other.close, price))
      disagreements.push({ ts, field: "close", first: bar.close, second: other.close });
    else if (comparesVolume && differ(bar.volume, other.volume, volume))
      disagreements.push({ ts, field: "volume", first: bar.volume, second: other.volume });
    else agreed.push(bar);
  }
  for (const { ts, close } of others.values())
    disagreements.push({ ts, field: "bar", first: Number.NaN, second: close });
  return { agreed, disagreements: disagreements.toSorted((a, b) => a.ts - b.ts) };
}

/** A number that is none differs from every number. */
const differ = (a: number, b: number, most: number): boolean =>
  !(Math.abs(a - b) <= most * Math.max(Math.abs(a), Math.abs(b)));
