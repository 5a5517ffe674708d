/**
 * Goal    orders meet quotes and trades as TV-1 to TV-6 say.
 * Method  short scripts with the answer by hand, then random markets and orders against what no venue may do.
 *
 * A script is a list of steps, milliseconds after the open: `q 100x300/101x200` is the best bid and offer,
 * `t 100.5x100` a print; orders and cancels are objects. The answer tells when which order traded, `@5 10 100@101`.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testSessions } from "../../test/bar-text.ts";
import { approvedOrder, eventWords, type OrderWish, sharedOrder } from "../../test/venue-orders.ts";
import { allocateColumns } from "../domain/bars.ts";
import type { OrderFilled, VenueEvent } from "../domain/events.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { toDollars, toShares } from "../domain/money.ts";
import { BUY, type OrderNumber, SELL, type Side, TimeInForce } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { ApprovedOrder } from "../risk/gate.ts";
import { type CostParams, costParams } from "./cost-model.ts";
import { HaltSchedule } from "./halts.ts";
import { Latency } from "./latency.ts";
import { TickVenue } from "./tick-venue.ts";
import type { VenueExtras } from "./venue.ts";

const prompt = costParams.parse({
  auctionBps: 0,
  regulatory: false,
  maxParticipation: 0.1,
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }],
});
const slow: CostParams = { ...prompt, latency: { enabled: true, lowMs: 50, highMs: 250, seed: 5 } };

const sessions = testSessions(2, 10);
const open = sessions.open[0]!;
const CLOSE_MS = 600_000;
const stock = 0 as InstrumentId;
const noBars = allocateColumns("1m", instrumentTable(["S0"]), 0, 0);

type Sent = OrderWish | { readonly cancel: number } | { readonly order: ApprovedOrder };
type Step = readonly [ms: number, what: string | Sent];

class Script {
  readonly venue: TickVenue;
  #told = 0;

  constructor(costs: CostParams, extras: VenueExtras = {}) {
    this.venue = new TickVenue(1, costs, sessions, extras);
  }

  step([ms, what]: Step): void {
    const at = (open + ms * 1000) as EpochMicros;
    while (this.venue.nextDue <= at) this.venue.runDue();
    if (typeof what === "string") this.#market(at, what);
    else this.#send(at, what);
    // What is sent without delay has arrived.
    while (this.venue.nextDue <= at) this.venue.runDue();
  }

  /** Decisions follow a bar's close: the venue's time is the last thing that happened. */
  #send(at: EpochMicros, what: Sent): void {
    this.venue.bars({ at, from: 0, to: 0, columns: noBars });
    if ("cancel" in what) this.venue.send({ kind: "CancelOrder", order: what.cancel as OrderNumber });
    else this.venue.send({ kind: "PlaceOrder", order: "order" in what ? what.order : approvedOrder(what) });
  }

  #market(at: EpochMicros, text: string): void {
    const [kind, figures = ""] = text.split(" ");
    const [[bid = 0, bidSize = 0] = [], [ask = 0, askSize = 0] = []] = figures
      .split("/")
      .map((side) => side.split("x").map(Number));
    if (kind === "t") this.venue.trade({ at, instrument: stock, price: bid, size: bidSize });
    else this.venue.quote({ at, instrument: stock, bid, bidSize, ask, askSize });
  }

  told(): VenueEvent[] {
    const fresh = this.venue.events.slice(this.#told);
    this.#told = this.venue.events.length;
    return fresh;
  }
}

function run(steps: readonly Step[], costs: CostParams = prompt, extras: VenueExtras = {}): string {
  const script = new Script(costs, extras);
  for (const step of steps) script.step(step);
  const events = script.told().filter(({ kind }) => kind !== "OrderAccepted");
  return events.map((event) => `@${(event.at - open) / 1000} ${eventWords([event])}`).join(", ");
}

const market = "q 100x300/101x200";
const { ImmediateOrCancel, NextBar, AtOpen, AtClose, Day } = TimeInForce;

