/**
 * Goal    show what the engine does in the situations where systems go wrong: turning a position around,
 *         protective orders that meet, fills that come late, and a person who pulls the switch.
 * Method  scripted strategies over bars written by hand, through the wiring of a backtest.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import {
  inOwnColumns,
  runWorld as runAny,
  strategyOf,
  type TestRun,
  testCosts,
  testLoop,
  type World,
  withOperator,
} from "../../test/engine-world.ts";
import { table } from "../../test/table.ts";
import type { OrderFilled } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, type Money, shares } from "../domain/money.ts";
import {
  type FillId,
  type OrderNumber,
  OrderStatus,
  orderStatusNames,
  Purpose,
  purposeNames,
} from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Command, EventSource } from "../engine/ports.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { TradeField } from "../engine/trade-log.ts";
import { OrderField } from "../execution/order-table.ts";
import type { StrategyView } from "../strategies/strategy.ts";

const I = 0 as InstrumentId;
type View = StrategyView<string, string, string>;

const sessions = testSessions(40, 390);
const opens = [...sessions.open];
const closes = Array.from({ length: 40 }, (_, n) => barClose(sessions, n));
const dailyWorld = (text: string): World => ({
  columns: columnsOf("1d", 1, bars(0, text, closes)),
  sessions,
});

const free = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};
const tenth = { ...free, maxParticipation: 0.1 };

/** Room for 50 shares at $100, so that fills read easily. */
const risk = { position_size: { maxFraction: 0.06 }, cooldown: { bars: 0 } };
const runWorld = (run: TestRun) => runAny({ ...run, risk });

/** What to do after each bar, from the first; nothing afterwards. */
function scripted(steps: Readonly<Record<number, (view: View) => void>>) {
  let bar = 0;
  return strategyOf((view) => {
    steps[bar]?.(view);
    bar += 1;
  });
}

// Sizes reckon with the limit of an opening order, half a per cent above the close, hence a little above 0.2.
const long =
  (parts = {}) =>
  (view: View) =>
    view.enter({ instrument: I, conviction: 0.20105, ...parts }, "because");
const short =
  (parts = {}) =>
  (view: View) =>
    view.enter({ instrument: I, conviction: -0.20105, ...parts }, "because");
const leave = (view: View) => view.exit(I, "because");

/** `entry filled 50@100`, one line per order that was not refused. */
function ordersOf({ execute: { orders } }: SingleLoop): string[] {
  const lines: string[] = [];
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    const purpose = purposeNames[orders.purpose(order)] ?? "";
    const status = orderStatusNames[orders.status(order)] ?? "";
    const filled = orders.get(order, OrderField.filled);
    lines.push(
      `${purpose} ${status}${filled > 0 ? ` ${filled}@${orders.get(order, OrderField.averagePrice)}` : ""}`,
    );
  }
  return lines;
}

const held = (loop: SingleLoop) => loop.execute.lots.shares(0, I);
const flat = "100/100/100/100";

describe("turning a position around", () => {
  it("the new position has its stop, its target and its time stop; the old one's orders are gone", () => {
    const world = dailyWorld(`${flat} ${flat} ${flat} ${flat} ${flat} 100/106/100/100 ${flat}`);
    const turn = short({ stop: 105, target: 90, timeStopBars: 3 });
    // The first wish becomes the exit, the second, a bar later, the entry (EX-8).
    const steps = { 0: long({ stop: 98, target: 110, timeStopBars: 9 }), 2: turn, 3: turn };
    const loop = runWorld({ world, strategies: [scripted(steps)], costs: free });
    expect(ordersOf(loop)).toEqual([
      "entry filled 50@100",
      "stop_loss canceled",
      "take_profit canceled",
      "exit filled 50@100",
      "entry filled 50@100",
      "stop_loss filled 50@105",
      "take_profit canceled",
    ]);
    expect(held(loop)).toBe(0);
  });

  it("the time stop counts from the new position's first bar", () => {
    const world = dailyWorld(Array.from({ length: 10 }, () => flat).join(" "));
    const turn = short({ timeStopBars: 2 });
    const loop = runWorld({
      world,
      strategies: [scripted({ 0: long({ timeStopBars: 30 }), 2: turn, 3: turn })],
      costs: free,
    });
    // Short from bar 4 (held 0), so after bar 6 it has been held for 2 and leaves at the open of bar 7.
    const { trades } = loop.execute;
    expect(trades.length).toBe(2);
    expect(trades.get(0, TradeField.closedAt)).toBe(opens[3]);
    expect(trades.get(1, TradeField.openedAt)).toBe(opens[4]);
    expect(trades.get(1, TradeField.closedAt)).toBe(opens[7]);
  });

  it("while the old position is still being closed, nothing enters against it and no stop is sent", () => {
    // 200 shares a bar at a tenth: the exit of 50 takes three bars.
    const world = dailyWorld(`${flat} ${flat} ${flat} ${flat}x200 ${flat}x200 ${flat} ${flat} ${flat}`);
    const turn = short({ stop: 103 });
    const steps = {
      0: long({ stop: 98 }),
      2: turn,
      3: (view: View) => {
        view.protect(I, 104);
        turn(view);
      },
      4: turn,
      5: turn,
    };
    const loop = runWorld({ world, strategies: [scripted(steps)], costs: tenth });
    expect(ordersOf(loop)).toEqual([
      "entry filled 50@100",
      "stop_loss canceled",
      "exit filled 50@100",
      "entry filled 50@100",
      expect.stringContaining("stop_loss"),
    ]);
    expect(loop.execute.orders.get(4 as OrderNumber, OrderField.stop)).toBe(103);
  });
});

