/** A market whose prices look through splits, as it would have been printed. */
import { actionEvents } from "../src/app/run-actions.ts";
import { type BarColumns, batchCount } from "../src/domain/bars.ts";
import { type CorporateAction, ratioOf } from "../src/domain/corporate-action.ts";

/** Every price after a split is one of new shares. */
export function printed(columns: BarColumns, actions: readonly CorporateAction[]): BarColumns {
  const { open, high, low, close, volume } = columns;
  const cut = {
    ...columns,
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
  const events = actionEvents(actions, columns);
  const factor = new Float64Array(columns.instruments.symbols.length).fill(1);
  let taken = 0;
  for (let batch = 0; batch < batchCount(columns); batch++) {
    for (
      let event = events[taken];
      event !== undefined && event.at < (columns.closedAt[batch] as number);
      event = events[++taken]
    ) {
      if (event.kind === "SharesSplit")
        factor[event.instrument] = (factor[event.instrument] as number) / ratioOf(event);
    }
    for (let row = columns.offset[batch] as number; row < (columns.offset[batch + 1] as number); row++) {
      const by = factor[columns.instrument[row] as number] as number;
      for (const field of ["open", "high", "low", "close"] as const)
        cut[field][row] = (cut[field][row] as number) * by;
      cut.volume[row] = (cut.volume[row] as number) / by;
    }
  }
  return cut;
}