describe("taking what is displayed (TV-2, TV-3)", () => {
  it.each<{ why: string; steps: Step[]; answer: string }>([
    {
      why: "a buyer pays the offer",
      steps: [
        [1, market],
        [2, {}],
      ],
      answer: "@2 10 100@101",
    },
    {
      why: "a seller gets the bid",
      steps: [
        [1, market],
        [2, { side: SELL }],
      ],
      answer: "@2 10 100@100",
    },
    {
      why: "no more than is displayed; the rest meets the next quote",
      steps: [
        [1, market],
        [2, { shares: 500 }],
        [3, "q 100x300/101.5x900"],
      ],
      answer: "@2 10 200@101, @3 10 300@101.5",
    },
    {
      why: "a displayed share is taken once: news of the bid gives nothing back",
      steps: [
        [1, market],
        [2, { shares: 150 }],
        [3, { number: 20 }],
        [4, "q 100x900/101x200"],
        [5, "q 100x900/101x300"],
      ],
      answer: "@2 10 150@101, @3 20 50@101, @5 20 50@101",
    },
    {
      why: "nobody offers: wait",
      steps: [
        [1, "q 100x300/NaNx0"],
        [2, {}],
        [3, market],
      ],
      answer: "@3 10 100@101",
    },
    {
      why: "a limit through the market pays the market",
      steps: [
        [1, market],
        [2, { limit: 102 }],
      ],
      answer: "@2 10 100@101",
    },
    {
      why: "what it leaves rests, and others come to its price",
      steps: [
        [1, market],
        [2, { limit: 101, shares: 300 }],
        [3, "q 101x50/101.5x10"],
        [4, "q 101x50/100.5x80"],
      ],
      answer: "@2 10 200@101, @4 10 80@101",
    },
    {
      why: "immediate or cancel takes what is there",
      steps: [
        [1, market],
        [2, { shares: 250, timeInForce: ImmediateOrCancel }],
        [3, market],
      ],
      answer: "@2 10 200@101, @2 10 off",
    },
    {
      why: "and nothing beyond its limit",
      steps: [
        [1, market],
        [2, { limit: 100.5, timeInForce: ImmediateOrCancel }],
      ],
      answer: "@2 10 off",
    },
  ])("$why", ({ steps, answer }) => expect(run(steps)).toBe(answer));
});

describe("the queue (TV-3)", () => {
  const joined: Step[] = [
    [1, market],
    [2, { limit: 100 }],
  ];
  it.each<{ why: string; steps: Step[]; answer: string }>([
    { why: "behind what was displayed", steps: [...joined, [3, "t 100x300"]], answer: "" },
    {
      why: "then ours",
      steps: [...joined, [3, "t 100x340"], [4, "t 100x70"]],
      answer: "@3 10 40@100, @4 10 60@100",
    },
    {
      why: "half of the cancels were ahead",
      steps: [...joined, [3, "q 100x900/101x200"], [4, "q 100x700/101x200"], [5, "t 100x250"]],
      answer: "@5 10 50@100",
    },
    {
      why: "what traded is not canceled",
      steps: [...joined, [3, "t 100x100"], [4, "q 100x200/101x200"], [5, "t 100x210"]],
      answer: "@5 10 10@100",
    },
    {
      why: "better than the best stands first",
      steps: [
        [1, market],
        [2, { limit: 100.5 }],
        [3, "t 100.5x60"],
      ],
      answer: "@3 10 60@100.5",
    },
    {
      why: "a print worse for the seller than ours was ours before",
      steps: [
        [1, market],
        [2, { limit: 100.5 }],
        [3, "t 100.2x60"],
      ],
      answer: "@3 10 60@100.5",
    },
    {
      why: "a print beyond the best bid is late: not ours",
      steps: [...joined, [3, "t 99x9999"]],
      answer: "",
    },
    {
      why: "depth below the best is unknown",
      steps: [
        [1, market],
        [2, { limit: 99 }],
        [3, "t 99x9999"],
      ],
      answer: "",
    },
    {
      why: "until it is the best",
      steps: [
        [1, market],
        [2, { limit: 99 }],
        [3, "q 99x500/101x200"],
        [4, "t 99x520"],
      ],
      answer: "@4 10 20@99",
    },
    {
      why: "first in, first out among ours, and a print is shared once",
      steps: [...joined, [2, { number: 20, limit: 100 }], [3, "t 100x420"], [4, "t 100x50"]],
      answer: "@3 10 100@100, @3 20 20@100, @4 20 50@100",
    },
    {
      why: "a seller's queue is the mirror",
      steps: [
        [1, market],
        [2, { side: SELL, limit: 101 }],
        [3, "t 101x250"],
      ],
      answer: "@3 10 50@101",
    },
  ])("$why", ({ steps, answer }) => expect(run(steps)).toBe(answer));
});

