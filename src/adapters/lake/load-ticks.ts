/** Quotes and trades out of the lake: the best bid and offer over exchanges, and trades, in order of time. */
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import type { TickColumns } from "../../domain/ticks.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { Nbbo } from "../../market/nbbo.ts";
import { type Duck, floatItems, quoted, readablePath } from "./duck.ts";
import { compareText, type LakePaths } from "./paths.ts";
import { refuseDamaged } from "./sound-files.ts";
import { readTickFiles, type TickFile, type TickKind, tickContentId } from "./tick-catalog.ts";

export interface TickRequest {
  readonly symbols: readonly string[] | "all";
  readonly from?: DayNumber;
  readonly to?: DayNumber;
  /** Needed when a symbol has several. */
  readonly source?: string;
}

export interface LoadedTicks {
  /** By instrument, ascending. */
  readonly symbols: readonly string[];
  readonly ticks: TickColumns;
  /** Id of the files: equal data, equal id. */
  readonly snapshot: string;
  /** Rows of single exchanges behind the quotes, and how many of them a newer quote crossed (NB-3). */
  readonly quoteRows: number;
  readonly setAside: number;
}

export async function loadTicks(duck: Duck, paths: LakePaths, request: TickRequest): Promise<LoadedTicks> {
  const files = readTickFiles(paths);
  const known = [...new Set(files.map(({ symbol }) => symbol))].toSorted(compareText);
  const symbols = request.symbols === "all" ? known : request.symbols.toSorted(compareText);
  const chosen = symbols.map((symbol) => ({
    quotes: choose(files, "quotes", symbol, request),
    trades: choose(files, "trades", symbol, request),
  }));
  for (const { quotes, trades } of chosen) {
    for (const file of [...quotes, ...trades])
      refuseDamaged(paths, [file], `${file.kind} of ${file.symbol} from ${file.source}`);
  }
  const quotes = await loadQuotes(
    duck,
    paths,
    chosen.map((files) => files.quotes),
  );
  const trades = await loadTrades(
    duck,
    paths,
    chosen.map((files) => files.trades),
  );
  const snapshot = tickContentId(chosen.flatMap((files) => [...files.quotes, ...files.trades]));
  return { symbols, ticks: { quotes: quotes.columns, trades }, snapshot, ...quotes.counts };
}

function choose(
  files: readonly TickFile[],
  kind: TickKind,
  symbol: string,
  { source, from = -Infinity as DayNumber, to = Infinity as DayNumber }: TickRequest,
): TickFile[] {
  const all = files.filter((file) => file.kind === kind && file.symbol === symbol);
  const ofSource = all.filter((file) => source === undefined || file.source === source);
  const found = ofSource.filter(({ day }) => day >= from && day <= to);
  const sources = [...new Set(found.map((file) => file.source))];
  if (sources.length > 1)
    throw new InputError(`${symbol} has ${kind} from ${sources.join(" and ")}; name one with --source`);
  if (found.length > 0) return found;
  const days = ofSource.map(({ day }) => isoDate(day as DayNumber));
  const there = days.length === 0 ? "none at all" : `${days[0]} to ${days.at(-1)}`;
  throw new InputError(
    `no ${kind} of ${symbol} in the range; there are ${there}: bring them with ` +
      `\`plimsoll data import FILE --timeframe tick --kind ${kind}\``,
  );
}

/** One answer over all symbols in order of time; `tie` keeps the order in which a file lists one instant. */
function unionSql(paths: LakePaths, bySymbol: readonly (readonly TickFile[])[], fields: string): string {
  const parts = bySymbol.map((files, i) => {
    const list = files.map(({ path }) => readablePath(join(paths.data, path))).join(", ");
    return `SELECT ${i}::DOUBLE AS i, row_number() OVER () AS tie, ts::DOUBLE AS ts, ${fields}
            FROM read_parquet([${list}])`;
  });
  return `SELECT * EXCLUDE (tie) FROM (${parts.join(" UNION ALL ")}) ORDER BY ts, i, tie`;
}

