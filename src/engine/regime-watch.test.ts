/**
 * Goal    what is not known or not sound lets no new long through and holds back nothing that reduces risk; the VIX
 *         scales and never lifts a cap; a fall of the index closes longs alone; every change is told (REGIME-1, 2, 3;
 *         C-18, C-19).
 * Method  the execute stage, one event at a time: two strategies, two stocks and an index.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import type { RegimeReading } from "../domain/regime-reading.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { type SizingRequest, sizeEntry, sizingParams } from "../ensemble/sizing.ts";
import { executionParams } from "../execution/order-policy.ts";
import { eventText, parseEvent } from "./event-text.ts";
import { ExecuteStage } from "./execute.ts";
import type { RegimeRule } from "./regime-watch.ts";
import { accountSnapshot, SnapshotFacts } from "./stage-messages.ts";

const sessions = testSessions(3, 390);
const today = sessions.date[0] as DayNumber;
const stock = 0 as InstrumentId;
const other = 1 as InstrumentId;
const index = 2 as InstrumentId;
const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };

const sound: RegimeReading = {
  session: today,
  bull: 0.9,
  neutral: 0.08,
  bear: 0.02,
  regime: "Bull",
  longScale: 1,
  vix: 18,
  vixRegime: "normal",
  vixScale: 1,
};

class Desk {
  readonly execute: ExecuteStage;
  #fills = 0;

  constructor(rule: Partial<RegimeRule> = {}) {
    this.execute = new ExecuteStage(
      {
        ...{ strategies: 2, instruments: 3, startingCash: usd(1_000_000), sessions, rules: [] },
        execution: executionParams.parse({}),
        ensemble: ensembleParams.parse({}),
        regime: { isRequired: true, scalesByVix: true, ...rule },
      },
      () => undefined,
    );
  }

  at = (minute: number, session = 0) => (sessions.open[session]! + minute * 60e6) as EpochMicros;

  bar(minute: number, level = 500, session = 0): string[] {
    const at = this.at(minute, session);
    const texts = ["100/100/100/100", "50/50/50/50", `${level}/${level}/${level}/${level}`];
    const rows = texts.flatMap((text, i) => bars(i, text, [at]));
    this.execute.bars({ at, from: 0, to: 3, columns: columnsOf("1m", 3, rows) });
    return this.commands();
  }

  tell(parts: Partial<RegimeReading> = {}, minute = -60): void {
    this.execute.control({ kind: "RegimeTold", at: this.at(minute), ...sound, ...parts });
  }

  enter(size: number, minute: number, instrument = stock, strategy = 0): string[] {
    const what = { kind: "Enter", at: this.at(minute), strategy, instrument, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, stop: Number.NaN, timing: "now" } as const;
    this.execute.decide([{ ...what, ...terms, reference: instrument === stock ? 100 : 50, shares: size }]);
    return this.commands();
  }

  exit(minute: number, instrument = stock): string[] {
    const what = { at: this.at(minute), strategy: 0, instrument, signal: 0, reference: 100 };
    this.execute.decide([{ kind: "Exit", ...what }]);
    return this.commands();
  }

  fill(order: number, size: number, minute: number, price = 100): string[] {
    this.#fills += 1;
    const parts = { fillId: this.#fills as FillId, costs: free, order: order as OrderNumber };
    const paid = { quantity: shares(size), price: dollarsPerShare(price) };
    this.execute.broker({ kind: "OrderFilled", at: this.at(minute), ...parts, ...paid });
    return this.commands();
  }

  commands(): string[] {
    return this.execute.commands.splice(0).map((command) => {
      if (command.kind !== "PlaceOrder") return `cancel ${command.order}`;
      const { purpose, side, shares: size, instrument } = command.order;
      return `${purposeNames[purpose]} ${sideName(side)} ${size} of ${instrument}`;
    });
  }

  get barred(): string | undefined {
    return this.execute.authorities.find("regime", "hmm")?.reason;
  }
}

const BOUGHT = ["entry buy 10 of 0"];

describe("no new longs (C-19)", () => {
  const sick: Readonly<Record<string, [Partial<RegimeReading>, RegExp]>> = {
    "no model": [{ bull: null, neutral: null, bear: null, regime: null, longScale: 0 }, /no regime model/],
    "no gate": [{ regime: null, longScale: 0 }, /no regime model/],
    "probabilities that add up to more": [{ bull: 0.9 + 2e-9 }, /sick: its probabilities add up to 1\.0+2/],
    "probabilities that add up to less": [{ bear: 0 }, /sick: .* add up to 0\.98/],
    "a probability below 0": [{ bull: 1.02, bear: -0.1 }, /sick/],
    "a probability that is no number": [{ bull: Number.NaN }, /sick/],
    "a scale above 1": [{ longScale: 1.2 }, /sick: it scales by 1.2/],
    "a scale that is no number": [{ longScale: Number.NaN }, /sick/],
    "a word for a session before": [{ session: (today - 1) as DayNumber }, /was told for/],
    Bear: [{ regime: "Bear", longScale: 0 }, /the regime is Bear/],
  };
  it.each(Object.entries(sick))("%s", (_name, [parts, why]) => {
    const desk = new Desk();
    desk.tell(parts);
    desk.bar(1);
    expect(desk.enter(10, 1)).toEqual([]);
    expect(desk.barred).toMatch(why);
    // Who sells short, and who covers, is not asked.
    expect(desk.enter(-10, 1, other)).toEqual(["entry sell 10 of 1"]);
    desk.fill(1, 10, 2, 50);
    expect(desk.exit(3, other)).toEqual(["exit buy 10 of 1"]);
  });

  it("before the first word where one is required, and only there", () => {
    for (const isRequired of [true, false]) {
      const desk = new Desk({ isRequired });
      desk.bar(1);
      expect(desk.enter(10, 1)).toEqual(isRequired ? [] : BOUGHT);
      desk.tell({}, 2);
      expect(desk.enter(10, 2, other)).toEqual(["entry buy 10 of 1"]);
    }
  });

  it("in the session after the last word, whoever required one; what is held may be left", () => {
    for (const isRequired of [true, false]) {
      const desk = new Desk({ isRequired });
      desk.tell();
      desk.bar(1);
      expect(desk.enter(10, 1)).toEqual(BOUGHT);
      desk.fill(0, 10, 2);
      desk.bar(1, 500, 1);
      expect(desk.barred).toMatch(/was told for 20.* and it is 20/);
      expect(desk.execute.scalar).toBe(0.7);
      expect(desk.enter(10, 391, other)).toEqual([]);
      expect(desk.exit(391)).toEqual(["exit sell 10 of 0"]);
    }
  });

  it("a word that comes late, for an earlier session than the last, changes nothing", () => {
    const desk = new Desk();
    desk.tell({ session: (today + 1) as DayNumber });
    desk.tell({ regime: "Bear", longScale: 0 });
    desk.bar(1);
    expect(desk.enter(10, 1)).toEqual(BOUGHT);
  });

  it("RW-4: a word for a session that is not next is nobody's, and the next sound one counts", () => {
    const desk = new Desk();
    const far = { session: sessions.date[2] as number as DayNumber };
    desk.tell(far);
    desk.bar(1);
    expect([desk.enter(10, 1), desk.barred]).toEqual([[], expect.stringContaining("said nothing yet")]);
    desk.tell({}, 2);
    desk.tell(far, 3);
    expect(desk.enter(10, 3)).toEqual(BOUGHT);
    desk.bar(1, 500, 1);
    expect(desk.barred).toMatch(/was told for/);
  });

  it("the strictest claim is named on the order that it barred", () => {
    const desk = new Desk();
    desk.tell({ regime: "Bear", longScale: 0 });
    desk.bar(1);
    desk.enter(10, 1);
    expect(desk.execute.blocked.barred.get(0 as OrderNumber)).toMatchObject({
      authority: "regime",
      source: "hmm",
    });
    expect(desk.execute.authorities.permission.level).toBe("NORMAL");
  });
});

describe("scales", () => {
  it("Neutral scales longs alone, and compute is told", () => {
    const desk = new Desk();
    desk.tell({ regime: "Neutral", longScale: 0.5 });
    desk.bar(1);
    expect([desk.execute.scalar, desk.execute.longScalar]).toEqual([1, 0.5]);
    const told = accountSnapshot(desk.execute, { strategies: 2, instruments: 3 });
    expect(told).toMatchObject({ scalar: 1, longScalar: 0.5 });
    const facts = new SnapshotFacts();
    facts.take(JSON.parse(JSON.stringify(told)));
    expect([facts.scalar, facts.longScalar, facts.allowsEntries(0, true)]).toEqual([1, 0.5, true]);
    desk.tell({ regime: "Bear", longScale: 0 }, 2);
    facts.take(accountSnapshot(desk.execute, { strategies: 2, instruments: 3 }));
    expect([facts.allowsEntries(0, true), facts.allowsEntries(0, false)]).toEqual([false, true]);
  });

  it("the VIX goes to sizing: worst before a word that is required, and once it is stale", () => {
    const desk = new Desk();
    const told = () => {
      const facts = new SnapshotFacts();
      const of = accountSnapshot(desk.execute, { strategies: 2, instruments: 3 });
      facts.take(JSON.parse(JSON.stringify(of)));
      return facts.vix;
    };
    desk.bar(1);
    expect(told()).toBeNaN();
    expect(new Desk({ isRequired: false }).execute.vix).toBeUndefined();
    desk.tell({}, 2);
    expect(told()).toBe(18);
    desk.tell({ vix: null }, 3);
    expect(told()).toBeNaN();
    desk.tell({}, 4);
    desk.bar(1, 500, 1);
    expect(told()).toBeNaN();
    expect(new Desk({ scalesByVix: false }).execute.vix).toBeUndefined();
  });

  it("an account that no regime binds is told in the words of before", () => {
    const desk = new Desk({ isRequired: false });
    desk.bar(1);
    const told = accountSnapshot(desk.execute, { strategies: 2, instruments: 3 });
    expect(Object.keys(told)).toEqual(["equity", "availableCash", "scalar", "entered", "barred"]);
  });

  it.each([
    ["calm", { vix: 12, vixRegime: "calm", vixScale: 1.2 }, 1.2],
    ["normal", {}, 1],
    ["crisis", { vix: 50, vixRegime: "crisis", vixScale: 0.4 }, 0.4],
    ["missing after calm", { vix: null, vixScale: 1.2 }, 0.7],
    ["missing after a crisis", { vix: null, vixScale: 0.4 }, 0.4],
    ["unknown altogether", { vix: null, vixRegime: null, vixScale: null }, 0.7],
    ["no number", { vix: Number.NaN, vixScale: 1.2 }, 0.7],
    ["a scale beyond all", { vix: 12, vixRegime: "calm", vixScale: 50 }, 0.7],
  ] as const)("VIX %s", (_name, parts, scalar) => {
    const desk = new Desk();
    desk.tell(parts);
    desk.bar(1);
    expect([desk.execute.scalar, desk.execute.longScalar]).toEqual([scalar, scalar]);
  });

  it("1.2 gives way to whoever scales down, and is no claim where nobody scales by the VIX", () => {
    const desk = new Desk();
    const calm = { vix: 12, vixRegime: "calm", vixScale: 1.2 } as const;
    desk.tell(calm);
    const breaker = { authority: "circuit_breakers", source: "x", level: "SCALED", scalar: 0.5 } as const;
    const claim = { ...breaker, reason: "x", liftedBy: "itself" } as const;
    desk.execute.control({ kind: "ClaimChanged", at: desk.at(0), claim });
    expect(desk.execute.scalar).toBe(0.5);
    const unscaled = new Desk({ scalesByVix: false });
    unscaled.tell(calm);
    expect(unscaled.execute.scalar).toBe(1);
  });

  it("1.2 never lifts a cap, whatever is asked for", () => {
    const params = sizingParams.parse({});
    // Doubles by chance are nearly all tiny: evenly spread ones meet the caps.
    const figure = (min: number, max: number) =>
      fc.integer({ min: 0, max: 1e6 }).map((part) => min + ((max - min) * part) / 1e6);
    const asked = fc.record({
      ...{ price: figure(1, 900), equity: figure(1e3, 1e7), allocation: figure(0.01, 1), cash: figure(0, 1) },
      ...{ conviction: figure(0.05, 1), advRoom: figure(0, 1e5) },
      ...{ distance: figure(0.001, 0.2), method: fc.constantFrom("fixed_risk", "allocation") },
    });
    const edge = { trades: 0, winRate: Number.NaN, win: Number.NaN, loss: Number.NaN };
    fc.assert(
      fc.property(asked, ({ cash, distance, price, equity, method, ...rest }) => {
        const request = {
          ...{ ...rest, price, equity, edge, limit: Number.NaN, stop: price * (1 - distance), positions: 1 },
          ...{ trailing: 1, vix: 12, atr: 0.01, availableCash: cash * equity, scalar: 1.2 },
          method: method as SizingRequest["method"],
        };
        const { shares: size } = sizeEntry(request, params);
        expect(size * price).toBeLessThanOrEqual(0.05 * equity);
        expect(size * price).toBeLessThanOrEqual(15_000);
        expect(size).toBeLessThanOrEqual(request.advRoom);
        expect(size * price).toBeLessThanOrEqual(Math.max(0, (cash - 0.05) * equity));
      }),
    );
  });
});

describe("fast exit (REGIME-2)", () => {
  const rule = { fastExit: { index, params: {} } };
  /** Minutes 1 to `last`, the index falling by `perBar` of 500 each five minutes from the start. */
  const play = (desk: Desk, last: number, perBar: number, first = 1): string[][] =>
    Array.from({ length: last - first + 1 }, (_, n) =>
      desk.bar(first + n, 500 * (1 - (perBar * (first + n)) / 5) * (1 + ((first + n) % 2) * 1e-7)),
    );

  function holding(): Desk {
    const desk = new Desk(rule);
    desk.tell();
    desk.bar(0.5);
    desk.enter(10, 0.5);
    desk.fill(0, 10, 0.6);
    desk.enter(-10, 0.6, other);
    desk.fill(1, 10, 0.7, 50);
    desk.enter(5, 0.8, other, 1);
    desk.enter(-5, 0.8, stock, 1);
    return desk;
  }

  it("closes longs, takes back those that work, bars new ones; shorts stay as they are", () => {
    const desk = holding();
    const said = play(desk, 60, 0.0008);
    expect(said.slice(0, 59).flat()).toEqual([]);
    expect(said[59]).toEqual(["cancel 2", "flatten sell 10 of 0"]);
    expect(desk.enter(3, 60, stock, 1)).toEqual([]);
    expect(desk.execute.authorities.find("regime", "fast_exit")).toMatchObject({ side: "long" });
    expect(desk.execute.lots.shares(0, other)).toBe(-10);
    // It is asked for until it is done, and not twice.
    expect(desk.bar(61, 475)).toEqual([]);
    desk.fill(4, 10, 61.5);
    expect(desk.bar(62, 475)).toEqual([]);
  });

  it("recovers after three bars without a fall, and says both", () => {
    const desk = holding();
    play(desk, 60, 0.0008);
    for (let minute = 61; minute <= 150; minute++) desk.bar(minute, 480);
    expect(desk.execute.authorities.find("regime", "fast_exit")).toBeUndefined();
    expect(desk.execute.regime?.closesLongs).toBe(false);
    const words = desk.execute.regime?.changes.filter(({ of }) => of === "fast_exit").map(({ now }) => now);
    expect(words).toEqual(["fast_exit", "recovered"]);
  });

  it("asks for Bull, except in a crash; a stale word is no Bull", () => {
    for (const [parts, perBar, fires] of [
      [{}, 0.0008, true],
      [{ regime: "Neutral", longScale: 0.5 }, 0.0008, false],
      [{ session: (today - 1) as DayNumber }, 0.0008, false],
      [{ regime: "Bear", longScale: 0 }, 0.0022, true],
    ] as const) {
      const desk = new Desk(rule);
      desk.tell(parts);
      play(desk, 60, perBar);
      expect(desk.execute.regime?.closesLongs).toBe(fires);
    }
  });

  it("nobody looks where the rule names no index", () => {
    const desk = new Desk();
    desk.tell();
    play(desk, 90, 0.003);
    expect(desk.execute.regime?.closesLongs).toBe(false);
  });
});

