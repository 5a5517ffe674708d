import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArithmeticBroker } from "../../test/arithmetic-broker.ts";
import { BUY, SELL } from "../domain/order.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { sessionOn } from "../market/calendar.ts";
import { FlattenRun, type RoundResult } from "./flatten-run.ts";
import { type FlattenBegun, type JournalLine, openFlatten } from "./journal.ts";
import type { GuardianAlert } from "./ports.ts";

const open = sessionOn(dayNumber(2026, 3, 3))?.open ?? 0;
const noon = (open + 9_000_000_000) as EpochMicros;
const begun: FlattenBegun = {
  kind: "begun",
  haltId: "h1",
  cause: "halt",
  does: "flatten",
  reason: "HALT",
  at: noon,
};

class Killed extends Error {}

class Bench {
  now = 0;
  readonly broker: ArithmeticBroker;
  readonly lines: JournalLine[] = [begun];
  readonly alerts: GuardianAlert[] = [];
  /** Calls to the outside until the process is killed. */
  callsLeft = Number.POSITIVE_INFINITY;
  begun: FlattenBegun = begun;

  constructor(held: Readonly<Record<string, number>>) {
    this.broker = new ArithmeticBroker(noon, held);
  }

  /** A flatten as a fresh process would have it: from the journal alone. */
  start(): FlattenRun {
    const counted = new Proxy(this.broker, {
      get: (broker, name: keyof ArithmeticBroker) => {
        const value = broker[name];
        return typeof value === "function"
          ? (...given: never[]) => {
              this.#count();
              return (value as (...given: never[]) => unknown).apply(broker, given);
            }
          : value;
      },
    });
    const append = (line: JournalLine): void => {
      this.#count();
      this.lines.push(line);
    };
    const flatten = openFlatten(this.lines) ?? { begun: this.begun, signs: new Map() };
    return new FlattenRun(
      {
        broker: counted,
        journal: { append },
        alert: (alert) => this.alerts.push(alert),
        now: () => this.now,
        sinceOpenMs: (at) => (at >= open ? (at - open) / 1000 : undefined),
      },
      { begun: this.begun, signs: flatten.signs },
    );
  }

  pass(ms: number): void {
    this.now += ms;
    this.broker.at = (this.broker.at + ms * 1000) as EpochMicros;
  }

  async run(flatten: FlattenRun, atMostMs: number, each?: () => void): Promise<RoundResult> {
    const end = this.now + atMostMs;
    for (;;) {
      const result = await flatten.round(() => true);
      each?.();
      if (result.waitMs === 0 || this.now >= end) return result;
      this.pass(result.waitMs);
    }
  }

  #count(): void {
    if (this.callsLeft <= 0) throw new Killed("killed");
    this.callsLeft -= 1;
  }
}

const codes = ({ alerts }: Bench): string[] => alerts.map(({ code }) => code);