describe("protective orders", () => {
  it("a stop that is moved in beside a target closes the position once, though one bar reaches both (I-15)", () => {
    const world = dailyWorld(`${flat} ${flat} ${flat} 100/106/94/100 ${flat}`);
    const steps = { 0: long({ target: 105 }), 2: (view: View) => view.protect(I, 95) };
    const loop = runWorld({ world, strategies: [scripted(steps)], costs: free });
    expect(held(loop)).toBe(0);
    const lines = ordersOf(loop);
    expect(lines.filter((line) => line.endsWith(" 50@105") || line.endsWith(" 50@95"))).toHaveLength(1);
    expect(lines.filter((line) => line.endsWith("canceled"))).toHaveLength(1);
  });

  it("a stop that takes the rest after the target took a part is over, and the next position gets its own", () => {
    // 50 bought; the target sells 10 of them (a tenth of 100), the stop the other 40.
    const world = dailyWorld(
      `${flat} ${flat} 100/106/99/100x100 100/101/94/100 ${flat} ${flat} 100/101/90/95 ${flat}`,
    );
    const steps = {
      0: long({ stop: 95, target: 105 }),
      4: long(),
      5: (view: View) => view.protect(I, 96),
    };
    const loop = runWorld({ world, strategies: [scripted(steps)], costs: tenth });
    expect(ordersOf(loop).slice(0, 3)).toEqual([
      "entry filled 50@100",
      "stop_loss canceled 40@95",
      "take_profit canceled 10@105",
    ]);
    expect(ordersOf(loop).slice(3)).toEqual(["entry filled 49@100", "stop_loss filled 49@96"]);
    expect(held(loop)).toBe(0);
  });

  it("a partly filled entry is protected for what it filled", () => {
    const world = dailyWorld(`${flat} ${flat}x200 100/101/94/100 ${flat}`);
    const loop = runWorld({
      world,
      strategies: [scripted({ 0: long({ stop: 95, target: 105 }) })],
      costs: tenth,
    });
    expect(ordersOf(loop)).toEqual([
      "entry expired 20@100",
      "stop_loss filled 20@95",
      "take_profit canceled",
    ]);
  });

  it("an entry for the opening that only trades through its limit later does not fill", () => {
    const world = dailyWorld(`${flat} 102/103/98/100 ${flat}`);
    const loop = runWorld({ world, strategies: [scripted({ 0: long({ stop: 95 }) })], costs: free });
    expect(ordersOf(loop)).toEqual(["entry expired", "stop_loss canceled"]);
  });
});

/** A loop whose broker answers as the test says. */
class Desk {
  readonly loop: SingleLoop;
  readonly #world: World;
  #batch = 0;
  #fill = 0;

