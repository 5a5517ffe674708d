/** Files of bars, quotes or trades (CSV or Parquet, as the lake imports them) to what was recorded of each symbol. */
import { tmpdir } from "node:os";
import { Duck, type DuckSession, floatItems, textItem } from "../../adapters/lake/duck.ts";
import { answer, rowQuery } from "../../adapters/lake/row-query.ts";
import { inspectFile, readingProblem, type SourceFile, shownNames } from "../../adapters/lake/source-file.ts";
import { tickQuery } from "../../adapters/lake/tick-query.ts";
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { Nbbo } from "../../market/nbbo.ts";
import { isZoneKnown } from "../../market/us-eastern.ts";
import type { MinuteBar, QuoteTick, TradeTick } from "../../sim/minute-ticks.ts";
import type { Recording } from "./file-prices.ts";

class Tape {
  readonly bars: MinuteBar[] = [];
  readonly trades: TradeTick[] = [];
  readonly quotes: QuoteTick[] = [];
}
type Tapes = Map<string, Tape>;

/** Throws InputError for a file that cannot be read, holds something else, or nothing. */
export async function readPriceFiles(paths: readonly string[]): Promise<readonly Recording[]> {
  const duck = await Duck.open(tmpdir());
  const tapes: Tapes = new Map();
  try {
    for (const [i, path] of paths.entries()) {
      const file = await inspectFile(duck, path);
      await duck
        .during((session) => readFile(session, file, tapes, i))
        .catch((error: unknown) => {
          throw readingProblem(path, error);
        });
    }
  } finally {
    duck.close();
  }
  return [...tapes].map(([symbol, tape]) => recordingOf(symbol, tape));
}

async function readFile(
  session: DuckSession,
  file: SourceFile,
  tapes: Tapes,
  ordinal: number,
): Promise<void> {
  const has = (...names: string[]) =>
    names.every((name) => file.columns.some((column) => column.name.toLowerCase() === name));
  if (has("open", "high", "low", "close", "volume")) await readBars(session, file, tapes, ordinal);
  else if (has("price", "size")) await readTrades(session, file, tapes);
  else if (has("bid", "ask") || has("bid_close", "ask_close"))
    await readQuotes(session, file, tapes, has("exchange"));
  else
    throw new InputError(
      `${file.path} holds neither bars (open, high, low, close, volume) nor trades (price, size) nor quotes ` +
        `(bid, bid_size, ask, ask_size); it has ${shownNames(file.columns)}`,
    );
}