describe("flatten", () => {
  it("cancels, closes at the broker's quantity on the other side, and ends on two looks", async () => {
    const bench = new Bench({ AAPL: 10, MSFT: -4, "BRK.B": 2.5 });
    bench.broker.rest("AAPL", SELL, 10);
    bench.broker.rest("NVDA", BUY, 5);
    const result = await bench.run(bench.start(), 60_000);
    expect(result.outcome).toBe("flat");
    expect(bench.now).toBeLessThanOrEqual(10_000);
    expect(
      bench.broker.sent.map(({ clientId, side, shares, limit }) => [clientId, side, shares, limit]),
    ).toEqual([
      ["Hh1-AAPL-1", SELL, 10, undefined],
      ["Hh1-MSFT-1", BUY, 4, undefined],
      ["Hh1-BRK-B-1", SELL, 2.5, undefined],
    ]);
  });

  it("an empty list once does not prove flat", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.emptyLists = 1;
    expect((await bench.run(bench.start(), 60_000)).outcome).toBe("flat");
    expect(bench.broker.held.get("AAPL")).toBe(0);
  });

  it("closes all the same where the cancel for all is refused each time: orders are cancelled one by one", async () => {
    const bench = new Bench({ AAPL: 10, MSFT: -4 });
    bench.broker.refusesCancelAll = true;
    bench.broker.rest("AAPL", SELL, 10);
    bench.broker.rest("NVDA", BUY, 5);
    expect((await bench.run(bench.start(), 60_000)).outcome).toBe("flat");
    expect(bench.now).toBeLessThanOrEqual(15_000);
    expect([...bench.broker.held.values()]).toEqual([0, 0]);
  });

  it("with cancels that come late it closes nothing until the shares are free", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.cancelsLate = true;
    bench.broker.rest("AAPL", SELL, 10);
    expect((await bench.run(bench.start(), 60_000)).outcome).toBe("flat");
    expect(bench.broker.sent).toHaveLength(1);
  });

  it("a lost answer is found at the broker and never sent twice", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.lostAnswers = 1;
    expect((await bench.run(bench.start(), 60_000)).outcome).toBe("flat");
    expect(bench.broker.sent.map(({ clientId }) => clientId)).toEqual(["Hh1-AAPL-1"]);
  });

  it("an order that does not fill is cancelled after five seconds and tried under the next number", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.fillsAtOnce = false;
    await bench.run(bench.start(), 40_000);
    const ids = bench.broker.sent.map(({ clientId }) => clientId);
    expect(ids.slice(0, 3)).toEqual(["Hh1-AAPL-1", "Hh1-AAPL-2", "Hh1-AAPL-3"]);
    expect(bench.broker.orders.filter(({ isOpen }) => isOpen).length).toBeLessThanOrEqual(1);
  });

  it("holds in a closed market, keeps what protects, cancels what opens, closes a minute after the open", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.isOpen = false;
    bench.broker.at = (open - 600_000_000) as EpochMicros;
    bench.broker.rest("AAPL", SELL, 10);
    bench.broker.rest("NVDA", BUY, 5);
    const flatten = bench.start();
    expect((await bench.run(flatten, 300_000)).outcome).toBe("holding");
    expect(bench.broker.orders.map(({ isOpen }) => isOpen)).toEqual([true, false]);
    expect(codes(bench)).toContain("market-closed");
    await bench.run(flatten, 420_000, () => {
      bench.broker.isOpen = bench.broker.at >= open;
      if (bench.broker.at < open + 60_000_000) expect(bench.broker.sent).toHaveLength(0);
    });
    expect(bench.broker.held.get("AAPL")).toBe(0);
  });

  it("a position that has changed its sign is left alone and told of", async () => {
    const bench = new Bench({ AAPL: 10, MSFT: 3 });
    bench.broker.fillsAtOnce = false;
    const flatten = bench.start();
    await bench.run(flatten, 2000);
    bench.broker.held.set("AAPL", -5);
    bench.broker.fillsAtOnce = true;
    const sent = bench.broker.sent.length;
    await bench.run(flatten, 60_000);
    expect(bench.broker.sent.slice(sent).map(({ symbol }) => symbol)).not.toContain("AAPL");
    expect(bench.broker.held.get("MSFT")).toBe(0);
    expect(codes(bench)).toContain("sign-flipped");
  });

  it("while the broker is down it keeps looking at 1, 2, 4 ... 30 s, tells of it, and finishes after", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.isDown = true;
    const flatten = bench.start();
    const waits: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const { waitMs } = await flatten.round(() => true);
      waits.push(waitMs);
      bench.pass(waitMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(codes(bench)).toContain("broker-silent");
    bench.broker.isDown = false;
    expect((await bench.run(flatten, 120_000)).outcome).toBe("flat");
  });

  it("more than fifty attempts in an hour are not made, and a person is told", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.broker.close = (order) => {
      bench.broker.sent.push(order);
      return Promise.resolve({ result: "refused", text: "no" });
    };
    await bench.run(bench.start(), 3_500_000);
    expect(bench.broker.sent.length).toBeLessThanOrEqual(50);
    expect(codes(bench)).toEqual(expect.arrayContaining(["close-refused", "not-flat", "attempts-spent"]));
  });

  it("is withdrawn when its cause is gone before the first close, not after", async () => {
    const early = new Bench({ AAPL: 10 });
    expect((await early.start().round(() => false)).outcome).toBe("withdrawn");
    expect(early.broker.sent).toEqual([]);
    const late = new Bench({ AAPL: 10, MSFT: 5 });
    late.broker.fillsAtOnce = false;
    const flatten = late.start();
    await late.run(flatten, 2000);
    expect(late.broker.sent.length).toBeGreaterThan(0);
    expect((await flatten.round(() => false)).outcome).toBe("going");
  });

  it("kill mode cancel leaves positions as they are", async () => {
    const bench = new Bench({ AAPL: 10 });
    bench.begun = { ...begun, does: "cancel" };
    bench.broker.rest("NVDA", BUY, 5);
    bench.broker.rest("AAPL", SELL, 10);
    expect((await bench.run(bench.start(), 60_000)).outcome).toBe("flat");
    expect(bench.broker.held.get("AAPL")).toBe(10);
    expect(bench.broker.orders.filter(({ isOpen }) => isOpen)).toHaveLength(1);
    expect(bench.broker.sent).toEqual([]);
  });

  it("killed at any line and started again it ends flat and never turns a position", async () => {
    const whole = new Bench({ AAPL: 10, MSFT: -4 });
    whole.broker.rest("AAPL", SELL, 10);
    whole.callsLeft = 1e6;
    await whole.run(whole.start(), 60_000);
    const calls = 1e6 - whole.callsLeft;
    expect(calls).toBeGreaterThan(15);
    for (let line = 0; line < calls; line += 1) {
      const bench = new Bench({ AAPL: 10, MSFT: -4 });
      bench.broker.rest("AAPL", SELL, 10);
      bench.callsLeft = line;
      await bench.run(bench.start(), 60_000).catch(() => undefined);
      bench.callsLeft = Number.POSITIVE_INFINITY;
      expect((await bench.run(bench.start(), 120_000)).outcome).toBe("flat");
      expect([...bench.broker.held.values()].map(Math.abs)).toEqual([0, 0]);
      expect([...bench.broker.signs.values()].map(({ size }) => size)).toEqual([1, 1]);
    }
  });

  it("two who close at once, in any interleaving, end flat and turn nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 10, maxLength: 60 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 3 }),
        async (turns, fillsAtOnce, lostAnswers) => {
          const bench = new Bench({ AAPL: 10, MSFT: -4 });
          Object.assign(bench.broker, { fillsAtOnce, lostAnswers });
          const both = [bench.start(), bench.start()] as const;
          for (const turn of turns) {
            await both[turn ? 1 : 0].round(() => true);
            bench.pass(500);
            if (!fillsAtOnce && turn)
              for (const { clientId } of bench.broker.orders) bench.broker.fill(clientId);
          }
          bench.broker.fillsAtOnce = true;
          const ends = await Promise.all(both.map((flatten) => flatten.round(() => true)));
          expect(ends.every(({ outcome }) => outcome !== "holding")).toBe(true);
          await bench.run(both[0], 180_000);
          expect([...bench.broker.held.values()].map(Math.abs)).toEqual([0, 0]);
          expect([...bench.broker.signs.values()].map(({ size }) => size)).toEqual([1, 1]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
