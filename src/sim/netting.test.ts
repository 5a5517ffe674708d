/**
 * Goal    strategies that want the same go out as one order and share its fills; strategies that want the opposite
 *         trade with each other and leave the market alone (ENS-1, C-41).
 * Method  scripted strategies over bars written by hand, through the wiring of a backtest.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { fingerprint, runWorld, strategyOf, testCosts, testLoop } from "../../test/engine-world.ts";
import type { EngineEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { type OrderNumber, orderStatusNames, purposeNames, sideName } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { commandText } from "../engine/event-text.ts";
import { FillField } from "../engine/fill-table.ts";
import type { Command } from "../engine/ports.ts";
import type { SingleLoop } from "../engine/single-loop.ts";
import { TradeField } from "../engine/trade-log.ts";
import { OrderField } from "../execution/order-table.ts";
import type { StrategyView } from "../strategies/strategy.ts";

const I = 0 as InstrumentId;
type View = StrategyView<string, string, string>;
type Steps = Readonly<Record<number, (view: View) => void>>;

const sessions = testSessions(40, 390);
const closes = Array.from({ length: 40 }, (_, n) => barClose(sessions, n));
const flat = "100/100/100/100";
const free = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};
const worldOf = (text: string) => ({ columns: columnsOf("1d", 1, bars(0, text, closes)), sessions });

function scripted(steps: Steps, id: string) {
  let bar = 0;
  return strategyOf(
    (view) => {
      steps[bar]?.(view);
      bar += 1;
    },
    { id },
  );
}

/** A hundred thousand dollars over four positions and two strategies: 12,500 at full conviction. */
const enter =
  (dollars: number, parts = {}) =>
  (view: View) =>
    view.enter({ instrument: I, conviction: (dollars * 1.0051) / 12_500, ...parts }, "because");
const leave = (view: View) => view.exit(I, "because");

interface Ran {
  readonly loop: SingleLoop;
  readonly sent: string[];
}

/** Nobody lends the one symbol there is. */
const unlent = { ...free, borrow: { ...free.borrow, hardToBorrow: ["S0"] } };

function play(text: string, all: readonly Steps[], costs = free): Ran {
  const sent: string[] = [];
  const loop = runWorld({
    world: worldOf(text),
    strategies: all.map((steps, n) => scripted(steps, `s${n}`)),
    costs,
    risk: { position_size: { maxFraction: 0.2 } },
    venue: (venue) => ({
      send(command: Command) {
        sent.push(commandText(command));
        venue.send(command);
      },
    }),
  });
  return { loop, sent };
}

/** `s0 buy entry filled 20@100`, one line per order. */
function ordersOf({ execute: { orders } }: SingleLoop): string[] {
  return Array.from({ length: orders.length }, (_, n) => {
    const order = n as OrderNumber;
    const filled = orders.get(order, OrderField.filled);
    const crossed = orders.get(order, OrderField.crossed);
    const group = orders.isShared(order) ? ` in ${orders.group(order)}` : "";
    return (
      `s${orders.strategy(order)} ${sideName(orders.side(order))} ${purposeNames[orders.purpose(order)]} ` +
      `${orderStatusNames[orders.status(order)]} ${filled}${crossed > 0 ? ` (${crossed} crossed)` : ""}${group}`
    );
  });
}

