/**
 * The broker's list of corporate actions in neutral words (C-49). What cannot be read as a split or as cash is of kind
 * `other`: nobody passes over what he does not understand.
 */
import type { AnnouncedAction, AnnouncedTerms } from "../../../domain/corporate-action.ts";
import { type DayNumber, parseIsoDate } from "../../../domain/time.ts";
import type { ListedAction } from "./history.ts";

/** A rate has so many places at most: beyond it no whole numbers are made of it. */
const PLACES = 6;
const SHARES_MAX = 1e9;
/** Old names first: they are what is held. */
const symbolFields = ["symbol", "old_symbol", "source_symbol", "acquiree_symbol", "new_symbol"] as const;
const dateFields = ["ex_date", "effective_date", "process_date"] as const;

/**
 * Of symbols that are asked about; undefined of others. What has no day that can be read may be of any: it counts as of
 * `today` and is restated by nobody.
 */
export function announcedOf(
  { type, fields }: ListedAction,
  isAsked: (symbol: string) => boolean,
  today: DayNumber,
): AnnouncedAction | undefined {
  const symbol = symbolFields.map((name) => String(fields[name] ?? "")).find(isAsked);
  if (symbol === undefined) return undefined;
  const day = dateFields.map((name) => dayOf(fields[name])).find((known) => known !== undefined);
  const exDate = day ?? today;
  const terms = day === undefined ? ({ kind: "other", what: wordOf(type) } as const) : termsOf(type, fields);
  const id = typeof fields.id === "string" && fields.id !== "" ? fields.id : `${type} ${symbol} ${day ?? ""}`;
  return { id, symbol, exDate, terms };
}

const wordOf = (type: string): string => type.replaceAll("_", " ").replace(/s$/, "");

function termsOf(type: string, fields: ListedAction["fields"]): AnnouncedTerms {
  if (type === "forward_splits" || type === "reverse_splits") {
    const ratio = wholeRatio(Number(fields.new_rate), Number(fields.old_rate));
    if (ratio !== undefined) return { kind: "split", ...ratio };
  } else if (type === "stock_dividends") {
    const ratio = wholeRatio(1 + Number(fields.rate), 1);
    if (ratio !== undefined) return { kind: "split", ...ratio };
  } else if (type === "cash_dividends") {
    const perShare = Number(fields.rate);
    if (perShare > 0 && Number.isFinite(perShare)) return { kind: "dividend", perShare };
  }
  return { kind: "other", what: wordOf(type) };
}

/** Two whole numbers in lowest terms; undefined for what is no ratio, or changes nothing. */
function wholeRatio(newRate: number, oldRate: number): { newShares: number; oldShares: number } | undefined {
  const scale = 10 ** PLACES;
  const [above, below] = [Math.round(newRate * scale), Math.round(oldRate * scale)];
  if (!(above > 0 && below > 0) || above === below) return undefined;
  const divisor = greatestDivisor(above, below);
  const [newShares, oldShares] = [above / divisor, below / divisor];
  return newShares <= SHARES_MAX && oldShares <= SHARES_MAX ? { newShares, oldShares } : undefined;
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

const dayOf = (value: unknown): DayNumber | undefined =>
  typeof value === "string" ? parseIsoDate(value.slice(0, 10)) : undefined;
