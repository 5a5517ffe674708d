/**
 * Goal    each newer rule is asked with the facts of the running engine: what it counts has happened, and what is
 *         over counts no more.
 * Method  scripted strategies over bars written by hand; each order says which rule refused or trimmed it.
 */
import { expect, it } from "vitest";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type OrderNumber, Purpose } from "../src/domain/order.ts";
import { RawBasis } from "../src/domain/raw-basis.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import type { EventSource } from "../src/engine/ports.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { rules } from "../src/risk/registry.ts";
import type { BoundStrategy, Entry, StrategyView } from "../src/strategies/strategy.ts";
import { barClose, bars, columnsOf, testSessions } from "./bar-text.ts";
import { runWorld, strategyOf, testCosts, type World } from "./engine-world.ts";

type View = StrategyView<string, string, string>;
type Steps = Readonly<Record<number, (view: View) => void>>;

const free = {
  ...testCosts,
  slippage: "fixed" as const,
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
};
const flat = "100/100/100/100";
const times = (count: number, bar = flat): string => Array.from({ length: count }, () => bar).join(" ");

/** One session of minute bars, or as many sessions of daily ones as the longest text has. */
function worldOf(timeframe: "1m" | "1d", ...texts: readonly string[]): World {
  const length = Math.max(...texts.map((text) => text.split(" ").length));
  const daily = timeframe === "1d";
  const sessions = testSessions(daily ? length : 1, 390);
  const closes = Array.from({ length }, (_, n) => (daily ? barClose(sessions, n) : barClose(sessions, 0, n)));
  const all = texts.flatMap((text, n) => bars(n, text, closes));
  return { columns: columnsOf(timeframe, texts.length, all), sessions };
}

const risk = { session: { toxicMinutes: 0 } };

function scriptOf(steps: Steps, parts: Partial<BoundStrategy> = {}): BoundStrategy {
  let bar = 0;
  return strategyOf((view) => {
    steps[bar]?.(view);
    bar += 1;
  }, parts);
}

function run(
  world: World,
  scripts: readonly Steps[],
  settings: Readonly<Record<string, unknown>> = {},
  parts: Partial<BoundStrategy> = {},
  source?: (timeline: EventSource) => EventSource,
  raw?: RawBasis,
) {
  const strategies = scripts.map((steps, n) => scriptOf(steps, { id: `scripted_${n}`, ...parts }));
  return runWorld({
    world,
    strategies,
    costs: free,
    risk: { ...risk, ...settings },
    // A little less than twenty: sizes are worked out at the limit, five basis points above the close.
    positions: 19.9,
    ...(source === undefined ? {} : { source }),
    ...(raw === undefined ? {} : { raw }),
  });
}

const I = (instrument: number) => instrument as InstrumentId;
const enter =
  (instrument: number, given: Partial<Entry> = {}) =>
  (view: View) =>
    view.enter({ instrument: I(instrument), conviction: 1, ...given }, "because");
const leave = (instrument: number) => (view: View) => view.exit(I(instrument), "because");
const both =
  (...acts: readonly ((view: View) => void)[]) =>
  (view: View) => {
    for (const act of acts) act(view);
  };

/** `S0 49`, or `S0 49 of 60 by adv`, or `S0 0 of 60 by adv`: one line per entry, in order. */
function entriesOf({ execute: { orders } }: SingleLoop): string[] {
  const lines: string[] = [];
  for (let n = 0; n < orders.length; n++) {
    const order = n as OrderNumber;
    if (orders.purpose(order) !== Purpose.Entry) continue;
    const [asked, left] = [orders.get(order, OrderField.requested), orders.get(order, OrderField.shares)];
    const rule = rules[orders.get(order, OrderField.rule)]?.id;
    const name = `S${orders.instrument(order)}`;
    lines.push(rule === undefined ? `${name} ${left}` : `${name} ${left} of ${asked} by ${rule}`);
  }
  return lines;
}

const small = { conviction: 0.2 };

it("C-14: volume is judged once 20 sessions are known, with what was traded and works already", () => {
  const world = worldOf("1d", times(26, `${flat}x1000`));
  const steps = { 2: enter(0, small), 4: leave(0), 22: enter(0, small) };
  expect(entriesOf(run(world, [steps]))).toEqual(["S0 10", "S0 10"]);
  const thin = worldOf("1d", times(26, `${flat}x500`));
  expect(entriesOf(run(thin, [steps]))).toEqual(["S0 10", "S0 5 of 10 by adv"]);
});