/** One event at a time, by hand: what each makes leave. Bars are a day apart. */
function stepped(all: readonly Steps[]) {
  const world = worldOf(quiet);
  const strategies = all.map((steps, n) => scripted(steps, `s${n}`));
  const loop = testLoop({ world, strategies, risk: { position_size: { maxFraction: 0.2 } } });
  const { closedAt, offset } = world.columns;
  let now = 0;
  const step = (event: EngineEvent) => {
    loop.commands.length = 0;
    loop.step(event);
    return loop.commands.map((command) =>
      command.kind === "PlaceOrder"
        ? `place ${command.order.number}: ${command.order.shares}`
        : `${command.kind === "CancelOrder" ? "cancel" : "move"} ${command.order}`,
    );
  };
  const none = 0 as never;
  const costs = { commission: none, regulatory: none, slippage: none };
  const after = (seconds: number) => (now + seconds * 1e6) as EpochMicros;
  return {
    loop,
    bar(n: number) {
      now = closedAt[n]!;
      const at = now as EpochMicros;
      return step({
        kind: "BarsClosed",
        bars: { at, from: offset[n]!, to: offset[n + 1]!, columns: world.columns },
      });
    },
    fill(order: number, shares: number, fillId: number) {
      const fill = { kind: "OrderFilled", at: after(0), order: order as OrderNumber, costs } as const;
      return step({
        ...fill,
        fillId: fillId as never,
        quantity: (shares * 1e9) as never,
        price: 100e6 as never,
      });
    },
    ended: (order: number, seconds = 0) =>
      step({ kind: "OrderCanceled", at: after(seconds), order: order as OrderNumber }),
    quote(seconds: number) {
      const size = 100 as never;
      const quote = {
        kind: "QuoteUpdated",
        instrument: I,
        bid: 99.9,
        ask: 100.1,
        bidSize: size,
        askSize: size,
      };
      return step({ ...quote, at: after(seconds) } as never);
    },
  };
}

const placed = (sent: readonly string[]) =>
  sent
    .map((text) => JSON.parse(text) as { kind: string; number: number; shares: number; purpose: number })
    .filter(({ kind }) => kind === "PlaceOrder")
    .map(({ number, shares }) => `${number}: ${shares}`);
const lots = ({ execute }: SingleLoop) => [0, 1].map((strategy) => execute.lots.shares(strategy, I));
const quiet = Array.from({ length: 8 }, () => flat).join(" ");

describe("the same wish", () => {
  it("leaves as one order, and a fill of part of it is shared pro rata, whole shares", () => {
    // 170 shares trade at the open: 17 of the 50 that two strategies want.
    const { loop, sent } = play(`${flat} ${flat}x170 ${flat}`, [{ 0: enter(3_000) }, { 0: enter(2_000) }], {
      ...free,
      maxParticipation: 0.1,
    });
    expect(placed(sent)).toEqual(["0: 50"]);
    expect(JSON.parse(sent[0] ?? "")).toMatchObject({
      members: [
        { number: 0, shares: 30, crossed: 0, bracket: null },
        { number: 1, shares: 20, crossed: 0, bracket: null },
      ],
    });
    expect(ordersOf(loop)).toEqual(["s0 buy entry expired 10 in 0", "s1 buy entry expired 7 in 0"]);
    expect(lots(loop)).toEqual([10, 7]);
    expect(loop.execute.portfolio.shares(I)).toBe(17);
    expect(loop.execute.availableCash).toBe(loop.execute.portfolio.cash);
  });

  it("each keeps its own stop, for what is its own, and both leave as one", () => {
    const { loop, sent } = play(`${flat} ${flat} 100/100/96/98 ${flat} ${flat}`, [
      { 0: enter(3_000, { stop: 97 }) },
      { 0: enter(2_000, { stop: 90, target: 120 }), 3: leave },
    ]);
    expect(placed(sent)).toEqual(["0: 50", "5: 20"]);
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 30 in 0",
      "s0 sell stop_loss filled 30",
      "s1 buy entry filled 20 in 0",
      "s1 sell stop_loss canceled 0",
      "s1 sell take_profit canceled 0",
      "s1 sell exit filled 20",
    ]);
    expect(lots(loop)).toEqual([0, 0]);
  });

  it("costs are shared to the micro-dollar", () => {
    const { loop } = play(quiet, [{ 0: enter(3_000) }, { 0: enter(2_000) }], {
      ...free,
      commissionPerShare: 0.0033333,
    });
    const { fills, portfolio } = loop.execute;
    const commissions = [0, 1].map((n) => fills.get(n, FillField.commission));
    expect(commissions[0]).toBeCloseTo(0.1, 5);
    expect(Math.round((commissions[0] ?? 0) * 1e6) + Math.round((commissions[1] ?? 0) * 1e6)).toBe(
      Math.round(portfolio.costs.commission * 1e6),
    );
  });

  it("what nobody lends is refused for all who share it, their sleeping protective orders too (C-24)", () => {
    const short = enter(-2_000, { stop: 104, target: 90 });
    const long = enter(2_000, { stop: 90 });
    const { loop, sent } = play(
      quiet,
      [
        { 0: short, 3: long },
        { 0: short, 3: long },
      ],
      unlent,
    );
    expect(ordersOf(loop).slice(0, 6)).toEqual([
      "s0 sell entry rejected 0 in 0",
      "s0 buy stop_loss rejected 0",
      "s0 buy take_profit rejected 0",
      "s1 sell entry rejected 0 in 0",
      "s1 buy stop_loss rejected 0",
      "s1 buy take_profit rejected 0",
    ]);
    // Nothing of it is in the way of what they want later.
    expect(placed(sent)).toEqual(["0: 40", "6: 40"]);
    expect(lots(loop)).toEqual([20, 20]);
  });

  it("who leaves an order that is still on its way takes the others along; nothing works behind our back", () => {
    const minutes = testSessions(3, 12);
    const times = [0, 1].flatMap((session) =>
      Array.from({ length: 12 }, (_, minute) => barClose(minutes, session, minute)),
    );
    const world = {
      columns: columnsOf("1m", 1, bars(0, times.map(() => flat).join(" "), times)),
      sessions: minutes,
    };
    const asks = { when: "open_auction" as const, stop: 90 };
    const loop = runWorld({
      world,
      strategies: [
        scripted({ 5: enter(3_000, asks) }, "s0"),
        scripted({ 5: enter(2_000, asks), 7: leave }, "s1"),
      ],
      costs: free,
    });
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry canceled 0 in 0",
      "s0 sell stop_loss canceled 0",
      "s1 buy entry canceled 0 in 0",
      "s1 sell stop_loss canceled 0",
    ]);
    expect(loop.execute.availableCash).toBe(100_000);
  });
});

