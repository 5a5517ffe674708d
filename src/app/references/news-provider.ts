/**
 * The news of each company as it was known at the close of a session, for runs over days, and at its open for shorter
 * bars. A company without a story in ten days has no row: nobody knows anything, and nothing follows from it.
 */

import { lakePaths } from "../../adapters/lake/paths.ts";
import { readStories } from "../../adapters/lake/story-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { newsTable } from "../../market/references/news.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { type NewsReading, newsReadings } from "../news/news-readings.ts";
import { askedAt, knownAfter, type ReferenceProvider, type ReferenceWorld } from "./reference-provider.ts";

export const newsProvider: ReferenceProvider = {
  table: newsTable,
  tell(world) {
    const stories = readStories(lakePaths(world.root));
    if (stories.length === 0)
      throw new InputError("there is no news: plimsoll sentiment import FILE, or sentiment fetch");
    const bySymbol = Map.groupBy(stories, ({ symbol }) => symbol);
    const from = newYorkDay(stories[0]!.publishedAt);
    const instants = instantsOf(world, from);
    const asked = instants.map((at) => askedAt(at, world));
    const rows = instants.map((): ReferenceRow[] => []);
    for (const [n, symbol] of world.instruments.symbols.entries()) {
      const own = bySymbol.get(symbol) ?? [];
      if (own.length === 0) continue;
      for (const [row, reading] of newsReadings(own, asked).entries())
        if (!Number.isNaN(reading.score)) rows[row]!.push(rowOf(n as InstrumentId, reading));
    }
    const start = knownAfter((world.first - 1) as DayNumber, world) ?? 0;
    const told = instants.flatMap((at, row): ReferenceTold[] =>
      at < start ? [] : [{ kind: "ReferenceTold", at, table: newsTable.id, rows: rows[row]!, isWhole: true }],
    );
    return Promise.resolve(world.isLive || told.some(({ rows: known }) => known.length > 0) ? told : []);
  },
};

const rowOf = (instrument: InstrumentId, { stories, score, z }: NewsReading): ReferenceRow => ({
  instrument,
  values: [stories, score, Number.isNaN(z) ? null : z, null],
});

/** When each session's news is told, from the first story to the end of the run. */
function instantsOf(world: ReferenceWorld, from: DayNumber): readonly EpochMicros[] {
  const { date } = world.sessions;
  const instants: EpochMicros[] = [];
  for (let n = 0; n < date.length && date[n]! <= world.last; n++) {
    if (date[n]! < from) continue;
    const at = knownAfter(date[n] as DayNumber, world);
    if (at !== undefined) instants.push(at);
  }
  return instants;
}