  constructor(text: string, steps: Readonly<Record<number, (view: View) => void>>) {
    this.#world = dailyWorld(text);
    this.loop = testLoop({ world: this.#world, strategies: [scripted(steps)], risk });
  }

  get at(): EpochMicros {
    return this.#world.columns.closedAt[Math.max(0, this.#batch - 1)] as EpochMicros;
  }

  #taken(): string[] {
    const told = this.loop.commands.map((command: Command) =>
      command.kind === "PlaceOrder" ? `place ${command.order.number}` : `${command.kind} ${command.order}`,
    );
    this.loop.commands.length = 0;
    return told;
  }

  bar(): string[] {
    const { columns } = this.#world;
    const { closedAt, offset } = columns;
    const n = this.#batch++;
    const bars = { at: closedAt[n] as EpochMicros, from: offset[n]!, to: offset[n + 1]!, columns };
    this.loop.step({ kind: "BarsClosed", bars });
    return this.#taken();
  }

  says(kind: "OrderAccepted" | "OrderCanceled" | "OrderExpired", order: number): string[] {
    this.loop.step({ kind, at: this.at, order: order as OrderNumber });
    return this.#taken();
  }

  /** Its end, with what had traded by then. */
  ends(order: number, filled: number): string[] {
    this.loop.step({
      kind: "OrderCanceled",
      at: this.at,
      order: order as OrderNumber,
      filled: shares(filled),
    });
    return this.#taken();
  }

  fill(order: number, count: number, price = 100, id?: number): string[] {
    const none = 0 as Money;
    this.#fill += 1;
    const event: OrderFilled = {
      kind: "OrderFilled",
      at: this.at,
      order: order as OrderNumber,
      fillId: (id ?? this.#fill) as FillId,
      quantity: shares(count),
      price: dollarsPerShare(price),
      costs: { commission: none, regulatory: none, slippage: none },
    };
    this.loop.step(event);
    return this.#taken();
  }

  act(action: "halt" | "pause" | "resume"): string[] {
    this.loop.step({ kind: "OperatorActed", at: this.at, action, by: "test", reason: "asked" });
    return this.#taken();
  }

  get level(): string {
    return this.loop.execute.authorities.permission.level;
  }

  status(order: number): string {
    return orderStatusNames[this.loop.execute.orders.status(order as OrderNumber)] ?? "";
  }
}

const quiet = Array.from({ length: 20 }, () => flat).join(" ");

describe("the desk's books", () => {
  it("what works is not cash any more, part by part; the end gives back the rest", () => {
    const desk = new Desk(quiet, { 0: long() });
    desk.bar();
    const { execute } = desk.loop;
    // Half a percent above the close is the limit of an opening order.
    expect(execute.availableCash).toBeCloseTo(100_000 - 50 * 100.5, 9);
    desk.fill(0, 20);
    expect(execute.availableCash).toBeCloseTo(100_000 - 20 * 100 - 30 * 100.5, 9);
    desk.says("OrderExpired", 0);
    expect(execute.availableCash).toBe(98_000);
  });

  it("a stop that filled leaves no target behind, and no resting stop to show", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95, target: 105 }) });
    desk.bar();
    expect(desk.fill(0, 50)).toEqual([]);
    expect(desk.loop.execute.restingStop(0, I)).toBe(95);
    expect(desk.fill(1, 50, 95)).toEqual(["CancelOrder 2"]);
    expect(desk.loop.execute.restingStop(0, I)).toBeNaN();
  });

  it("a stop that rounds back to where it rests is not sent", () => {
    const protect = (stop: number) => (view: View) => view.protect(I, stop);
    const desk = new Desk(quiet, { 0: long({ stop: 95 }), 1: protect(95.004), 2: protect(95.01) });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.bar()).toEqual([]);
    expect(desk.bar()).toEqual(["ReplaceStop 1"]);
    expect(desk.loop.execute.restingStop(0, I)).toBe(95.01);
  });

  it("a stop of its own is sent anew for all that is held when the entry beside it fills further (I-35)", () => {
    const desk = new Desk(quiet, { 0: long(), 1: (view) => view.protect(I, 95) });
    desk.bar();
    desk.fill(0, 20);
    expect(desk.bar()).toEqual(["place 1"]);
    expect(desk.fill(0, 20)).toEqual(["CancelOrder 1"]);
    expect(desk.says("OrderCanceled", 1)).toEqual(["place 2"]);
    expect(desk.loop.execute.orders.get(2 as OrderNumber, OrderField.shares)).toBe(40);
    expect(desk.fill(0, 10)).toEqual(["CancelOrder 2"]);
    // The stop had sold a part before it was canceled: the new one is for the rest.
    expect(desk.ends(2, 15)).toEqual([]);
    expect(desk.fill(2, 15, 95)).toEqual(["place 3"]);
    expect(desk.loop.execute.orders.get(3 as OrderNumber, OrderField.shares)).toBe(35);
    expect(desk.loop.execute.restingStop(0, I)).toBe(95);
  });
});

