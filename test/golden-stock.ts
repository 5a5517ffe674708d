/** The golden files of one real stock: its bars, and what other libraries make of them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Bar, type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { parseIsoDate, startOfDay } from "../src/domain/time.ts";

export const goldenFolder = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
export const goldenIsMissing = !existsSync(join(goldenFolder, "MANIFEST.json"));

export interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

export interface GoldenSeries {
  readonly tolerance: Tolerance;
  /** Null while warming. */
  readonly expected: Readonly<Record<string, readonly (number | null)[]>>;
}

export function readGolden<Content = GoldenSeries>(file: string): Content {
  return JSON.parse(readFileSync(join(goldenFolder, file), "utf8"));
}

/** The tolerance that the manifest promises for a file. */
export function toleranceOf(file: string): Tolerance {
  const { files } = readGolden<{ files: { file: string; tolerance?: Tolerance }[] }>("MANIFEST.json");
  const tolerance = files.find((entry) => entry.file === file)?.tolerance;
  if (tolerance === undefined) throw new Error(`no tolerance for ${file} in the manifest`);
  return tolerance;
}

export function goldenStock(): BarColumns {
  const [, ...lines] = readFileSync(join(goldenFolder, "ohlcv_stock.csv"), "utf8").trim().split("\n");
  const bars = lines.map((line): Bar => {
    const [date = "", ...numbers] = line.split(",");
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number);
    const day = parseIsoDate(date);
    if (day === undefined) throw new Error(`not a date in ohlcv_stock.csv: ${date}`);
    return { instrument: 0 as InstrumentId, closedAt: startOfDay(day), open, high, low, close, volume };
  });
  return columnsFromBars("1d", instrumentTable(["GOOG"]), bars);
}
