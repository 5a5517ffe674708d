/** What a browser has to fetch of the built page, after gzip; fonts are not counted. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

export interface PageWeight {
  /** Bytes of every file, the heaviest first. */
  readonly files: readonly (readonly [name: string, bytes: number])[];
  /** All that a first look loads, and every view. */
  readonly page: number;
  /** Loaded when the first chain is opened. */
  readonly candles: number;
}

/** `dist`: folder of the build. */
export function pageWeight(dist: string): PageWeight {
  const folder = join(dist, "assets");
  const files = readdirSync(folder)
    .filter((name) => !name.endsWith(".woff2"))
    .map((name) => [name, gzipSync(readFileSync(join(folder, name))).length] as const)
    .toSorted(([, a], [, b]) => b - a);
  const sum = (isCandles: boolean) =>
    files
      .filter(([name]) => name.startsWith("candles") === isCandles)
      .reduce((total, [, bytes]) => total + bytes, 0);
  return { files, page: sum(false), candles: sum(true) };
}
