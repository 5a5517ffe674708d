import { describe, expect, it } from "vitest";
import { ArithmeticBroker } from "../../test/arithmetic-broker.ts";
import type { EngineBeat, FlattenLease, GuardianBeat } from "../domain/guardian-beat.ts";
import { BEAT_EVERY_MS, positionsHash } from "../domain/guardian-beat.ts";
import type { KillMode } from "../domain/kill-mode.ts";
import { BUY, SELL } from "../domain/order.ts";
import { dayNumber, type EpochMicros } from "../domain/time.ts";
import { sessionOn } from "../market/calendar.ts";
import { Guardian, type GuardianPast } from "./guardian.ts";
import { type JournalLine, lastBase, openFlatten } from "./journal.ts";
import type { GuardianAlert } from "./ports.ts";

const open = sessionOn(dayNumber(2026, 3, 3))?.open ?? 0;
const noon = (open + 9_000_000_000) as EpochMicros;

class Bench {
  now = 5000;
  readonly broker: ArithmeticBroker;
  readonly lines: JournalLine[] = [];
  readonly alerts: GuardianAlert[] = [];
  lease: FlattenLease | undefined;
  isHalt = false;
  isAlive = true;
  engine: Partial<EngineBeat> | undefined = {};
  last: GuardianBeat | undefined;
  guardian: Guardian;
  readonly #killMode: KillMode;

  constructor(killMode: KillMode = "flatten", at: EpochMicros = noon) {
    this.#killMode = killMode;
    this.broker = new ArithmeticBroker(at, { AAPL: 10, MSFT: -4 });
    this.guardian = this.restart();
  }

  restart(): Guardian {
    const past: GuardianPast = { flatten: openFlatten(this.lines), base: lastBase(this.lines) };
    this.guardian = new Guardian(
      {
        broker: this.broker,
        journal: { append: (line) => this.lines.push(line) },
        alert: (alert) => this.alerts.push(alert),
        now: () => this.now,
        exchangeNow: () => this.broker.at,
        isHaltAsked: () => this.isHalt,
        isAlive: () => this.isAlive,
        lease: {
          read: () => this.lease,
          write: (lease) => {
            this.lease = lease;
          },
          release: () => {
            this.lease = undefined;
          },
        },
        send: (beat) => {
          this.last = beat as GuardianBeat;
        },
      },
      { killMode: this.#killMode, dayLossMax: 0.03 },
      past,
    );
    return this.guardian;
  }

  async run(ms: number): Promise<this> {
    for (const end = this.now + ms; this.now < end; ) {
      this.#pass(BEAT_EVERY_MS);
      await this.#tick();
    }
    return this;
  }

  /** Nothing of the guardian runs for so long; its timer comes before what has arrived. */
  async stall(ms: number): Promise<this> {
    this.#pass(ms);
    await this.guardian.tick();
    await this.#tick();
    return this;
  }

  get isFlat(): boolean {
    return [...this.broker.held.values()].every((shares) => shares === 0);
  }

  #pass(ms: number): void {
    this.now += ms;
    this.broker.at = (this.broker.at + ms * 1000) as EpochMicros;
  }

  #tick(): Promise<void> {
    const held = [...this.broker.held].map(([symbol, shares]) => ({ symbol, shares }));
    if (this.engine !== undefined)
      this.guardian.heard({
        kind: "engine",
        seq: 1,
        pending: 0,
        exposure: 1400,
        positionsHash: positionsHash(held),
        flows: 0,
        pid: 42,
        mono: 0,
        ...this.engine,
      });
    return this.guardian.tick();
  }
}

const codes = ({ alerts }: Bench): string[] => alerts.map(({ code }) => code);

