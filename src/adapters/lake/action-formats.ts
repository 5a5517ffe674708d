/**
 * The shapes in which sources publish corporate actions, each turned into the same rows (DATA-6): the lake's own,
 * events derived from adjusted closes, factor files, and two columns beside daily bars. Which one a file has is told
 * by its columns. Cells that cannot be read become NaN and are refused with what stood in them.
 */
import { InputError } from "../../domain/assert.ts";
import type { ActionKind, CorporateAction } from "../../domain/corporate-action.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";
import { usualSplit } from "../../market/actions/usual-splits.ts";
import { isCalendarDay, nextSession } from "../../market/calendar.ts";
import { type SourceFile, shownNames } from "./source-file.ts";

/** One line of a file by column name; absent cells are empty texts. */
export type ActionCells = Readonly<Record<string, string>>;

/** What a line says, or why it says nothing. */
export type ReadAction =
  | { readonly action: CorporateAction; readonly row: number }
  | { readonly refused: string; readonly row: number; readonly symbol: string; readonly date: string };

interface ActionFormat {
  readonly id: string;
  /** All of these columns make a file one of this format. */
  readonly columns: readonly string[];
  /** Columns that it may have besides. */
  readonly optional?: readonly string[];
  /** SQL condition that keeps the lines with something to say; every line when absent. */
  readonly keep?: string;
  /** `lines` in order of the file, numbered from 1 after the header. */
  read(lines: readonly ActionCells[]): ReadAction[];
}

const number = (text: string | undefined): number =>
  text === undefined || text.trim() === "" ? Number.NaN : Number(text);

function dated(text: string | undefined): DayNumber {
  return parseIsoDate((text ?? "").trim().slice(0, 10)) ?? (Number.NaN as DayNumber);
}

function cash(
  kind: Exclude<ActionKind, "split">,
  cells: ActionCells,
  date: DayNumber,
  perShare: number,
  reference: number,
) {
  const symbol = symbolOf(cells);
  return {
    symbol,
    exDate: date,
    kind,
    newShares: 1,
    oldShares: 1,
    cashPerShare: perShare,
    reference,
  } as const;
}

const symbolOf = ({ symbol }: ActionCells): string => (symbol ?? "").trim().toUpperCase();

/** A split, or the reason why the decimal is none. */
function split(cells: ActionCells, exDate: DayNumber, decimal: number, row: number): ReadAction {
  const ratio = usualSplit(decimal);
  const symbol = symbolOf(cells);
  if (ratio === undefined) {
    return {
      refused: `ratio ${decimal} is no split of whole shares`,
      row,
      symbol,
      date: String(cells.date ?? ""),
    };
  }
  return { row, action: { symbol, exDate, kind: "split", ...ratio, cashPerShare: 0, reference: Number.NaN } };
}

/** What the lake itself stores and writes. */
const own: ActionFormat = {
  id: "actions",
  columns: ["symbol", "ex_date", "kind", "new_shares", "old_shares", "cash_per_share", "reference"],
  optional: ["pay_date"],
  read: (lines) =>
    lines.map((cells, i): ReadAction => {
      const kind = (["split", "dividend", "spinoff"] as const).find((known) => known === cells.kind);
      const row = i + 1;
      const symbol = symbolOf(cells);
      if (kind === undefined) {
        return {
          refused: `kind "${cells.kind}" is not split, dividend or spinoff`,
          row,
          symbol,
          date: cells.ex_date ?? "",
        };
      }
      const action: CorporateAction = {
        symbol,
        exDate: dated(cells.ex_date),
        kind,
        newShares: number(cells.new_shares),
        oldShares: number(cells.old_shares),
        cashPerShare: number(cells.cash_per_share),
        reference: number(cells.reference),
        ...((cells.pay_date ?? "") === "" ? {} : { payDate: dated(cells.pay_date) }),
      };
      return { action, row };
    }),
};

