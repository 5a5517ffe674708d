/** Goal: what Alpaca writes is read without loss, and what we cannot read is said to be so. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AlpacaPlayer, readConversation, recordedAt, talk } from "../../../../test/alpaca-conversation.ts";
import { dayNumber, type EpochMicros, isoInstant, parseIsoDate } from "../../../domain/time.ts";
import { skewMicros } from "./account-reads.ts";
import { accountFrom, positionFrom } from "./map-account.ts";
import { wireAccount, wirePosition } from "./wire-account.ts";
import { parseNanoInstant } from "./wire-instant.ts";
import { decimal } from "./wire-scalars.ts";

describe("an instant", () => {
  it.each([
    ["2026-03-02T14:31:05.123456789Z", "2026-03-02T14:31:05.123456Z", 789],
    ["2026-03-02T14:31:05Z", "2026-03-02T14:31:05Z", 0],
    ["2026-03-02T09:31:05.5-05:00", "2026-03-02T14:31:05.500000Z", 0],
    ["2026-11-27T23:59:60Z", "2026-11-27T23:59:59Z", 0],
    ["2026-01-01T00:00:00+05:30", "2025-12-31T18:30:00Z", 0],
  ])("%s is read whole", (text, micros, nanos) => {
    const read = parseNanoInstant(text);
    expect(read === undefined ? "" : isoInstant(read.micros)).toBe(micros);
    expect(read?.nanos).toBe(nanos);
  });

  it.each([
    "",
    "2026-03-02",
    "2026-02-30T00:00:00Z",
    "2026-03-02T24:00:00Z",
    "2026-03-02T14:31:05",
    "yesterday",
  ])("%j is none", (text) => expect(parseNanoInstant(text)).toBeUndefined());

  it("written by us is read as the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (micros) => {
        expect(parseNanoInstant(isoInstant(micros as EpochMicros))).toEqual({ micros, nanos: 0 });
      }),
    );
  });
});

describe("a decimal", () => {
  it("may be a text or a number, and nothing else", () => {
    expect(["154.03", 154.03, "-2", "0", "1e-9"].map((given) => decimal.parse(given))).toEqual([
      154.03, 154.03, -2, 0, 1e-9,
    ]);
    for (const given of ["", " 1", "1,5", "0x10", "NaN", "Infinity", "12abc", null, true, Number.NaN])
      expect(decimal.safeParse(given).success).toBe(false);
  });
});

const answerOf = (path: string): unknown => {
  const found = readConversation("look").exchanges.find((exchange) => exchange.path === path);
  return typeof found?.answer === "object" ? found.answer.body : undefined;
};

describe("an account", () => {
  const account = answerOf("/v2/account") as Record<string, unknown>;
  it("may trade only when everything says so", () => {
    const may = (changes: object): boolean =>
      accountFrom(wireAccount.parse({ ...account, ...changes })).mayTrade;
    expect(may({})).toBe(true);
    for (const changes of [
      { status: "ACCOUNT_CLOSED_PENDING" },
      { status: "NEW_WORD" },
      { trading_blocked: true },
      { account_blocked: true },
      { trade_suspended_by_user: true },
    ])
      expect(may(changes)).toBe(false);
  });

  it("is read without the fields that were retired, and with fields that nobody knows", () => {
    expect(accountFrom(wireAccount.parse({ ...account, brand_new: { a: 1 } }))).toMatchObject({
      equity: 100_000.75,
    });
    const { equity: _gone, ...without } = account;
    expect(wireAccount.safeParse(without).success).toBe(false);
  });
});

describe("a position", () => {
  const [long] = answerOf("/v2/positions") as [Record<string, unknown>];
  it("that is short is negative, with what is free of it", () => {
    const short = { ...long, side: "short", qty: "-10", qty_available: "-4" };
    expect(positionFrom(wirePosition.parse(short))).toMatchObject({ shares: -10, available: 4 });
    expect(positionFrom(wirePosition.parse({ ...short, qty: "10" }))).toMatchObject({ shares: -10 });
  });
});

describe("what start-up asks", () => {
  const get = (path: string, status: number, body: unknown) => ({
    method: "GET",
    path,
    answer: { status, body },
  });
  const clock = {
    timestamp: "2026-11-27T12:10:03.5-05:00",
    is_open: true,
    next_open: "2026-11-30T09:30:00-05:00",
    next_close: "2026-11-27T13:00:00-05:00",
  };
  const days = [
    { date: "2026-11-25", open: "09:30", close: "16:00", session_open: "0400", session_close: "2000" },
    { date: "2026-11-27", open: "09:30", close: "13:00", session_open: "0400", session_close: "1700" },
  ];

  it("is the broker's clock with its round trip, and the calendar with its half days", async () => {
    const exchanges = [get("/v2/clock", 200, clock), get("/v2/calendar", 200, days)];
    const { broker, clock: virtual } = talk(new AlpacaPlayer({ exchanges, trades: [] }));
    const asked = broker.reads.clock();
    await virtual.advance(100);
    const told = await asked;
    expect(told).toMatchObject({ ok: true, value: { isOpen: true, roundTripMs: 10 } });
    if (told.ok) expect(isoInstant(told.value.nextClose)).toBe("2026-11-27T18:00:00Z");
    const from = parseIsoDate("2026-11-25") ?? dayNumber(2026, 11, 25);
    const calendar = broker.reads.calendar(from, dayNumber(2026, 11, 27));
    await virtual.advance(100);
    expect(await calendar).toEqual({
      ok: true,
      value: [
        { day: from, openMinute: 570, closeMinute: 960 },
        { day: from + 2, openMinute: 570, closeMinute: 780 },
      ],
    });
  });

  it("measures the skew from the middle of the round trip", () => {
    const read = {
      at: (recordedAt + 300_000) as EpochMicros,
      isOpen: true,
      nextOpen: recordedAt,
      nextClose: recordedAt,
      roundTripMs: 200,
    };
    expect(skewMicros(read, recordedAt)).toBe(400_000);
  });

  it("leaves out assets that the broker does not know, and fails when it cannot tell", async () => {
    const asset = {
      symbol: "ACME",
      status: "active",
      tradable: true,
      shortable: true,
      borrow_status: "hard_to_borrow",
      easy_to_borrow: true,
    };
    const exchanges = [
      get("/v2/assets/ACME", 200, asset),
      get("/v2/assets/NONE", 404, { code: 40410000, message: "asset not found for NONE" }),
    ];
    const { broker, clock: virtual } = talk(new AlpacaPlayer({ exchanges, trades: [] }));
    const asked = broker.reads.assets(["ACME", "NONE"]);
    await virtual.advance(1_000);
    expect(await asked).toMatchObject({
      ok: true,
      value: [{ symbol: "ACME", shortable: true, easyToBorrow: false }],
    });
    const failing = broker.reads.assets(["GONE"]);
    await virtual.advance(60_000);
    expect((await failing).ok).toBe(false);
  });
});