describe("stops and brackets (TV-4, TV-6)", () => {
  it.each<{ why: string; steps: Step[]; answer: string }>([
    {
      why: "a print triggers, a later quote fills, at the bid and not at the stop",
      steps: [
        [1, market],
        [2, { side: SELL, trigger: 100.2 }],
        [3, "t 100.2x500"],
        [4, "q 99.5x300/101x200"],
      ],
      answer: "@4 10 100@99.5",
    },
    {
      why: "never in the instant of its print",
      steps: [
        [1, market],
        [2, { side: SELL, trigger: 100.2 }],
        [3, "t 100.2x5"],
        [3, market],
        [4, "t 100.5x5"],
      ],
      answer: "@4 10 100@100",
    },
    {
      why: "quotes trigger nothing",
      steps: [
        [1, market],
        [2, { side: SELL, trigger: 99 }],
        [3, "q 98x300/98.5x9"],
      ],
      answer: "",
    },
    {
      why: "the stop covers what has filled, from the first fill on",
      steps: [
        [1, market],
        [2, { shares: 500, stop: 99 }],
        [3, "t 99x1"],
        [4, "q 98x900/99x10"],
      ],
      answer: "@2 10 200@101, @4 10 10@99, @4 11 210@98, @4 10 off",
    },
    {
      why: "the target takes what comes and the stop goes",
      steps: [
        [1, market],
        [2, { stop: 99, target: 102 }],
        [3, "q 102x500/102.5x10"],
      ],
      answer: "@2 10 100@101, @3 12 100@102, @3 11 off",
    },
    {
      why: "a part of the target leaves the stop the rest",
      steps: [
        [1, market],
        [2, { stop: 99, target: 102 }],
        [3, "q 102x60/102.5x10"],
        [4, "t 99x1"],
        [5, "q 98x500/99x10"],
      ],
      answer: "@2 10 100@101, @3 12 60@102, @5 11 40@98, @5 12 off, @5 11 off",
    },
    {
      why: "canceling an unfilled entry takes its legs along",
      steps: [
        [1, market],
        [2, { limit: 99, stop: 95 }],
        [3, { cancel: 10 }],
      ],
      answer: "@3 10 off, @3 11 off",
    },
  ])("$why", ({ steps, answer }) => expect(run(steps)).toBe(answer));
});