/** Events worked out from the factor between adjusted and printed closes; `kind` is a threshold on that factor. */
const derivedEvents: ActionFormat = {
  id: "derived events",
  columns: ["symbol", "ex_date", "prev_close", "adj_factor", "kind", "implied_cash"],
  read: (lines) =>
    lines.map((cells, i): ReadAction => {
      const row = i + 1;
      const exDate = dated(cells.ex_date);
      const before = number(cells.prev_close);
      const factor = number(cells.adj_factor);
      if (cells.kind === "dividend_like") {
        return { row, action: cash("dividend", cells, exDate, number(cells.implied_cash), before) };
      }
      const read = split(cells, exDate, 1 / factor, row);
      // A fall by no usual ratio is value that left with another share: booked as cash.
      if ("refused" in read && factor < 1) {
        return { row, action: cash("spinoff", cells, exDate, before * (1 - factor), before) };
      }
      return read;
    }),
};

/** Tiingo's way: cash and ratio beside the bar of the ex-date. */
const barColumns: ActionFormat = {
  id: "columns beside bars",
  columns: ["symbol", "date", "div_cash", "split_factor"],
  keep: "NOT (TRY_CAST(@div_cash AS DOUBLE) = 0 AND TRY_CAST(@split_factor AS DOUBLE) = 1) IS TRUE",
  read: (lines) =>
    lines.flatMap((cells, i): ReadAction[] => {
      const row = i + 1;
      const exDate = dated(cells.date);
      const dollars = number(cells.div_cash);
      const ratio = number(cells.split_factor);
      return [
        ...(dollars === 0 ? [] : [{ row, action: cash("dividend", cells, exDate, dollars, Number.NaN) }]),
        ...(ratio === 1 ? [] : [split(cells, exDate, ratio, row)]),
      ];
    }),
};

/**
 * Factor files: a row holds for bars up to its date, so what changes from one row to the next happened on the session
 * after the date of the first. `reference_price` is the close of that date.
 */
const factorFile: ActionFormat = {
  id: "factor file",
  columns: ["symbol", "last_date", "price_factor", "split_factor", "reference_price"],
  read(lines) {
    const numbered = lines.map((cells, i) => ({ cells, row: i + 1 }));
    const bySymbol = Map.groupBy(numbered, ({ cells }) => symbolOf(cells));
    return [...bySymbol.values()].flatMap((rows) => {
      const ordered = rows.toSorted((a, b) => dated(a.cells.last_date) - dated(b.cells.last_date));
      return ordered.flatMap(({ cells, row }, i) => betweenRows(cells, ordered[i + 1]?.cells, row));
    });
  },
};

function betweenRows(cells: ActionCells, after: ActionCells | undefined, row: number): ReadAction[] {
  const last = dated(cells.last_date);
  const [price, shares] = [number(cells.price_factor), number(cells.split_factor)];
  const symbol = symbolOf(cells);
  if (!Number.isFinite(last) || !(price > 0) || !(shares > 0)) {
    const refused = `date ${cells.last_date}, factors ${cells.price_factor} and ${cells.split_factor} are not readable`;
    return [{ refused, row, symbol, date: cells.last_date ?? "" }];
  }
  const exDate = after === undefined || !isCalendarDay(last) ? undefined : nextSession(last)?.date;
  if (after === undefined || exDate === undefined) return [];
  const left = price / number(after.price_factor);
  const ratio = number(after.split_factor) / shares;
  // A close of before a split of that day, in the shares that its cash is paid on.
  const { newShares, oldShares } = usualSplit(ratio) ?? { newShares: 1, oldShares: 1 };
  const reference = (number(cells.reference_price) * oldShares) / newShares;
  return [
    ...(left === 1
      ? []
      : [{ row, action: cash("dividend", cells, exDate, reference * (1 - left), reference) }]),
    ...(ratio === 1 ? [] : [split({ ...cells, date: cells.last_date ?? "" }, exDate, ratio, row)]),
  ];
}

const formats = [own, derivedEvents, factorFile, barColumns] as const;

/** The format of a file by its columns. Throws InputError naming what is accepted. */
export function actionFormat(file: SourceFile): ActionFormat {
  const names = new Set(file.columns.map(({ name }) => name.toLowerCase()));
  const found = formats.find(({ columns }) => columns.every((name) => names.has(name)));
  if (found !== undefined) return found;
  const accepted = formats.map(({ columns }) => columns.join(",")).join("; or ");
  throw new InputError(
    `${file.path} holds no corporate actions: it has ${shownNames(file.columns)}; needed: ${accepted}`,
  );
}
