/**
 * Corporate actions that the twin is told to have: one line each, `VAULO split 4:1 2026-11-19`, `VAULO dividend 0.25
 * 2026-11-19 paid 2026-11-20`, `VAULO rename VLT 2026-11-19`; with `listed 2026-11-19T15:00:00Z` or `withdrawn ...` the
 * list changes at that time of the exchange. Prices, positions and what clients read of them follow.
 */
import { InputError } from "../domain/assert.ts";
import { actionInstant, type SplitRatio } from "../domain/corporate-action.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MICROS } from "../domain/money.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../domain/time.ts";
import type { BrokerageAction } from "../sim/brokerage/corporate-desk.ts";
import type { Listing } from "./prices/price-source.ts";
import { parseWireDay, parseWireTime } from "./wire-time.ts";

export type ScriptedAction = {
  readonly symbol: string;
  readonly exDate: DayNumber;
  /** When clients can read of it first, and when no longer; always without them. */
  readonly listedAt: number;
  readonly withdrawnAt: number;
} & (
  | ({ readonly kind: "split" } & SplitRatio)
  | { readonly kind: "dividend"; readonly perShare: number; readonly payDate: DayNumber }
  | { readonly kind: "rename"; readonly newSymbol: string }
);

const FORM = /^(\S+) (split|dividend|rename) (\S+) (\d{4}-\d{2}-\d{2})((?: (?:paid|listed|withdrawn) \S+)*)$/;

/** Throws InputError naming `where`, the line and what is allowed. */
export function parseAction(text: string, where: string): ScriptedAction {
  const refuse = (): never => {
    throw new InputError(
      `${where} "${text.slice(0, 60)}": is no action; give SYMBOL split 4:1 DATE, SYMBOL dividend 0.25 DATE, or ` +
        "SYMBOL rename NEW DATE, with paid DATE, listed TIME or withdrawn TIME behind it if wanted",
    );
  };
  const [, symbol = "", kind, what = "", date = "", more = ""] = FORM.exec(text.trim()) ?? refuse();
  const given = new Map(
    [...more.matchAll(/ (\w+) (\S+)/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const exDate = parseWireDay(date) ?? refuse();
  const time = (name: string, otherwise: number): number => {
    const value = given.get(name);
    return value === undefined ? otherwise : (parseWireTime(value) ?? refuse());
  };
  const shared = {
    ...{ symbol, exDate },
    listedAt: time("listed", Number.NEGATIVE_INFINITY),
    withdrawnAt: time("withdrawn", Number.POSITIVE_INFINITY),
  };
  if (kind === "rename") return { ...shared, kind, newSymbol: what };
  if (kind === "dividend") {
    const perShare = Number(what);
    const paid = given.get("paid");
    const payDate = paid === undefined ? exDate : (parseWireDay(paid) ?? refuse());
    return perShare > 0 && perShare < 1e6 ? { ...shared, kind, perShare, payDate } : refuse();
  }
  const [newShares, oldShares] = what.split(":").map(Number);
  const isWhole = (shares: number | undefined) => Number.isSafeInteger(shares) && (shares ?? 0) > 0;
  if (!isWhole(newShares) || !isWhole(oldShares) || newShares === oldShares) refuse();
  return { ...shared, kind: "split", newShares: newShares as number, oldShares: oldShares as number };
}

/** What the brokerage does of its own. Throws InputError for a symbol that is not listed. */
export function brokerageActions(
  actions: readonly ScriptedAction[],
  listings: readonly Listing[],
): BrokerageAction[] {
  return actions.flatMap((action): BrokerageAction[] => {
    const row = listings.findIndex(({ symbol }) => symbol === action.symbol);
    if (row < 0) throw new InputError(`action of ${action.symbol}: the exchange does not list it`);
    const at = { at: actionInstant(action.exDate), instrument: row as InstrumentId };
    if (action.kind === "split") {
      const { newShares, oldShares } = action;
      return [{ ...at, kind: "split", newShares, oldShares }];
    }
    if (action.kind === "rename") return [];
    const perShare = Math.round(action.perShare * MICROS);
    // An hour after the right is gone, at the earliest.
    const payAt = (actionInstant(action.payDate) + 3_600_000_000) as EpochMicros;
    return [{ ...at, kind: "dividend", perShare, payAt }];
  });
}

/** As the vendor lists it: by the name of its list, with rates as numbers and days as text. */
export function listedAction(action: ScriptedAction): {
  readonly list: string;
  readonly row: Readonly<Record<string, unknown>> & { readonly process_date: string };
} {
  const ex_date = isoDate(action.exDate);
  const id = `${action.symbol}-${action.kind}-${ex_date}`;
  const same = { id, ex_date, process_date: ex_date };
  if (action.kind === "rename")
    return {
      list: "name_changes",
      row: { id, old_symbol: action.symbol, new_symbol: action.newSymbol, process_date: ex_date },
    };
  if (action.kind === "dividend") {
    const payable_date = isoDate(action.payDate);
    const days = { record_date: ex_date, payable_date, process_date: payable_date };
    const terms = { rate: action.perShare, special: false, foreign: false };
    return { list: "cash_dividends", row: { ...same, symbol: action.symbol, ...terms, ...days } };
  }
  const { newShares: new_rate, oldShares: old_rate } = action;
  const list = new_rate > old_rate ? "forward_splits" : "reverse_splits";
  return { list, row: { ...same, symbol: action.symbol, new_rate, old_rate } };
}