describe("sessions, auctions, halts (TV-1, TV-5)", () => {
  it.each<{ why: string; steps: Step[]; answer: string }>([
    {
      why: "nothing before the open or after the close",
      steps: [
        [-9, market],
        [-8, {}],
        [-7, market],
        [5, market],
        [CLOSE_MS + 1, { number: 20 }],
        [CLOSE_MS + 2, market],
      ],
      answer: "@5 10 100@101",
    },
    {
      why: "the first print is the opening auction, a tenth of it",
      steps: [
        [-9, { timeInForce: AtOpen, shares: 50 }],
        [-8, "t 99x9999"],
        [0, "t 100x300"],
        [1, "t 100x9999"],
      ],
      answer: "@0 10 30@100, @0 10 dead",
    },
    {
      why: "not beyond the limit, and only once",
      steps: [
        [-9, { timeInForce: AtOpen, limit: 99 }],
        [0, "t 100x9999"],
        [1, "t 98x9999"],
      ],
      answer: "@0 10 dead",
    },
    {
      why: "the first print after the close is the closing auction",
      steps: [
        [1, { timeInForce: AtClose }],
        [CLOSE_MS - 1, "t 90x9999"],
        [CLOSE_MS + 7, "t 100x9999"],
      ],
      answer: `@${CLOSE_MS + 7} 10 100@100`,
    },
    {
      why: "which may fail to come",
      steps: [
        [1, { timeInForce: AtClose }],
        [CLOSE_MS + 300_001, "t 90x9999"],
      ],
      answer: `@${CLOSE_MS + 300_000} 10 dead`,
    },
    {
      why: "an entry's time is over after a minute, exactly (C-39)",
      steps: [
        [1, market],
        [2, { limit: 99, timeInForce: NextBar }],
        [70_000, market],
      ],
      answer: "@60002 10 dead",
    },
    {
      why: "what had filled by then stays (C-40)",
      steps: [
        [1, market],
        [2, { limit: 101, shares: 250, timeInForce: NextBar }],
        [70_000, market],
      ],
      answer: "@2 10 200@101, @60002 10 dead",
    },
    {
      why: "a day order dies at the close",
      steps: [
        [2, { limit: 99, timeInForce: Day }],
        [CLOSE_MS + 9, market],
      ],
      answer: `@${CLOSE_MS} 10 dead`,
    },
  ])("$why", ({ steps, answer }) => expect(run(steps)).toBe(answer));

  it("a halted instrument fills nothing, and after it the first print comes first", () => {
    const at = (ms: number) => (open + ms * 1000) as EpochMicros;
    const halts = new HaltSchedule([{ instrument: stock, from: at(10), to: at(20), reason: "LULD" }]);
    const steps: Step[] = [
      [9, market],
      [10, {}],
      [11, market],
      [20, market],
      [21, "t 101x5"],
      [22, market],
    ];
    expect(run(steps, prompt, { halts })).toBe("@22 10 100@101");
  });
});

describe("delay (TV-1)", () => {
  const arrival = (order: number) => {
    const latency = new Latency(slow.latency);
    return Math.ceil((latency.feedMs(order) + latency.orderMs(order, "PlaceOrder")) * 1000) / 1000;
  };

  it("an order fills at what is displayed when it arrives, not when it left", () => {
    const arrives = arrival(10);
    expect(arrives).toBeGreaterThan(50);
    const steps: Step[] = [
      [1, market],
      [1, {}],
      [30, "q 101x300/102x200"],
      [5_000, market],
    ];
    expect(run(steps, slow)).toBe(`@${1 + arrives} 10 100@102`);
  });

  it("the drift until then, the walk after it and the spread are told apart and sum to the shortfall", () => {
    const script = new Script(slow);
    for (const step of [
      [1, market],
      [1, { shares: 300 }],
      [30, "q 101x300/102x200"],
      [5_000, "q 103x300/104x200"],
    ] satisfies Step[])
      script.step(step);
    const fills = script.told().filter((event): event is OrderFilled => event.kind === "OrderFilled");
    const parts = fills.map(({ costs }) => ({ ...costs.parts, sum: costs.slippage }));
    // Decided at 100.5; 200 at 102 (mid 101.5), 100 at 104 (mid 103.5).
    expect(parts).toEqual([
      { spread: 100e6, drift: 200e6, impact: 0, sum: 300e6 },
      { spread: 50e6, drift: 100e6, impact: 200e6, sum: 350e6 },
    ]);
  });

  it("a resting order earns the spread", () => {
    const script = new Script(prompt);
    for (const step of [
      [1, market],
      [2, { limit: 100 }],
      [3, "t 100x900"],
    ] satisfies Step[])
      script.step(step);
    const [fill] = script.told().filter((event): event is OrderFilled => event.kind === "OrderFilled");
    expect(fill?.costs).toMatchObject({ slippage: -50e6, parts: { spread: -50e6, drift: 0, impact: 0 } });
  });
});

