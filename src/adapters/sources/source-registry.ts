/** Every provider of historical bars. A new one is one file and one line here. */
import { alpacaIex, alpacaSip } from "./alpaca-bars.ts";
import type { SourceDefinition } from "./bar-source.ts";
import { polygonBars } from "./polygon-bars.ts";
import { stooqBars } from "./stooq-bars.ts";
import { tiingoDaily, tiingoIex } from "./tiingo-bars.ts";
import { yahooBars } from "./yahoo-bars.ts";

export const sourceDefinitions: readonly SourceDefinition[] = [
  alpacaSip,
  alpacaIex,
  polygonBars,
  tiingoDaily,
  tiingoIex,
  yahooBars,
  stooqBars,
];

/** Folder of files in place of a provider. */
export const FILES_SOURCE = "files";

export const sourceIds: readonly string[] = [...sourceDefinitions.map(({ id }) => id), FILES_SOURCE];

/** `IEX Cloud` in any spelling: a provider that is no more. */
export const isIexCloud = (name: string): boolean =>
  /^iex(?:cloud)?$/.test(name.toLowerCase().replaceAll(/[^a-z]/g, ""));

export const IEX_CLOUD_GONE =
  "IEX Cloud closed in August 2024; its role has Alpaca's iex feed, so write alpaca_iex instead";
