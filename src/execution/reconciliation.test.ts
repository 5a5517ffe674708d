/**
 * Goal    each way in which our books and the broker's may part has one answer, the broker's truth wins, and nothing is
 *         booked that nobody traded: not of one look, not of a look that failed, not while an order may explain it.
 * Method  one named scenario per row of RELIABILITY 3.4 and per fault B23 to B35, C43, C44, D55, E61 and G68 that it
 *         answers; then random drift of two books in virtual time.
 */
import { describe, expect, it } from "vitest";
import { uniform } from "../../test/engine-world.ts";
import type {
  BrokerAccount,
  BrokerFill,
  BrokerLook,
  BrokerOrder,
  BrokerOrderId,
  BrokerPosition,
  RequestId,
} from "../domain/broker.ts";
import { BUY, type ClientOrderId, SELL, type Side } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { Instants } from "./instants.ts";
import { Reconciler } from "./reconciliation.ts";
import type { LocalBooks, LocalOrder, LocalPosition, Reconciliation } from "./reconciliation-facts.ts";

const at = (seconds: number): Instants => ({
  at: (1_795_014_000_000_000 + seconds * 1e6) as EpochMicros,
  ms: seconds * 1000,
});
const LONG_AGO = -1e9;
const request = 0 as RequestId;

const account = (parts: Partial<BrokerAccount> = {}): BrokerAccount => ({
  id: "a",
  number: "1",
  mayTrade: true,
  mayShort: true,
  cash: 100_000,
  equity: 100_000,
  lastEquity: 100_000,
  buyingPower: 0,
  multiplier: 1,
  ...parts,
});

const theirs = (symbol: string, shares: number, price = 100, averageEntry = 100): BrokerPosition => ({
  symbol,
  shares,
  available: Math.abs(shares),
  averageEntry,
  price,
});

const ours = (symbol: string, shares: number, parts: Partial<LocalPosition> = {}): LocalPosition => ({
  ...{ symbol, shares, external: 0, averageEntry: 100, price: 100, adjustments: 0, heardMs: LONG_AGO },
  ...parts,
});

const order = (clientId: string, parts: Partial<BrokerOrder> = {}): BrokerOrder => ({
  id: `b-${clientId}` as BrokerOrderId,
  clientId: clientId as ClientOrderId,
  symbol: "AAA",
  side: SELL,
  type: "limit",
  orderClass: "simple",
  timeInForce: "day",
  shares: 100,
  filled: 0,
  status: "working",
  legs: [],
  ...parts,
});

const local = (clientId: string, parts: Partial<LocalOrder> = {}): LocalOrder => ({
  clientId: clientId as ClientOrderId,
  brokerId: `b-${clientId}` as BrokerOrderId,
  symbol: "AAA",
  side: SELL,
  state: "working",
  filled: 0,
  reduces: true,
  heardMs: LONG_AGO,
  ...parts,
});

interface Picture {
  readonly positions?: readonly BrokerPosition[];
  readonly orders?: readonly BrokerOrder[];
  readonly fills?: readonly BrokerFill[];
  readonly account?: Partial<BrokerAccount>;
  readonly books?: Partial<LocalBooks>;
}

/** The account is worth what the positions say, and our books believe its cash, unless a test says otherwise. */
function look({ positions = [], orders = [], fills = [], account: parts = {} }: Picture): BrokerLook {
  const worth = positions.reduce((sum, { shares, price }) => sum + shares * price, 0);
  const whole = account({ cash: 100_000 - worth, ...parts });
  return { at: at(0).at, account: whole, positions, orders, fills };
}

function booksOf(picture: Picture): LocalBooks {
  const { account: own } = look(picture);
  return {
    positions: [],
    orders: [],
    cash: own.cash,
    equity: own.equity,
    owns: (clientId) => clientId.startsWith("p-"),
    tombstones: new Set(),
    acknowledged: new Set(),
    restating: new Set(),
    ...picture.books,
  };
}

/** What the looks at those seconds bring, of an account that stays as it is. */
function seen(
  picture: Picture,
  seconds: readonly number[] = [0],
  reconciler = new Reconciler(),
): Reconciliation[] {
  return seconds.map((second) => reconciler.compare(look(picture), booksOf(picture), at(second)));
}
const last = (picture: Picture, seconds: readonly number[] = [0, 30]) =>
  seen(picture, seconds).at(-1) as Reconciliation;

