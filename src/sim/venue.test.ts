/**
 * Goal    show what each bar does to each order: the fill price, the lifetime, the bracket, the volume cap.
 * Method  tables of bars and orders with the answer worked out by hand; then properties over random bars.
 *
 * An answer lists, bar by bar, what happened: `entry 100@99.5`, `stop canceled`; bars are set apart by `|`.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bars, barClose, columnsOf, testSessions } from "../../test/bar-text.ts";
import { type Row, table } from "../../test/table.ts";
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import type { BrokerEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { toDollars, toShares } from "../domain/money.ts";
import { BUY, type OrderNumber, OrderType, Purpose, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { Authorities } from "../risk/authority.ts";
import { type ApprovedOrder, type Bracket, RiskGate } from "../risk/gate.ts";
import type { OrderRequest, RiskView } from "../risk/rule.ts";
import { type CostParams, costParams } from "./cost-model.ts";
import { SimulatedVenue } from "./venue.ts";

const ENTRY = 10 as OrderNumber;
const STOP = 11 as OrderNumber;
const TARGET = 12 as OrderNumber;
const LATER = 20 as OrderNumber;
const names = new Map<number, string>([
  [ENTRY, "entry"],
  [STOP, "stop"],
  [TARGET, "target"],
  [LATER, "later"],
]);

const free = costParams.parse({
  slippage: "fixed",
  fixedBps: 0,
  regulatory: false,
  maxParticipation: 1,
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }],
});

const gate = new RiskGate([], new Authorities());

interface Wish {
  readonly number?: OrderNumber;
  readonly instrument?: number;
  readonly side?: Side;
  readonly shares?: number;
  readonly purpose?: Purpose;
  readonly type?: OrderType;
  readonly timeInForce?: TimeInForce;
  readonly price?: number;
  readonly stop?: number;
  readonly target?: number;
  readonly bracket?: Bracket;
}

function approve(wish: Wish): ApprovedOrder {
  const { number = ENTRY, side = BUY, type = OrderType.Market, price = Number.NaN } = wish;
  const { stop = Number.NaN, target = Number.NaN } = wish;
  const request: OrderRequest = {
    instrument: (wish.instrument ?? 0) as InstrumentId,
    strategy: 0,
    side,
    shares: wish.shares ?? 100,
    purpose: wish.purpose ?? Purpose.Entry,
    type,
    timeInForce: wish.timeInForce ?? TimeInForce.GoodTillCanceled,
    limit: type === OrderType.Limit ? price : Number.NaN,
    stop: type === OrderType.Stop ? price : stop,
    reference: 100,
    decidedAt: 0 as EpochMicros,
  };
  const hasLegs = !Number.isNaN(stop) || !Number.isNaN(target);
  const legs: Bracket = {
    stopOrder: Number.isNaN(stop) ? undefined : STOP,
    stop,
    targetOrder: Number.isNaN(target) ? undefined : TARGET,
    target,
  };
  const order = gate.pass(number, request, {} as RiskView, wish.bracket ?? (hasLegs ? legs : undefined));
  if (order === undefined) throw new Error("no rule, no refusal");
  return order;
}

class Stage {
  readonly venue: SimulatedVenue;
  readonly #columns: BarColumns;
  #batch = 0;
  #told = 0;

  constructor(columns: BarColumns, sessions: ReturnType<typeof testSessions>, costs: CostParams = free) {
    this.#columns = columns;
    this.venue = new SimulatedVenue(columns.instruments.symbols.length, costs, sessions);
  }

  place(wish: Wish): void {
    this.venue.send({ kind: "PlaceOrder", order: approve(wish) });
  }

  cancel(order: OrderNumber): void {
    this.venue.send({ kind: "CancelOrder", order });
  }

  /** Lets the next bar meet the orders; what happened since the last call. */
  bar(): BrokerEvent[] {
    const { closedAt, offset } = this.#columns;
    const at = closedAt[this.#batch]! as EpochMicros;
    const batch: BarBatch = { at, from: offset[this.#batch]!, to: offset[this.#batch + 1]!, columns: this.#columns };
    this.venue.match(batch);
    this.#batch += 1;
    const fresh = this.venue.events.slice(this.#told);
    this.#told = this.venue.events.length;
    return fresh;
  }
}

function told(events: readonly BrokerEvent[]): string {
  const words = events.flatMap((event): string[] => {
    const name = names.get(event.order) ?? String(event.order);
    if (event.kind === "OrderAccepted") return [];
    if (event.kind === "OrderFilled") return [`${name} ${toShares(event.quantity)}@${toDollars(event.price)}`];
    return [`${name} ${event.kind.replace("Order", "").toLowerCase()}`];
  });
  return words.length === 0 ? "-" : words.join(", ");
}

/** `buy limit 100 day x30`: side, type, price, lifetime, shares; the last two may be left out. */
function wishOf(text: string, row: Row): Wish {
  const words = text.split(" ");
  const types = { market: OrderType.Market, limit: OrderType.Limit, stop: OrderType.Stop } as const;
  const lifetimes = {
    nextbar: TimeInForce.NextBar,
    day: TimeInForce.Day,
    gtc: TimeInForce.GoodTillCanceled,
    open: TimeInForce.AtOpen,
  } as const;
  const lifetime = words.find((word): word is keyof typeof lifetimes => word in lifetimes) ?? "gtc";
  const shares = words.find((word) => word.startsWith("x"))?.slice(1) ?? "100";
  const price = (cell: string | undefined) => (cell === undefined || cell === "none" ? Number.NaN : Number(cell));
  return {
    side: words[0] === "buy" ? BUY : SELL,
    type: types[words[1] as keyof typeof types],
    price: Number(words[2]),
    timeInForce: lifetimes[lifetime],
    shares: Number(shares),
    stop: price(row.stop),
    target: price(row.target),
  };
}

const daily = testSessions(12, 390);
const dailyCloses = Array.from({ length: 12 }, (_, n) => barClose(daily, n));

/** One quiet bar, then the order, then the bars of the row. */
function onDailyBars(row: Row, costs: CostParams = free): string {
  const text = `100/100/100/100 ${row.bars}`;
  const stage = new Stage(columnsOf("1d", 1, bars(0, text, dailyCloses)), daily, costs);
  stage.bar();
  stage.place(wishOf(row.order ?? "", row));
  return Array.from({ length: text.split(" ").length - 1 }, () => told(stage.bar())).join(" | ");
}

describe("one order, one bar (SM-2, SM-3)", () => {
  it.each(
    table(`
    order            bars            answer           why
    buy market       100/102/98/101  entry 100@100    the open
    sell market      100/102/98/101  entry 100@100    the open
    buy limit 99     100/102/98/101  entry 100@99     traded through
    buy limit 99     100/102/99/101  -                touched, not through: others were first
    buy limit 99     98/102/97/101   entry 100@98     the open is better than the limit
    buy limit 99     99/102/99/101   entry 100@99     the open is the limit
    buy limit 99     100/102/99.01/101  -             never reached
    sell limit 101   100/102/98/101  entry 100@101    traded through
    sell limit 101   100/101/98/101  -                touched, not through
    sell limit 101   103/104/102/103  entry 100@103   the open is better than the limit
    sell limit 101   101/101/98/101  entry 100@101    the open is the limit
    buy stop 101     100/102/98/101  entry 100@101    reached
    buy stop 101     100/101/98/101  entry 100@101    a touch triggers a stop
    buy stop 101     103/104/102/103  entry 100@103   gapped through: the open, not the stop
    buy stop 101     100/100.9/98/100  -              not reached
    sell stop 99     100/102/98/101  entry 100@99     reached
    sell stop 99     100/102/99/101  entry 100@99     a touch triggers a stop
    sell stop 99     97/98/96/97     entry 100@97     gapped through: the open, not the stop
    sell stop 99     100/102/99.1/101  -              not reached
  `),
  )("$order meets $bars: $why", (row) => expect(onDailyBars(row)).toBe(row.answer));
});

describe("an entry and its protective orders (SM-4, SM-6)", () => {
  it.each(
    table(`
    order             stop  target  bars                             answer                                            why
    buy market        95    105     100/101/99/100                   entry 100@100                                     neither reached
    buy market        95    105     100/106/94/100                   entry 100@100, stop 100@95, target canceled       both reached after the open: the stop first
    buy market        95    105     100/106/99/100                   entry 100@100, target 100@105, stop canceled      entry at the open, then the target
    buy market        95    105     100/101/99/100 94/96/93/95       entry 100@100 | stop 100@94, target canceled      gapped through the stop
    buy market        95    105     100/101/99/100 107/108/94/95     entry 100@100 | target 100@107, stop canceled     the target gapped over at the open comes before the stop
    buy market        95    105     100/101/99/100 105/106/94/95     entry 100@100 | target 100@105, stop canceled     open at the target
    buy market        95    105     100/101/99/100 100/105/96/95     entry 100@100 | -                                 target touched, not through
    buy limit 98      95    105     100/106/97/100                   entry 100@98                                      filled inside the bar: its high may have come before
    buy limit 98      95    105     100/106/94/100                   entry 100@98, stop 100@95, target canceled        filled inside the bar, then the stop
    buy limit 98      95    105     100/106/97/100 100/106/99/100    entry 100@98 | target 100@105, stop canceled      the next bar may reach the target
    buy limit 98      95    105     94/106/93/100                    entry 100@94, stop 100@94, target canceled        opened below entry and stop
    buy limit 120     95    105     110/111/94/100                   entry 100@110, target 100@110, stop canceled      opened above the target
    buy market        95    none    100/106/94/100                   entry 100@100, stop 100@95                        stop alone
    buy market        none  105     100/106/94/100                   entry 100@100, target 100@105                     target alone
    sell market       105   95      100/106/94/100                   entry 100@100, stop 100@105, target canceled      short: the stop first
    sell market       105   95      100/101/94/100                   entry 100@100, target 100@95, stop canceled       short: the target
    sell market       105   95      100/101/99/100 93/106/92/95      entry 100@100 | target 100@93, stop canceled      short: gapped over the target
    sell market       105   95      100/101/99/100 107/108/92/95     entry 100@100 | stop 100@107, target canceled     short: gapped through the stop
    sell limit 102    105   95      100/103/94/100                   entry 100@102                                     short: filled inside, never the target
    sell limit 102    105   95      100/106/94/100                   entry 100@102, stop 100@105, target canceled      short: filled inside, then the stop
    buy limit 90 nextbar  85  105   100/101/99/100                   entry expired, stop canceled, target canceled     unfilled: the bracket dies with it
  `),
  )("$order, stop $stop, target $target: $why", (row) => expect(onDailyBars(row)).toBe(row.answer));
});

describe("the volume cap (SM-5)", () => {
  const tenth: CostParams = { ...free, maxParticipation: 0.1 };

  it.each(
    table(`
    order                stop  target  bars                                                                   answer                                                                        why
    buy market           none  none    100/101/99/100x400 101/102/100/101x10000                               entry 40@100 | entry 60@101                                                   the rest waits
    buy market nextbar   95    105     100/101/99/100x400 101/102/100/101x10000                               entry 40@100, entry expired | -                                               the rest dies, the legs stay
    buy market nextbar   95    105     100/101/99/100x400 101/102/94/101x10000                                entry 40@100, entry expired | stop 40@95, target canceled                     the stop covers what filled
    buy market           none  none    100/101/99/100x9 100/101/99/100x0 100/101/99/100x1009                  - | - | entry 100@100                                                         no volume, no fill
    buy market           95    105     100/101/99/100x1000 100/106/99/100x300 100/101/94/100x10000            entry 100@100 | target 30@105 | stop 70@95, target canceled, stop canceled    stop and target together sell what was bought
    buy market           95    105     100/101/99/100x1000 100/101/94/100x300 98/106/97/98x10000              entry 100@100 | stop 30@95 | stop 70@98, target canceled                      a triggered stop is a market order
    buy market           95    105     100/101/99/100x1000 100/101/94/100x300 107/108/99/98x10000             entry 100@100 | stop 30@95 | stop 70@107, target canceled                     a triggered stop goes before the target
    buy limit 99         95    105     100/101/98/100x400 100/106/98/100x100 100/106/100/100x10000            entry 40@99 | entry 10@99 | target 50@105, stop canceled, entry canceled      the legs grow with the entry; once closed, no more is bought
    buy limit 99         95    105     100/101/98/100x400 100/106/98/100x10000                                entry 40@99 | entry 60@99, target 40@105                                      what was bought inside the bar is not sold at its high
    buy limit 99         95    105     100/101/98/100x400 100/106/94/100x10000                                entry 40@99 | entry 60@99, stop 100@95, target canceled                       but the stop takes it
  `),
  )("$order: $why", (row) => expect(onDailyBars(row, tenth)).toBe(row.answer));

  it("several orders of one instrument share one bar's volume, in the order in which they came", () => {
    const closes = dailyCloses.slice(0, 3);
    const text = "100/100/100/100 100/101/99/100x1000 100/101/99/100x1000";
    const stage = new Stage(columnsOf("1d", 2, [...bars(0, text, closes), ...bars(1, text, closes)]), daily, tenth);
    stage.bar();
    stage.place({ number: 1 as OrderNumber, shares: 60 });
    stage.place({ number: 2 as OrderNumber, shares: 60, side: SELL });
    stage.place({ number: 3 as OrderNumber, shares: 70, instrument: 1 });

    expect(told(stage.bar())).toBe("1 60@100, 2 40@100, 3 70@100");
    expect(told(stage.bar())).toBe("2 20@100");
  });
});

describe("lifetimes", () => {
  it.each(
    table(`
    order                 bars                                                answer                              why
    buy limit 90 nextbar  100/101/99/100 100/101/89/100                       entry expired | -                   one bar
    buy limit 90 day      100/101/99/100 100/101/89/100                       entry expired | -                   one daily bar is one session
    buy limit 90 gtc      100/101/99/100 100/101/89/100                       - | entry 100@90                    never dies
    buy limit 99 open     98/101/97/100                                       entry 100@98                        fills in the opening print
    buy limit 99 open     100/101/98/100 98/101/97/100                        entry expired | -                   or dies there, though the bar trades through it
    buy market open       100/101/98/100x0                                    entry expired                       no volume in the auction
    buy limit 90 nextbar  - 100/101/89/100                                    entry expired                       no bar of its own is no longer life
  `),
  )("daily bars: $order: $why", (row) => {
    const other = bars(1, "1/1/1/1 1/1/1/1 1/1/1/1", dailyCloses);
    const text = `100/100/100/100 ${row.bars}`;
    const stage = new Stage(columnsOf("1d", 2, [...bars(0, text, dailyCloses), ...other]), daily);
    stage.bar();
    stage.place(wishOf(row.order ?? "", row));
    const answers = row.answer?.split(" | ") ?? [];
    expect(answers.map(() => told(stage.bar()))).toEqual(answers);
  });

  const short = testSessions(4, 3);
  const minutes = [0, 1, 2, 3].flatMap((session) => [0, 1, 2].map((minute) => barClose(short, session, minute)));
  const flat = "100/100/100/100";

  /** Bars after `sentAfter` bars; the second instrument always has one. */
  it.each(
    table(`
    order                 sent  bars                                                              answer                why
    buy limit 90 nextbar  1     100/101/99/100 100/101/89/100                                     entry expired | -     one minute
    buy limit 90 day      1     100/101/99/100 100/101/89/100                                     - | entry 100@90      lives to the close
    buy limit 90 day      1     100/101/99/100 100/101/99/100 100/101/89/100                      - | entry expired | -  dies at the close
    buy limit 90 day      2     - 80/81/79/80                                                     entry expired | -      dies at the close without a bar of its own
    buy limit 90 day      3     100/101/99/100 100/101/99/100 100/101/99/100 80/81/79/80          - | - | entry expired | -  sent after the close: the next session
    buy limit 90 day      3     - - - 80/81/79/80                                                 - | - | entry expired | -  also when it has no bar there
    buy limit 90 gtc      1     100/101/99/100 100/101/99/100 100/101/89/100                      - | - | entry 100@90  outlives the session
    buy limit 99 open     1     98/98/98/98 98/98/98/98 97/98/96/97                               - | - | entry 100@97  waits for the next opening print
    buy limit 99 open     1     98/98/98/98 98/98/98/98 100/101/96/97 90/90/90/90                 - | - | entry expired | -  and dies in it
    buy limit 99 open     3     98/99/97/98                                                       entry 100@98          sent after the close
    buy market open       1     100/100/100/100 100/100/100/100 - 100/100/100/100                 - | - | entry expired | -  no opening print of its own
  `),
  )("minute bars: $order after bar $sent: $why", (row) => {
    const sent = Number(row.sent);
    const text = `${Array.from({ length: sent }, () => flat).join(" ")} ${row.bars}`;
    const other = bars(1, minutes.map(() => flat).join(" "), minutes);
    const stage = new Stage(columnsOf("1m", 2, [...bars(0, text, minutes), ...other]), short);
    for (let n = 0; n < sent; n++) stage.bar();
    stage.place(wishOf(row.order ?? "", row));
    const answers = row.answer?.split(" | ") ?? [];
    expect(answers.map(() => told(stage.bar()))).toEqual(answers);
  });

  it("an order for the opening waits out the bars before the session", () => {
    const closes = [barClose(short, 0, 0), barClose(short, 1, -31), barClose(short, 1, -1), barClose(short, 1, 0)];
    const stage = new Stage(columnsOf("1m", 1, bars(0, `${flat} 80/80/80/80 80/80/80/80 85/85/85/85`, closes)), short);
    stage.bar();
    stage.place({ timeInForce: TimeInForce.AtOpen });
    expect([stage.bar(), stage.bar(), stage.bar()].map(told)).toEqual(["-", "-", "entry 100@85"]);
  });

  it("a day order dies at its close also when no bar ever said so: the next session cannot fill it", () => {
    const closes = [barClose(short, 0, 0), barClose(short, 1, 0)];
    const stage = new Stage(columnsOf("1m", 1, bars(0, `${flat} 80/80/80/80`, closes)), short);
    stage.bar();
    stage.place({ type: OrderType.Limit, price: 90, timeInForce: TimeInForce.Day });
    expect(told(stage.bar())).toBe("entry expired");
  });
});

describe("commands", () => {
  const quiet = "100/100/100/100";

  function held(text: string, wish: Wish = { stop: 95, target: 105 }): Stage {
    const stage = new Stage(columnsOf("1d", 1, bars(0, `${quiet} ${text}`, dailyCloses)), daily);
    stage.bar();
    stage.place(wish);
    return stage;
  }

  it("canceling an unfilled entry cancels its protective orders; again changes nothing", () => {
    const stage = held("100/120/80/100", { type: OrderType.Limit, price: 90, stop: 85, target: 105 });
    stage.cancel(ENTRY);
    stage.cancel(ENTRY);
    stage.cancel(99 as OrderNumber);
    expect(told(stage.bar())).toBe("entry canceled, stop canceled, target canceled");
    expect(stage.venue.working).toBe(0);
  });

  it("canceling a partly filled entry keeps what filled protected", () => {
    const costs = { ...free, maxParticipation: 0.1 };
    const text = `${quiet} 100/101/99/100x400 100/101/94/100x9000`;
    const stage = new Stage(columnsOf("1d", 1, bars(0, text, dailyCloses)), daily, costs);
    stage.bar();
    stage.place({ stop: 95, target: 105 });
    expect(told(stage.bar())).toBe("entry 40@100");
    stage.cancel(ENTRY);
    expect(told(stage.bar())).toBe("entry canceled, stop 40@95, target canceled");
    expect(stage.venue.working).toBe(0);
  });

  it("a canceled target never sells, not even when the open is above it", () => {
    const stage = held(`${quiet} 107/108/106/107`);
    stage.bar();
    stage.cancel(TARGET);
    expect(told(stage.bar())).toBe("target canceled");
  });

  it("a canceled stop never sells, and the target still does", () => {
    const stage = held(`${quiet} 90/91/89/90 100/106/99/100`);
    stage.bar();
    stage.cancel(STOP);
    expect(told(stage.bar())).toBe("stop canceled");
    expect(told(stage.bar())).toBe("target 100@105");
  });

  it.each(
    table(`
    side  stop  moved  answer                          why
    buy   95    97     stop 100@97, target canceled    up: tightens a long
    buy   95    93     stop 100@95, target canceled    down: refused
    buy   95    95     stop 100@95, target canceled    the same
    sell  105   103    stop 100@103, target canceled   down: tightens a short
    sell  105   107    stop 100@105, target canceled   up: refused
    buy   95    NaN    stop 100@95, target canceled    no number: refused
  `),
  )("I-36: $side, stop $stop to $moved: $why", (row) => {
    const side = row.side === "buy" ? BUY : SELL;
    const stage = held(`${quiet} 100/110/90/100`, { side, stop: Number(row.stop), target: side === BUY ? 120 : 80 });
    stage.bar();
    stage.venue.send({ kind: "ReplaceStop", order: STOP, stop: Number(row.moved) });
    expect(told(stage.bar())).toBe(row.answer);
  });

  it("a stop that is replaced while its entry has not filled protects from the first fill on", () => {
    const stage = held("100/101/96/100");
    stage.venue.send({ kind: "ReplaceStop", order: STOP, stop: 97 });
    expect(told(stage.bar())).toBe("entry 100@100, stop 100@97, target canceled");
  });

  it("I-15: a stop sent later is paired with the target that rests: together they close the position once", () => {
    const stage = held(`${quiet} 100/106/94/100`, { target: 105 });
    stage.bar();
    const pair: Bracket = { stopOrder: undefined, stop: Number.NaN, targetOrder: TARGET, target: 105 };
    const stop = { side: SELL, purpose: Purpose.StopLoss, type: OrderType.Stop, price: 95, bracket: pair } as const;
    stage.place({ number: LATER, ...stop });
    const both = told(stage.bar());
    expect(["later 100@95, target canceled", "target 100@105, later canceled"]).toContain(both);
    expect(stage.venue.working).toBe(0);
  });

  it("a stop sent after its target is gone stands alone", () => {
    const stage = held(`${quiet} 100/106/94/100`, { target: 105 });
    stage.bar();
    stage.cancel(TARGET);
    const pair: Bracket = { stopOrder: undefined, stop: Number.NaN, targetOrder: TARGET, target: 105 };
    const stop = { side: SELL, purpose: Purpose.StopLoss, type: OrderType.Stop, price: 95, bracket: pair } as const;
    stage.place({ number: LATER, ...stop });
    expect(told(stage.bar())).toBe("target canceled, later 100@95");
  });

  it("RK-5: an order that did not come from the gate is refused, whatever it looks like", () => {
    const stage = held(quiet);
    const real = approve({ number: LATER });
    const forged = { ...real } as ApprovedOrder;
    const posing = Object.setPrototypeOf({ ...real }, Object.getPrototypeOf(real)) as ApprovedOrder;
    expect(() => stage.venue.send({ kind: "PlaceOrder", order: forged })).toThrow(/RK-5/);
    expect(() => stage.venue.send({ kind: "PlaceOrder", order: posing })).toThrow(/RK-5/);
  });
});

it("SM-1: nothing fills on the bar that made the decision, only on those that close after the order came", () => {
  const stage = new Stage(columnsOf("1d", 1, bars(0, "100/120/80/100 101/120/80/100", dailyCloses)), daily);
  expect(told(stage.bar())).toBe("-");
  stage.place({});
  expect(stage.venue.events.map(({ kind }) => kind)).toEqual(["OrderAccepted"]);
  expect(told(stage.bar())).toBe("entry 100@101");
});

const walk = fc.array(
  fc.record({
    open: fc.integer({ min: 80, max: 120 }),
    up: fc.integer({ min: 0, max: 12 }),
    down: fc.integer({ min: 0, max: 12 }),
    volume: fc.integer({ min: 0, max: 900 }),
  }),
  { minLength: 6, maxLength: 11 },
);

it("no bars make protective orders sell more than was bought, or fill anything beyond bar and limit (I-15, SM-5)", () => {
  let stopped = 0;
  let both = 0;
  const costs = { ...free, maxParticipation: 0.1, slippage: "fixed" as const, fixedBps: 20 };
  fc.assert(
    fc.property(
      walk,
      fc.constantFrom(BUY, SELL),
      fc.constantFrom(OrderType.Market, OrderType.Limit, OrderType.Stop),
      fc.integer({ min: 90, max: 110 }),
      fc.integer({ min: 1, max: 15 }),
      fc.integer({ min: 1, max: 15 }),
      (path, side, type, price, stopAway, targetAway) => {
        const text = path.map(({ open, up, down, volume }) => `${open}/${open + up}/${open - down}/${open}x${volume}`);
        const columns = columnsOf("1d", 1, bars(0, `100/100/100/100 ${text.join(" ")}`, dailyCloses));
        const stage = new Stage(columns, daily, costs);
        stage.bar();
        stage.place({ side, type, price, stop: price - side * stopAway, target: price + side * targetAway });
        let position = 0;
        const ended = new Set<number>();
        const used = new Set<number>();
        for (const [n, bar] of path.entries()) {
          let traded = 0;
          for (const event of stage.bar()) {
            if (event.kind !== "OrderFilled") {
              if (event.kind !== "OrderAccepted") {
                expect(ended.has(event.order)).toBe(false);
                ended.add(event.order);
              }
              continue;
            }
            expect(ended.has(event.order)).toBe(false);
            used.add(event.order);
            const shares = toShares(event.quantity);
            const paid = toDollars(event.price);
            traded += shares;
            position += (event.order === ENTRY ? side : -side) * shares;
            expect(side * position).toBeGreaterThanOrEqual(0);
            expect(side * position).toBeLessThanOrEqual(100);
            // 20 basis points of slippage beyond the bar at most.
            expect(paid).toBeGreaterThanOrEqual((bar.open - bar.down) * 0.998 - 1e-9);
            expect(paid).toBeLessThanOrEqual((bar.open + bar.up) * 1.002 + 1e-9);
            if (event.order === ENTRY && type === OrderType.Limit) expect(side * (price - paid)).toBeGreaterThanOrEqual(0);
            if (event.order === TARGET) expect(side * (paid - price - side * targetAway)).toBeGreaterThanOrEqual(-1e-9);
          }
          expect(traded, `bar ${n}`).toBeLessThanOrEqual(Math.floor(bar.volume * 0.1));
        }
        if (used.has(STOP)) stopped += 1;
        if (used.has(STOP) && used.has(TARGET)) both += 1;
      },
    ),
    { numRuns: 2000, seed: 5 },
  );
  expect(stopped).toBeGreaterThan(100);
  expect(both).toBeGreaterThan(5);
});
