import { describe, expect, it } from "vitest";
import { testSessions } from "../../test/bar-text.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MARKET_ROW, reference } from "../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { fundamentalsTable } from "../market/references/fundamentals.ts";
import { newsTable } from "../market/references/news.ts";
import { pairsTable } from "../market/references/pairs.ts";
import { vixTable } from "../market/references/vix.ts";
import { ReferenceBook } from "./reference-book.ts";

const [A, B] = [0 as InstrumentId, 1 as InstrumentId];
const at = 0 as EpochMicros;
const sessions = testSessions(10, 390);

function books() {
  const book = new ReferenceBook(2, sessions);
  const vix = book.column(reference(vixTable, "vix"));
  const anchor = book.column(reference(pairsTable, "anchor"));
  const hedge = book.column(reference(pairsTable, "hedge"));
  const shares = book.column(reference(fundamentalsTable, "shares"));
  return { book, vix, anchor, hedge, shares };
}
const split = (instrument: InstrumentId, newShares: number): CorporateActionEvent => ({
  ...{ kind: "SharesSplit", at, instrument, newShares, oldShares: 1 },
});
const pair = (instrument: InstrumentId, hedge: number | null, anchor: number) => ({
  instrument,
  values: [1 - instrument, 1, hedge, anchor, 0, 0.02, 10, 16_000],
});
const told = { kind: "ReferenceTold", at, table: "pairs" } as const;

describe("RB-1 what is not known", () => {
  it("is NaN: before a table is told, where it says null, and for what it does not list", () => {
    const { book, vix, hedge } = books();
    expect([...vix, ...hedge]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    book.told({ ...told, rows: [pair(A, null, 50)] });
    expect([...hedge]).toEqual([Number.NaN, Number.NaN]);
  });

  it("a market's row is everybody's, and a table that nobody reads is no harm", () => {
    const { book, vix } = books();
    book.told({
      kind: "ReferenceTold",
      at,
      table: "vix",
      rows: [{ instrument: MARKET_ROW, values: [17.5, null, 20] }],
    });
    book.told({
      kind: "ReferenceTold",
      at,
      table: "news",
      rows: [{ instrument: A, values: [1, 0.5, 2, null] }],
    });
    expect([...vix]).toEqual([17.5, 17.5]);
  });

  it("a column that the table does not have is our own mistake, told at once", () => {
    expect(() => new ReferenceBook(1, sessions).column({ table: vixTable, column: "vxn" })).toThrow(
      /RB-1.*vix.*vxn/,
    );
  });
});

describe("RB-2 what was told", () => {
  it("stands until it is told again; a whole table forgets what it does not list", () => {
    const { book, hedge } = books();
    book.told({ ...told, rows: [pair(A, 0.5, 50), pair(B, 0.7, 20)] });
    book.told({ ...told, rows: [pair(A, 0.6, 50)] });
    expect([...hedge]).toEqual([0.6, 0.7]);
    book.told({ ...told, rows: [pair(B, 0.8, 20)], isWhole: true });
    expect([...hedge]).toEqual([Number.NaN, 0.8]);
  });

  it("follows a split where it is per share or is shares, and nowhere else", () => {
    const { book, hedge, anchor, shares } = books();
    book.told({ ...told, rows: [pair(A, 0.5, 50), pair(B, 0.7, 20)] });
    book.told({ kind: "ReferenceTold", at, table: "fundamentals", rows: [{ instrument: A, values: [1e6] }] });
    book.acted(split(A, 2), { price: 1 / 2, shares: 2 });
    expect([...anchor]).toEqual([25, 20]);
    expect([...hedge]).toEqual([0.5, 0.7]);
    expect(shares[A]).toBe(2e6);
  });
});

describe("RB-4 what fades", () => {
  const close = (n: number) => sessions.close[n] as EpochMicros;
  const news = (n: number, more: object = {}) => ({
    ...{ kind: "ReferenceTold" as const, at: close(n), table: "news", isWhole: true as const, ...more },
    rows: [{ instrument: A, values: [1, -0.5, -3, null] }],
  });
  function reader() {
    const book = new ReferenceBook(2, sessions);
    const [z, vix] = [book.column(reference(newsTable, "z")), book.column(reference(vixTable, "vix"))];
    const seen = (when: number) => {
      book.pass(when as EpochMicros);
      return z[A];
    };
    return { book, vix, seen };
  }

  it("is known in its session and the next one, and not a microsecond longer", () => {
    const { book, vix, seen } = reader();
    book.told({
      kind: "ReferenceTold",
      at: close(2),
      table: "vix",
      rows: [{ instrument: MARKET_ROW, values: [17] }],
    });
    book.told(news(2));
    expect([seen(close(2)), seen(close(3)), seen(close(3) + 1)]).toEqual([-3, -3, Number.NaN]);
    // What does not fade stands.
    expect(vix[A]).toBe(17);
    book.told(news(5));
    expect([seen(close(6)), seen(close(7))]).toEqual([-3, Number.NaN]);
  });

  it("counts from the session that it was told for, and from the newest telling", () => {
    const { book, seen } = reader();
    book.told(news(4, { session: sessions.date[3] as DayNumber }));
    expect([seen(close(4)), seen(close(5))]).toEqual([-3, Number.NaN]);
    book.told(news(5));
    book.told(news(6));
    expect([seen(close(7)), seen(close(7) + 1)]).toEqual([-3, Number.NaN]);
  });

  it("is not made older by what is told late of a session before", () => {
    const { book, vix, seen } = reader();
    const of = (n: number, value: number, at: number) =>
      book.told({
        ...{ kind: "ReferenceTold", at: close(at), table: "vix", session: sessions.date[n] as DayNumber },
        rows: [{ instrument: MARKET_ROW, values: [value] }],
      });
    of(5, 17, 5);
    of(4, 30, 5);
    expect(vix[A]).toBe(17);
    of(5, 18, 5);
    expect(vix[A]).toBe(18);
    book.told(news(5));
    book.told({ ...news(5, { session: sessions.date[3] as DayNumber }), rows: [] });
    expect([seen(close(6)), seen(close(6) + 1)]).toEqual([-3, Number.NaN]);
  });
});