describe("orders that several strategies share (ENS-1, TV-6)", () => {
  /** Sixty and forty shares, each with its stop and target; of the first, `crossed` shares never came here. */
  const shared = (crossed = 0, limit = Number.NaN) =>
    sharedOrder([
      { shares: 60 + crossed, crossed, limit, stop: 95, target: 110 },
      { number: 20, shares: 40, limit, stop: 98, target: 105 },
    ]);
  const low = "q 94x900/94.5x900";

  it.each<{ why: string; steps: Step[]; answer: string }>([
    {
      why: "each leg wakes for its own part of the fill, and one cancels the other",
      steps: [
        [1, market],
        [2, { order: shared() }],
        [3, "t 98x10"],
        [4, "q 97x900/98x900"],
        [5, "t 94x10"],
        [6, low],
      ],
      answer: "@2 10 100@101, @4 21 40@97, @4 22 off, @6 11 60@94, @6 12 off",
    },
    {
      why: "a fill of half of it wakes half of each, what comes later the rest",
      steps: [
        [1, "q 100x300/101x50"],
        [2, { order: shared() }],
        [3, "q 100x300/101x10"],
        [4, "t 94x10"],
        [5, "q 94x900/NaNx0"],
      ],
      answer: "@2 10 50@101, @3 10 10@101, @5 11 36@94, @5 12 off, @5 10 off, @5 21 24@94, @5 22 off",
    },
    {
      why: "what crossed before is protected from the arrival on, before anything has filled",
      steps: [
        [1, market],
        [2, { order: shared(30, 90) }],
        [3, "t 94x10"],
        [4, low],
      ],
      // Once a leg has closed what it covers nothing would protect what is still bought: the entry ends (SM-6).
      answer: "@4 11 30@94, @4 12 off, @4 10 off, @4 21 off, @4 22 off",
    },
    {
      why: "its cancel, by whoever shares it, ends it; legs that never woke end with it, those of what crossed stay",
      steps: [
        [1, market],
        [2, { order: shared(30, 90) }],
        [3, { cancel: 20 }],
        [4, "t 94x10"],
        [5, low],
      ],
      answer: "@3 10 off, @3 21 off, @3 22 off, @5 11 30@94, @5 12 off",
    },
  ])("$why", ({ steps, answer }) => {
    expect(run(steps)).toBe(answer);
  });

  it("where nobody lends it is refused with what would sleep for good; what crossed is protected (C-24)", () => {
    const short = sharedOrder([
      { side: SELL, shares: 90, crossed: 30, stop: 105, target: 90 },
      { number: 20, side: SELL, shares: 40, stop: 106, target: 90 },
    ]);
    const borrow = { ...prompt.borrow, hardToBorrow: ["S0"] };
    const high = "q 105.5x900/106x900";
    const steps: Step[] = [
      [1, market],
      [2, { order: short }],
      [3, { cancel: 20 }],
      [4, "t 106x10"],
      [5, high],
    ];
    expect(run(steps, { ...prompt, borrow }, { symbols: ["S0"] })).toBe(
      "@2 10 refused, @2 21 refused, @2 22 refused, @5 11 30@106, @5 12 off",
    );
  });
});

interface Happening {
  readonly gap: number;
  readonly kind: "quote" | "trade" | "order" | "cancel";
  readonly a: number;
  readonly b: number;
  readonly size: number;
  readonly side: Side;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  gap: fc.integer({ min: 0, max: 400 }),
  kind: fc.constantFrom("quote", "quote", "quote", "trade", "trade", "order", "cancel"),
  a: fc.integer({ min: 0, max: 4 }),
  b: fc.integer({ min: 1, max: 3 }),
  size: fc.integer({ min: 1, max: 500 }),
  side: fc.constantFrom(BUY, SELL),
});