it("C-63: five bars after a stop nobody enters the symbol again, then all may", () => {
  const dip = "100/100/97/100";
  const world = worldOf("1m", `${flat} ${flat} ${dip} ${times(9)}`, times(12));
  const again = Object.fromEntries([2, 3, 4, 5, 6, 7].map((bar) => [bar, enter(0, small)]));
  const guarded = { 0: enter(0, { ...small, stop: 98 }) };
  const other = { ...again, 3: both(enter(0, small), enter(1, small)) };
  const loop = run(world, [guarded, other]);
  // The stop fills in bar 2: bars 2 to 6 are number 0 to 4.
  const barred = "S0 0 of 5 by cooldown";
  expect(entriesOf(loop)).toEqual(["S0 5", barred, barred, "S1 5", barred, barred, barred, "S0 5"]);
});

it("C-41: no entry against an exit that works, of whichever strategy; once it has traded, yes", () => {
  // No volume in bar 3: the exit that is sent at bar 2 waits.
  const world = worldOf("1m", `${times(3)} ${flat}x0 ${times(4)}`);
  const first = { 0: enter(0, small), 2: leave(0) };
  const second = { 3: enter(0, small), 4: enter(0, small) };
  const said = ["S0 5", "S0 0 of 5 by self_trade", "S0 5"];
  expect(entriesOf(run(world, [first, second]))).toEqual(said);
});

it("C-41: what is decided in the same step crosses and is in nobody's way; an entry that died neither", () => {
  const world = worldOf("1m", `${times(3)} ${flat}x0 ${times(4)}`);
  const leaves = { 0: enter(0, small), 2: leave(0) };
  expect(entriesOf(run(world, [leaves, { 2: enter(0, small) }]))).toEqual(["S0 5", "S0 5"]);
  const dead = worldOf("1m", `${flat} ${flat}x0 ${times(4)}`);
  const against = { 1: enter(0, { conviction: -0.2 }) };
  expect(entriesOf(run(dead, [{ 0: enter(0, small) }, against]))).toEqual(["S0 5", "S0 5"]);
});

it("C-41: an exit that was canceled at the venue is in nobody's way any more", () => {
  const world = worldOf("1m", `${times(3)} ${flat}x0 ${flat}x0 ${times(2)}`);
  const first = { 0: enter(0, small), 2: leave(0) };
  const second = { 3: enter(0, small) };
  let seen = 0;
  const canceled = (timeline: EventSource): EventSource => ({
    next() {
      if (seen === 3) {
        seen += 1;
        return { kind: "OrderCanceled", at: barClose(world.sessions, 0, 2), order: 1 as OrderNumber };
      }
      const event = timeline.next();
      if (event?.kind === "BarsClosed") seen += 1;
      return event;
    },
  });
  expect(entriesOf(run(world, [first, second]))).toEqual(["S0 5", "S0 0 of 5 by self_trade"]);
  expect(entriesOf(run(world, [first, second], {}, {}, canceled))).toEqual(["S0 5", "S0 5"]);
});

it("C-11: an entry that died unfilled gives its room back", () => {
  const world = worldOf("1m", `${flat} ${flat}x0 ${times(4)}`, times(6));
  const tight = { intraday_gross: { maxFraction: 0.05 } };
  const loop = run(world, [{ 0: enter(0), 2: enter(1) }], tight, { horizon: "intraday" });
  expect(entriesOf(loop)).toEqual(["S0 49 of 50 by position_size", "S1 49 of 50 by position_size"]);
  expect(loop.execute.portfolio.shares(I(0))).toBe(0);
});

it("C-07: the sixth entry of a second waits for another second; the minute counts on", () => {
  const world = worldOf("1m", ...Array.from({ length: 7 }, () => times(4)));
  const all = both(...[0, 1, 2, 3, 4, 5].map((instrument) => enter(instrument, small)));
  const loop = run(world, [{ 0: all, 1: both(enter(5, small), enter(6, small)) }], {});
  expect(entriesOf(loop)).toEqual([
    ...[0, 1, 2, 3, 4].map((instrument) => `S${instrument} 10`),
    "S5 0 of 10 by throttle",
    "S5 10",
    "S6 10",
  ]);
  const slow = { throttle: { perSecond: 200, perMinute: 5 } };
  expect(entriesOf(run(world, [{ 0: all, 1: enter(5, small) }], slow)).slice(5)).toEqual([
    "S5 0 of 10 by throttle",
    // A minute ago is not within a minute.
    "S5 10",
  ]);
});