describe("orders", () => {
  it("01 nothing differs: clean, and it says so since the start", () => {
    const reconciler = new Reconciler();
    expect(reconciler.isCleanSinceStart).toBe(false);
    const picture = { positions: [theirs("AAA", 10)], books: { positions: [ours("AAA", 10)] } };
    expect(seen(picture, [0], reconciler)[0]).toMatchObject({
      clean: true,
      adjustments: [],
      alarms: [],
      requests: [],
    });
    expect(reconciler.isCleanSinceStart).toBe(true);
    reconciler.lookFailed();
    expect(reconciler.isCleanSinceStart).toBe(false);
  });

  it("02 B24 a fill that we lack is reported to the life cycle, and no position is adjusted", () => {
    const picture = { orders: [order("p-1", { filled: 40 })], positions: [theirs("AAA", 60)] };
    const found = last({ ...picture, books: { orders: [local("p-1")], positions: [ours("AAA", 100)] } });
    expect(found.reports.map((report) => [report.cause, report.order.filled])).toEqual([["poll", 40]]);
    expect([found.adjustments, found.clean]).toEqual([[], false]);
  });

  it("03 the stream is given five seconds to say it first", () => {
    const books = { orders: [local("p-1", { heardMs: -4000 })] };
    const picture = { orders: [order("p-1", { filled: 40 })], books };
    const [early, late] = seen(picture, [0, 1]);
    expect([early?.reports.length, late?.reports.length]).toEqual([0, 1]);
  });

  it("04 B27 an end that we did not hear of is reported", () => {
    const found = last(
      { orders: [order("p-1", { status: "canceled" })], books: { orders: [local("p-1")] } },
      [0],
    );
    expect(found.reports.map((report) => report.order.status)).toEqual(["canceled"]);
  });

  it("05 a fill of a leg that we know nothing of is reported with its order", () => {
    const leg = order("leg", { filled: 10 });
    const found = last({ orders: [order("p-1", { legs: [leg] })], books: { orders: [local("p-1")] } }, [0]);
    expect(found.reports.map((report) => report.order.clientId)).toEqual(["p-1"]);
  });

  it("06 our fill that the broker lacks: nothing after one look, entries off and a page after two", () => {
    const picture = {
      orders: [order("p-1", { filled: 10 })],
      books: { orders: [local("p-1", { filled: 30 })] },
    };
    const [one, two, three] = seen(picture, [0, 10, 20]);
    expect(one).toMatchObject({ claims: [], clean: false, reports: [] });
    expect(two?.claims).toMatchObject([{ source: "fills_unknown_to_broker", liftedBy: "operator" }]);
    expect([two?.alarms.length, three?.alarms.length]).toEqual([1, 0]);
  });

  it("07 E61 an order of ours that our books do not know is imported", () => {
    const found = last({ orders: [order("p-9")] }, [0]);
    expect(found.imports.map(({ clientId }) => clientId)).toEqual(["p-9"]);
    expect(found.reports.map((report) => report.event)).toEqual(["imported"]);
  });

  it("07b what a stop was replaced by while the look was under way is no second order, as long as it is fresh", () => {
    const brokerIds = ["b-stop-S0", "b-stop-S1"] as BrokerOrderId[];
    const picture = (heardMs: number) => ({
      orders: [order("stop-S0")],
      books: {
        owns: () => true,
        orders: [local("stop", { brokerId: brokerIds[1] as BrokerOrderId, brokerIds, heardMs })],
      },
    });
    expect(last(picture(0), [4])).toMatchObject({ imports: [], alarms: [], clean: false });
    // Both cannot work for longer than that: then it is an order that nobody of us knows of.
    expect(last(picture(0), [6]).imports.map(({ clientId }) => clientId)).toEqual(["stop-S0"]);
  });

  it("07c an ended link of a chain of replacements lacks no fill: they are its successor's", () => {
    const brokerIds = ["b-stop", "b-stop-S0"] as BrokerOrderId[];
    const own = local("stop", { filled: 30, brokerId: brokerIds[1] as BrokerOrderId, brokerIds });
    const picture = {
      orders: [order("stop", { status: "replaced", filled: 0 }), order("stop-S0", { filled: 30 })],
      books: { owns: () => true, orders: [own] },
    };
    for (const found of seen(picture, [0, 10, 20])) expect(found).toMatchObject({ claims: [], reports: [] });
  });

  it("08 B16 one that was given up and exists after all wakes somebody", () => {
    const tombstones = new Set(["p-9" as ClientOrderId]);
    expect(last({ orders: [order("p-9")], books: { tombstones } }, [0]).alarms).toMatchObject([
      { severity: "page" },
    ]);
  });

  it("09 G68 an order of somebody else locks its symbol until it is acknowledged or gone, and is never touched", () => {
    const reconciler = new Reconciler();
    const picture = { orders: [order("hand-1")] };
    const [first, again] = seen(picture, [0, 10], reconciler);
    expect([first?.locks.map(({ symbol }) => symbol), again?.locks, again?.cancels]).toEqual([
      ["AAA"],
      [],
      [],
    ]);
    expect([reconciler.externalOrders, again?.reports]).toEqual([1, []]);
    const acknowledged = new Set(["b-hand-1" as BrokerOrderId]);
    expect(seen({ ...picture, books: { acknowledged } }, [20], reconciler)[0]?.unlocks).toEqual(["AAA"]);
    expect(reconciler.externalOrders).toBe(1);
  });

  it("10 an order that the look does not show is asked for by name, once in five seconds", () => {
    const reconciler = new Reconciler();
    const picture = { books: { orders: [local("p-1")] } };
    const [first, again, later] = seen(picture, [0, 1, 6], reconciler);
    expect(first?.requests).toEqual([{ priority: "reconcile", kind: "Read", order: "b-p-1" }]);
    expect([first?.missing, again?.requests, later?.requests.length]).toEqual([[], [], 1]);
    const absent = reconciler.answered("p-1" as ClientOrderId, { request, kind: "absent" });
    expect(absent).toMatchObject({ missing: ["p-1"], alarms: [{ severity: "page" }] });
  });

  it("11 an answer that failed says nothing, one that finds it is a report", () => {
    const reconciler = new Reconciler();
    const picture = { books: { orders: [local("p-1")] } };
    seen(picture, [0], reconciler);
    const lost = reconciler.answered("p-1" as ClientOrderId, { request, kind: "unknown", reason: "504" });
    expect([lost.missing, lost.reports]).toEqual([[], []]);
    seen(picture, [6], reconciler);
    const reply = { request, kind: "found", order: order("p-1") } as const;
    expect(reconciler.answered("p-1" as ClientOrderId, reply).reports.length).toBe(1);
  });

  it("12 of an order whose fate is unknown the life cycle asks itself", () => {
    expect(last({ books: { orders: [local("p-1", { state: "unknown" })] } }, [0]).requests).toEqual([]);
  });

  it("13 a past fill of an order that the look does not show is asked for", () => {
    const fill = {
      id: "f",
      at: at(0).at,
      shares: 5,
      price: 100,
      order: "b-p-1" as BrokerOrderId,
      symbol: "AAA",
    };
    const picture = {
      fills: [{ ...fill, side: SELL, filled: 5 }],
      books: { orders: [local("p-1", { state: "ended" })] },
    };
    expect(last(picture, [0]).requests).toMatchObject([{ kind: "Read", order: "b-p-1" }]);
    const fresh = { orders: [local("p-1", { state: "ended", heardMs: -1000 })] };
    expect(last({ ...picture, books: fresh }, [0])).toMatchObject({ requests: [], clean: false });
  });

  it("a symbol that is locked for two reasons is free when both are gone", () => {
    const reconciler = new Reconciler();
    const orders = [order("hand-1")];
    seen({ orders, positions: [theirs("AAA", 30)] }, [0, 30], reconciler);
    const booked = { positions: [theirs("AAA", 30)], books: { positions: [ours("AAA", 30)] } };
    expect(seen({ ...booked, orders }, [40], reconciler)[0]?.unlocks).toEqual([]);
    expect(seen(booked, [50], reconciler)[0]?.unlocks).toEqual(["AAA"]);
  });
});