describe("opposite wishes", () => {
  it("an exit and an entry of the same size cross at the close, for nothing, and no order leaves", () => {
    const { loop, sent } = play(`${flat} ${flat} 101/101/101/101 105/105/105/105 105/105/105/105`, [
      { 0: enter(3_000), 2: leave },
      { 2: enter(3_000 * 1.01) },
    ]);
    expect(placed(sent)).toEqual(["0: 30"]);
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 30",
      "s0 sell exit filled 30 (30 crossed)",
      "s1 buy entry filled 30 (30 crossed)",
    ]);
    expect(lots(loop)).toEqual([0, 30]);
    const { fills, trades, portfolio } = loop.execute;
    expect([0, 1, 2].map((n) => fills.get(n, FillField.crossed))).toEqual([0, 1, 1]);
    expect([1, 2].map((n) => fills.get(n, FillField.price))).toEqual([101, 101]);
    expect(trades.get(0, TradeField.pnl)).toBeCloseTo(30, 9);
    expect(trades.get(0, TradeField.crossed)).toBe(30);
    // Runs are compared by all of a trade, this field too.
    const cells = new Float64Array(Uint8Array.from(Buffer.from(fingerprint(loop).trades, "base64")).buffer);
    expect(cells).toHaveLength(trades.length * Object.keys(TradeField).length);
    expect(cells[TradeField.crossed]).toBe(30);
    expect([portfolio.shares(I), portfolio.cash]).toEqual([30, 97_000]);
  });

  it("what crossed is protected at once, beside what still has to fill: one stop for both", () => {
    const { loop, sent } = play(`${flat} ${flat} ${flat} ${flat} 100/100/94/95 ${flat}`, [
      { 0: enter(2_000), 2: leave },
      { 2: enter(5_000, { stop: 95, target: 130 }) },
    ]);
    expect(placed(sent)).toEqual(["0: 20", "2: 30"]);
    const shared = sent.find((text) => text.includes("members"));
    expect(JSON.parse(shared ?? "")).toMatchObject({
      members: [{ number: 2, shares: 30, crossed: 20 }],
    });
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 20",
      "s0 sell exit filled 20 (20 crossed)",
      "s1 buy entry filled 50 (20 crossed)",
      "s1 sell stop_loss filled 50",
      "s1 sell take_profit canceled 0",
    ]);
    expect(lots(loop)).toEqual([0, 0]);
  });

  it.each([
    ["stop", "100/106/100/104", "stop_loss", "take_profit"],
    ["target", "100/100/88/89", "take_profit", "stop_loss"],
  ])("what crossed of a short that nobody lends keeps its %s", (_, last, filled, canceled) => {
    const { loop, sent } = play(
      `${flat} ${flat} ${flat} ${last} ${flat} ${flat}`,
      [{ 0: enter(2_000) }, { 0: enter(-5_000, { stop: 105, target: 90 }) }],
      unlent,
    );
    expect(placed(sent)).toEqual(["1: 30"]);
    const [long, short, ...legs] = ordersOf(loop);
    expect([long, short]).toEqual([
      "s0 buy entry filled 20 (20 crossed)",
      "s1 sell entry rejected 20 (20 crossed)",
    ]);
    expect(legs.sort()).toEqual([`s1 buy ${filled} filled 20`, `s1 buy ${canceled} canceled 0`].sort());
    expect(lots(loop)).toEqual([20, 0]);
  });

  it("an entry that crossed in full has its stop and its target resting, one cancels the other", () => {
    const { loop, sent } = play(`${flat} ${flat} ${flat} 100/100/94/95 100/140/94/95 ${flat}`, [
      { 0: enter(3_000), 2: leave },
      { 2: enter(3_000, { stop: 95, target: 130 }) },
    ]);
    expect(placed(sent)).toEqual(["0: 30", "4: 30", "3: 30"]);
    expect(ordersOf(loop).slice(2)).toEqual([
      "s1 buy entry filled 30 (30 crossed)",
      "s1 sell stop_loss filled 30",
      "s1 sell take_profit canceled 0",
    ]);
    expect(lots(loop)).toEqual([0, 0]);
    expect(loop.execute.portfolio.shares(I)).toBe(0);
  });

  it("an exit that crosses cancels its protective orders once", () => {
    const { sent } = play(quiet, [{ 0: enter(3_000, { stop: 90 }), 2: leave }, { 2: enter(3_000) }]);
    expect(sent.filter((text) => text.includes("CancelOrder"))).toHaveLength(1);
  });

  it("two opposite entries cross, what is left of the larger leaves", () => {
    const { loop, sent } = play(quiet, [{ 0: enter(5_000) }, { 0: enter(-2_000) }]);
    expect(placed(sent)).toEqual(["0: 30"]);
    expect(lots(loop)).toEqual([50, -20]);
    expect(loop.execute.portfolio.shares(I)).toBe(30);
  });

  it("a strategy that turns around crosses its exit; its entry comes a bar later", () => {
    const turn = enter(-1_000);
    const { loop } = play(quiet, [{ 0: enter(2_000), 2: turn, 3: turn }, { 2: enter(2_000) }]);
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 20",
      "s0 sell exit filled 20 (20 crossed)",
      "s1 buy entry filled 20 (20 crossed)",
      "s0 sell entry filled 10",
    ]);
    expect(lots(loop)).toEqual([-10, 20]);
    expect(loop.execute.portfolio.shares(I)).toBe(10);
  });

  it("an entry waits for the exit whose stop is being canceled, and crosses with it (NE-5, MP-1)", () => {
    const { loop, sent } = play(quiet, [
      { 0: enter(3_000, { stop: 97 }), 2: leave },
      { 2: enter(5_000, { stop: 96 }) },
    ]);
    expect(placed(sent)).toEqual(["0: 30", "3: 20"]);
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 30",
      "s0 sell stop_loss canceled 0",
      "s0 sell exit filled 30 (30 crossed)",
      "s1 buy entry filled 50 (30 crossed)",
      "s1 sell stop_loss accepted 0",
    ]);
    expect(loop.execute.restingStop(1, I)).toBe(96);
    expect(loop.execute.trades.get(0, TradeField.closedAt)).toBe(closes[2]);
    expect(loop.execute.wishes).toEqual({ turned: 0, held: 1, givenUp: 0, withdrawn: 0 });
  });

  it("what the target sells while its cancel is on the way is not there to cross", () => {
    const loop = stepped([{ 0: enter(3_000, { target: 130 }), 1: leave }, { 1: enter(5_000) }]);
    loop.bar(0);
    loop.fill(0, 30, 1);
    expect(loop.bar(1)).toEqual(["cancel 1"]);
    expect(loop.fill(1, 20, 2)).toEqual([]);
    // The cancel came too late for 20 of the 30: ten leave, and cross.
    expect(loop.ended(1)).toEqual(["place 3: 40"]);
    expect(lots(loop.loop)).toEqual([0, 10]);
    expect(ordersOf(loop.loop)).toEqual([
      "s0 buy entry filled 30",
      "s0 sell take_profit canceled 20",
      "s0 sell exit filled 10 (10 crossed)",
      "s1 buy entry partially_filled 10 (10 crossed)",
    ]);
  });

  it("a target that sells everything lets the entry go at once, to the market", () => {
    const loop = stepped([{ 0: enter(3_000, { stop: 97, target: 130 }), 1: leave }, { 1: enter(5_000) }]);
    loop.bar(0);
    loop.fill(0, 30, 1);
    loop.bar(1);
    expect(loop.fill(2, 30, 2)).toEqual(["cancel 1", "place 3: 50"]);
    expect(lots(loop.loop)).toEqual([0, 0]);
  });

  it("a wish lives for seconds and never past a bar (MP-2); the exit goes on alone", () => {
    const wished = () => {
      const loop = stepped([{ 0: enter(3_000, { stop: 97 }), 1: leave }, { 1: enter(5_000) }]);
      loop.bar(0);
      loop.fill(0, 30, 1);
      loop.bar(1);
      return loop;
    };
    const late = wished();
    expect(late.ended(1, 6)).toEqual(["place 2: 30"]);
    expect(late.loop.execute.wishes).toMatchObject({ held: 1, givenUp: 1 });
    const over = wished();
    expect(over.bar(2)).toEqual(["cancel 1"]);
    expect(over.ended(1)).toEqual(["place 2: 30"]);
    expect(over.loop.execute.wishes).toMatchObject({ held: 1, givenUp: 1 });
  });

  it("two exits whose stops are being canceled cross with each other, whichever is free first (MP-3)", () => {
    for (const [first, second] of [
      [1, 3],
      [3, 1],
    ] as const) {
      const loop = stepped([
        { 0: enter(5_000, { stop: 97 }), 1: leave },
        { 0: enter(-2_000, { stop: 103 }), 1: leave },
      ]);
      expect(loop.bar(0)).toEqual(["place 0: 30", "place 3: 20"]);
      loop.fill(0, 30, 1);
      expect(lots(loop.loop)).toEqual([50, -20]);
      expect(loop.bar(1)).toEqual(["cancel 1", "cancel 3"]);
      expect(loop.ended(first)).toEqual([]);
      expect(loop.ended(second)).toEqual([first === 1 ? "place 4: 30" : "place 5: 30"]);
      expect(lots(loop.loop)).toEqual([30, 0]);
    }
  });

  it("an exit without its stop waits a second for the other, and never past a bar (MP-3)", () => {
    const half = () => {
      const loop = stepped([
        { 0: enter(5_000, { stop: 97 }), 1: leave },
        { 0: enter(-2_000, { stop: 103 }), 1: leave },
      ]);
      loop.bar(0);
      loop.fill(0, 30, 1);
      loop.bar(1);
      expect(loop.ended(1)).toEqual([]);
      return loop;
    };
    const waits = half();
    expect(waits.quote(0.9)).toEqual([]);
    expect(waits.quote(1.1)).toEqual(["place 4: 50"]);
    expect(half().bar(2)).toEqual(["place 4: 50", "cancel 3"]);
  });

  it("an exit asks entries on the other side back, and leaves when they are over", () => {
    const loop = stepped([{ 0: enter(3_000, { stop: 97 }), 2: leave }, { 1: enter(2_000) }]);
    loop.bar(0);
    loop.fill(0, 30, 1);
    expect(loop.bar(1)).toEqual(["place 2: 20"]);
    expect(loop.bar(2)).toEqual(["cancel 1"]);
    expect(loop.ended(1)).toEqual(["cancel 2"]);
    expect(loop.ended(2)).toEqual(["place 3: 30"]);
  });

  it("an entry that was refused does not cross: the exit goes to the market", () => {
    const pause = { authority: "kill_switch", source: "test", level: "NO_NEW_ENTRIES", scalar: 1 } as const;
    const claim = {
      ...pause,
      reason: "test",
      since: 0 as EpochMicros,
      until: undefined,
      liftedBy: "operator",
    } as const;
    const world = worldOf(quiet);
    const loop = testLoop({
      world,
      strategies: [scripted({ 0: enter(3_000), 1: leave }, "s0"), scripted({ 1: enter(3_000) }, "s1")],
    });
    const { closedAt, offset } = world.columns;
    const bar = (n: number) => {
      loop.commands.length = 0;
      const at = closedAt[n] as EpochMicros;
      const batch = { at, from: offset[n]!, to: offset[n + 1]!, columns: world.columns };
      loop.step({ kind: "BarsClosed", bars: batch });
    };
    bar(0);
    const none = 0 as never;
    const costs = { commission: none, regulatory: none, slippage: none };
    const fill = { kind: "OrderFilled", at: closedAt[0] as EpochMicros, order: 0 as OrderNumber } as const;
    loop.step({ ...fill, fillId: 1 as never, quantity: 30e9 as never, price: 100e6 as never, costs });
    loop.execute.authorities.raise(claim);
    bar(1);
    expect(ordersOf(loop)).toEqual([
      "s0 buy entry filled 30",
      "s0 sell exit sent 0",
      "s1 buy entry denied 0",
    ]);
    expect(loop.commands).toHaveLength(1);
  });

  it("crosses at the middle of a fresh quote, at the close when it is old, never by one that is none", () => {
    const crossedAt = (bid: number, ask: number, ageSeconds: number) => {
      const world = worldOf(quiet);
      const loop = testLoop({
        world,
        strategies: [scripted({ 0: enter(2_000) }, "s0"), scripted({ 0: enter(-2_000) }, "s1")],
        // The rules on spreads and on prices far from a quote would refuse what this is about.
        risk: { spread: { maxFraction: 0.01, maxAgeSeconds: 3_600 }, price_collar: { maxFraction: 0.05 } },
      });
      const { closedAt, offset } = world.columns;
      const at = closedAt[0] as EpochMicros;
      const size = 100 as never;
      const quote = { kind: "QuoteUpdated", instrument: I, bid, ask, bidSize: size, askSize: size } as const;
      loop.step({ ...quote, at: (at - ageSeconds * 1e6) as EpochMicros } as never);
      loop.step({
        kind: "BarsClosed",
        bars: { at, from: offset[0]!, to: offset[1]!, columns: world.columns },
      });
      const { fills } = loop.execute;
      return fills.length === 0 ? "none" : fills.get(0, FillField.price);
    };
    expect(crossedAt(100.1, 100.2, 1)).toBe(100.15);
    expect(crossedAt(100.1, 100.2, 11)).toBe(100);
    // What is no quote bars entries (C-21), so that there is nothing to cross.
    expect(crossedAt(100.2, 100.1, 1)).toBe("none");
    expect(crossedAt(Number.NaN, 100.2, 1)).toBe("none");
    // Beyond the limit of one of them nobody would have traded.
    expect(crossedAt(102, 102.2, 1)).toBe("none");
  });
});

it("a halt crosses what two strategies hold against each other and sells the rest", () => {
  const { loop } = play(quiet, [{ 0: enter(5_000) }, { 0: enter(-2_000) }]);
  loop.commands.length = 0;
  const at = closes[7] as EpochMicros;
  loop.step({ kind: "OperatorActed", at, action: "halt", by: "test", reason: "asked" });
  expect(loop.commands.map((command) => (command.kind === "PlaceOrder" ? command.order.shares : 0))).toEqual([
    30,
  ]);
  expect(lots(loop)).toEqual([30, 0]);
});

it("a strategy on its own leaves the bytes it always left: netting touches no lone order", () => {
  const turn = enter(-2_000, { stop: 110 });
  const steps = { 0: enter(3_000, { stop: 90, target: 130 }), 2: turn, 3: turn, 5: leave };
  const one = play(quiet, [steps]);
  expect(one.sent.some((text) => text.includes("members"))).toBe(false);
  expect(placed(one.sent).length).toBeGreaterThan(3);
  const { orders } = one.loop.execute;
  for (let n = 0; n < orders.length; n++) expect(orders.isShared(n as OrderNumber)).toBe(false);
});