describe("broker events in a bad order (EX-5)", () => {
  it("a fill after the cancel is a position; the entry stays ended and no longer counts as working", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }) });
    expect(desk.bar()).toEqual(["place 0"]);
    desk.says("OrderCanceled", 0);
    desk.fill(0, 20);
    expect(desk.status(0)).toBe("canceled");
    expect(held(desk.loop)).toBe(20);
    expect(desk.loop.execute.availableCash).toBe(98_000);
    desk.fill(0, 30);
    expect(desk.status(0)).toBe("canceled");
    expect(held(desk.loop)).toBe(50);
    expect(desk.loop.execute.availableCash).toBe(95_000);
  });

  it("an acceptance after the fill, and any ending after the end, change nothing", () => {
    const desk = new Desk(quiet, { 0: long() });
    desk.bar();
    desk.fill(0, 50);
    const before = desk.loop.execute.orders.cells().slice();
    desk.says("OrderAccepted", 0);
    desk.says("OrderExpired", 0);
    desk.says("OrderCanceled", 0);
    expect(desk.loop.execute.orders.cells()).toEqual(before);
    expect(desk.status(0)).toBe("filled");
  });

  it("a protective fill that is told before its entry's waits for it, and both count once", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95, target: 105 }) });
    desk.bar();
    desk.fill(1, 30, 95, 7);
    desk.fill(1, 30, 95, 7);
    expect([held(desk.loop), desk.loop.execute.fills.length]).toEqual([0, 0]);
    desk.fill(0, 20);
    expect(held(desk.loop)).toBe(20);
    expect(desk.fill(0, 30)).toEqual([]);
    expect([held(desk.loop), desk.loop.execute.fills.length]).toEqual([20, 3]);
    expect(desk.fill(1, 20, 95)).toEqual(["CancelOrder 2"]);
    expect(desk.loop.execute.portfolio.cash).toBe(100_000 - 50 * 5);
  });

  it("a protective order that is told to be over before its entry filled may still have sold", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }) });
    desk.bar();
    desk.says("OrderCanceled", 1);
    desk.fill(1, 10, 95);
    desk.fill(0, 50);
    expect(held(desk.loop)).toBe(40);
    desk.fill(1, 40, 95);
    expect([held(desk.loop), desk.status(1)]).toEqual([0, "canceled"]);
  });

  it("an end that knows of a fill waits for it: until then the entry works and nothing else enters", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }), 1: long() });
    desk.bar();
    expect(desk.ends(0, 20)).toEqual([]);
    expect(desk.status(0)).toBe("sent");
    expect(desk.bar()).toEqual([]);
    expect(desk.fill(0, 20)).toEqual([]);
    expect([desk.status(0), held(desk.loop)]).toEqual(["canceled", 20]);
    expect(desk.loop.execute.restingStop(0, I)).toBe(95);
  });

  it("an exit waits for what its stop has sold, and is for the rest; a rejected one rests the stop again", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95, target: 105 }), 1: leave });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.bar()).toEqual(["CancelOrder 1", "CancelOrder 2"]);
    desk.ends(2, 0);
    expect(desk.ends(1, 15)).toEqual([]);
    expect(desk.fill(1, 15, 95)).toEqual(["place 3"]);
    const { orders } = desk.loop.execute;
    expect(orders.get(3 as OrderNumber, OrderField.shares)).toBe(35);
    // Target first, then the stop that is paired with it.
    expect(desk.ends(3, 0)).toEqual(["place 4", "place 5"]);
    expect([4, 5].map((n) => orders.get(n as OrderNumber, OrderField.shares))).toEqual([35, 35]);
    expect(desk.loop.execute.restingStop(0, I)).toBe(95);
  });

  it("a stop that ends unasked is rested again with the next bar, once", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }) });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.ends(1, 0)).toEqual([]);
    expect(desk.bar()).toEqual(["place 2"]);
    expect(desk.bar()).toEqual([]);
  });

  it("I-1: a fill that is told twice counts once, also among the parts of one order", () => {
    const desk = new Desk(quiet, { 0: long() });
    desk.bar();
    for (const id of [1, 1, 2, 1, 2, 3, 3, 2]) desk.fill(0, 10, 100, id);
    expect(held(desk.loop)).toBe(30);
    expect(desk.loop.execute.fills.length).toBe(3);
    expect(desk.loop.execute.portfolio.cash).toBe(97_000);
  });
});