describe("positions", () => {
  it("14 G68 manually added: nothing of one look; after it stood, nobody's shares, a lock and a page", () => {
    const picture = { positions: [theirs("AAA", 30, 100, 90)] };
    const [one, early, two] = seen(picture, [0, 20, 30]);
    expect([one?.adjustments, early?.adjustments, one?.clean]).toEqual([[], [], false]);
    expect(two?.adjustments).toMatchObject([
      { symbol: "AAA", shares: 30, price: 90, id: "x-AAA-1-30000000000" },
    ]);
    expect([two?.locks.length, two?.alarms[0]?.severity]).toEqual([1, "page"]);
  });

  it("15 manually closed: our stop is canceled first, and then it leaves the books", () => {
    const reconciler = new Reconciler();
    const books = { positions: [ours("AAA", 100)], orders: [local("p-1")] };
    const [, stop] = seen({ orders: [order("p-1")], books }, [0, 30], reconciler);
    expect([stop?.cancels, stop?.adjustments]).toEqual([["p-1"], []]);
    const after = { books: { positions: [ours("AAA", 100)] } };
    expect(seen(after, [40], reconciler)[0]?.adjustments).toMatchObject([{ shares: -100, price: 100 }]);
  });

  it("16 smaller at the broker, by fills that are named: their price is booked", () => {
    const foreign = {
      id: "f",
      at: at(0).at,
      shares: 40,
      price: 97,
      order: "b-hand" as BrokerOrderId,
      symbol: "AAA",
    };
    const picture = { positions: [theirs("AAA", 60)], fills: [{ ...foreign, side: SELL, filled: 40 }] };
    const found = last({ ...picture, books: { positions: [ours("AAA", 100)] } });
    expect(found.adjustments).toMatchObject([{ shares: -40, price: 97 }]);
  });

  it("16 smaller by what the guardian sold under a name of ours: the price of its fills is booked", () => {
    const sold = { id: "f", at: at(0).at, shares: 40, price: 97, symbol: "AAA", side: SELL, filled: 40 };
    const picture = {
      positions: [theirs("AAA", 60)],
      orders: [order("p-guardian", { status: "filled", filled: 40, shares: 40 })],
      fills: [{ ...sold, order: order("p-guardian").id }],
      books: { positions: [ours("AAA", 100)] },
    };
    expect(last(picture).adjustments).toMatchObject([{ shares: -40, price: 97 }]);
  });

  it("16 fills that an earlier look showed still name the price", () => {
    const fill = { id: "f", at: at(0).at, shares: 40, price: 97, symbol: "AAA", side: SELL, filled: 40 };
    const strangeFills = [{ ...fill, order: "b-hand" as BrokerOrderId }];
    const books = { positions: [ours("AAA", 100)], strangeFills };
    const found = last({ positions: [theirs("AAA", 60)], fills: strangeFills, books });
    expect(found.adjustments).toMatchObject([{ shares: -40, price: 97 }]);
    expect(last({ positions: [theirs("AAA", 60)], books }).adjustments).toEqual(found.adjustments);
  });

  it("17 a position of the other side bars entries at the first look, and until a person says otherwise after", () => {
    const picture = { positions: [theirs("AAA", -20)], books: { positions: [ours("AAA", 100)] } };
    const [one, two] = seen(picture, [0, 30]);
    expect(one?.claims).toMatchObject([{ source: "position_sign", liftedBy: "itself" }]);
    expect(two?.claims.some(({ liftedBy }) => liftedBy === "operator")).toBe(true);
    expect(two?.adjustments).toMatchObject([{ shares: -120 }]);
  });

  it("18 B31 an empty list beside an account that holds something is not flat, ever", () => {
    const picture = { account: { cash: 90_000, equity: 100_000 }, books: { positions: [ours("AAA", 100)] } };
    const all = seen(picture, [0, 30, 60, 600]);
    expect(all.flatMap(({ adjustments }) => adjustments)).toEqual([]);
    expect([all[1]?.alarms[0]?.severity, all.every(({ clean }) => !clean)]).toEqual(["page", true]);
  });

  it("19 a difference that is another one each time is not booked", () => {
    const reconciler = new Reconciler();
    const found = [1, 2, 3, 4].flatMap((n) => seen({ positions: [theirs("AAA", n)] }, [n * 30], reconciler));
    expect(found.flatMap(({ adjustments }) => adjustments)).toEqual([]);
  });

  it("20 nothing is booked while an order of ours in the symbol may explain it", () => {
    const positions = [theirs("AAA", 30)];
    const unknown = { positions, books: { orders: [local("p-1", { state: "unknown" })] } };
    expect(seen(unknown, [0, 30, 60]).flatMap(({ adjustments }) => adjustments)).toEqual([]);
    const fresh = { positions, books: { positions: [ours("AAA", 10, { heardMs: 58_000 })] } };
    expect(last(fresh, [0, 30, 60]).adjustments).toEqual([]);
    const orders = [order("p-1", { side: BUY, filled: 30 })];
    const reported = { positions, orders, books: { orders: [local("p-1")] } };
    expect(seen(reported, [0, 30, 60]).flatMap(({ adjustments }) => adjustments)).toEqual([]);
  });

  it("21 D55 the same difference has the same id after a restart, the next one another", () => {
    const picture = { positions: [theirs("AAA", 30)] };
    const [before, after] = [last(picture), last(picture)];
    expect(after.adjustments).toEqual(before.adjustments);
    const books = { positions: [ours("AAA", 0, { adjustments: 2 })] };
    expect(last({ ...picture, books }).adjustments[0]?.id).toBe("x-AAA-3-30000000000");
  });

  it("22 C43 a split that is not booked yet locks its symbol and adjusts nothing; agreement unlocks it", () => {
    const reconciler = new Reconciler();
    const picture = { positions: [theirs("AAA", 400, 25)] };
    const books = { positions: [ours("AAA", 100)], restating: new Set(["AAA"]) };
    const found = seen({ ...picture, books }, [0, 30, 60], reconciler);
    expect(found.flatMap(({ adjustments }) => adjustments)).toEqual([]);
    expect(found.flatMap(({ locks }) => locks.map(({ symbol }) => symbol))).toEqual(["AAA"]);
    const booked = { positions: [ours("AAA", 400)] };
    expect(seen({ ...picture, books: booked }, [90], reconciler)[0]).toMatchObject({
      unlocks: ["AAA"],
      clean: true,
    });
  });

  it("23 an average price more than a hundredth of a percent apart is written down, and is no difference", () => {
    const books = { positions: [ours("AAA", 10, { averageEntry: 100.02 })] };
    const found = last({ positions: [theirs("AAA", 10)], books });
    expect([found.alarms.map(({ severity }) => severity), found.clean]).toEqual([["flag"], true]);
    const near = { positions: [ours("AAA", 10, { averageEntry: 100.009 })] };
    expect(last({ positions: [theirs("AAA", 10)], books: near }).alarms).toEqual([]);
  });

  it("24 RUN-7 what somebody chose to ignore is neither booked nor a difference", () => {
    const reconciler = new Reconciler();
    reconciler.ignore("AAA", 30);
    expect(seen({ positions: [theirs("AAA", 30)] }, [0, 60], reconciler)[1]).toMatchObject({ clean: true });
    expect(seen({ positions: [theirs("AAA", 35)] }, [120], reconciler)[0]?.clean).toBe(false);
  });
});

