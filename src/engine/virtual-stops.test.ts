/**
 * Goal    a stop that the engine watches fires once, on what the market really did, and closes the position exactly:
 *         never twice, never through zero, whatever the venue says meanwhile (RISK-4, C-22, C-23).
 * Method  the execute stage by hand. A story is a list of steps, seconds after the open; the answer is what left, by
 *         step. Every story is told twice, the second time with the risk state saved and loaded before each step.
 *
 * A position of 100 shares bought at 100 with a stop at 95 is order 0; its disaster stop, at 90, is order 1.
 * `q 99/99.02` quotes, `t 95` prints, `b 100/101/94/96` closes a bar, `f 1 40@90` fills, `x 1` ends an order.
 */
import { describe, expect, it } from "vitest";
import { bars, columnsOf, testSessions } from "../../test/bar-text.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { EntryIntent } from "../domain/intent.ts";
import { dollarsPerShare, type Money, shares, usd } from "../domain/money.ts";
import {
  type FillId,
  type OrderNumber,
  OrderType,
  orderTypeNames,
  purposeNames,
  TimeInForce,
  timeInForceNames,
} from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { executionParams } from "../execution/order-policy.ts";
import { ExecuteStage } from "./execute.ts";
import type { Command } from "./ports.ts";

const sessions = testSessions(2, 390);
const open = sessions.open[0]!;
const stock = 0 as InstrumentId;
const free = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };

interface Holding {
  readonly shares?: number;
  readonly filled?: number;
  readonly stop?: number;
  readonly strategies?: number;
  readonly execution?: Readonly<Record<string, unknown>>;
}
type Step = readonly [seconds: number, what: string];

function commandWords(command: Command): string {
  if (command.kind === "CancelOrder") return `cancel ${command.order}`;
  if (command.kind === "ReplaceStop") return `move ${command.order} to ${command.stop}`;
  const { number, purpose, side, shares: size, type, timeInForce, limit, stop } = command.order;
  const price = type === OrderType.Limit ? ` ${limit}` : type === OrderType.Stop ? ` ${stop}` : "";
  const life = timeInForce === TimeInForce.GoodTillCanceled ? "" : ` ${timeInForceNames[timeInForce]}`;
  const words = `${side > 0 ? "buy" : "sell"} ${size} ${orderTypeNames[type]}${price}${life}`;
  return `${number} ${purposeNames[purpose]} ${words}`;
}

class Story {
  readonly execute: ExecuteStage;
  #fills = 0;

  constructor({ shares: wanted = 100, filled = wanted, stop = 95, strategies = 1, execution = {} }: Holding) {
    this.execute = new ExecuteStage(
      {
        strategies,
        instruments: 1,
        startingCash: usd(1_000_000),
        sessions,
        rules: [],
        execution: executionParams.parse({ stops: "virtual", ...execution }),
        ensemble: ensembleParams.parse({}),
      },
      () => undefined,
    );
    this.step([60, "b 100/100/100/100"]);
    const at = this.#at(60);
    const intents = Array.from({ length: strategies }, (_, strategy): EntryIntent => {
      const what = { kind: "Enter", at, strategy, instrument: stock, signal: 0, reference: 100 } as const;
      const terms = { binding: "fixed_shares", target: Number.NaN, timing: "now" } as const;
      return { ...what, ...terms, shares: wanted, stop };
    });
    this.execute.decide(intents);
    if (filled !== 0) this.step([61, `f 0 ${Math.abs(filled * strategies)}@100`]);
  }

  /** What left with the entry. */
  get entry() {
    const first = this.execute.commands.find(({ kind }) => kind === "PlaceOrder");
    return first?.kind === "PlaceOrder" ? first.order : undefined;
  }

  get held(): number {
    return this.execute.lots.shares(0, stock);
  }

  told(): string {
    return this.execute.commands.splice(0).map(commandWords).join(", ");
  }

  reload(): void {
    this.execute.loadRisk(JSON.parse(JSON.stringify(this.execute.saveRisk())));
  }

