/**
 * Goal    a told number of shares, or per share, is right over splits at every moment: whoever of the run and the
 *         teller's list knows of one first, late or never, by whichever day, and also in a second life (SO-1 to SO-3).
 * Method  a company whose true count is known, a run and a list that hear of its splits as chance will have it, and the
 *         book beside the truth after each step; a second life hears again, as text, what the first one heard.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ratioOf, type SplitRatio } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { reference, type ShareBasis } from "../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { fundamentalsTable } from "../market/references/fundamentals.ts";
import { pairsTable } from "../market/references/pairs.ts";
import { fromNewYork } from "../market/us-eastern.ts";
import { ReferenceBook } from "./reference-book.ts";

const A = 0 as InstrumentId;
const DAY = 20_000 as DayNumber;
const later = (days: number) => (DAY + days) as DayNumber;
const morning = (day: DayNumber) => fromNewYork(day, 8 * 60 + 30);

type Heard = ReferenceTold | CorporateActionEvent;

class Life {
  readonly #book = new ReferenceBook(2, xnysSessions());
  readonly #shares = this.#book.column(reference(fundamentalsTable, "shares"));
  readonly #anchor = this.#book.column(reference(pairsTable, "anchor"));

  hear(event: Heard): void {
    if (event.kind === "ReferenceTold") this.#book.told(event);
    else this.#book.acted(event, factorsOf(event));
  }

  get shares(): number {
    return this.#shares[A] as number;
  }

  get anchor(): number {
    return this.#anchor[A] as number;
  }
}

const factorsOf = (event: CorporateActionEvent) =>
  event.kind === "SharesSplit"
    ? { price: 1 / ratioOf(event), shares: ratioOf(event) }
    : { price: 1 - event.perShare / 100, shares: 1 };

const reports = (at: EpochMicros, shares: number, basis?: ShareBasis): ReferenceTold => ({
  ...{ kind: "ReferenceTold", at, table: "fundamentals", isWhole: true },
  rows: [{ instrument: A, values: [shares, 1], ...(basis === undefined ? {} : { basis }) }],
});
const pairs = (at: EpochMicros, anchor: number, basis?: ShareBasis): ReferenceTold => ({
  ...{ kind: "ReferenceTold", at, table: "pairs" },
  rows: [
    { instrument: A, values: [1, 1, 0.5, anchor, 0, 1, 5, 1], ...(basis === undefined ? {} : { basis }) },
  ],
});
const split = (
  at: EpochMicros,
  [newShares, oldShares]: readonly [number, number],
  exDate?: DayNumber,
): CorporateActionEvent => ({
  ...{ kind: "SharesSplit", at, instrument: A, newShares, oldShares },
  ...(exDate === undefined ? {} : { exDate }),
});

function lived(...events: readonly Heard[]): Life {
  const life = new Life();
  for (const event of events) life.hear(event);
  return life;
}

interface TrueSplit extends SplitRatio {
  readonly exDate: DayNumber;
  isApplied: boolean;
  /** By the day that the list names. */
  listed: DayNumber | undefined;
}

/** What really happens, and what the run and the list come to hear of it. */
class Company {
  #day = DAY;
  #life = new Life();
  #report = { asOf: DAY, shares: 64 };
  #told:
    | { readonly asOf: DayNumber; readonly shares: number; readonly counted: readonly TrueSplit[] }
    | undefined;
  readonly #splits: TrueSplit[] = [];
  readonly #heard: string[] = [];

  /** Days pass; one in which nothing is a split apart from is not waited for. */
  pass(days: number): void {
    this.#day = (this.#day + days) as DayNumber;
  }