describe("refuges (QUANT i7)", () => {
  const rule = { refuges: [other], fastExit: { index, params: {} } };

  it.each([{}, { regime: "Bear", longScale: 0 }, { bull: Number.NaN }] as const)(
    "are bought whatever is said of stocks: %j",
    (word) => {
      const desk = new Desk(rule);
      if (Object.keys(word).length > 0) desk.tell(word);
      desk.bar(1);
      expect(desk.enter(10, 1)).toEqual([]);
      expect(desk.enter(10, 1, other)).toEqual(["entry buy 10 of 1"]);
    },
  );

  it("are kept while longs are closed, and those that work are not taken back", () => {
    const desk = new Desk(rule);
    desk.tell();
    desk.bar(0.5);
    desk.enter(10, 0.5);
    desk.enter(10, 0.5, other);
    desk.fill(0, 10, 0.6);
    desk.fill(1, 10, 0.6, 50);
    desk.enter(5, 0.8, other, 1);
    const said = Array.from({ length: 60 }, (_, n) =>
      desk.bar(1 + n, 500 * (1 - (0.0008 * (1 + n)) / 5) * (1 + ((1 + n) % 2) * 1e-7)),
    );
    expect(desk.execute.regime?.closesLongs).toBe(true);
    expect(said.flat()).toEqual(["flatten sell 10 of 0"]);
  });

  it("are bound by whatever binds the account", () => {
    const desk = new Desk(rule);
    desk.tell();
    desk.bar(1);
    desk.enter(10, 1, other);
    desk.fill(0, 10, 1.5, 50);
    const kill = { authority: "kill_switch", source: "x", level: "FLATTEN", scalar: 1, reason: "x" } as const;
    desk.execute.control({ kind: "ClaimChanged", at: desk.at(2), claim: { ...kill, liftedBy: "operator" } });
    expect(desk.enter(10, 2, other, 1)).toEqual(["flatten sell 10 of 1"]);
  });
});