  step([seconds, what]: Step): void {
    const at = this.#at(seconds);
    const [kind, first = "", second = ""] = what.split(" ");
    const order = Number(first) as OrderNumber;
    const { execute } = this;
    if (kind === "q") {
      const [bid = 0, ask = 0] = first.split("/").map(Number);
      execute.quote({ at, instrument: stock, bid, bidSize: 500, ask, askSize: 500 });
    } else if (kind === "t") execute.trade({ at, instrument: stock, price: Number(first), size: 100 });
    else if (kind === "b")
      execute.bars({ at, from: 0, to: 1, columns: columnsOf("1m", 1, bars(0, first, [at])) });
    else if (kind === "f") {
      const [quantity = 0, price = 0] = second.split("@").map(Number);
      this.#fills += 1;
      const parts = { fillId: this.#fills as FillId, costs: free };
      const paid = { quantity: shares(quantity), price: dollarsPerShare(price) };
      execute.broker({ kind: "OrderFilled", at, order, ...parts, ...paid });
    } else if (kind === "x") execute.broker({ kind: "OrderCanceled", at, order });
    else if (kind === "halt")
      execute.tradingStatus({ kind: "TradingHalted", at, instrument: stock, reason: "LULD" });
    else if (kind === "resume") execute.tradingStatus({ kind: "TradingResumed", at, instrument: stock });
    else if (kind === "split")
      execute.action({ kind: "SharesSplit", at, instrument: stock, newShares: 2, oldShares: 1 });
    else if (kind === "dividend")
      execute.action({ kind: "DividendPaid", at, instrument: stock, perShare: 2, isSpinOff: false });
    else if (kind === "protect") {
      const wish = { kind: "Protect", at, strategy: 0, instrument: stock, signal: 1 } as const;
      execute.decide([{ ...wish, reference: 100, stop: Number(first) }]);
    } else if (kind === "exit") {
      // A decision follows the bar of its instant.
      this.step([seconds, "b 100/100/100/100"]);
      execute.decide([{ kind: "Exit", at, strategy: 0, instrument: stock, signal: 1, reference: 100 }]);
    } else throw new Error(what);
  }

  #at(seconds: number): EpochMicros {
    return (open + seconds * 1e6) as EpochMicros;
  }
}

/** `@70 cancel 1 | @71 2 virtual_stop ...` */
function told(steps: readonly Step[], holding: Holding = {}, reloads = false): string {
  const story = new Story(holding);
  story.told();
  return steps
    .flatMap((step) => {
      if (reloads) story.reload();
      story.step(step);
      const words = story.told();
      return words === "" ? [] : [`@${step[0]} ${words}`];
    })
    .join(" | ");
}

interface Case {
  readonly why: string;
  readonly steps: readonly Step[];
  readonly answer: string;
  readonly holding?: Holding;
}

/** A breach nobody doubts, and the disaster stop's end a moment later. */
const breached: readonly Step[] = [
  [70, "q 94.9/94.92"],
  [70, "t 95"],
  [70.2, "x 1"],
];
const left = "@70 cancel 1 | @70.2 2 virtual_stop sell 100 market ioc";

