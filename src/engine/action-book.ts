/**
 * Which announced actions are told, when, and what is made of a source that changes its mind (C-49). Ingest asks it
 * with each list that it fetched; what was told is part of its journal, so that a restart tells nothing twice.
 *
 * AK-1  An action is told once, before the first minute of its ex-date, splits of a symbol before its dividends.
 * AK-2  What cannot be restated by itself locks its symbol until an operator has looked: a kind that nobody knows, a
 *       list that came after the first minute, two splits of one day, a told action that is changed or withdrawn.
 * AK-3  The same action under two names is one action.
 * AK-4  No share is restated twice for what one company did once: a list that is put right gives an action another
 *       name, ratio or day, and a person may have restated what was locked. So the second split of a symbol within a
 *       month is locked, as is a dividend of a day of which one was changed or withdrawn.
 */
import {
  type AnnouncedAction,
  type AnnouncedTerms,
  actionOrder,
  SPLITS_APART_DAYS,
} from "../domain/corporate-action.ts";
import type { CorporateActionEvent, InstrumentLocked } from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import { type DayNumber, type EpochMicros, isoDate, parseIsoDate } from "../domain/time.ts";

/** What ingest tells the others of an action, under the name that the source gave it. */
export interface ToldAction {
  readonly id: string;
  readonly at: EpochMicros;
  /** What was told, so that a change can be seen: symbol, ex-date and terms. */
  readonly said: string;
  readonly event: CorporateActionEvent | InstrumentLocked;
}

export interface BookTerms {
  readonly instruments: InstrumentTable;
  /** Actions of this day and before are in the positions and prices that the run began with. */
  readonly startDay: DayNumber;
}

const NOT_RESTATED = "books are not restated for it by themselves";

/** What was told of a symbol, by the words that say it. */
interface Past {
  readonly symbol: string;
  readonly exDate: number;
  readonly kind: string;
  readonly said: string;
  readonly isLock: boolean;
}

export class ActionBook {
  readonly #terms: BookTerms;
  /** By the source's name, and by what it says: both are told once. */
  readonly #told = new Map<string, ToldAction>();
  readonly #said = new Set<string>();
  readonly #locked = new Set<string>();
  readonly #past: Past[] = [];
  #listed: readonly AnnouncedAction[] = [];

  constructor(terms: BookTerms) {
    this.#terms = terms;
  }

  /** Told in an earlier life of this process, or just now. */
  told(action: ToldAction): void {
    const isLock = action.event.kind === "InstrumentLocked";
    if (isLock) this.#locked.add(action.id);
    else this.#told.set(action.id, action);
    if (!this.#said.has(action.said)) this.#past.push(pastOf(action.said, isLock));
    this.#said.add(action.said);
  }

  /** A list as the source gives it now, of `from` and later ex-dates. Returns what is to be told at once. */
  listed(actions: readonly AnnouncedAction[], from: DayNumber, at: EpochMicros): ToldAction[] {
    this.#listed = actions;
    const now = new Map(actions.map((action) => [action.id, saidOf(action)]));
    const says = new Set(now.values());
    return [...this.#told.values()].flatMap(({ id, said, event }) => {
      if (
        event.kind === "InstrumentLocked" ||
        exDateOf(said) < from ||
        now.get(id) === said ||
        says.has(said)
      )
        return [];
      const what = now.has(id) ? `is changed to: ${now.get(id)}` : "is not listed any more";
      return this.#lock(`${id} again: ${what}`, event.instrument, `${said}, told before, ${what}`, at);
    });
  }