describe("money", () => {
  it("25 G69 cash that nobody explains is flagged, and above a thousandth of equity bars entries", () => {
    const found = (cash: number) => last({ books: { cash } });
    expect(found(100_000.5)).toMatchObject({ clean: true, alarms: [] });
    expect(found(99_990)).toMatchObject({ clean: false, claims: [], alarms: [{ severity: "flag" }] });
    expect(found(99_000).claims).toMatchObject([{ source: "cash_unexplained", liftedBy: "itself" }]);
    expect(found(99_000).alarms).toMatchObject([{ severity: "page" }]);
  });

  it("25 it is told once, also when it stands for hours, and again when it is another one", () => {
    const reconciler = new Reconciler();
    const alarms = (cash: number, at: number[]) =>
      seen({ books: { cash, equity: cash } }, at, reconciler).map((found) => found.alarms.length);
    expect(alarms(99_000, [0, 10, 31, 60, 3600])).toEqual([0, 0, 1, 0, 0]);
    expect(alarms(98_000, [3610, 3650, 3700])).toEqual([0, 1, 0]);
    expect(seen({ books: { cash: 98_000, equity: 98_000 } }, [4000], reconciler)[0]?.cash).toEqual({
      ...{ dollars: 2_000, isSmall: false, isStanding: true },
    });
  });

  it("26 equity that differs for more than two minutes bars entries until it agrees again, and is told once", () => {
    const all = seen({ books: { equity: 101_000 } }, [0, 60, 120, 121, 130]);
    const barred = all.map(({ claims }) => claims.some(({ source }) => source === "equity_disagrees"));
    expect(barred).toEqual([false, false, false, true, true]);
    expect(all.map(({ alarms }) => alarms.length)).toEqual([0, 0, 0, 1, 0]);
    expect(seen({ books: { equity: Number.NaN } }, [0, 121])[1]?.claims).toHaveLength(1);
    expect(seen({}, [0])[0]?.lifts).toContain("equity_disagrees");
  });

  it("27 B32 a restricted account bars entries, and no longer when it is free", () => {
    const reconciler = new Reconciler();
    const [bad] = seen({ account: { mayTrade: false } }, [0], reconciler);
    expect(bad?.claims).toMatchObject([{ source: "account_restricted", level: "NO_NEW_ENTRIES" }]);
    expect(seen({}, [10], reconciler)[0]?.lifts).toContain("account_restricted");
  });
});