describe("the operator's switch", () => {
  it("halt while flat is complete at once; nothing enters until it is lifted", () => {
    const desk = new Desk(quiet, { 0: long(), 1: long(), 2: long() });
    expect(desk.act("halt")).toEqual([]);
    expect(desk.level).toBe("HALTED");
    expect(desk.bar()).toEqual([]);
    expect(desk.status(0)).toBe("denied");
    desk.act("resume");
    expect(desk.level).toBe("NORMAL");
    expect(desk.bar()).toEqual(["place 1"]);
  });

  it("halt with an entry on its way cancels it, also what fills on the way is closed", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }), 1: long(), 2: long() });
    desk.bar();
    expect(desk.act("halt")).toEqual(["CancelOrder 0"]);
    expect(desk.level).toBe("FLATTEN");
    desk.fill(0, 20);
    desk.says("OrderCanceled", 0);
    expect(desk.bar()).toEqual(["CancelOrder 1"]);
    expect(desk.says("OrderCanceled", 1)).toEqual(["place 2"]);
    expect(desk.loop.execute.orders.purpose(2 as OrderNumber)).toBe(Purpose.Flatten);
    desk.fill(2, 20);
    desk.bar();
    expect(desk.level).toBe("HALTED");
    expect(held(desk.loop)).toBe(0);
  });

  it("halt with a position and its bracket cancels the bracket and closes the position", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95, target: 105 }) });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.act("halt")).toEqual(["CancelOrder 1", "CancelOrder 2"]);
    expect(desk.says("OrderCanceled", 2)).toEqual([]);
    // An answer that does not come is asked for again, and never waited for in silence.
    expect(desk.bar()).toEqual(["CancelOrder 1"]);
    expect(desk.says("OrderCanceled", 1)).toEqual(["place 3"]);
    expect(desk.level).toBe("FLATTEN");
    desk.bar();
    expect(desk.level).toBe("FLATTEN");
    desk.fill(3, 30);
    expect(desk.bar()).toEqual([]);
    desk.fill(3, 20);
    desk.bar();
    expect(desk.level).toBe("HALTED");
  });

  it("halt while an exit works sends no second one", () => {
    const desk = new Desk(quiet, { 0: long(), 1: leave });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.bar()).toEqual(["place 1"]);
    expect(desk.act("halt")).toEqual([]);
    expect(desk.bar()).toEqual([]);
    desk.fill(1, 50);
    desk.bar();
    expect(desk.level).toBe("HALTED");
  });

  it("halt with a partly filled entry cancels the rest and its bracket, and closes what filled", () => {
    const desk = new Desk(quiet, { 0: long({ stop: 95 }) });
    desk.bar();
    desk.fill(0, 20);
    expect(desk.act("halt")).toEqual(["CancelOrder 0", "CancelOrder 1"]);
    expect(desk.says("OrderCanceled", 1)).toEqual(["place 2"]);
    expect(desk.loop.execute.orders.get(2 as OrderNumber, OrderField.shares)).toBe(20);
    desk.says("OrderCanceled", 0);
    desk.fill(2, 20);
    desk.bar();
    expect(desk.level).toBe("HALTED");
  });

  it("a fill that arrives after the halt was complete is closed, too", () => {
    const desk = new Desk(quiet, { 0: long() });
    desk.bar();
    desk.act("halt");
    desk.says("OrderCanceled", 0);
    desk.bar();
    expect(desk.level).toBe("HALTED");
    desk.fill(0, 10);
    expect(desk.bar()).toEqual(["place 1"]);
    desk.fill(1, 10);
    expect(held(desk.loop)).toBe(0);
    expect(desk.level).toBe("HALTED");
  });

  it("pause bars entries and nothing else; a pause after a halt loosens nothing", () => {
    const desk = new Desk(quiet, {
      0: long({ stop: 95 }),
      1: (view) => view.protect(I, 97),
      2: leave,
      4: long(),
    });
    desk.bar();
    desk.fill(0, 50);
    expect(desk.act("pause")).toEqual([]);
    expect(desk.level).toBe("NO_NEW_ENTRIES");
    expect(desk.bar()).toEqual(["ReplaceStop 1"]);
    expect(desk.bar()).toEqual(["CancelOrder 1"]);
    expect(desk.says("OrderCanceled", 1)).toEqual(["place 2"]);
    desk.fill(2, 50);
    desk.bar();
    expect(desk.bar()).toEqual([]);
    expect(desk.loop.execute.blocked.list()).toMatchObject([{ rule: "permission:operator", count: 1 }]);
    desk.act("halt");
    expect(desk.level).toBe("HALTED");
    desk.act("pause");
    expect(desk.level).toBe("HALTED");
    desk.act("resume");
    expect(desk.level).toBe("NORMAL");
  });

  it.each(
    table(`
    after  state
    1      an entry on its way
    2      a position with its bracket
    4      an exit on its way
    6      flat again
  `),
  )("in a whole run, halt after bar $after ($state) ends flat and stays flat", ({ after }) => {
    const steps = { 0: long({ stop: 90, target: 120 }), 3: leave, 6: long(), 8: long(), 10: long() };
    const source = (timeline: Parameters<typeof withOperator>[0]) =>
      withOperator(timeline, [{ afterBatches: Number(after), action: "halt" }]);
    const loop = runWorld({ world: dailyWorld(quiet), strategies: [scripted(steps)], costs: free, source });
    expect(held(loop)).toBe(0);
    expect(loop.execute.authorities.permission.level).toBe("HALTED");
    const { orders } = loop.execute;
    const haltedAt = closes[Number(after) - 1] as EpochMicros;
    for (let n = 0; n < orders.length; n++) {
      const order = n as OrderNumber;
      expect(orders.isWorking(order)).toBe(false);
      const later =
        orders.purpose(order) === Purpose.Entry && orders.get(order, OrderField.decidedAt) > haltedAt;
      if (later) expect(orders.status(order)).toBe(OrderStatus.Denied);
    }
  });
});

