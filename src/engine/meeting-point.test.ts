/**
 * Goal    what waits at the meeting point waits seconds, on whatever clock there is; what a kill or a breached stop
 *         closes waits for nobody; a wish to enter is judged by the prices of when it leaves (MP-1 to MP-5, NE-1).
 * Method  the execute stage, one event at a time, two strategies and one stock.
 */
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import { type FillId, type OrderNumber, purposeNames, sideName } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { ExecuteStage } from "./execute.ts";
import { FillField } from "./fill-table.ts";

const sessions = testSessions(2, 390);
const open = sessions.open[0]!;
const stock = 0 as InstrumentId;
const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
const timeOf = (seconds: number) => Math.round(open + seconds * 1e6) as EpochMicros;

interface Setting {
  readonly stops?: "venue" | "virtual";
  readonly rules?: readonly string[];
  readonly breakers?: readonly string[];
  readonly instruments?: number;
}

class Desk {
  readonly execute: ExecuteStage;
  readonly #instruments: number;
  #fills = 0;

  constructor(setting: Setting = {}) {
    this.#instruments = setting.instruments ?? 1;
    this.execute = new ExecuteStage(
      {
        strategies: 2,
        instruments: this.#instruments,
        startingCash: usd(1_000_000),
        sessions,
        rules: rules.filter(({ id }) => setting.rules?.includes(id)).map((rule) => rule.configure({})),
        breakers: breakers
          .filter(({ id }) => setting.breakers?.includes(id))
          .map((breaker) => breaker.configure({})),
        execution: executionParams.parse({ stops: setting.stops ?? "venue" }),
        ensemble: ensembleParams.parse({}),
      },
      () => undefined,
    );
  }

  told(): string[] {
    return this.execute.commands.splice(0).map((command) => {
      if (command.kind === "CancelOrder") return `cancel ${command.order}`;
      if (command.kind === "ReplaceStop") return `move ${command.order} to ${command.stop}`;
      const { number, purpose, side, shares: size } = command.order;
      return `${number} ${purposeNames[purpose]} ${sideName(side)} ${size}`;
    });
  }