it("28 of two figures for the close before the higher one counts", () => {
  const found = last({ books: { previousEquity: 100_020 } }, [0]);
  expect([found.previousEquity, found.alarms.length, found.clean]).toEqual([100_020, 1, true]);
  expect(last({ books: { previousEquity: 100_005 } }, [0]).previousEquity).toBe(undefined);
});

/** Two books of one account: the broker's, and ours, which hear of nothing but what reconciliation says. */
class Drift {
  readonly reconciler = new Reconciler();
  readonly next: () => number;
  truth = 0;
  believed = 0;
  external = 0;
  adjustments = 0;
  manual = 0;
  readonly ids = new Set<string>();
  readonly orders: {
    clientId: string;
    side: Side;
    shares: number;
    filled: number;
    known: number;
    isKnown: boolean;
  }[] = [];

  constructor(seed: number) {
    this.next = uniform(seed);
  }

  /** Something happens at the broker. */
  stir(): void {
    const size = 1 + Math.floor(50 * this.next());
    const side: Side = this.next() < 0.5 ? BUY : SELL;
    const what = this.next();
    if (what < 0.3) {
      this.truth += side * size;
      this.manual += side * size;
    } else if (what < 0.6) {
      const clientId = `p-${this.orders.length}`;
      this.orders.push({ clientId, side, shares: size, filled: 0, known: 0, isKnown: this.next() < 0.8 });
    } else
      for (const one of this.orders) {
        const more = Math.min(one.shares - one.filled, Math.floor(20 * this.next()));
        one.filled += more;
        this.truth += one.side * more;
      }
  }

