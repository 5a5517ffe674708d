/**
 * The SQL that reads a foreign Parquet file as quotes or trades. Three shapes are known: quotes of exchanges (one or
 * both sides a row), bars of quotes (their closing bid and ask stand from the bar's end on), and trades.
 *
 * Float32 prices are rounded to a hundredth of a cent, the finest tick there is (SEC Rule 612).
 */
import { InputError } from "../../domain/assert.ts";
import { MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../../domain/time.ts";
import { type DuckSession, readablePath } from "./duck.ts";
import { type SourceFile, shownNames } from "./source-file.ts";
import type { TickKind } from "./tick-catalog.ts";

/** Columns of the answer: number of the row in the file, symbol, instant, then these; all doubles but the texts. */
export interface TickQuery {
  readonly sql: string;
  readonly fields: readonly ["bid", "bid_size", "ask", "ask_size"] | readonly ["price", "size"];
  readonly note: string | undefined;
}

const quoteFields = ["bid", "bid_size", "ask", "ask_size"] as const;
const quoteBarFields = ["bid_close", "bid_size", "ask_close", "ask_size"] as const;
const tradeFields = ["price", "size"] as const;

/**
 * What a row of quotes says: the new best bid or offer of the whole market, whoever set it, or one exchange's own.
 * Taking the first for the second leaves the market full of abandoned quotes: half the time it looks locked.
 */
export const quoteBooks = ["best", "exchanges"] as const;
export type QuoteBook = (typeof quoteBooks)[number];

export async function tickQuery(
  session: DuckSession,
  file: SourceFile,
  kind: TickKind,
  book: QuoteBook,
): Promise<TickQuery> {
  if (file.format !== "parquet") throw new InputError(`${file.path}: ticks are imported from Parquet files`);
  const has = (name: string) => file.columns.some((column) => column.name.toLowerCase() === name);
  const isBars = kind === "quotes" && quoteBarFields.every(has);
  const wanted = kind === "trades" ? tradeFields : isBars ? quoteBarFields : quoteFields;
  const isByExchange = kind === "quotes" && !isBars && book === "exchanges";
  const missing = ["symbol", "ts_ms", ...wanted, ...(isByExchange ? ["exchange"] : [])].filter(
    (name) => !has(name),
  );
  if (missing.length > 0) {
    throw new InputError(
      `${file.path} has no column ${missing.join(", ")}, which --kind ${kind} needs; ` +
        `it has ${shownNames(file.columns)}`,
    );
  }
  for (const name of ["ts_ms", ...wanted]) mustBeNumber(file, name);
  const lengthMicros = isBars ? await barLength(session, file) : 0;
  const fields = kind === "trades" ? tradeFields : quoteFields;
  const numbers = wanted.map((name, i) => {
    const isPrice = !name.endsWith("size");
    return `${isPrice ? `round(${name}::DOUBLE, 4)` : `${name}::DOUBLE`} AS ${fields[i]}`;
  });
  const sql = [
    "SELECT row_number() OVER ()::DOUBLE AS n, upper(trim(symbol::VARCHAR)) AS symbol,",
    `ts_ms::DOUBLE * 1000 + ${lengthMicros} AS ts,`,
    `${isByExchange ? "coalesce(exchange::VARCHAR, '')" : "''"} AS exchange,`,
    `${has("suspicious") ? "coalesce(suspicious::BOOLEAN, false)" : "false"}::INTEGER::DOUBLE AS suspicious,`,
    `${numbers.join(", ")} FROM read_parquet(${readablePath(file.path)})`,
  ].join(" ");
  const seconds = lengthMicros / MICROS_PER_SECOND;
  const note = `${file.path} holds bars of quotes: closing bid and ask count from the end of their ${seconds} s on`;
  return { sql, fields, note: isBars ? note : undefined };
}

function mustBeNumber({ path, columns }: SourceFile, wanted: string): void {
  const type = columns.find(({ name }) => name.toLowerCase() === wanted)?.type ?? "";
  if (/^(DOUBLE|FLOAT|DECIMAL\(.*\)|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)$/.test(type)) return;
  throw new InputError(`${path}: column ${wanted} holds ${type.slice(0, 40)}; a number is needed`);
}

/** Minutes when every bar starts on one, else seconds. */
async function barLength(session: DuckSession, file: SourceFile): Promise<number> {
  const sql = `SELECT coalesce(bool_and(ts_ms % 60000 = 0), false) FROM read_parquet(${readablePath(file.path)})`;
  const [[onMinutes] = []] = await session.rows(sql);
  return onMinutes === true ? MICROS_PER_MINUTE : MICROS_PER_SECOND;
}