  /** What is to be told of ex-dates up to `day`. `isOpen`: the first minute of that ex-date was told already. */
  due(day: DayNumber, at: EpochMicros, isOpen: (exDate: DayNumber) => boolean): ToldAction[] {
    const { startDay, instruments } = this.#terms;
    const due = this.#listed
      .filter(({ exDate }) => exDate > startDay && exDate <= day)
      .toSorted(
        (a, b) => a.exDate - b.exDate || orderOf(a.terms) - orderOf(b.terms) || (a.id < b.id ? -1 : 1),
      );
    return due.flatMap((action) => {
      const instrument = instruments.find(action.symbol);
      const said = saidOf(action);
      if (instrument === undefined || this.#told.has(action.id) || this.#said.has(said)) return [];
      const why = this.#unusual(action, due, isOpen(action.exDate));
      const { id, terms } = action;
      if (why !== undefined || terms.kind === "other")
        return this.#lock(id, instrument, `${said}: ${why ?? NOT_RESTATED}`, at, said);
      const told = { id, at, said, event: eventOf(terms, instrument, action.exDate, at) };
      this.told(told);
      return [told];
    });
  }

  #unusual(action: AnnouncedAction, due: readonly AnnouncedAction[], isLate: boolean) {
    const { symbol, exDate, terms } = action;
    if (terms.kind === "other") return NOT_RESTATED;
    const past = this.#past.find((one) => isSameAgain(one, action));
    if (past !== undefined)
      return past.isLock ? `${past.said} was locked before` : `books were restated for ${past.said} already`;
    if (isLate) return "it was listed after the first minute of that day";
    const splits = due.filter(
      (other) => other.symbol === symbol && other.exDate === exDate && other.terms.kind === "split",
    );
    const differ = new Set(splits.map(saidOf)).size > 1;
    return terms.kind === "split" && differ ? "the source lists two splits of one day" : undefined;
  }

  #lock(id: string, instrument: InstrumentId, text: string, at: EpochMicros, said = text): ToldAction[] {
    if (this.#locked.has(id) || this.#said.has(said)) return [];
    const reason = `${text}; compare with the broker, then acknowledge`;
    const told = { id, at, said, event: { kind: "InstrumentLocked", at, instrument, reason } as const };
    this.told(told);
    return [told];
  }
}

function eventOf(
  terms: Exclude<AnnouncedTerms, { readonly kind: "other" }>,
  instrument: InstrumentId,
  exDate: DayNumber,
  at: EpochMicros,
): CorporateActionEvent {
  if (terms.kind === "split") {
    const { newShares, oldShares } = terms;
    return { kind: "SharesSplit", at, instrument, newShares, oldShares, exDate };
  }
  const { perShare } = terms;
  return { kind: "DividendPaid", at, instrument, perShare, isSpinOff: false, isExpected: true, exDate };
}

/** One announcement that was put right, or so it may be (AK-4). */
function isSameAgain(past: Past, { symbol, exDate, terms }: AnnouncedAction): boolean {
  if (past.symbol !== symbol) return false;
  if (terms.kind === "dividend") return past.kind === "dividend" && past.isLock && past.exDate === exDate;
  return past.kind !== "dividend" && Math.abs(past.exDate - exDate) <= SPLITS_APART_DAYS;
}

const orderOf = ({ kind }: AnnouncedTerms): number => (kind === "other" ? 2 : actionOrder(kind));

/** `2026-11-19 VAULO split 4 for 1`: the ex-date first, so that it can be read again. */
export function saidOf({ symbol, exDate, terms }: AnnouncedAction): string {
  const what =
    terms.kind === "split"
      ? `split ${terms.newShares} for ${terms.oldShares}`
      : terms.kind === "dividend"
        ? `dividend of ${terms.perShare} USD`
        : terms.what;
  return `${isoDate(exDate)} ${symbol} ${what}`;
}

function pastOf(said: string, isLock: boolean): Past {
  const [, symbol = "", kind = ""] = said.split(" ");
  return { symbol, exDate: exDateOf(said), kind, said, isLock };
}

const exDateOf = (said: string): number => parseIsoDate(said.slice(0, 10)) ?? Number.NEGATIVE_INFINITY;