interface Displayed {
  bid: number;
  bidSize: number;
  ask: number;
  askSize: number;
}

/** Plays a random script; hands each fill over with the market as it stood. */
function play(
  all: readonly Happening[],
  check: (fill: OrderFilled, wish: OrderWish, shown: Displayed, print: number, sentMs: number) => void,
): string {
  const script = new Script(slow);
  const wishes = new Map<number, { wish: OrderWish; sentMs: number }>();
  let shown: Displayed = { bid: Number.NaN, bidSize: 0, ask: Number.NaN, askSize: 0 };
  let ms = 1;
  let text = "";
  const look = (print: number) => {
    for (const event of script.told()) {
      text += `${event.at} ${eventWords([event])};`;
      if (event.kind !== "OrderFilled") continue;
      const known = wishes.get(event.order);
      if (known === undefined) throw new Error(`order ${event.order} was never sent`);
      check(event, known.wish, shown, print, known.sentMs);
    }
  };
  for (const [n, { gap, kind, a, b, size, side }] of all.entries()) {
    ms += gap;
    while (script.venue.nextDue <= open + ms * 1000) {
      script.venue.runDue();
      look(Number.NaN);
    }
    if (kind === "quote") {
      shown = { bid: 100 + a, bidSize: size, ask: 100 + a + b, askSize: 500 - size };
      script.step([ms, `q ${shown.bid}x${shown.bidSize}/${shown.ask}x${shown.askSize}`]);
      look(Number.NaN);
    } else if (kind === "trade") {
      script.step([ms, `t ${100 + a + b - 1}x${size}`]);
      look(size);
    } else if (kind === "cancel") script.step([ms, { cancel: 100 + ((n * 7) % all.length) }]);
    else {
      const wish: OrderWish = { number: 100 + n, side, shares: size, ...(b === 1 ? {} : { limit: 100 + a }) };
      wishes.set(100 + n, { wish, sentMs: ms });
      script.step([ms, wish]);
    }
  }
  return text;
}

it("no fill before arrival, through the limit, better than the market allows or beyond what was there", () => {
  let took = 0;
  let rested = 0;
  fc.assert(
    fc.property(fc.array(happening, { minLength: 20, maxLength: 80 }), (all) => {
      const filled = new Map<number, number>();
      play(all, (fill, wish, shown, print, sentMs) => {
        const price = toDollars(fill.price);
        const shares = toShares(fill.quantity);
        const side = wish.side ?? BUY;
        const latency = new Latency(slow.latency);
        const travelMs = latency.feedMs(fill.order) + latency.orderMs(fill.order, "PlaceOrder");
        expect(fill.at).toBeGreaterThanOrEqual(open + sentMs * 1000 + Math.ceil(travelMs * 1000));
        if (wish.limit !== undefined) expect(side * (wish.limit - price)).toBeGreaterThanOrEqual(0);
        // Nobody buys below the bid or sells above the offer: the best a resting order gets is its own side.
        expect(side * (price - (side > 0 ? shown.bid : shown.ask))).toBeGreaterThanOrEqual(0);
        const others = Number.isNaN(print)
          ? side > 0
            ? shown.askSize
            : shown.bidSize
          : Math.max(print, 500);
        expect(shares).toBeLessThanOrEqual(others);
        const sum = (filled.get(fill.order) ?? 0) + shares;
        filled.set(fill.order, sum);
        expect(sum).toBeLessThanOrEqual(wish.shares ?? 0);
        const { spread, drift, impact } = fill.costs.parts!;
        expect(spread + drift + impact).toBe(fill.costs.slippage);
        if (price === wish.limit) rested += 1;
        else took += 1;
      });
    }),
    { numRuns: 300 },
  );
  expect(took).toBeGreaterThan(100);
  expect(rested).toBeGreaterThan(100);
});

it("BACK-3: the same script, the same events", () => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 20, maxLength: 60 }), (all) => {
      expect(play(all, () => undefined)).toBe(play(all, () => undefined));
    }),
    { numRuns: 30 },
  );
});