describe("the guardian", () => {
  it("watches, and does nothing while all is well", async () => {
    const bench = await new Bench().run(120_000);
    expect([bench.alerts, bench.broker.sent, bench.last?.state]).toEqual([[], [], "watching"]);
    expect(bench.last).toMatchObject({ exposure: 1400, differs: false });
  });

  it("closes everything within 4 s of the engine's death when its process is gone", async () => {
    const bench = await new Bench().run(30_000);
    bench.engine = undefined;
    bench.isAlive = false;
    await bench.run(2900);
    expect(bench.broker.sent).toEqual([]);
    await bench.run(8000);
    expect(bench.isFlat).toBe(true);
    const begun = bench.lines.find((line) => line.kind === "begun");
    expect(begun?.at).toBeLessThanOrEqual(noon + 34_100_000);
    expect(bench.last?.state).toBe("flat");
    expect(codes(bench)).toEqual(["flatten-begun", "flat"]);
    await bench.run(120_000);
    expect(codes(bench)).toEqual(["flatten-begun", "flat"]);
  });

  it("withdraws when the engine is heard again before the first close", async () => {
    const bench = await new Bench().run(30_000);
    bench.engine = undefined;
    await bench.run(10_000);
    expect(bench.last?.state).toBe("flattening");
    bench.engine = {};
    await bench.run(10_000);
    expect(bench.broker.sent).toEqual([]);
    expect(codes(bench)).toEqual(["flatten-begun", "flatten-withdrawn"]);
    expect(bench.lease).toBeUndefined();
  });

  it("its own sleep of 20 s kills nobody", async () => {
    const bench = await new Bench().run(30_000);
    await bench.stall(20_000);
    await bench.run(5000);
    expect(codes(bench)).toEqual([]);
  });

  it("obeys a HALT file that nobody acts on within a second", async () => {
    const bench = await new Bench().run(30_000);
    bench.isHalt = true;
    await bench.run(1000);
    expect(bench.broker.sent).toEqual([]);
    await bench.run(8000);
    expect(bench.isFlat).toBe(true);
  });

  it("leaves a HALT to the engine while that closes, and takes its halt's name when it dies", async () => {
    const bench = await new Bench().run(30_000);
    bench.isHalt = true;
    bench.engine = { haltId: "abc", flattenLine: "close" };
    await bench.run(30_000);
    expect(bench.broker.sent).toEqual([]);
    bench.engine = undefined;
    await bench.run(12_000);
    expect(bench.isFlat).toBe(true);
    expect(bench.broker.sent[0]?.clientId).toBe("Habc-AAPL-1");
  });

  it("joins an engine that closes and gets nowhere, under its halt's name (GU-4)", async () => {
    const bench = await new Bench().run(30_000);
    bench.engine = { haltId: "abc", flattenLine: "close" };
    await bench.run(118_000);
    expect(bench.broker.sent).toEqual([]);
    await bench.run(15_000);
    expect(bench.isFlat).toBe(true);
    expect(bench.broker.sent[0]?.clientId).toBe("Habc-AAPL-1");
  });

  it("leaves an engine alone that sells a share now and then", async () => {
    const bench = await new Bench().run(30_000);
    bench.engine = { haltId: "abc", flattenLine: "close" };
    for (let shares = 9; shares > 5; shares -= 1) {
      await bench.run(100_000);
      bench.broker.held.set("AAPL", shares);
    }
    expect(bench.broker.sent).toEqual([]);
  });

  it("leaves a lease alone that moves and takes over one that stands for 3 s", async () => {
    const bench = await new Bench().run(30_000);
    bench.isHalt = true;
    for (let n = 0; n < 50; n += 1) {
      bench.lease = { haltId: "abc", owner: "engine", line: "cancel", beatAtMs: n };
      await bench.run(200);
    }
    expect(bench.broker.sent).toEqual([]);
    await bench.run(9000);
    expect(bench.isFlat).toBe(true);
  });

  it("closes when the day's loss reaches 3 % at the broker and the engine does not act", async () => {
    const bench = await new Bench().run(30_000);
    bench.broker.equity = 97_001;
    await bench.run(30_000);
    expect(codes(bench)).toEqual([]);
    bench.broker.equity = 97_000;
    await bench.run(20_000);
    expect(bench.isFlat).toBe(true);
    expect(bench.lines.find((line) => line.kind === "begun")).toMatchObject({ cause: "loss" });
  });

  it("one bad look at the equity, or a withdrawal that the engine knows of, closes nothing", async () => {
    const bench = await new Bench().run(30_000);
    let bad = 1;
    bench.broker.account = () => {
      const equity = bad-- > 0 ? 50_000 : bench.broker.equity;
      return Promise.resolve({ equity, lastEquity: 100_000 });
    };
    await bench.run(30_000);
    expect(bad).toBeLessThan(0);
    bench.broker.equity = 90_000;
    bench.engine = { flows: -10_000 };
    await bench.run(60_000);
    expect(codes(bench)).toEqual([]);
  });

  it("measures the loss from the base it fixed before it was restarted", async () => {
    const bench = await new Bench().run(30_000);
    bench.broker.lastEquity = 90_000;
    bench.broker.equity = 96_000;
    bench.restart();
    await bench.run(30_000);
    expect(bench.isFlat).toBe(true);
  });

  it("goes on with a flatten after a restart, and drops one that an operator has ended meanwhile", async () => {
    const bench = await new Bench().run(30_000);
    bench.isHalt = true;
    bench.broker.fillsAtOnce = false;
    await bench.run(4000);
    expect(bench.broker.sent.length).toBeGreaterThan(0);
    bench.restart();
    bench.broker.fillsAtOnce = true;
    await bench.run(20_000);
    expect(bench.isFlat).toBe(true);

    const ended = await new Bench().run(30_000);
    ended.isHalt = true;
    ended.broker.isDown = true;
    await ended.run(2000);
    ended.broker.isDown = false;
    ended.isHalt = false;
    ended.restart();
    await ended.run(20_000);
    expect(ended.broker.sent).toEqual([]);
    expect(codes(ended)).toContain("flatten-withdrawn");
  });

  it("with kill mode cancel a HALT cancels what could open a position and leaves stops and positions", async () => {
    const bench = await new Bench("cancel").run(30_000);
    bench.broker.rest("AAPL", SELL, 10);
    bench.isHalt = true;
    await bench.run(20_000);
    expect(codes(bench)).not.toContain("flatten-begun");
    bench.broker.rest("NVDA", BUY, 5);
    await bench.run(20_000);
    const open = bench.broker.orders.filter(({ isOpen }) => isOpen);
    expect(open.map(({ symbol }) => symbol)).toEqual(["AAPL"]);
    expect(codes(bench)).toContain("flatten-begun");
    expect(bench.broker.sent).toEqual([]);
  });

  it("in the night a dead engine is left dead and a HALT is held till the open", async () => {
    const bench = await new Bench("flatten", (open - 3_600_000_000) as EpochMicros).run(1000);
    bench.broker.isOpen = false;
    bench.engine = undefined;
    bench.isAlive = false;
    await bench.run(60_000);
    expect(codes(bench)).toEqual([]);
    bench.isHalt = true;
    await bench.run(60_000);
    expect(bench.last?.state).toBe("holding");
    expect(bench.broker.sent).toEqual([]);
  });

  it("tells when the books differ on two looks, and when the broker is silent", async () => {
    const bench = await new Bench().run(30_000);
    bench.engine = { positionsHash: "00000000" };
    await bench.run(4000);
    expect(bench.last?.differs).toBe(false);
    await bench.run(8000);
    expect(bench.last?.differs).toBe(true);
    bench.broker.isDown = true;
    await bench.run(30_000);
    expect(bench.last?.state).toBe("blind");
    expect(codes(bench)).toEqual(expect.arrayContaining(["books-differ", "broker-silent"]));
  });
});
