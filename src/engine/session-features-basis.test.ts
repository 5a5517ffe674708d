/** Features that compare today with the days before do so in today's shares, whatever happened over night (PB-2). */
import { expect, it } from "vitest";
import { type Bar, type BarBatch, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { worldOf } from "../features/batch.ts";
import { dailyAtr } from "../features/daily-atr.ts";
import { dailyVolume } from "../features/daily-volume.ts";
import { output } from "../features/feature.ts";
import { openingRange } from "../features/opening-range.ts";
import { openingVolume } from "../features/opening-volume.ts";
import { sessionSoFar } from "../features/session-so-far.ts";
import { sessionsBetween } from "../market/calendar.ts";
import { FeatureBank } from "./feature-bank.ts";
import { PriceBasis } from "./price-basis.ts";

const A = 0 as InstrumentId;
const sessions = sessionsBetween(dayNumber(2020, 6, 8), dayNumber(2020, 6, 12));

/** Two bars a day between 98 and 102, a hundred shares each; each share is four from the fourth day on. */
const bars = [0, 1, 2, 3].flatMap((day) => {
  const price = day < 3 ? 100 : 25;
  return [5, 390].map((minute): Bar => {
    const closedAt = (sessions.open[day]! + minute * MICROS_PER_MINUTE) as EpochMicros;
    const [high, low, volume] = [1.02 * price, 0.98 * price, day < 3 ? 100 : 400];
    return { instrument: A, closedAt, open: price, high, low, close: price, volume };
  });
});

it("a split over night is no gap, no range and no busy opening", () => {
  const columns = columnsFromBars("5m", instrumentTable(["A"]), bars);
  const basis = new PriceBasis(1, "split");
  const bank = new FeatureBank(worldOf(columns), basis);
  const read = Object.entries({
    ...{ before: output(sessionSoFar({}), "previous_close"), gap: output(sessionSoFar({}), "session_gap") },
    ...{
      high: output(openingRange({ minutes: 5 }), "opening_high_5m"),
      busy: output(openingVolume({ minutes: 5, sessions: 2 })),
    },
    ...{
      atr: output(dailyAtr({ sessions: 2 }), "daily_atr_2"),
      volume: output(dailyVolume({ sessions: 2 })),
    },
  }).map(([name, ref]) => [name, bank.column(ref)] as const);
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  for (let b = 0; b < 7; b++) {
    batch.at = columns.closedAt[b] as EpochMicros;
    [batch.from, batch.to] = [columns.offset[b]!, columns.offset[b + 1]!];
    if (b === 6)
      basis.apply({ kind: "SharesSplit", at: batch.at, instrument: A, newShares: 4, oldShares: 1 });
    bank.update(batch);
  }
  const found = Object.fromEntries(read.map(([name, column]) => [name, column[0]]));
  expect(found.before).toBeCloseTo(25, 12);
  expect(found.gap).toBeCloseTo(0, 12);
  expect(found.high).toBeCloseTo(25.5, 12);
  expect(found.busy).toBeCloseTo(1, 12);
  expect(found.atr).toBeCloseTo(1, 12);
  expect(found.volume).toBeCloseTo(800, 9);
});
