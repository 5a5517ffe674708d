/**
 * The lake's corporate actions on disk: one CSV file, named by its content and by the catalog, so that an import is
 * seen whole or not at all and a snapshot keeps what it knew (LAKE-2).
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { actionKinds, actionOrder, type CorporateAction } from "../../domain/corporate-action.ts";
import { isoDate, parseIsoDate } from "../../domain/time.ts";
import { replaceFile, sha256OfText } from "../durable-file.ts";
import type { ActionsEntry } from "./catalog.ts";
import { compareText, type LakePaths } from "./paths.ts";

const header = "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference";
/** A last column, there only when some action has it: lists without pay dates keep their bytes and so their name. */
const payColumn = "pay_date";
const hashCharacters = 12;

/** By symbol, date and order of the day: a split before cash. */
export function compareActions(a: CorporateAction, b: CorporateAction): number {
  return compareText(a.symbol, b.symbol) || a.exDate - b.exDate || actionOrder(a.kind) - actionOrder(b.kind);
}

/** What two entries for the same event share: a later import replaces an earlier one. */
export const actionKey = ({ symbol, exDate, kind }: CorporateAction): string => `${symbol} ${exDate} ${kind}`;

/** Writes them in order; undefined for none. The catalog must name the entry afterwards. */
export function writeActions(
  paths: LakePaths,
  actions: readonly CorporateAction[],
): ActionsEntry | undefined {
  if (actions.length === 0) return undefined;
  const hasPayDates = actions.some(({ payDate }) => payDate !== undefined);
  const lines = actions.toSorted(compareActions).map((action) => {
    const { symbol, exDate, kind, newShares, oldShares, cashPerShare, reference, payDate } = action;
    const known = Number.isNaN(reference) ? "" : reference;
    const cells = [symbol, isoDate(exDate), kind, newShares, oldShares, cashPerShare, known];
    return [...cells, ...(hasPayDates ? [payDate === undefined ? "" : isoDate(payDate)] : [])].join(",");
  });
  const text = `${[hasPayDates ? `${header},${payColumn}` : header, ...lines].join("\n")}\n`;
  const sha256 = sha256OfText(text);
  const path = `actions/actions-${sha256.slice(0, hashCharacters)}.csv`;
  replaceFile(join(paths.data, path), text);
  return { path, rows: actions.length, sha256, bytes: Buffer.byteLength(text) };
}

/** In order of symbol, date and kind; none for no entry. Throws InputError when the file is not what was written. */
export function readActions(paths: LakePaths, entry: ActionsEntry | undefined): CorporateAction[] {
  if (entry === undefined) return [];
  const file = join(paths.data, entry.path);
  const isThere = statSync(file, { throwIfNoEntry: false })?.size === entry.bytes;
  const text = isThere ? readFileSync(file, "utf8") : "";
  if (!isThere || sha256OfText(text) !== entry.sha256) {
    throw new InputError(`${file} is missing or damaged; import the actions again or restore a backup`, 1);
  }
  return text.trimEnd().split("\n").slice(1).map(parse).sort(compareActions);
}

function parse(line: string): CorporateAction {
  const [symbol = "", date = "", kindName = "", newShares, oldShares, cash, reference = "", paid = ""] =
    line.split(",");
  const payDate = parseIsoDate(paid);
  const exDate = parseIsoDate(date);
  const kind = actionKinds.find((known) => known === kindName);
  if (exDate === undefined || kind === undefined) throw new InputError(`no corporate action: ${line}`, 1);
  return {
    symbol,
    exDate,
    kind,
    newShares: Number(newShares),
    oldShares: Number(oldShares),
    cashPerShare: Number(cash),
    reference: reference === "" ? Number.NaN : Number(reference),
    ...(payDate === undefined ? {} : { payDate }),
  };
}
