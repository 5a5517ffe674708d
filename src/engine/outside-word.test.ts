/**
 * Goal    who watches over the engine can restrict, close and correct it, and can do nothing else: the clock keeps a
 *         kill and a breached stop going on a mute feed, the broker's positions overrule ours without an order that
 *         would turn the account, and what was asked for survives a restart (C-45 to C-48, I-21, I-24).
 * Method  the execute stage, one event at a time: two strategies, one that only holds what is not ours, two stocks.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { ControlEvent, OperatorActed } from "../domain/events.ts";
import { haltIdOf } from "../domain/flatten-order-id.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { restricted } from "../risk/rules/restricted.ts";
import { eventText, parseEvent } from "./event-text.ts";
import { ExecuteStage } from "./execute.ts";
import type { ExecuteConfig } from "./execute-config.ts";
import type { OwnFill } from "./own-fill.ts";

const sessions = testSessions(2, 390);
const open = sessions.open[0]!;
const stock = 0 as InstrumentId;
const other = 1 as InstrumentId;
const EXTERNAL = 2;
const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
const timeOf = (seconds: number) => Math.round(open + seconds * 1e6) as EpochMicros;
const DAY = 24 * 3_600;

type Said<Event> = Event extends ControlEvent ? Omit<Event, "at"> : never;

class Desk {
  readonly execute: ExecuteStage;
  /** What compute was told. */
  readonly told: OwnFill[] = [];
  #fills = 0;

  constructor(config: Partial<ExecuteConfig> = {}) {
    this.execute = new ExecuteStage(
      {
        strategies: 3,
        externalStrategy: EXTERNAL,
        instruments: 2,
        startingCash: usd(1_000_000),
        sessions,
        rules: [restricted.configure({})],
        execution: executionParams.parse({}),
        ensemble: ensembleParams.parse({}),
        ...config,
      },
      (fill) => this.told.push(fill),
    );
    this.bar(60);
  }

  commands(): string[] {
    return this.execute.commands.splice(0).map((command) => {
      if (command.kind === "CancelOrder") return `cancel ${command.order}`;
      if (command.kind === "ReplaceStop") return `move ${command.order} to ${command.stop}`;
      const { number, purpose, side, shares: size } = command.order;
      return `${number} ${purposeNames[purpose]} ${sideName(side)} ${size}`;
    });
  }

  bar(seconds: number, text = "100/100/100/100"): string[] {
    const at = timeOf(seconds);
    const columns = columnsOf("1m", 2, [...bars(0, text, [at]), ...bars(1, "50/50/50/50", [at])]);
    this.execute.bars({ at, from: 0, to: 2, columns });
    return this.commands();
  }

  enter(strategy: number, size: number, seconds: number, parts: Partial<EntryIntent> = {}): string[] {
    const what = { kind: "Enter", at: timeOf(seconds), strategy, instrument: stock, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now", reference: 100 } as const;
    this.execute.decide([{ ...what, ...terms, shares: size, stop: Number.NaN, ...parts }]);
    return this.commands();
  }

  fill(order: number, size: number, seconds: number, price = 100): string[] {
    this.#fills += 1;
    const parts = { fillId: this.#fills as FillId, costs: free, order: order as OrderNumber };
    const paid = { quantity: shares(size), price: dollarsPerShare(price) };
    this.execute.broker({ kind: "OrderFilled", at: timeOf(seconds), ...parts, ...paid });
    return this.commands();
  }

  over(order: number, seconds: number): string[] {
    this.execute.broker({ kind: "OrderCanceled", at: timeOf(seconds), order: order as OrderNumber });
    return this.commands();
  }

  say(seconds: number, what: Said<ControlEvent>): string[] {
    this.execute.control({ ...what, at: timeOf(seconds) } as ControlEvent);
    return this.commands();
  }

  time(seconds: number): string[] {
    return this.say(seconds, { kind: "TimePassed" });
  }

  adjust(size: number, id: string, price = 100, seconds = 120): string[] {
    const what = { kind: "PositionAdjusted", instrument: stock, reason: "seen at the broker" } as const;
    return this.say(seconds, { ...what, shares: size, price, id });
  }

  operator(action: OperatorActed["action"], seconds: number, parts: Partial<OperatorActed> = {}): string[] {
    const who = { by: "test", reason: "asked", ...parts };
    this.execute.operator({ kind: "OperatorActed", at: timeOf(seconds), action, ...who });
    return this.commands();
  }

  /** Holds that many shares of the stock for a strategy. */
  hold(strategy: number, size: number, parts: Partial<EntryIntent> = {}): void {
    const number = this.execute.orders.next;
    this.enter(strategy, size, 60, parts);
    this.fill(number, Math.abs(size), 61);
  }

  get level(): string {
    return this.execute.authorities.permission.level;
  }

  lots(): number[] {
    return [0, 1, EXTERNAL].map((s) => this.execute.lots.shares(s, stock));
  }
}

describe("the clock", () => {
  it("moves the facts and never back: a late bar is judged by the clock", () => {
    const desk = new Desk();
    desk.time(130);
    desk.time(129);
    desk.bar(120);
    expect(desk.execute.saveRisk().facts.now).toBe(timeOf(130));
    desk.bar(180);
    expect(desk.execute.saveRisk().facts.now).toBe(timeOf(180));
  });

  it("ends a claim whose time is over, and values nothing", () => {
    const desk = new Desk();
    const pause = { authority: "orchestrator", source: "test", level: "NO_NEW_ENTRIES", scalar: 1 } as const;
    const claim = { ...pause, reason: "a while", until: timeOf(100), liftedBy: "itself" } as const;
    desk.say(70, { kind: "ClaimChanged", claim });
    const before = desk.execute.baselines.save();
    desk.time(99);
    expect(desk.level).toBe("NO_NEW_ENTRIES");
    desk.time(100);
    expect(desk.level).toBe("NORMAL");
    expect(desk.execute.baselines.save()).toEqual(before);
  });

  it("goes on with a kill while the feed is mute, once a second at most", () => {
    const desk = new Desk();
    desk.hold(0, 100, { stop: 95 });
    expect(desk.operator("halt", 70)).toEqual(["cancel 1"]);
    expect(desk.time(70.5)).toEqual(["cancel 1"]);
    expect(desk.time(71)).toEqual([]);
    expect(desk.time(71.5)).toEqual(["cancel 1"]);
    expect(desk.over(1, 72)).toEqual(["2 flatten sell 100"]);
    desk.fill(2, 100, 73);
    desk.time(75);
    expect(desk.level).toBe("HALTED");
  });

  it("asks a breached stop to leave again though nobody trades", () => {
    const desk = new Desk({ execution: executionParams.parse({ stops: "virtual" }) });
    desk.hold(0, 100, { stop: 95 });
    for (const seconds of [70, 71])
      desk.execute.trade({ at: timeOf(seconds), instrument: stock, price: 94, size: 100 });
    expect(desk.commands()).toContain("cancel 1");
    const again = [72, 73, 74, 75].flatMap((seconds) => desk.time(seconds));
    expect(again.filter((text) => text === "cancel 1").length).toBeGreaterThan(0);
  });

  it("begins the next session at its open, not at the close before it", () => {
    const desk = new Desk();
    const [close, next] = [sessions.close[0]! / 1e6 - open / 1e6, sessions.open[1]! / 1e6 - open / 1e6];
    desk.bar(close - 60);
    desk.time(close + 5);
    expect(desk.execute.clock.open).toBe(sessions.open[0]);
    desk.time(next + 5);
    expect(desk.execute.clock.open).toBe(sessions.open[1]);
  });
});

describe("claims from outside", () => {
  const kill = { authority: "kill_switch", source: "guardian", level: "FLATTEN", scalar: 1 } as const;

  it("a latched one is lifted by an operator alone", () => {
    const desk = new Desk();
    desk.say(70, { kind: "ClaimChanged", claim: { ...kill, reason: "feed down", liftedBy: "operator" } });
    const holder = { authority: "kill_switch", source: "guardian" } as const;
    desk.say(71, { kind: "ClaimChanged", lifted: { ...holder, by: "itself" } });
    expect(desk.level).toBe("HALTED");
    desk.say(72, { kind: "ClaimChanged", lifted: { ...holder, by: "operator" } });
    expect(desk.level).toBe("NORMAL");
  });

  it("a kill waits for the broker's books where it can be asked, and for ours", () => {
    const desk = new Desk({ verifiesFlat: true });
    desk.hold(0, 100);
    expect(desk.operator("halt", 70)).toEqual(["1 flatten sell 100"]);
    const haltId = haltIdOf(timeOf(70));
    expect(desk.execute.flattening).toEqual({
      ...{ haltId, reason: "test: asked", ends: "HALTED", isPlanned: false },
    });
    desk.say(71, { kind: "FlattenVerified", haltId });
    expect(desk.level).toBe("FLATTEN");
    desk.fill(1, 100, 72);
    desk.time(73);
    expect([desk.level, desk.execute.flattening]).toEqual(["HALTED", undefined]);
  });

  it("a proof of another halt proves nothing, and flat books alone are none", () => {
    const desk = new Desk({ verifiesFlat: true });
    desk.operator("halt", 70);
    desk.say(71, { kind: "FlattenVerified", haltId: haltIdOf(timeOf(10)) });
    desk.bar(120);
    expect(desk.level).toBe("FLATTEN");
    desk.say(121, { kind: "FlattenVerified", haltId: haltIdOf(timeOf(70)) });
    expect(desk.level).toBe("HALTED");
  });

  it("only the end of a run is a closing that was planned, and not beside another one", () => {
    const desk = new Desk({ verifiesFlat: true });
    desk.hold(0, 100);
    desk.operator("finish", 70);
    expect(desk.execute.flattening?.isPlanned).toBe(true);
    desk.operator("halt", 71);
    expect(desk.execute.flattening?.isPlanned).toBe(false);
  });

  it("a halt keeps its name over a restart, whoever raises it again", () => {
    const desk = new Desk({ verifiesFlat: true });
    desk.operator("halt", 70);
    desk.operator("halt", 90);
    const after = new Desk({ verifiesFlat: true });
    after.execute.loadRisk(JSON.parse(JSON.stringify(desk.execute.saveRisk())));
    after.bar(120);
    expect(after.execute.flattening?.haltId).toBe(haltIdOf(timeOf(70)));
  });
});

describe("locks", () => {
  it("nobody enters a locked instrument, whoever holds it may leave, and it survives a restart", () => {
    const desk = new Desk();
    desk.hold(0, 100);
    expect(desk.enter(1, 10, 62)).toEqual(["1 entry buy 10"]);
    expect(desk.say(63, { kind: "InstrumentLocked", instrument: stock, reason: "12 shares more" })).toEqual([
      "cancel 1",
    ]);
    desk.over(1, 64);
    expect(desk.enter(1, 10, 65)).toEqual([]);
    expect(desk.execute.blocked.list()[0]).toMatchObject({ rule: "restricted", count: 1 });
    expect(desk.enter(1, 10, 65, { instrument: other, reference: 50 })).toEqual(["3 entry buy 10"]);
    const after = new Desk();
    after.execute.loadRisk(JSON.parse(JSON.stringify(desk.execute.saveRisk())));
    expect(after.execute.facts.board.lockOf(stock)).toBe("12 shares more");
    const exit = { kind: "Exit", at: timeOf(66), strategy: 0, instrument: stock, signal: 1, reference: 100 };
    desk.execute.decide([exit as never]);
    expect(desk.commands()).toEqual(["4 exit sell 100"]);
    desk.say(67, { kind: "InstrumentUnlocked", instrument: stock });
    expect(desk.enter(1, 10, 68)).toEqual(["5 entry buy 10"]);
  });
});

describe("what the broker holds", () => {
  it("more than ours: nobody who trades gets it, and it counts in cash, exposure and profit", () => {
    const desk = new Desk();
    desk.adjust(30, "a", 90);
    expect(desk.lots()).toEqual([0, 0, 30]);
    expect([desk.execute.portfolio.cash, desk.execute.equity]).toEqual([997_300, 1_000_300]);
    expect(desk.execute.ledger.pnl(EXTERNAL, desk.execute.portfolio)).toBe(300);
    expect(desk.told).toEqual([]);
  });

  it("an adjustment counts once, also after a restart", () => {
    const desk = new Desk();
    desk.adjust(30, "a");
    desk.adjust(30, "a");
    expect(desk.lots()).toEqual([0, 0, 30]);
    const after = new Desk();
    after.execute.loadRisk(JSON.parse(JSON.stringify(desk.execute.saveRisk())));
    after.adjust(30, "a");
    expect(after.lots()).toEqual([0, 0, 0]);
  });

  it("less than ours: who holds loses it, is told, and takes back what would sell too much", () => {
    const desk = new Desk();
    desk.hold(0, 100, { stop: 95 });
    expect(desk.adjust(-100, "a", 98)).toEqual(["cancel 1"]);
    expect(desk.lots()).toEqual([0, 0, 0]);
    expect(desk.told.at(-1)).toMatchObject({ strategy: 0, signedShares: -100, price: 98 });
    expect(desk.execute.trades.length).toBe(1);
  });

  it("a part less: the stop goes and rests again for what is left", () => {
    const desk = new Desk();
    desk.hold(0, 100, { stop: 95 });
    expect(desk.adjust(-40, "a")).toEqual(["cancel 1"]);
    expect(desk.over(1, 121)).toEqual([]);
    expect(desk.bar(180)).toEqual(["2 stop_loss sell 60"]);
  });

  it("an exit that is out for more than is left is taken back: it would turn the account", () => {
    const desk = new Desk();
    desk.hold(0, 100);
    desk.operator("halt", 70);
    expect(desk.adjust(-100, "a")).toEqual(["cancel 1"]);
  });

  it("what turns belongs to nobody beyond zero; external shares go first", () => {
    const desk = new Desk();
    desk.hold(0, 100);
    desk.adjust(20, "a");
    desk.adjust(-30, "b");
    expect(desk.lots()).toEqual([90, 0, 0]);
    desk.adjust(-100, "c");
    expect(desk.lots()).toEqual([0, 0, -10]);
  });

  it("I-2: after any fills and adjustments lots and account agree, and closing comes before opening", () => {
    const size = fc.integer({ min: -60, max: 60 }).filter((n) => n !== 0);
    fc.assert(
      fc.property(fc.array(size, { maxLength: 12 }), size, size, (sizes, a, b) => {
        const desk = new Desk();
        desk.hold(0, a);
        desk.hold(1, b);
        for (const [n, by] of sizes.entries()) {
          const before = desk.execute.portfolio.shares(stock);
          desk.adjust(by, `x${n}`);
          expect(desk.execute.portfolio.shares(stock)).toBe(before + by);
          const lots = desk.lots();
          expect(lots.reduce((sum, lot) => sum + lot, 0)).toBe(before + by);
          expect((lots[0] as number) * a >= 0 && (lots[1] as number) * b >= 0).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a kill closes it as well, at the market's price", () => {
    const desk = new Desk();
    desk.adjust(30, "a");
    expect(desk.operator("halt", 130)).toEqual(["0 flatten sell 30"]);
  });
});

describe("operators", () => {
  it("flatten bars entries and closes everything until it is closed", () => {
    const desk = new Desk();
    desk.hold(0, 100);
    expect(desk.operator("flatten", 70)).toEqual(["1 flatten sell 100"]);
    expect([desk.level, desk.enter(1, 10, 71)]).toEqual(["NO_NEW_ENTRIES", []]);
    desk.over(1, 72);
    expect(desk.bar(120)).toEqual(["3 flatten sell 100"]);
    desk.fill(3, 100, 121);
    desk.bar(180);
    expect([desk.level, desk.execute.saveRisk().enforcement.closingAll]).toEqual(["NO_NEW_ENTRIES", []]);
  });

  it("close closes the instrument alone and bars nobody", () => {
    const desk = new Desk();
    desk.hold(0, 100);
    desk.hold(1, 40, { instrument: other, reference: 50 });
    expect(desk.operator("close", 70, { instrument: other })).toEqual(["2 flatten sell 40"]);
    expect(desk.level).toBe("NORMAL");
    expect(() => desk.operator("close", 71)).toThrow(/names no instrument/);
  });

  it("a strategy that was disabled reduces only, until it is enabled; a resume does not enable it", () => {
    const desk = new Desk();
    expect(desk.enter(0, 10, 62)).toEqual(["0 entry buy 10"]);
    expect(desk.operator("disable", 63, { strategy: 0 })).toEqual(["cancel 0"]);
    desk.over(0, 64);
    desk.operator("halt", 65);
    desk.operator("resume", 66);
    expect([desk.enter(0, 10, 67), desk.enter(1, 10, 67)]).toEqual([[], ["2 entry buy 10"]]);
    desk.operator("enable", 68, { strategy: 0 });
    expect(desk.enter(0, 10, 69)).toEqual(["3 entry buy 10"]);
  });

  it("I-21: with the market shut nothing is closed until a minute after it opens; cancels leave at once", () => {
    const desk = new Desk({ closesOnlyInSession: true });
    desk.hold(0, 100);
    const next = sessions.open[1]! / 1e6 - open / 1e6;
    expect(desk.operator("flatten", DAY / 2)).toEqual([]);
    expect(desk.operator("halt", DAY / 2 + 1)).toEqual([]);
    expect([desk.time(next - 1), desk.time(next + 1), desk.time(next + 59)]).toEqual([[], [], []]);
    expect(desk.time(next + 60)).toEqual(["1 flatten sell 100"]);
  });

  it("what an operator wants closed survives a restart, and a resume ends what was everything", () => {
    const desk = new Desk({ closesOnlyInSession: true });
    desk.hold(0, 100);
    desk.operator("flatten", DAY / 2);
    desk.operator("close", DAY / 2, { instrument: stock });
    const after = new Desk();
    after.execute.loadRisk(JSON.parse(JSON.stringify(desk.execute.saveRisk())));
    after.operator("resume", DAY / 2 + 1);
    expect(after.execute.saveRisk().enforcement).toMatchObject({ closing: [stock], closingAll: [] });
  });
});

it("every control event survives the journal", () => {
  const table = columnsOf("1m", 2, bars(0, "100/100/100/100", [timeOf(60)])).instruments;
  const at = timeOf(70);
  const events: readonly ControlEvent[] = [
    { kind: "TimePassed", at },
    { kind: "ClaimChanged", at, lifted: { authority: "kill_switch", source: "x", by: "itself" } },
    { kind: "InstrumentLocked", at, instrument: stock, reason: "why" },
    { kind: "InstrumentUnlocked", at, instrument: stock },
    { kind: "PositionDoubted", at, instrument: stock, stopsWait: true, exitsWait: false },
    { kind: "PositionAdjusted", at, instrument: stock, shares: -1.5, price: 99.995, reason: "why", id: "x" },
    { kind: "FlattenVerified", at, haltId: "abc" },
  ];
  for (const event of events) expect(parseEvent(eventText(event), table)).toEqual(event);
});