const cases: readonly Case[] = [
  {
    why: "a print at the level with a fresh quote that agrees: the cancel leaves, the exit after it",
    steps: breached,
    answer: left,
  },
  {
    why: "a quote that comes after the print may agree as well",
    steps: [
      [70, "t 95"],
      [70.5, "q 94.9/94.92"],
    ],
    answer: "@70.5 cancel 1",
  },
  {
    why: "one bad print stops nobody out",
    steps: [
      [70, "q 99/99.02"],
      [70, "t 95"],
      [71, "t 99.01"],
      [72, "t 94"],
      [73, "t 99.01"],
    ],
    answer: "",
  },
  {
    why: "a quote that is older than two seconds agrees with nothing; a second print in a row does",
    steps: [
      [70, "q 94.9/94.92"],
      [72.1, "t 94.9"],
      [73, "t 94.95"],
    ],
    answer: "@73 cancel 1",
  },
  {
    why: "a print a cent above the level is none of it, whatever the quote says",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "t 95.01"],
      [71, "t 95.01"],
    ],
    answer: "",
  },
  {
    why: "it fires once: more prints change nothing while the exit is at the venue",
    steps: [...breached, [71, "t 94"], [72, "t 93"], [75, "q 92/92.02"], [80, "t 92"]],
    answer: left,
  },
  {
    why: "it fires once: the price that comes back calls nothing off",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "t 95"],
      [70.1, "t 99"],
      [70.2, "x 1"],
    ],
    answer: left,
  },
  {
    why: "a gap through both: the disaster stop is the exit, nothing asks it to go, and nothing is left to sell",
    steps: [
      [70, "q 80/80.02"],
      [70, "t 80"],
      [71, "t 80"],
      [72, "q 79/79.02"],
      [120, "b 80/80/79/79"],
      [120.1, "f 1 100@80"],
      [125, "t 79"],
    ],
    answer: "",
  },
  {
    why: "a print exactly at the disaster stop is its own",
    steps: [
      [70, "q 90/90.02"],
      [70, "t 90"],
    ],
    answer: "",
  },
  {
    why: "a price that comes back between the two leaves by the virtual stop",
    steps: [
      [70, "t 80"],
      [71, "t 80"],
      [72, "t 90.01"],
    ],
    answer: "@72 cancel 1",
  },
  {
    why: "a fresh bid above the disaster stop says that it has not traded: the position leaves into that",
    steps: [
      [70, "t 80"],
      [71, "t 80"],
      [72, "q 94/94.02"],
      [72.1, "x 1"],
    ],
    answer: "@72 cancel 1 | @72.1 2 virtual_stop sell 100 market ioc",
  },
  {
    why: "left to the disaster stop, the rest of the entry is taken back all the same",
    steps: [
      [70, "t 80"],
      [71, "t 80"],
      [71.1, "x 0"],
      [72, "t 80"],
      [73, "t 80"],
    ],
    answer: "@71 cancel 0",
    holding: { filled: 30 },
  },
  {
    why: "a short position has its disaster stop above",
    steps: [
      [70, "t 109.99"],
      [71, "t 110"],
      [72, "t 109.99"],
    ],
    answer: "@72 cancel 1",
    holding: { shares: -100, stop: 105 },
  },
  {
    why: "bad prints in a row are one as long as a fresh quote contradicts them",
    steps: [
      [70, "q 99.98/100"],
      [70.1, "t 90.5"],
      [70.2, "t 90.5"],
      [70.3, "t 90.5"],
      [71, "q 99.98/100"],
      [72.9, "t 90.5"],
    ],
    answer: "",
  },
  {
    why: "such a print counts once the quote agrees",
    steps: [
      [70, "q 95.01/95.03"],
      [70.1, "t 95"],
      [70.2, "q 95/95.02"],
    ],
    answer: "@70.2 cancel 1",
  },
  {
    why: "and together with one that nobody contradicts any more",
    steps: [
      [70, "q 99.98/100"],
      [70.1, "t 94"],
      [72.1, "t 94"],
    ],
    answer: "@72.1 cancel 1",
  },
  {
    why: "a price that has left the collar of an attempt that failed is followed at the market",
    steps: [
      [70, "t 95"],
      [70, "t 94"],
      [70.2, "x 1"],
      [70.3, "x 2"],
      [72, "t 93.5"],
      [72.1, "x 3"],
    ],
    answer:
      "@70 cancel 1 | @70.2 2 virtual_stop sell 100 limit 93.53 ioc | @70.3 3 stop_loss sell 100 stop 90 | " +
      "@72 cancel 3 | @72.1 4 virtual_stop sell 100 market ioc",
  },
  {
    why: "the disaster stop sold a part before its cancel arrived: the exit is for the rest",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "t 94.9"],
      [70.1, "t 80"],
      [70.1, "f 1 60@80"],
      [70.2, "x 1"],
    ],
    answer: "@70 cancel 1 | @70.2 2 virtual_stop sell 40 market ioc",
  },
  {
    why: "the disaster stop's end is overdue: asked again, and moved to the level to close the position itself",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "t 95"],
      [70.9, "t 94.8"],
      [71, "t 94.7"],
      [71.5, "f 1 100@94.6"],
    ],
    answer: "@70 cancel 1 | @71 cancel 1, move 1 to 95",
  },
  {
    why: "nor does an exit that the strategy asked for before wait for ever",
    steps: [
      [70, "exit"],
      [70.5, "q 94.9/94.92"],
      [70.5, "t 95"],
      [71.5, "t 94.9"],
      [71.6, "x 1"],
    ],
    answer: "@70 cancel 1 | @70.5 cancel 1 | @71.5 cancel 1, move 1 to 95 | @71.6 2 exit sell 100 market",
  },
  {
    why: "an exit that sold a part: the rest follows at once, with no stop in between",
    steps: [...breached, [70.3, "f 2 60@94.9"], [70.3, "x 2"], [70.5, "f 3 40@94.8"]],
    answer: `${left} | @70.3 3 virtual_stop sell 40 market ioc`,
  },
  {
    why: "an exit that sold nothing: the disaster stop rests again, the next attempt waits",
    steps: [...breached, [70.3, "x 2"], [70.9, "t 94"], [71.3, "t 94"], [71.4, "x 3"]],
    answer: `${left} | @70.3 3 stop_loss sell 100 stop 90 | @71.3 cancel 3 | @71.4 4 virtual_stop sell 100 market ioc`,
  },
  {
    why: "without a fresh quote the exit is a limit half a per cent below the last price, wider after a failure",
    steps: [
      [70, "t 95"],
      [70, "t 94"],
      [70.2, "x 1"],
      [70.3, "x 2"],
      [72, "t 94"],
      [72.1, "x 3"],
    ],
    answer:
      "@70 cancel 1 | @70.2 2 virtual_stop sell 100 limit 93.53 ioc | @70.3 3 stop_loss sell 100 stop 90 | " +
      "@72 cancel 3 | @72.1 4 virtual_stop sell 100 limit 93.06 ioc",
  },
  {
    why: "a fraction of a share leaves behind the whole ones, as a day order",
    steps: [...breached, [70.3, "f 2 10@94.9"], [70.4, "f 3 0.5@94.9"]],
    answer:
      "@70 cancel 1 | @70.2 2 virtual_stop sell 10 market ioc | @70.3 3 virtual_stop sell 0.5 market day",
    holding: { shares: 10.5 },
  },
  {
    why: "a short position is bought back above its level; its disaster stop is above that",
    steps: [
      [70, "q 105.1/105.12"],
      [70, "t 105"],
      [70.2, "x 1"],
    ],
    answer: "@70 cancel 1 | @70.2 2 virtual_stop buy 100 market ioc",
    holding: { shares: -100, stop: 105 },
  },
  {
    why: "what filled of an entry is under its level; the rest of the entry is taken back",
    steps: breached,
    answer: "@70 cancel 0, cancel 1 | @70.2 2 virtual_stop sell 30 market ioc",
    holding: { filled: 30 },
  },
  {
    why: "what the entry buys while it is taken back leaves as well",
    steps: [...breached, [70.3, "f 0 5@95"], [70.4, "f 2 30@94.9"], [70.5, "x 0"], [70.6, "f 4 5@94"]],
    answer:
      "@70 cancel 0, cancel 1 | @70.2 2 virtual_stop sell 30 market ioc | " +
      "@70.4 cancel 0, 3 virtual_stop sell 5 market ioc",
    holding: { filled: 30 },
  },
  {
    why: "a breach of before a halt waits for the first print after it, and five seconds more",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "halt"],
      [70, "t 95"],
      [80, "t 94"],
      [90, "resume"],
      [91, "q 90.9/90.92"],
      [95, "t 91"],
      [99, "q 90.9/90.92"],
      [100, "q 90.9/90.92"],
      [100.1, "x 1"],
    ],
    answer: "@100 cancel 1 | @100.1 2 virtual_stop sell 100 market ioc",
  },
  {
    why: "a level follows the price, and the disaster stop follows the level; neither goes back",
    steps: [
      [70, "protect 98"],
      [71, "protect 96"],
      [72, "q 97.9/97.92"],
      [72, "t 98"],
      [72.1, "x 1"],
    ],
    answer: "@70 move 1 to 92 | @72 cancel 1 | @72.1 2 virtual_stop sell 100 market ioc",
  },
  {
    why: "a split counts the level anew, and prints of before it speak of another share",
    steps: [
      [70, "t 95"],
      [71, "split"],
      [72, "t 47.51"],
      [73, "t 47.5"],
      [74, "t 47.5"],
      [74.1, "x 1"],
    ],
    answer: "@74 cancel 1 | @74.1 2 virtual_stop sell 200 limit 47.26 ioc",
  },
  {
    why: "the level falls by a dividend (C-49)",
    steps: [
      [71, "dividend"],
      [72, "q 93/93.02"],
      [72, "t 93.01"],
      [73, "t 93"],
    ],
    answer: "@73 cancel 1",
  },
  {
    why: "where nothing prints, the bar's extreme counts, and of the bar in which it was bought the close",
    steps: [
      [120, "b 100/100/94/95.01"],
      [180, "b 96/96/95.01/96"],
      [240, "b 96/96/95/96"],
      [240.1, "x 1"],
    ],
    answer: "@240 cancel 1 | @240.1 2 virtual_stop sell 100 limit 95.52 ioc",
  },
  {
    why: "where trades are told, the bars made of them say nothing new",
    steps: [
      [70, "t 100"],
      [80, "t 94"],
      [90, "t 100"],
      [120, "b 100/100/94/100"],
    ],
    answer: "",
  },
  {
    why: "before the open and after the close prints count for nothing",
    steps: [
      [390 * 60, "q 94.9/94.92"],
      [390 * 60, "t 94"],
      [391 * 60, "t 94"],
      [86_400 - 60, "t 94"],
      [86_400 - 1, "t 94"],
    ],
    answer: "",
  },
  {
    why: "an overnight gap fires at the first prints of the next day",
    steps: [
      [86_400, "q 94.9/94.92"],
      [86_400.1, "t 94"],
    ],
    answer: "@86400.1 cancel 1",
  },
  {
    why: "two strategies with the same stop leave with the same tick, each for its own shares",
    steps: [
      [70, "q 94.9/94.92"],
      [70, "t 95"],
      [70.2, "x 1"],
      [70.2, "x 3"],
    ],
    answer:
      "@70 cancel 1, cancel 3 | @70.2 4 virtual_stop sell 100 market ioc | @70.2 5 virtual_stop sell 100 market ioc",
    holding: { strategies: 2 },
  },
];