  bar(seconds: number, text = "100/100/100/100"): string[] {
    const at = timeOf(seconds);
    const columns = columnsOf("1m", this.#instruments, bars(0, text, [at]));
    this.execute.bars({ at, from: 0, to: 1, columns });
    return this.told();
  }

  enter(strategy: number, size: number, seconds: number, parts: Partial<EntryIntent> = {}): EntryIntent {
    const what = { kind: "Enter", at: timeOf(seconds), strategy, instrument: stock, signal: 0 } as const;
    const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now", reference: 100 } as const;
    return { ...what, ...terms, shares: size, stop: Number.NaN, ...parts };
  }

  exit(strategy: number, seconds: number) {
    const at = timeOf(seconds);
    return { kind: "Exit", at, strategy, instrument: stock, signal: 1, reference: 100 } as const;
  }

  decide(...intents: Parameters<ExecuteStage["decide"]>[0]): string[] {
    this.execute.decide(intents);
    return this.told();
  }

  fill(order: number, size: number, seconds: number, price = 100): string[] {
    this.#fills += 1;
    const parts = { fillId: this.#fills as FillId, costs: free, order: order as OrderNumber };
    const paid = { quantity: shares(size), price: dollarsPerShare(price) };
    this.execute.broker({ kind: "OrderFilled", at: timeOf(seconds), ...parts, ...paid });
    return this.told();
  }

  over(order: number, seconds: number): string[] {
    this.execute.broker({ kind: "OrderCanceled", at: timeOf(seconds), order: order as OrderNumber });
    return this.told();
  }

  print(seconds: number, price: number): string[] {
    this.execute.trade({ at: timeOf(seconds), instrument: stock, price, size: 100 });
    return this.told();
  }

  quote(seconds: number, bid: number): string[] {
    const ask = bid + 0.02;
    this.execute.quote({ at: timeOf(seconds), instrument: stock, bid, ask, bidSize: 500, askSize: 500 });
    return this.told();
  }

  operator(action: "halt" | "pause" | "resume", seconds: number): string[] {
    const by = { by: "test", reason: "asked" };
    this.execute.operator({ kind: "OperatorActed", at: timeOf(seconds), action, ...by });
    return this.told();
  }

  status(kind: "halt" | "resume", seconds: number): string[] {
    const what = { at: timeOf(seconds), instrument: stock };
    this.execute.tradingStatus(
      kind === "halt"
        ? { kind: "TradingHalted", ...what, reason: "LULD" }
        : { kind: "TradingResumed", ...what },
    );
    return this.told();
  }
}

/** The first strategy holds 100 and the second is short 40, both under stops (orders 1 and 3). */
function opposed(setting: Setting = {}): Desk {
  const desk = new Desk(setting);
  desk.bar(60);
  desk.decide(desk.enter(0, 100, 60, { stop: 95 }));
  desk.fill(0, 100, 61);
  desk.bar(120);
  desk.decide(desk.enter(1, -40, 120, { stop: 105 }));
  desk.fill(2, 40, 121);
  return desk;
}

/** Both want out; the stop of the first is over, that of the second is not. */
function waiting(answeredAt = 180.1, setting: Setting = {}): Desk {
  const desk = opposed(setting);
  desk.bar(180);
  expect(desk.decide(desk.exit(0, 180), desk.exit(1, 180))).toEqual(["cancel 1", "cancel 3"]);
  expect(desk.over(1, answeredAt)).toEqual([]);
  return desk;
}

describe("an exit waits a second on whatever clock there is (MP-3, MP-5)", () => {
  const left = ["4 exit sell 100"];

  it("prints move it, with the stops at the venue or watched", () => {
    for (const stops of ["venue", "virtual"] as const) {
      const desk = waiting(180.1, { stops });
      expect(desk.print(181, 100)).toEqual([]);
      expect(desk.print(181.1, 100)).toEqual(left);
    }
  });

  it("so do quotes, a halt, a resumption, an operator and whatever the broker tells", () => {
    expect(waiting().quote(181.1, 99.99)).toEqual(left);
    expect(waiting().status("halt", 181.1)).toEqual(left);
    expect(waiting().status("resume", 181.1)).toEqual(left);
    expect(waiting().operator("pause", 181.1)).toEqual(left);
    const desk = waiting();
    desk.execute.broker({ kind: "OrderAccepted", at: timeOf(181.1), order: 3 as OrderNumber });
    expect(desk.quote(181.1, 99.99)).toEqual(left);
  });

  it("a broker whose clock is ahead makes the wait no longer", () => {
    const desk = waiting(200);
    expect(desk.print(180.2, 100)).toEqual([]);
    expect(desk.print(181.1, 100)).toEqual([]);
    expect(desk.print(181.2, 100)).toEqual(left);
  });

  it("for an exit that works already it waits only while quotes or prints tell the time", () => {
    const held = (ticks: boolean) => {
      const desk = opposed();
      desk.bar(180);
      expect(desk.decide(desk.exit(1, 180))).toEqual(["cancel 3"]);
      expect(desk.over(3, 180)).toEqual(["4 exit buy 40"]);
      if (ticks) desk.quote(239.5, 99.99);
      desk.bar(240);
      expect(desk.decide(desk.exit(0, 240))).toEqual(["cancel 1"]);
      return desk;
    };
    expect(held(false).over(1, 240.1)).toEqual(["5 exit sell 100"]);
    const desk = held(true);
    expect(desk.over(1, 240.1)).toEqual([]);
    expect(desk.fill(4, 40, 240.3)).toEqual(["5 exit sell 100"]);
  });
});

describe("a kill and a breached stop wait for nobody (MP-4)", () => {
  it("a kill closes each position as soon as its own stop is over", () => {
    const desk = opposed();
    desk.bar(180);
    expect(desk.operator("halt", 180.5)).toEqual(["cancel 1", "cancel 3"]);
    expect(desk.over(1, 180.6)).toEqual(["4 flatten sell 100"]);
    expect(desk.over(3, 180.7)).toEqual(["5 flatten buy 40"]);
  });

  it("a kill takes along an exit that waits, at once", () => {
    const desk = waiting();
    expect(desk.operator("halt", 180.2)).toEqual(["4 flatten sell 100", "cancel 3"]);
  });

  it("nor does a breached position whose strategy asks for an exit as well", () => {
    const desk = opposed({ stops: "virtual" });
    expect(desk.bar(180, "100/100/94/96")).toEqual(["cancel 1"]);
    expect(desk.decide(desk.exit(0, 180), desk.exit(1, 180))).toEqual(["cancel 3"]);
    expect(desk.over(1, 180.1)).toEqual(["4 exit sell 100"]);
  });

  it("of one step both still cross", () => {
    const desk = new Desk();
    desk.bar(60);
    desk.decide(desk.enter(0, 100, 60), desk.enter(1, -40, 60));
    desk.fill(0, 60, 61);
    expect(desk.operator("halt", 62)).toEqual(["2 flatten sell 60"]);
    expect(desk.execute.lots.shares(1, stock)).toBe(0);
  });

  it("a breached stop asks an opposite entry back, and leaves with the end of its disaster stop", () => {
    const desk = new Desk({ stops: "virtual" });
    desk.bar(60);
    desk.decide(desk.enter(0, 100, 60, { stop: 95 }));
    desk.fill(0, 100, 61);
    expect(desk.decide(desk.enter(1, 50, 60, { stop: 80 }))).toEqual(["2 entry buy 50"]);
    desk.print(70, 94);
    expect(desk.print(70.1, 94)).toEqual(["cancel 1"]);
    expect(desk.over(1, 70.2)).toEqual(["cancel 2", "4 virtual_stop sell 100"]);
  });
});

describe("a halt between a breach and the end of its disaster stop (C-44)", () => {
  it("the disaster stop rests again; the exit leaves when it is calm", () => {
    const desk = new Desk({ stops: "virtual" });
    desk.bar(60);
    desk.decide(desk.enter(0, 100, 60, { stop: 95 }));
    desk.fill(0, 100, 61);
    desk.print(70, 94);
    expect(desk.print(70.1, 94)).toEqual(["cancel 1"]);
    expect(desk.status("halt", 70.2)).toEqual([]);
    expect(desk.over(1, 70.3)).toEqual(["2 stop_loss sell 100"]);
    expect(desk.status("resume", 100)).toEqual([]);
    expect(desk.print(101, 94)).toEqual([]);
    expect(desk.print(105.9, 94)).toEqual([]);
    expect(desk.print(106, 94)).toEqual(["cancel 2"]);
    expect(desk.over(2, 106.1)).toEqual(["3 virtual_stop sell 100"]);
  });
});

describe("a wish to enter that waits for an exit", () => {
  /** The first strategy leaves 50 shares whose stop is being canceled; the second wants 80. */
  const wished = (setting: Setting = {}) => {
    const desk = new Desk(setting);
    desk.bar(600);
    desk.quote(601, 99.99);
    desk.decide(desk.enter(0, 50, 600, { stop: 95 }));
    desk.fill(0, 50, 602);
    desk.quote(659.5, 99.99);
    desk.bar(660);
    expect(desk.decide(desk.exit(0, 660), desk.enter(1, 80, 660))).toEqual(["cancel 1"]);
    expect(desk.execute.wishes.held).toBe(1);
    return desk;
  };

  it("is judged by the age of the quote when the broker releases it", () => {
    const told = (after: number) => {
      const desk = wished({ rules: ["spread"] });
      return desk.over(1, 660 + after);
    };
    expect(told(0.5)).toEqual(["3 entry buy 30"]);
    expect(told(4.9)).toEqual(["2 exit sell 50"]);
  });

  it("does not outlive a kill, even one that is lifted at once", () => {
    const desk = wished();
    expect(desk.operator("halt", 661)).toEqual(["cancel 1"]);
    expect(desk.execute.wishes.givenUp).toBe(1);
    desk.operator("resume", 662);
    expect(desk.over(1, 663)).toEqual(["2 flatten sell 50"]);
    expect(desk.execute.lots.shares(1, stock)).toBe(0);
  });

  it("crosses at the last print when that came after the bar, and not beyond its limit", () => {
    const told = (...prints: readonly number[]) => {
      const desk = wished();
      // Nobody quotes what could be called fresh at the end: the quote of before the bar is a nonsense.
      desk.quote(660.1, Number.NaN);
      for (const [n, price] of prints.entries()) desk.print(660.5 + n / 10, price);
      const left = desk.over(1, 662);
      const { fills } = desk.execute;
      const last = fills.length - 1;
      const crossed = fills.get(last, FillField.crossed) === 1 ? fills.get(last, FillField.price) : "none";
      return [crossed, ...left];
    };
    expect(told()).toEqual([100, "3 entry buy 30"]);
    expect(told(99.5, 99.8)).toEqual([99.8, "3 entry buy 30"]);
    // The exit goes to the market; the entry would meet it there and is given up (NE-3).
    expect(told(104)).toEqual(["none", "2 exit sell 50"]);
  });
});

it("an approved entry leaves although another strategy wants the same and rules would refuse it now", () => {
  const sent = (other: number) => {
    const desk = new Desk({ rules: ["throttle"], breakers: ["throttle_pause"], instruments: 8 });
    desk.bar(600);
    const all = [0, 1, 2, 3, 4].map((i) => desk.enter(1, 10, 600, { instrument: i as InstrumentId }));
    desk.decide(desk.enter(0, 10, 600, { instrument: other as InstrumentId }), ...all);
    const { orders } = desk.execute;
    expect(desk.execute.wishes.withdrawn).toBe(0);
    return Array.from({ length: orders.length }, (_, n) => orders.isWorking(n as OrderNumber)).filter(
      Boolean,
    );
  };
  expect(sent(0)).toHaveLength(sent(7).length);
});

describe("a cancel without an answer (EX-10)", () => {
  const disaster = () => {
    const desk = new Desk({ stops: "virtual" });
    desk.bar(60);
    desk.decide(desk.enter(0, 100, 60, { stop: 95 }));
    desk.fill(0, 100, 61);
    return desk;
  };

  it("an exit asks again with each bar, and moves the disaster stop to the close of it", () => {
    const desk = disaster();
    desk.bar(120);
    expect(desk.decide(desk.exit(0, 120))).toEqual(["cancel 1"]);
    expect(desk.bar(180, "99/99/99/99")).toEqual(["cancel 1", "move 1 to 99"]);
    // Never away from the price (I-36).
    expect(desk.bar(240, "98/98/98/98")).toEqual(["cancel 1"]);
    expect(desk.over(1, 241)).toEqual(["2 exit sell 100"]);
  });

  it("so does a kill", () => {
    const desk = disaster();
    expect(desk.operator("halt", 70)).toEqual(["cancel 1"]);
    expect(desk.bar(120, "99/99/99/99")).toEqual(["cancel 1", "move 1 to 99"]);
    expect(desk.fill(1, 100, 121, 98.9)).toEqual([]);
    expect(desk.execute.lots.shares(0, stock)).toBe(0);
  });

  it("a stop at the venue stays where its strategy put it", () => {
    const desk = opposed();
    desk.bar(180);
    desk.decide(desk.exit(0, 180));
    expect(desk.bar(240)).toEqual(["cancel 1"]);
    expect(desk.bar(300)).toEqual(["cancel 1"]);
  });
});
