/**
 * Pairs as they could have been known: formed at the first session of a run and every 21 sessions from then on, of the
 * bars before that session alone (RES-1). Their parameters stay as they are until the next formation.
 */
import { readActions } from "../../adapters/lake/action-store.ts";
import { readActionsEntry } from "../../adapters/lake/catalog.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { InputError } from "../../domain/assert.ts";
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { formPairs, type JudgedPair } from "../../learn/pairs/form-pairs.ts";
import { pairParams } from "../../learn/pairs/pair-params.ts";
import { pairsTable } from "../../market/references/pairs.ts";
import { type DailyCloses, dailyCloses, panelBefore } from "../pairs/daily-closes.ts";
import { keptSectors } from "../pairs/sectors.ts";
import { knownAfter, type ReferenceProvider, type ReferenceWorld } from "./reference-provider.ts";

/** Sessions between two formations (QUANT h). */
const REFIT_SESSIONS = 21;
const ANCHOR = Object.keys(pairsTable.columns).indexOf("anchor");
const needed = ({ formation, confirmation }: ReturnType<typeof pairParams.parse>): number =>
  formation + confirmation;

export const pairsProvider: ReferenceProvider = {
  table: pairsTable,
  standsFrom({ sessions, first }, day) {
    const [begin, row] = [first, day].map((one) => sessions.date.findIndex((each) => each >= one));
    const since = (row as number) - (begin as number);
    return sessions.date[(begin as number) + since - (since % REFIT_SESSIONS)] as DayNumber;
  },
  async tell(world) {
    const told = await formations(world);
    if (told.length === 0)
      throw new InputError(
        `pairs are formed of ${needed(pairParams.parse({}))} sessions, and there are not as many before the run`,
      );
    if (!world.isLive && told.every(({ rows }) => rows.length === 0))
      throw new InputError(
        `no pair of ${world.instruments.symbols.length} symbols held up in ${told.length} formations`,
      );
    return told;
  },
};

/** Each by itself: one that begins at a later formation of the same run comes to the same. */
async function formations(world: ReferenceWorld): Promise<ReferenceTold[]> {
  const { sessions, first, last, instruments, choice, adjust } = world;
  const params = pairParams.parse({});
  const row = sessions.date.findIndex((day) => day >= first);
  const closes = await dailyCloses(world.lake, {
    ...choice,
    ...(adjust === undefined ? {} : { adjust }),
    symbols: instruments.symbols,
    timeframe: "1d",
    // Some more, for sessions of which the lake has no bar.
    from: sessions.date[Math.max(0, row - needed(params) - REFIT_SESSIONS)] as DayNumber,
    to: last,
  });
  const sectors = world.sectors ?? keptSectors(world.root);
  const idOf = new Map(instruments.symbols.map((symbol, id) => [symbol, id as InstrumentId]));
  const told: ReferenceTold[] = [];
  for (let at = row; at < sessions.date.length && sessions.date[at]! <= last; at += REFIT_SESSIONS) {
    const end = closes.days.findLastIndex((day) => day < sessions.date[at]!) + 1;
    const panel = panelBefore(closes, end, needed(params), sectors);
    const known = knownAfter(sessions.date[at - 1] as DayNumber, world);
    if (panel === undefined || known === undefined) continue;
    if (world.isLive) requireDay(closes.days[end - 1], sessions.date[at - 1] as DayNumber);
    const splits = new SplitsSince(world, closes.days[end - 1]!, sessions.date[at] as DayNumber);
    const rows = formPairs(panel, params)
      .filter(({ refusals }) => refusals.length === 0)
      .filter(({ y, x }) => [y, x].every((leg) => splits.isSure(closes, leg)))
      .flatMap((pair) => rowsOf(pair, closes, end, idOf))
      // Told before the next open, when a split of that morning may have happened: prices are those of the evening.
      .map((one) => (world.timeframe === "1d" ? one : splits.told(one, closes)));
    told.push({ kind: "ReferenceTold", at: known, table: pairsTable.id, rows, isWhole: true });
  }
  return told;
}

/** What the lake lists after the evening of a formation; a backtest lives through it and needs no list. */
class SplitsSince {
  readonly #asOf: DayNumber;
  readonly #session: DayNumber;
  readonly #symbols: readonly string[];
  readonly #listed: ReadonlyMap<string, readonly CorporateAction[]>;

  constructor({ root, isLive, instruments }: ReferenceWorld, asOf: DayNumber, session: DayNumber) {
    const paths = lakePaths(root);
    const actions = isLive === true ? readActions(paths, readActionsEntry(paths)) : [];
    const later = actions.filter(({ kind, exDate }) => kind === "split" && exDate > asOf);
    this.#asOf = asOf;
    this.#session = session;
    this.#symbols = instruments.symbols;
    this.#listed = Map.groupBy(later, ({ symbol }) => symbol);
  }

  /** False where a source adjusts prices by itself: whether it had counted the split when it was asked nobody knows. */
  isSure({ symbols, printed }: DailyCloses, leg: number): boolean {
    const symbol = symbols[leg]!;
    return printed.has(symbol) || !this.#listed.has(symbol);
  }

  /** The row in shares of the session that it is told for: a run that begins with that day applies no split of it. */
  told({ instrument, values }: ReferenceRow, { printed }: DailyCloses): ReferenceRow {
    const symbol = this.#symbols[instrument] ?? "";
    const listed = printed.has(symbol) ? (this.#listed.get(symbol) ?? []) : [];
    const splits = listed
      .filter(({ exDate }) => exDate <= this.#session)
      .map(({ exDate, newShares, oldShares }) => ({ exDate, newShares, oldShares }));
    if (splits.length === 0) return { instrument, values, basis: { asOf: this.#asOf } };
    const ratio = splits.reduce((product, split) => product * ratioOf(split), 1);
    const now = values.map((value, place) => (place === ANCHOR ? value! / ratio : value));
    return { instrument, values: now, basis: { asOf: this.#asOf, splits } };
  }
}

/** Pairs of bars that end earlier would be told as those of yesterday. */
function requireDay(last: DayNumber | undefined, wanted: DayNumber): void {
  if (last === wanted) return;
  const ends = last === undefined ? "there is none" : `the last is of ${isoDate(last)}`;
  throw new InputError(`the daily bars of ${isoDate(wanted)} are missing, ${ends}`);
}

/** Both legs. The spread begins anew at the prices of the formation's last session. */
function rowsOf(
  { y, x, traded: { slope, mean, deviation, halfLife } }: JudgedPair,
  { symbols, adjusted, traded, days }: DailyCloses,
  end: number,
  idOf: ReadonlyMap<string, InstrumentId>,
): ReferenceRow[] {
  const close = (row: number) => Math.log(adjusted[row]![end - 1]!);
  const centre = mean - (close(y) - slope * close(x));
  const leg = (own: number, other: number, role: number): ReferenceRow => ({
    instrument: idOf.get(symbols[own]!)!,
    values: [
      ...[idOf.get(symbols[other]!)!, role, slope, traded[own]![end - 1]!],
      ...[centre, deviation, halfLife, days[end - 1]!],
    ],
  });
  return [leg(y, x, 1), leg(x, y, -1)];
}
