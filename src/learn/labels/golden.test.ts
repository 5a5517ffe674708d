/**
 * Goal    barriers, volatility, uniqueness and attribution agree with pandas and the brute-force definitions.
 * Method  read the golden file at the manifest's tolerance; without it skip by name.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { goldenFolder, goldenIsMissing, readGolden, toleranceOf } from "../../../test/golden-stock.ts";
import { ewmaVolatility } from "./ewma-volatility.ts";
import { averageUniqueness, concurrency, returnAttribution } from "./sample-weights.ts";
import { tripleBarrier } from "./triple-barrier.ts";

const file = "labels_uniqueness.json";

interface Golden {
  readonly params: { readonly upper: number; readonly lower: number; readonly horizon: number };
  readonly expected: {
    readonly rows_event_exit_label_ret: readonly (readonly [number, number, number, number])[];
    readonly vol_at_event: readonly number[];
    readonly avg_uniqueness: readonly number[];
    readonly return_weights: readonly number[];
    readonly concurrency_60_120: readonly number[];
  };
}

describe.skipIf(goldenIsMissing)(
  `labels${goldenIsMissing ? ` (skipped: ${goldenFolder} is missing)` : ""}`,
  () => {
    const golden = goldenIsMissing ? undefined : readGolden<Golden>(file);
    const rows = golden?.expected.rows_event_exit_label_ret ?? [];
    const close = goldenIsMissing ? new Float64Array() : closes(400);
    const volatility = ewmaVolatility(close, { span: 50, minReturns: 50 });
    const bar = Int32Array.from(rows, ([event]) => event);
    const labels = tripleBarrier(
      { open: close, high: close, low: close, close },
      {
        bar,
        side: new Int8Array(bar.length).fill(1),
        deviation: Float64Array.from(bar, (b) => volatility[b]!),
      },
      {
        profit: golden?.params.upper ?? 1,
        stop: golden?.params.lower ?? 1,
        horizon: golden?.params.horizon ?? 1,
        entry: "close",
        touch: "close",
        atEnd: "zero",
      },
    );

    it("the volatility at each event", () => {
      expect(rows.length).toBe(80);
      agree(
        Float64Array.from(bar, (b) => volatility[b]!),
        golden?.expected.vol_at_event,
      );
    });

    it("exits, labels and returns", () => {
      expect(Array.from(labels.spans.end)).toEqual(rows.map(([, exit]) => exit));
      expect(Array.from(labels.label)).toEqual(rows.map(([, , label]) => label));
      agree(
        labels.sideReturn,
        rows.map(([, , , ret]) => ret),
      );
    });

    it("concurrency, uniqueness and attribution", () => {
      const live = concurrency(labels.spans, close.length);
      expect(Array.from(live.subarray(60, 121))).toEqual(golden?.expected.concurrency_60_120);
      agree(averageUniqueness(labels.spans, close.length), golden?.expected.avg_uniqueness);
      const returns = close.map((price, i) => (i === 0 ? 0 : Math.log(price / close[i - 1]!)));
      agree(returnAttribution(labels.spans, returns), golden?.expected.return_weights);
    });
  },
);

function agree(actual: Float64Array, expected: readonly number[] = []): void {
  const { rel, abs } = toleranceOf(file);
  expect(actual.length).toBe(expected.length);
  const off = expected.filter((want, i) => !(Math.abs(actual[i]! - want) <= abs + rel * Math.abs(want)));
  expect(off).toEqual([]);
}

function closes(count: number): Float64Array {
  const [, ...lines] = readFileSync(join(goldenFolder, "spx_vix_daily.csv"), "utf8").trim().split("\n");
  return Float64Array.from(lines.slice(0, count), (line) => Number(line.split(",")[1]));
}