async function loadTrades(duck: Duck, paths: LakePaths, bySymbol: readonly (readonly TickFile[])[]) {
  const rows = countRows(bySymbol);
  const trades = {
    at: new Float64Array(rows),
    instrument: new Uint32Array(rows),
    price: new Float64Array(rows),
    size: new Float64Array(rows),
  };
  let read = 0;
  await duck.during(async (session) => {
    for await (const chunk of session.chunks(unionSql(paths, bySymbol, "price, size"))) {
      trades.instrument.set(floatItems(chunk.getColumnVector(0)), read);
      trades.at.set(floatItems(chunk.getColumnVector(1)), read);
      trades.price.set(floatItems(chunk.getColumnVector(2)), read);
      trades.size.set(floatItems(chunk.getColumnVector(3)), read);
      read += chunk.rowCount;
    }
  });
  return trades;
}

async function loadQuotes(duck: Duck, paths: LakePaths, bySymbol: readonly (readonly TickFile[])[]) {
  const rows = countRows(bySymbol);
  const builder = new QuoteBuilder(bySymbol.length, rows);
  await duck.during(async (session) => {
    const exchanges = await exchangeNames(session, paths, bySymbol);
    const code = `coalesce(list_position([${exchanges.map(quoted).join(", ")}], exchange), 0)::DOUBLE`;
    const fields = `${code} AS code, bid, bid_size, ask, ask_size`;
    for await (const chunk of session.chunks(unionSql(paths, bySymbol, fields))) {
      const columns = Array.from({ length: 7 }, (_, j) => floatItems(chunk.getColumnVector(j)));
      for (let row = 0; row < chunk.rowCount; row++) builder.add(columns.map((column) => column[row]!));
    }
  });
  return builder.built();
}

async function exchangeNames(
  session: { rows(sql: string): Promise<unknown[][]> },
  paths: LakePaths,
  bySymbol: readonly (readonly TickFile[])[],
): Promise<string[]> {
  const list = bySymbol.flat().map(({ path }) => readablePath(join(paths.data, path)));
  const rows = await session.rows(
    `SELECT DISTINCT exchange FROM read_parquet([${list.join(", ")}]) ORDER BY 1`,
  );
  return rows.map(([name]) => String(name ?? ""));
}

/** Folds one-sided rows into the best bid and offer; a row is kept when those moved. */
class QuoteBuilder {
  readonly #books: readonly Nbbo[];
  readonly #cells: Float64Array;
  readonly #instrument: Uint32Array;
  readonly #rows: number;
  #kept = 0;
  #read = 0;

  constructor(instruments: number, rows: number) {
    this.#books = Array.from({ length: instruments }, () => new Nbbo());
    this.#cells = new Float64Array(rows * 5);
    this.#instrument = new Uint32Array(rows);
    this.#rows = rows;
  }

  add([
    i = 0,
    at = 0,
    exchange = 0,
    bid = Number.NaN,
    bidSize = 0,
    ask = Number.NaN,
    askSize = 0,
  ]: readonly number[]) {
    const book = this.#books[i] as Nbbo;
    this.#read += 1;
    const moved = Number.isNaN(ask)
      ? book.quoteBid(exchange, bid, bidSize)
      : Number.isNaN(bid)
        ? book.quoteAsk(exchange, ask, askSize)
        : book.quoteBoth(exchange, { bid, bidSize, ask, askSize });
    if (!moved) return;
    const n = this.#kept++;
    this.#instrument[n] = i;
    for (const [j, value] of [at, book.bid, book.bidSize, book.ask, book.askSize].entries())
      this.#cells[j * this.#rows + n] = value;
  }

  built() {
    const column = (j: number) => this.#cells.slice(j * this.#rows, j * this.#rows + this.#kept);
    const columns = {
      at: column(0),
      instrument: this.#instrument.slice(0, this.#kept),
      bid: column(1),
      bidSize: column(2),
      ask: column(3),
      askSize: column(4),
    };
    const setAside = this.#books.reduce((sum, book) => sum + book.setAside, 0);
    return { columns, counts: { quoteRows: this.#read, setAside } };
  }
}

const countRows = (bySymbol: readonly (readonly TickFile[])[]): number =>
  bySymbol.flat().reduce((sum, { rows }) => sum + rows, 0);