  compare(seconds: number, mood: number): Reconciliation | undefined {
    const dice = this.next();
    if (dice < mood / 3) {
      this.reconciler.lookFailed();
      return undefined;
    }
    const shown =
      dice < (2 * mood) / 3 ? [] : [theirs("AAA", this.truth)].filter(({ shares }) => shares !== 0);
    const orders = this.orders.map(({ clientId, side, shares, filled }) =>
      order(clientId, { side, shares, filled, status: filled === shares ? "filled" : "working" }),
    );
    const books = {
      positions: [ours("AAA", this.believed, { external: this.external, adjustments: this.adjustments })],
      orders: this.orders
        .filter(({ isKnown }) => isKnown)
        .map((one) => {
          const state = one.known === one.shares ? ("ended" as const) : ("working" as const);
          return local(one.clientId, { side: one.side, filled: one.known, state, reduces: false });
        }),
    };
    const worth = { cash: 100_000 - this.truth * 100 };
    const picture = { positions: shown, orders, account: worth, books };
    const cash = 100_000 - this.believed * 100;
    const own = { ...booksOf(picture), cash, equity: cash + this.believed * 100 };
    const found = this.reconciler.compare(look(picture), own, at(seconds));
    this.#book(found);
    return found;
  }

  #book({ reports, adjustments }: Reconciliation): void {
    for (const report of reports) {
      const one = this.orders.find(({ clientId }) => clientId === report.order.clientId);
      if (one === undefined) throw new Error(`a report of nobody's order ${report.order.clientId}`);
      one.isKnown = true;
      this.believed += one.side * (report.order.filled - one.known);
      one.known = report.order.filled;
    }
    for (const { shares, id } of adjustments) {
      expect(this.ids.has(id)).toBe(false);
      this.ids.add(id);
      this.adjustments += 1;
      this.believed += shares;
      this.external += shares;
    }
  }
}

it("random drift ends clean: our fills are the broker's, and adjustments are what others traded and no more", () => {
  let [adjusted, reported] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const drift = new Drift(seed);
    let seconds = 0;
    for (let n = 0; n < 40; n++) {
      seconds += 10;
      if (drift.next() < 0.3) drift.stir();
      drift.compare(seconds, 0.3);
    }
    let found: Reconciliation | undefined;
    for (let n = 0; n < 15; n++) {
      seconds += 10;
      found = drift.compare(seconds, 0);
    }
    expect([seed, found?.clean, drift.believed]).toEqual([seed, true, drift.truth]);
    expect([seed, drift.external]).toEqual([seed, drift.manual]);
    adjusted += drift.ids.size;
    reported += drift.orders.length;
  }
  expect(adjusted).toBeGreaterThan(300);
  expect(reported).toBeGreaterThan(300);
});
