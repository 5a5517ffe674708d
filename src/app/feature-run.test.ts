/** Goal: what is handed over as lines is read with the length of its bars, so that features of the day agree too. */
import { expect, it } from "vitest";
import { randomIntraday } from "../../test/intraday-market.ts";
import { dailyAtr } from "../features/daily-atr.ts";
import { openingVolume } from "../features/opening-volume.ts";
import { relativeVolume } from "../features/relative-volume.ts";
import { sessionSoFar } from "../features/session-so-far.ts";
import { type FeatureMode, runFeatures } from "./feature-run.ts";

it("stream and batch give the same bits on bars of five minutes, and both give any", () => {
  const columns = randomIntraday({ seed: 4, sessions: 4, days: 5 });
  const features = [
    ...[relativeVolume({ minutes: 5, sessions: 2 }), openingVolume({ minutes: 5, sessions: 2 })],
    ...[sessionSoFar({}), dailyAtr({ sessions: 2 })],
  ];
  const values = (mode: FeatureMode) => {
    const rows: number[][] = [];
    runFeatures({ features, columns, market: "", mode }, (row) => rows.push([...row.values]));
    return rows;
  };
  const batch = values("batch");
  expect(values("stream")).toStrictEqual(batch);
  expect(batch.at(-1)?.every(Number.isFinite)).toBe(true);
});
