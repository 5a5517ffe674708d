/**
 * What a run has restated its prices and shares for, and what of it a told number still lacks (ADR 0022). Two know of
 * splits: the run, which applies them to its books, and the lists that told numbers are made of. Either may be first,
 * and either may never hear of one. Used by the reference book alone.
 *
 * SO-1  A number is of the shares of now: every split after its day counts once, whoever knew of it and in any order.
 * SO-2  One split that the run and a list name differently is one split: no company splits twice within a month.
 *       Where they name another ratio, the number is not known.
 * SO-3  A number without a basis is of the moment that it was told: what is applied from then on counts.
 */
import { ratioOf, SPLITS_APART_DAYS, type SplitRatio } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, SharesSplit } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { CountedSplit, ShareBasis } from "../domain/reference-table.ts";
import type { DayNumber } from "../domain/time.ts";
import { newYorkDay } from "../market/us-eastern.ts";
import type { ActionFactors } from "./price-basis.ts";

interface Applied<Event extends CorporateActionEvent = CorporateActionEvent> {
  readonly event: Event;
  readonly factors: ActionFactors;
}

type AppliedSplit = Applied<SharesSplit>;

/** When a told number was told, as the actions of its instrument that were applied by then, and what it rests on. */
export interface ToldBasis {
  readonly applied: number;
  readonly basis: ShareBasis | undefined;
}

/** Ratios are quotients of whole numbers; a source may have rounded one. */
const SAME_RATIO = 1e-6;
const NONE: readonly Applied[] = [];

/** The first day that trades without the right. */
export const exDateOf = ({ exDate, at }: CorporateActionEvent): DayNumber => exDate ?? newYorkDay(at);

export class AppliedActions {
  readonly #of = new Map<InstrumentId, Applied[]>();

  add(event: CorporateActionEvent, factors: ActionFactors): void {
    const known = this.#of.get(event.instrument);
    if (known === undefined) this.#of.set(event.instrument, [{ event, factors }]);
    else known.push({ event, factors });
  }

  /** So many of an instrument. */
  count(instrument: InstrumentId): number {
    return this.#of.get(instrument)?.length ?? 0;
  }

  /** What a told number is still to be multiplied with, one by one; undefined where it cannot be known (SO-2). */
  lacking(instrument: InstrumentId, { applied, basis }: ToldBasis): readonly ActionFactors[] | undefined {
    const known = this.#of.get(instrument) ?? NONE;
    if (basis === undefined) return known.slice(applied).map(({ factors }) => factors);
    const { standing, withdrawn } = splitsOf(known);
    const met = new Set<Applied>(withdrawn);
    const undone: ActionFactors[] = [];
    for (const counted of basis.splits ?? []) {
      const same = nearest(counted, standing, met);
      if (same !== undefined) {
        if (!isSame(same.event, counted)) return undefined;
        met.add(same);
      } else if (withdrawn.some(({ event }) => exDateOf(event) === counted.exDate && isSame(event, counted)))
        // Of this very day the broker never made one, and an operator has taken it back.
        undone.push({ price: ratioOf(counted), shares: 1 / ratioOf(counted) });
    }
    const ahead = known.filter((one) => !met.has(one) && exDateOf(one.event) > basis.asOf);
    return [...ahead.map(({ factors }) => factors), ...undone];
  }
}

/** A split that is taken back is told as its opposite of the same day: both are withdrawn. */
function splitsOf(known: readonly Applied[]) {
  const standing: AppliedSplit[] = [];
  const withdrawn: AppliedSplit[] = [];
  for (const one of known.filter(isSplit)) {
    const back = standing.findIndex(({ event }) => isTakenBack(event, one.event));
    if (back < 0) standing.push(one);
    else withdrawn.push(...standing.splice(back, 1), one);
  }
  return { standing, withdrawn };
}

const isSplit = (one: Applied): one is AppliedSplit => one.event.kind === "SharesSplit";

const isTakenBack = (first: SharesSplit, back: SharesSplit): boolean =>
  exDateOf(first) === exDateOf(back) && first.newShares * back.newShares === first.oldShares * back.oldShares;

function nearest(
  { exDate }: CountedSplit,
  standing: readonly AppliedSplit[],
  met: ReadonlySet<Applied>,
): AppliedSplit | undefined {
  const apart = ({ event }: AppliedSplit) => Math.abs(exDateOf(event) - exDate);
  return standing
    .filter((one) => !met.has(one) && apart(one) <= SPLITS_APART_DAYS)
    .toSorted((a, b) => apart(a) - apart(b))[0];
}

const isSame = (a: SplitRatio, b: SplitRatio): boolean => Math.abs(ratioOf(a) / ratioOf(b) - 1) <= SAME_RATIO;
