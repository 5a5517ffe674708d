/**
 * A folder of files as a source: `<folder>/<timeframe>/<SYMBOL>.csv` or `.parquet`, else `<folder>/<SYMBOL>...`. The
 * columns are those that `data import` knows. What the files are adjusted for only their owner knows: they are taken
 * for what is asked for, as `data import --adjustment` takes them.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { Duck, floatItems, textItem } from "../lake/duck.ts";
import { answer, rowQuery } from "../lake/row-query.ts";
import { inspectFile } from "../lake/source-file.ts";
import type { BarSource, BarsQuery, SourceAnswer, SourceBar } from "./bar-source.ts";
import { barStart } from "./bar-start.ts";
import { FILES_SOURCE } from "./source-registry.ts";

const endings = [".parquet", ".csv", ".csv.gz"] as const;

/** `spill` is where the reader may put what does not fit in memory. */
export function barFiles(folder: string, spill: string): BarSource {
  return {
    id: FILES_SOURCE,
    volume: "consolidated",
    spanDays: {},
    offers: () => true,
    bars: async (query) => {
      const path = fileOf(folder, query);
      if (path === undefined)
        return { ok: false, why: "unknown_symbol", reason: `${folder} has no file of ${query.symbol}` };
      const duck = await Duck.open(spill);
      try {
        return await barsOf(duck, path, query);
      } catch (error) {
        if (error instanceof Error) return { ok: false, why: "unreadable", reason: error.message };
        throw error;
      } finally {
        duck.close();
      }
    },
  };
}

function fileOf(folder: string, { symbol, timeframe }: BarsQuery): string | undefined {
  // A symbol is checked before it comes here; a slash in one would lead elsewhere all the same.
  const name = symbol.replaceAll("/", "-");
  const paths = [join(folder, timeframe), folder].flatMap((place) =>
    endings.map((end) => join(place, name + end)),
  );
  return paths.find((path) => existsSync(path));
}

async function barsOf(duck: Duck, path: string, query: BarsQuery): Promise<SourceAnswer> {
  const file = await inspectFile(duck, path);
  const { sql } = rowQuery(file, query.timeframe, new Map(), 0);
  const bars: SourceBar[] = [];
  await duck.during(async (session) => {
    for await (const chunk of session.chunks(sql)) {
      const symbols = chunk.getColumnVector(answer.symbol);
      const [ts, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map((column) =>
        floatItems(chunk.getColumnVector(answer.ts + column)),
      );
      for (let row = 0; row < chunk.rowCount; row += 1) {
        if (textItem(symbols, row) !== query.symbol) continue;
        bars.push({
          ts: startOf(query, ts![row]!),
          open: open![row]!,
          high: high![row]!,
          low: low![row]!,
          close: close![row]!,
          volume: volume![row]!,
        });
      }
    }
  });
  if (bars.length > 0) return { ok: true, bars };
  throw new InputError(`${path} has no row of ${query.symbol}`, 1);
}

/** A bare date is midnight in UTC, which is still the evening before in New York. */
function startOf({ timeframe }: BarsQuery, ts: number): EpochMicros {
  const isDate = timeframe === "1d" && ts % 86_400_000_000 === 0;
  return isDate ? (ts as EpochMicros) : barStart(timeframe, ts as EpochMicros);
}