describe("what a strategy may and may not do", () => {
  it.each(
    table(`
    conviction  what
    NaN         no number
    0           no direction
  `),
  )("conviction $conviction ($what) makes no order", ({ conviction }) => {
    const steps = { 0: long({ conviction: Number(conviction) }) };
    const loop = runWorld({ world: dailyWorld(`${flat} ${flat}`), strategies: [scripted(steps)] });
    expect(loop.execute.orders.length).toBe(0);
  });

  it("asking again for what is held or on its way changes nothing, not even its stop and time stop", () => {
    const minutes = testSessions(3, 12);
    const times = [0, 1].flatMap((session) =>
      Array.from({ length: 12 }, (_, minute) => barClose(minutes, session, minute)),
    );
    const world = {
      columns: columnsOf("1m", 1, bars(0, times.map(() => flat).join(" "), times)),
      sessions: minutes,
    };
    const asked = { when: "open_auction" as const };
    const steps = {
      5: long({ ...asked, stop: 95, timeStopBars: 3 }),
      6: long({ ...asked, stop: 80, timeStopBars: 20 }),
    };
    const loop = runWorld({ world, strategies: [scripted(steps)], costs: free });
    expect(ordersOf(loop)).toEqual(["entry filled 50@100", "stop_loss canceled", "exit filled 50@100"]);
    const { trades } = loop.execute;
    expect(trades.get(0, TradeField.openedAt)).toBe(times[12]);
    expect(trades.get(0, TradeField.closedAt)).toBe(times[16]);
  });

  it.each([
    ["one set of columns", (timeline: EventSource) => timeline],
    ["columns of its own per batch", inOwnColumns],
  ])("an instrument without a bar has no prices and cannot be entered (%s)", (_, source) => {
    const world = {
      columns: columnsOf("1d", 2, [
        ...bars(0, `${flat} - ${flat}`, closes),
        ...bars(1, `${flat} ${flat} ${flat}`, closes),
      ]),
      sessions,
    };
    const closesSeen: number[] = [];
    const steps = {
      1: (view: View) => {
        closesSeen.push(view.close(I), view.volume(I), view.close(1 as InstrumentId));
        view.enter({ instrument: I, conviction: 1 }, "because");
      },
    };
    const loop = runWorld({ world, strategies: [scripted(steps)], source });
    expect(closesSeen).toEqual([Number.NaN, Number.NaN, 100]);
    expect(loop.execute.orders.length).toBe(0);
  });
});
