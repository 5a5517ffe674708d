/**
 * Goal    show what each bar does to each order: the fill price, the lifetime, the bracket, the volume cap.
 * Method  tables of bars and orders with the answer worked out by hand; then properties over random bars.
 *
 * An answer lists, bar by bar, what happened to e(ntry), s(top) and t(arget): `e 100@99.5` filled, `s off` was
 * canceled, `e dead` expired; bars are set apart by `|`. A bar is open/high/low.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import { type Row, table } from "../../test/table.ts";
import type { BarBatch, BarColumns } from "../domain/bars.ts";
import type { VenueEvent } from "../domain/events.ts";
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
  [ENTRY, "e"],
  [STOP, "s"],
  [TARGET, "t"],
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
  bar(): VenueEvent[] {
    const { closedAt, offset } = this.#columns;
    const at = closedAt[this.#batch]! as EpochMicros;
    const batch: BarBatch = {
      at,
      from: offset[this.#batch]!,
      to: offset[this.#batch + 1]!,
      columns: this.#columns,
    };
    this.venue.match(batch);
    this.#batch += 1;
    const fresh = this.venue.events.slice(this.#told);
    this.#told = this.venue.events.length;
    return fresh;
  }
}

function told(events: readonly VenueEvent[]): string {
  const words = events.flatMap((event): string[] => {
    if (event.kind === "BorrowCharged") return [];
    const name = names.get(event.order) ?? String(event.order);
    if (event.kind === "OrderAccepted") return [];
    if (event.kind === "OrderFilled")
      return [`${name} ${toShares(event.quantity)}@${toDollars(event.price)}`];
    return [`${name} ${event.kind === "OrderExpired" ? "dead" : "off"}`];
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
  const price = (cell: string | undefined) =>
    cell === undefined || cell === "none" ? Number.NaN : Number(cell);
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
    order           bars           answer     why
    buy market      100/102/98     e 100@100  the open
    sell market     100/102/98     e 100@100  the open
    buy limit 99    100/102/98     e 100@99   traded through
    buy limit 99    100/102/99     -          touched, not through: others were first
    buy limit 99    98/102/97      e 100@98   the open is better than the limit
    buy limit 99    99/102/99      e 100@99   the open is the limit
    buy limit 99    100/102/99.01  -          never reached
    sell limit 101  100/102/98     e 100@101  traded through
    sell limit 101  100/101/98     -          touched, not through
    sell limit 101  103/104/102    e 100@103  the open is better than the limit
    sell limit 101  101/101/98     e 100@101  the open is the limit
    buy stop 101    100/102/98     e 100@101  reached
    buy stop 101    100/101/98     e 100@101  a touch triggers a stop
    buy stop 101    103/104/102    e 100@103  gapped through: the open, not the stop
    buy stop 101    100/100.9/98   -          not reached
    sell stop 99    100/102/98     e 100@99   reached
    sell stop 99    100/102/99     e 100@99   a touch triggers a stop
    sell stop 99    97/98/96       e 100@97   gapped through: the open, not the stop
    sell stop 99    100/102/99.1   -          not reached
  `),
  )("$order meets $bars: $why", (row) => expect(onDailyBars(row)).toBe(row.answer));
});

describe("an entry and its protective orders (SM-4, SM-6)", () => {
  it.each(
    table(`
    order           stop  target  bars                   answer                        why
    buy market      95    105     100/101/99             e 100@100                     neither reached
    buy market      95    105     100/106/94             e 100@100, s 100@95, t off    both reached: the stop first
    buy market      95    105     100/106/99             e 100@100, t 100@105, s off   at the open, then the target
    buy market      95    105     100/101/99 94/96/93    e 100@100 | s 100@94, t off   gapped through the stop
    buy market      95    105     100/101/99 107/108/94  e 100@100 | t 100@107, s off  gapped over target: open first
    buy market      95    105     100/101/99 105/106/94  e 100@100 | t 100@105, s off  open at the target
    buy market      95    105     100/101/99 100/105/96  e 100@100 | -                 target touched, not through
    buy limit 98    95    105     100/106/97             e 100@98                      inside: the high may be older
    buy limit 98    95    105     100/106/94             e 100@98, s 100@95, t off     inside, then the stop
    buy limit 98    95    105     100/106/97 100/106/99  e 100@98 | t 100@105, s off   the next bar may
    buy limit 98    95    105     94/106/93              e 100@94, s 100@94, t off     opened below entry and stop
    buy limit 120   95    105     110/111/94             e 100@110, t 100@110, s off   opened above the target
    buy market      95    none    100/106/94             e 100@100, s 100@95           stop alone
    buy market      none  105     100/106/94             e 100@100, t 100@105          target alone
    sell market     105   95      100/106/94             e 100@100, s 100@105, t off   short: the stop first
    sell market     105   95      100/101/94             e 100@100, t 100@95, s off    short: the target
    sell market     105   95      100/101/99 93/106/92   e 100@100 | t 100@93, s off   short: gapped over the target
    sell market     105   95      100/101/99 107/108/92  e 100@100 | s 100@107, t off  short: gapped through the stop
    sell limit 102  105   95      100/103/94             e 100@102                     short: inside, not the target
    sell limit 102  105   95      100/106/94             e 100@102, s 100@105, t off   short: inside, then the stop
  `),
  )("$order, stop $stop, target $target: $why", (row) => expect(onDailyBars(row)).toBe(row.answer));
});

it("an unfilled entry takes its protective orders with it", () => {
  const row = { order: "buy limit 90 nextbar", stop: "85", target: "105", bars: "100/101/99" };
  expect(onDailyBars(row)).toBe("e dead, s off, t off");
});

describe("the volume cap (SM-5)", () => {
  const tenth: CostParams = { ...free, maxParticipation: 0.1 };

  it.each([
    {
      order: "buy market",
      stop: "none",
      target: "none",
      bars: "100/101/99x400 101/102/100x9999",
      answer: "e 40@100 | e 60@101",
      why: "the rest waits",
    },
    {
      order: "buy market nextbar",
      stop: "95",
      target: "105",
      bars: "100/101/99x400 101/102/100x9999",
      answer: "e 40@100, e dead | -",
      why: "the rest dies, the legs stay",
    },
    {
      order: "buy market nextbar",
      stop: "95",
      target: "105",
      bars: "100/101/99x400 101/102/94x9999",
      answer: "e 40@100, e dead | s 40@95, t off",
      why: "the stop covers what filled",
    },
    {
      order: "buy market",
      stop: "none",
      target: "none",
      bars: "100/101/99x9 100/101/99x0 100/101/99x1009",
      answer: "- | - | e 100@100",
      why: "no volume, no fill",
    },
    {
      order: "buy market",
      stop: "95",
      target: "105",
      bars: "100/101/99x1000 100/106/99x300 100/101/94x9999",
      answer: "e 100@100 | t 30@105 | s 70@95, t off, s off",
      why: "together they sell what was bought",
    },
    {
      order: "buy market",
      stop: "95",
      target: "105",
      bars: "100/101/99x1000 100/101/94x300 98/106/97x9999",
      answer: "e 100@100 | s 30@95 | s 70@98, t off",
      why: "a triggered stop is a market order",
    },
    {
      order: "buy market",
      stop: "95",
      target: "105",
      bars: "100/101/99x1000 100/101/94x300 107/108/99x9999",
      answer: "e 100@100 | s 30@95 | s 70@107, t off",
      why: "a triggered stop goes before the target",
    },
    {
      order: "buy limit 99",
      stop: "95",
      target: "105",
      bars: "100/101/98x400 100/106/98x100 100/106/100x9999",
      answer: "e 40@99 | e 10@99 | t 50@105, s off, e off",
      why: "legs grow; closed, no more is bought",
    },
    {
      order: "buy limit 99",
      stop: "95",
      target: "105",
      bars: "100/101/98x400 100/106/98x9999",
      answer: "e 40@99 | e 60@99, t 40@105",
      why: "bought inside: not sold at the high",
    },
    {
      order: "buy limit 99",
      stop: "95",
      target: "105",
      bars: "100/101/98x400 100/106/94x9999",
      answer: "e 40@99 | e 60@99, s 100@95, t off",
      why: "but the stop takes it",
    },
  ])("$order: $why", (row) => expect(onDailyBars(row, tenth)).toBe(row.answer));

  it("several orders of one instrument share one bar's volume, in the order in which they came", () => {
    const closes = dailyCloses.slice(0, 3);
    const text = "100/100/100/100 100/101/99/100x1000 100/101/99/100x1000";
    const stage = new Stage(
      columnsOf("1d", 2, [...bars(0, text, closes), ...bars(1, text, closes)]),
      daily,
      tenth,
    );
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
    order                 bars                   answer        why
    buy limit 90 nextbar  100/101/99 100/101/89  e dead | -    one bar
    buy limit 90 day      100/101/99 100/101/89  e dead | -    one daily bar is one session
    buy limit 90 gtc      100/101/99 100/101/89  - | e 100@90  never dies
    buy limit 99 open     98/101/97              e 100@98      fills in the opening print
    buy limit 99 open     100/101/98 98/101/97   e dead | -    or dies there, though the bar trades through it
    buy market open       100/101/98x0           e dead        no volume in the auction
    buy limit 90 nextbar  - 100/101/89           e dead        no bar of its own is no longer life
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
  const minutes = [0, 1, 2, 3].flatMap((session) =>
    [0, 1, 2].map((minute) => barClose(short, session, minute)),
  );
  const flat = "100/100/100/100";

  /** Bars after `sentAfter` bars; the second instrument always has one. */
  it.each([
    {
      order: "buy limit 90 nextbar",
      sent: "1",
      bars: "100/101/99 100/101/89",
      answer: "e dead | -",
      why: "one minute",
    },
    {
      order: "buy limit 90 day",
      sent: "1",
      bars: "100/101/99 100/101/89",
      answer: "- | e 100@90",
      why: "lives to the close",
    },
    {
      order: "buy limit 90 day",
      sent: "1",
      bars: "100/101/99 100/101/99 100/101/89",
      answer: "- | e dead | -",
      why: "dies at the close",
    },
    {
      order: "buy limit 90 day",
      sent: "2",
      bars: "- 80/81/79",
      answer: "e dead | -",
      why: "dies at the close without a bar of its own",
    },
    {
      order: "buy limit 90 day",
      sent: "3",
      bars: "100/101/99 100/101/99 100/101/99 80/81/79",
      answer: "- | - | e dead | -",
      why: "sent after the close: the next session",
    },
    {
      order: "buy limit 90 day",
      sent: "3",
      bars: "- - - 80/81/79",
      answer: "- | - | e dead | -",
      why: "also when it has no bar there",
    },
    {
      order: "buy limit 90 gtc",
      sent: "1",
      bars: "100/101/99 100/101/99 100/101/89",
      answer: "- | - | e 100@90",
      why: "outlives the session",
    },
    {
      order: "buy limit 99 open",
      sent: "1",
      bars: "98/98/98 98/98/98 97/98/96",
      answer: "- | - | e 100@97",
      why: "waits for the next opening print",
    },
    {
      order: "buy limit 99 open",
      sent: "1",
      bars: "98/98/98 98/98/98 100/101/96 90/90/90",
      answer: "- | - | e dead | -",
      why: "and dies in it",
    },
    {
      order: "buy limit 99 open",
      sent: "3",
      bars: "98/99/97",
      answer: "e 100@98",
      why: "sent after the close",
    },
    {
      order: "buy market open",
      sent: "1",
      bars: "100/100/100 100/100/100 - 100/100/100",
      answer: "- | - | e dead | -",
      why: "no opening print of its own",
    },
  ])("minute bars: $order after bar $sent: $why", (row) => {
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
    const closes = [
      barClose(short, 0, 0),
      barClose(short, 1, -31),
      barClose(short, 1, -1),
      barClose(short, 1, 0),
    ];
    const stage = new Stage(
      columnsOf("1m", 1, bars(0, `${flat} 80/80/80/80 80/80/80/80 85/85/85/85`, closes)),
      short,
    );
    stage.bar();
    stage.place({ timeInForce: TimeInForce.AtOpen });
    expect([stage.bar(), stage.bar(), stage.bar()].map(told)).toEqual(["-", "-", "e 100@85"]);
  });

  it("a day order dies at its close also when no bar ever said so: the next session cannot fill it", () => {
    const closes = [barClose(short, 0, 0), barClose(short, 1, 0)];
    const stage = new Stage(columnsOf("1m", 1, bars(0, `${flat} 80/80/80/80`, closes)), short);
    stage.bar();
    stage.place({ type: OrderType.Limit, price: 90, timeInForce: TimeInForce.Day });
    expect(told(stage.bar())).toBe("e dead");
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
    expect(told(stage.bar())).toBe("e off, s off, t off");
    expect(stage.venue.working).toBe(0);
  });

  it("canceling a partly filled entry keeps what filled protected", () => {
    const costs = { ...free, maxParticipation: 0.1 };
    const text = `${quiet} 100/101/99/100x400 100/101/94/100x9000`;
    const stage = new Stage(columnsOf("1d", 1, bars(0, text, dailyCloses)), daily, costs);
    stage.bar();
    stage.place({ stop: 95, target: 105 });
    expect(told(stage.bar())).toBe("e 40@100");
    stage.cancel(ENTRY);
    expect(told(stage.bar())).toBe("e off, s 40@95, t off");
    expect(stage.venue.working).toBe(0);
  });

  it("a canceled target never sells, not even when the open is above it", () => {
    const stage = held(`${quiet} 107/108/106/107`);
    stage.bar();
    stage.cancel(TARGET);
    expect(told(stage.bar())).toBe("t off");
  });

  it("a canceled stop never sells, and the target still does", () => {
    const stage = held(`${quiet} 90/91/89/90 100/106/99/100`);
    stage.bar();
    stage.cancel(STOP);
    expect(told(stage.bar())).toBe("s off");
    expect(told(stage.bar())).toBe("t 100@105");
  });

  it.each(
    table(`
    side  stop  moved  answer            why
    buy   95    97     s 100@97, t off   up: tightens a long
    buy   95    93     s 100@95, t off   down: refused
    buy   95    95     s 100@95, t off   the same
    sell  105   103    s 100@103, t off  down: tightens a short
    sell  105   107    s 100@105, t off  up: refused
    buy   95    NaN    s 100@95, t off   no number: refused
  `),
  )("I-36: $side, stop $stop to $moved: $why", (row) => {
    const side = row.side === "buy" ? BUY : SELL;
    const stage = held(`${quiet} 100/110/90/100`, {
      side,
      stop: Number(row.stop),
      target: side === BUY ? 120 : 80,
    });
    stage.bar();
    stage.venue.send({ kind: "ReplaceStop", order: STOP, stop: Number(row.moved) });
    expect(told(stage.bar())).toBe(row.answer);
  });

  it("a stop that is replaced while its entry has not filled protects from the first fill on", () => {
    const stage = held("100/101/96/100");
    stage.venue.send({ kind: "ReplaceStop", order: STOP, stop: 97 });
    expect(told(stage.bar())).toBe("e 100@100, s 100@97, t off");
  });

  it("I-15: a stop sent later is paired with the target that rests: together they close the position once", () => {
    const stage = held(`${quiet} 100/106/94/100`, { target: 105 });
    stage.bar();
    const pair: Bracket = { stopOrder: undefined, stop: Number.NaN, targetOrder: TARGET, target: 105 };
    const stop = {
      side: SELL,
      purpose: Purpose.StopLoss,
      type: OrderType.Stop,
      price: 95,
      bracket: pair,
    } as const;
    stage.place({ number: LATER, ...stop });
    const both = told(stage.bar());
    expect(["later 100@95, t off", "t 100@105, later off"]).toContain(both);
    expect(stage.venue.working).toBe(0);
  });

  it("a stop that is tied to a target which is over is over too: it may have closed what both were for", () => {
    const stage = held(`${quiet} 100/106/94/100`, { target: 105 });
    stage.bar();
    stage.cancel(TARGET);
    const pair: Bracket = { stopOrder: undefined, stop: Number.NaN, targetOrder: TARGET, target: 105 };
    const stop = {
      side: SELL,
      purpose: Purpose.StopLoss,
      type: OrderType.Stop,
      price: 95,
      bracket: pair,
    } as const;
    stage.place({ number: LATER, ...stop });
    expect(told(stage.bar())).toBe("t off, later off");
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

describe("slippage", () => {
  const tenBps: CostParams = { ...free, fixedBps: 10 };
  const auction: CostParams = { ...free, slippage: "modelled", auctionBps: 1, spreadBps: 20 };

  it.each(
    table(`
    order           bars         answer      why
    buy market      100/102/98   e 100@100.1  worse for a buyer
    sell market     100/102/98   e 100@99.9   worse for a seller
    buy stop 101    100/102/98   e 100@101.101  from the stop
    sell stop 99    97/98/96     e 100@96.903  from the gapped open
    buy limit 99    100/102/98   e 100@99     a resting limit waits for its price
    buy limit 100   99/102/98    e 100@99.099  a better open slips, too
    buy limit 100   99.95/102/98  e 100@100    but never beyond the limit
    sell limit 100  100.05/102/98  e 100@100   nor below it
  `),
  )("fixed: $order meets $bars: $why", (row) => expect(onDailyBars(row, tenBps)).toBe(row.answer));

  it.each(
    table(`
    order           bars         answer      why
    buy market      100/102/98   e 100@100.01  the opening auction has no spread
    sell market     100/102/98   e 100@99.99   for a seller neither
    sell stop 99    100/102/98   e 100@98.901  later in the day half the spread is paid
  `),
  )("modelled, daily bars: $order: $why", (row) => expect(onDailyBars(row, auction)).toBe(row.answer));
});

it("SM-1: nothing fills on the bar that made the decision, only on those that close after the order came", () => {
  const stage = new Stage(columnsOf("1d", 1, bars(0, "100/120/80/100 101/120/80/100", dailyCloses)), daily);
  expect(told(stage.bar())).toBe("-");
  stage.place({});
  expect(stage.venue.events.map(({ kind }) => kind)).toEqual(["OrderAccepted"]);
  expect(told(stage.bar())).toBe("e 100@101");
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

it("protective orders never sell more than was bought; nothing fills beyond bar, limit or volume (I-15, SM-5)", () => {
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
        const text = path.map(
          ({ open, up, down, volume }) => `${open}/${open + up}/${open - down}/${open}x${volume}`,
        );
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
            if (event.kind === "BorrowCharged") continue;
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
            if (event.order === ENTRY && type === OrderType.Limit)
              expect(side * (price - paid)).toBeGreaterThanOrEqual(0);
            if (event.order === TARGET)
              expect(side * (paid - price - side * targetAway)).toBeGreaterThanOrEqual(-1e-9);
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
