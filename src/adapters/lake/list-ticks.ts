/** What `data ls` says about quotes and trades: one line a symbol, kind and source. */
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import type { LakePaths } from "./paths.ts";
import { readTickFiles, type TickKind } from "./tick-catalog.ts";

export interface ListedTicks {
  readonly symbol: string;
  readonly kind: TickKind;
  readonly source: string;
  readonly rows: number;
  readonly days: number;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
}

export function listTicks(paths: LakePaths): ListedTicks[] {
  const groups = Map.groupBy(readTickFiles(paths), ({ symbol, kind, source }) =>
    [symbol, kind, source].join(" "),
  );
  return [...groups.values()].flatMap((files) => {
    const [first] = files;
    if (first === undefined) return [];
    const { symbol, kind, source } = first;
    return [
      {
        symbol,
        kind,
        source,
        rows: files.reduce((sum, { rows }) => sum + rows, 0),
        days: files.length,
        from: isoInstant(Math.min(...files.map(({ from }) => from)) as EpochMicros),
        to: isoInstant(Math.max(...files.map(({ to }) => to)) as EpochMicros),
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      },
    ];
  });
}