it("tells every change once, and a restart is none", () => {
  const desk = new Desk({ fastExit: { index, params: {} } });
  desk.tell();
  desk.tell();
  desk.tell({ regime: "Bear", longScale: 0, vix: 40, vixRegime: "crisis", vixScale: 0.4 });
  desk.bar(1);
  const rows = (watched: Desk) =>
    watched.execute.regime?.changes.map(({ of, before, now }) => `${of} ${before}>${now}`);
  expect(rows(desk)).toEqual(["hmm null>Bull", "vix null>normal", "hmm Bull>Bear", "vix normal>crisis"]);
  const state = JSON.parse(JSON.stringify(desk.execute.saveRisk()));
  const again = new Desk({ fastExit: { index, params: {} } });
  again.execute.loadRisk(state);
  again.bar(2);
  expect(rows(again)).toEqual([]);
  expect([again.execute.scalar, again.barred]).toEqual([0.4, desk.barred]);
  expect(again.enter(10, 2)).toEqual([]);
  expect(again.execute.saveRisk().regime).toEqual(state.regime);
});

it("a word survives the journal bit for bit", () => {
  const event = { kind: "RegimeTold", at: 1 as EpochMicros, ...sound, bear: 0.1 + 0.2, vix: null } as const;
  const { instruments } = columnsOf("1m", 1, bars(0, "1/1/1/1", [(sessions.open[0]! + 60e6) as EpochMicros]));
  expect(parseEvent(eventText(event), instruments)).toEqual(event);
});