describe("a stop that the engine watches", () => {
  it.each(cases)("$why", ({ steps, answer, holding }) => {
    expect(told(steps, holding)).toBe(answer);
  });

  it.each(cases)("and with the state saved and loaded before each step: $why", (story) => {
    expect(told(story.steps, story.holding, true)).toBe(story.answer);
  });
});

describe("what rests at the venue (C-23)", () => {
  it.each([
    { stop: 95, rests: 90, why: "twice the distance" },
    { stop: 97, rests: 92, why: "8 % where that is more" },
    { stop: 40, rests: 20, why: "above zero, however wide the virtual one is" },
    { stop: 105, side: -1, rests: 110, why: "above a short" },
  ])("$rests for a stop at $stop: $why", ({ stop, side = 1, rests }) => {
    const { entry } = new Story({ shares: 100 * side, filled: 0, stop });
    expect(entry?.bracket?.stop).toBe(rests);
    // What the entry is judged by is the level: the risk is what is lost there.
    expect(entry?.stop).toBe(stop);
  });

  it("stops that rest at the venue stay where the strategy wants them, and nothing is watched", () => {
    const story = new Story({ execution: { stops: "venue" } });
    expect(story.entry?.bracket?.stop).toBe(95);
    story.told();
    for (const step of breached.slice(0, 2)) story.step(step);
    story.step([120, "b 100/100/90/91"]);
    expect(story.told()).toBe("");
    expect(story.execute.saveRisk().stops).toBeUndefined();
  });
});

it("a position sold by its stop is flat, and its round trip counts as one stop", () => {
  const story = new Story({});
  for (const step of [...breached, [70.3, "f 2 100@94.9"] as Step]) story.step(step);
  expect(story.held).toBe(0);
  expect(story.execute.trades.length).toBe(1);
  expect(story.execute.saveRisk().stops?.levels).toEqual([expect.objectContaining({ level: 95 })]);
  // With the next look at it what is flat is watched no longer.
  story.step([75, "t 94"]);
  expect(story.execute.saveRisk().stops?.levels).toEqual([]);
});