async function readBars(
  session: DuckSession,
  file: SourceFile,
  tapes: Tapes,
  ordinal: number,
): Promise<void> {
  const { sql } = rowQuery(file, "1m", new Map(), ordinal);
  for await (const chunk of session.chunks(`SELECT * FROM (${sql}) ORDER BY 1, 2`)) {
    const symbols = chunk.getColumnVector(answer.symbol);
    const [at, open, high, low, close, volume] = [answer.ts, 2, 3, 4, 5, 6].map((column) =>
      floatItems(chunk.getColumnVector(column)),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
    for (let row = 0; row < chunk.rowCount; row++) {
      const bar: MinuteBar = {
        at: at[row]! as EpochMicros,
        open: open[row]!,
        high: high[row]!,
        low: low[row]!,
        close: close[row]!,
        volume: volume[row]!,
      };
      if (isBar(bar)) tapeOf(tapes, textItem(symbols, row)).bars.push(bar);
    }
  }
}

async function readTrades(session: DuckSession, file: SourceFile, tapes: Tapes): Promise<void> {
  const { sql } = await tickQuery(session, file, "trades", "best");
  for await (const chunk of session.chunks(
    `SELECT * FROM (${sql}) WHERE suspicious = 0 ORDER BY symbol, ts, n`,
  )) {
    const symbols = chunk.getColumnVector(1);
    const at = floatItems(chunk.getColumnVector(2));
    const price = floatItems(chunk.getColumnVector(5));
    const size = floatItems(chunk.getColumnVector(6));
    for (let row = 0; row < chunk.rowCount; row++) {
      if (!(price[row]! > 0 && size[row]! > 0 && isInstant(at[row]!))) continue;
      const { trades } = tapeOf(tapes, textItem(symbols, row));
      trades.push({
        at: at[row]! as EpochMicros,
        price: price[row]!,
        size: size[row]!,
        id: trades.length + 1,
      });
    }
  }
}

/** Rows of single exchanges are folded into the best of all; a file without an exchange column is the best already. */
async function readQuotes(
  session: DuckSession,
  file: SourceFile,
  tapes: Tapes,
  isByExchange: boolean,
): Promise<void> {
  const { sql } = await tickQuery(session, file, "quotes", isByExchange ? "exchanges" : "best");
  const books = new Map<string, Nbbo>();
  const venues = new Map<string, number>();
  for await (const chunk of session.chunks(
    `SELECT * FROM (${sql}) WHERE suspicious = 0 ORDER BY symbol, ts, n`,
  )) {
    const symbols = chunk.getColumnVector(1);
    const at = floatItems(chunk.getColumnVector(2));
    const exchanges = chunk.getColumnVector(3);
    const [bid, bidSize, ask, askSize] = [5, 6, 7, 8].map((column) =>
      floatItems(chunk.getColumnVector(column)),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let row = 0; row < chunk.rowCount; row++) {
      const symbol = textItem(symbols, row);
      const name = textItem(exchanges, row);
      const venue = venues.get(name) ?? venues.size;
      venues.set(name, venue);
      const book = books.get(symbol) ?? new Nbbo();
      books.set(symbol, book);
      const hasBid = !Number.isNaN(bid[row]!) && book.quoteBid(venue, bid[row]!, bidSize[row]!);
      const hasAsk = !Number.isNaN(ask[row]!) && book.quoteAsk(venue, ask[row]!, askSize[row]!);
      if ((hasBid || hasAsk) && book.bid < book.ask && isInstant(at[row]!))
        tapeOf(tapes, symbol).quotes.push({
          at: at[row]! as EpochMicros,
          bid: book.bid,
          bidSize: book.bidSize,
          ask: book.ask,
          askSize: book.askSize,
        });
    }
  }
}

function tapeOf(tapes: Tapes, symbol: string): Tape {
  const known = tapes.get(symbol);
  if (known !== undefined) return known;
  const tape = new Tape();
  tapes.set(symbol, tape);
  return tape;
}

/** A series with a bar inside a minute is one of seconds. Several files of one symbol are brought into order. */
function recordingOf(symbol: string, { bars, trades, quotes }: Tape): Recording {
  const ordered = inOrder(bars);
  const isSeconds = ordered.some(({ at }) => at % MICROS_PER_MINUTE !== 0);
  return {
    symbol,
    minutes: isSeconds ? [] : ordered.filter(({ at }, i) => at !== ordered[i - 1]?.at),
    seconds: isSeconds ? ordered : [],
    trades: inOrder(trades),
    quotes: inOrder(quotes),
  };
}

function inOrder<Row extends { readonly at: number }>(rows: readonly Row[]): readonly Row[] {
  return rows.every(({ at }, i) => at >= (rows[i - 1]?.at ?? at))
    ? rows
    : rows.toSorted((a, b) => a.at - b.at);
}

/** Bars without volume had no prints: to a client they do not exist. */
function isBar({ at, open, high, low, close, volume }: MinuteBar): boolean {
  const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
  return bottom > 0 && low > 0 && low <= bottom && high >= top && volume > 0 && isInstant(at);
}

/** Within the years whose New York time is known, a day from their ends. */
const isInstant = (at: number): boolean =>
  isZoneKnown((at - MICROS_PER_DAY) as EpochMicros) && isZoneKnown((at + MICROS_PER_DAY) as EpochMicros);