it("C-24: shorts that work count as filled: half of the gross and no share more", () => {
  const world = worldOf("1m", times(8), times(8), times(8));
  const short = (instrument: number) => enter(instrument, { conviction: -0.6 });
  const steps = { 0: enter(0), 2: both(short(1), short(2)) };
  const loop = run(world, [steps], { shorts_share: { maxFraction: 0.5 } });
  const { portfolio } = loop.execute;
  expect(entriesOf(loop)).toEqual(["S0 49 of 50 by position_size", "S1 30", "S2 19 of 30 by shorts_share"]);
  expect((portfolio.gross - portfolio.net) / 2 / portfolio.gross).toBeLessThanOrEqual(0.5);
});

it("C-11: the intraday strategies share their half, and what ended gives its room back", () => {
  const world = worldOf("1m", times(9), times(9), times(9));
  const steps = { 0: both(enter(0), enter(1)), 3: leave(0), 5: enter(2) };
  const tight = { intraday_gross: { maxFraction: 0.07 } };
  const day = run(world, [steps], tight, { horizon: "intraday" });
  const full = (instrument: number) => `S${instrument} 49 of 50 by position_size`;
  expect(entriesOf(day)).toEqual([full(0), "S1 20 of 50 by intraday_gross", full(2)]);
  expect(entriesOf(run(world, [steps], tight))).toEqual([full(0), full(1), full(2)]);
});

it("C-33: heat counts what is open at its stop and what works", () => {
  const world = worldOf("1m", times(6), times(6), times(6));
  const at98 = { stop: 98 };
  const settings = { open_risk: { maxFraction: 0.0015, assumedFraction: 0.01 } };
  const loop = run(world, [{ 0: enter(0, at98), 2: enter(1), 4: enter(2) }], settings);
  // 49 x $2.05 a share to the limit; then 49 x $2 at the mark and $1 a share of what has no stop.
  expect(entriesOf(loop)[0]).toMatch(/^S0 49/);
  expect(entriesOf(loop)[1]).toMatch(/^S1 49/);
  expect(entriesOf(loop)[2]).toBe("S2 2 of 50 by open_risk");
});

it("C-42: a symbol on the list, and a price below five dollars", () => {
  const world = worldOf("1m", times(3), times(3), times(3, "4.99/4.99/4.99/4.99"));
  const steps = { 0: both(enter(0, small), enter(1, small), enter(2, small)) };
  const loop = run(world, [steps], { restricted: { symbols: ["S1"] } });
  expect(entriesOf(loop).map((line) => line.replace(/\d+ of \d+/, "n of n"))).toEqual([
    "S0 10",
    "S1 n of n by restricted",
    "S2 n of n by restricted",
  ]);
});

it("C-42: the printed price decides, as of the bar it is asked at; where it is not known, the adjusted one", () => {
  const low = "2/2/2/2";
  const world = worldOf("1m", times(5, low), times(5, low), times(5));
  const from = (bar: number) => barClose(world.sessions, 0, bar);
  const first = Number.NEGATIVE_INFINITY as EpochMicros;
  const raw = new RawBasis([
    { instrument: I(0), from: first, factor: 1 },
    { instrument: I(0), from: from(2), factor: 3 },
    { instrument: I(2), from: first, factor: 0.04 },
    { instrument: I(2), from: from(2), factor: Number.NaN },
  ]);
  const steps = {
    0: both(enter(0, small), enter(2, small)),
    2: both(enter(0, small), enter(1, small), enter(2, small)),
  };
  const lines = entriesOf(run(world, [steps], {}, {}, undefined, raw));
  expect(lines.map((line) => line.replace(/\d+ of \d+ /, ""))).toEqual([
    "S0 by restricted",
    "S2 by restricted",
    "S0 502",
    "S1 by restricted",
    "S2 10",
  ]);
});

it("C-25: while sizes are scaled down two positions are the most, and no more gross than the half", () => {
  const world = worldOf("1m", times(4), times(4), times(4));
  const steps = { 1: both(enter(0), enter(1), enter(2)) };
  const scaled = (timeline: EventSource, loop: SingleLoop): EventSource => {
    loop.execute.authorities.raise({
      authority: "regime",
      source: "test",
      level: "NORMAL",
      scalar: 0.7,
      reason: "test",
      since: 0 as EpochMicros,
      until: undefined,
      liftedBy: "itself",
    });
    return timeline;
  };
  const settings = { ...risk, max_positions: { reducedLimit: 2 }, gross_exposure: { reducedFraction: 0.05 } };
  const bar = scriptOf(steps);
  const loop = runWorld({
    world,
    strategies: [bar],
    costs: free,
    risk: settings,
    positions: 19.9,
    source: scaled,
  });
  expect(entriesOf(loop)).toEqual(["S0 35", "S1 14 of 35 by gross_exposure", "S2 0 of 35 by max_positions"]);
});