  split(newShares: number, oldShares: number): void {
    const last = this.#splits.at(-1)?.exDate ?? Number.NEGATIVE_INFINITY;
    // A month and what a list may be off by; and no report of these days, of which nobody knows what it counts.
    if (this.#day - last < 40 || this.#day - this.#report.asOf < 4) return;
    this.#splits.push({ exDate: this.#day, newShares, oldShares, isApplied: false, listed: undefined });
  }

  /** The run hears of a split on its day, or later, or finds it in the broker's books and knows no day. */
  apply(how: "told" | "late" | "found"): void {
    const next = this.#splits.find(({ isApplied }) => !isApplied);
    if (next === undefined || (how === "found" && this.#day - next.exDate > 3)) return;
    next.isApplied = true;
    const exDate = how === "found" || next.exDate === this.#day ? undefined : next.exDate;
    this.#hear(split(morning(this.#day), [next.newShares, next.oldShares], exDate));
  }

  list(off: number): void {
    const next = this.#splits.find(({ listed }) => listed === undefined);
    if (next !== undefined) next.listed = (next.exDate + off) as DayNumber;
  }

  report(): void {
    const last = this.#splits.at(-1);
    if (last !== undefined && this.#day - last.exDate < 4) return;
    const shares = this.#splits.reduce((count, one) => count * ratioOf(one), 64);
    this.#report = { asOf: this.#day, shares };
  }

  tell(): void {
    const { asOf, shares } = this.#report;
    const counted = this.#splits.filter(({ listed = Infinity }) => listed > asOf && listed <= this.#day);
    const splits = counted.map(({ listed, newShares, oldShares }) => {
      return { exDate: listed as DayNumber, newShares, oldShares };
    });
    const ratio = counted.reduce((product, one) => product * ratioOf(one), 1);
    const basis = { asOf, ...(splits.length === 0 ? {} : { splits }) };
    this.#told = { asOf, shares, counted };
    this.#hear(reports(morning(this.#day), shares * ratio, basis));
    this.#hear(pairs(morning(this.#day), 1000 / ratio, basis));
  }

  /** A second life hears what was recorded. */
  restart(): void {
    this.#life = lived(...this.#heard.map((text) => JSON.parse(text) as Heard));
  }

  check(): void {
    if (this.#told === undefined) return;
    const { asOf, shares, counted } = this.#told;
    const ratio = this.#splits
      .filter((one) => one.exDate > asOf && (one.isApplied || counted.includes(one)))
      .reduce((product, one) => product * ratioOf(one), 1);
    expect(this.#life.shares / (shares * ratio)).toBeCloseTo(1, 9);
    expect(this.#life.anchor / (1000 / ratio)).toBeCloseTo(1, 9);
  }

  #hear(event: Heard): void {
    this.#heard.push(JSON.stringify(event));
    this.#life.hear(event);
  }
}

const ratios = [
  [2, 1],
  [4, 1],
  [1, 10],
  [3, 2],
] as const;
const step = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((days) => (company: Company) => company.pass(days)),
  fc.constantFrom(...ratios).map(
    ([a, b]) =>
      (company: Company) =>
        company.split(a, b),
  ),
  fc.constantFrom("told", "late", "found").map((how) => (company: Company) => company.apply(how as "told")),
  fc.integer({ min: -2, max: 2 }).map((off) => (company: Company) => company.list(off)),
  fc.constant((company: Company) => company.report()),
  fc.constant((company: Company) => company.tell()),
  fc.constant((company: Company) => company.restart()),
);

describe("SO-1, SO-2 a split counts once", () => {
  it("in any order of happening, being applied, listed, reported, told and living again", () => {
    const steps = fc.array(step, { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(steps, (taken) => {
        const company = new Company();
        for (const take of taken) {
          take(company);
          company.check();
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("whose ratio the run and the list know differently: the number is not known, until they agree", () => {
    const at = morning(DAY);
    const told = (newShares: number) =>
      reports(at, 64 * newShares, {
        asOf: later(-90),
        splits: [{ exDate: DAY, newShares, oldShares: 1 }],
      });
    expect(lived(told(3), split(at, [2, 1])).shares).toBeNaN();
    expect(lived(split(at, [2, 1]), told(3)).shares).toBeNaN();
    expect(lived(split(at, [2, 1]), told(3), told(2)).shares).toBe(128);
  });

  it("that an operator has taken back did not happen, also where the list still has it", () => {
    const at = morning(later(1));
    const back = [split(at, [4, 1], DAY), split(morning(later(3)), [1, 4], DAY)];
    const listed = (day: DayNumber) =>
      reports(at, 256, { asOf: later(-90), splits: [{ exDate: day, newShares: 4, oldShares: 1 }] });
    expect(lived(reports(at, 64, { asOf: later(-90) }), ...back).shares).toBe(64);
    expect(lived(listed(DAY), ...back).shares).toBe(64);
    expect(lived(...back, listed(DAY)).shares).toBe(64);
    // Put off by the company, and made later: the run was locked then, and the list knows.
    expect(lived(...back, listed(later(10))).shares).toBe(256);
    // Made after all, as the broker's books show.
    expect(lived(...back, split(morning(later(3)), [4, 1]), listed(DAY)).shares).toBe(256);
    // A report of between the split and its taking back.
    expect(lived(...back, reports(at, 70, { asOf: later(2) })).shares).toBe(70);
  });
});

describe("SO-3 a number without a basis", () => {
  it("is of the moment that it was told: what comes after counts, what was before does not", () => {
    const at = morning(DAY);
    const first = split(at, [2, 1]);
    const second = split(morning(later(50)), [3, 1]);
    expect(lived(first, reports(at, 64)).shares).toBe(64);
    expect(lived(first, reports(at, 64), second).shares).toBe(192);
    expect(lived(first, pairs(at, 90), second).anchor).toBe(30);
  });
});

describe("a price", () => {
  it("that is told late follows the dividends since its day, and no earlier ones", () => {
    const paid = (day: DayNumber): CorporateActionEvent => ({
      ...{ kind: "DividendPaid", at: morning(day), instrument: A, perShare: 10, isSpinOff: false },
    });
    const told = pairs(morning(later(2)), 50, { asOf: DAY });
    expect(lived(paid(DAY), paid(later(1)), told).anchor).toBe(45);
    expect(lived(told, paid(later(3))).anchor).toBe(45);
  });
});
