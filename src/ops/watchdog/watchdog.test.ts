import { describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros } from "../../domain/time.ts";
import { sessionOn, xnysSessions } from "../../market/calendar.ts";
import type { WatchdogTerms, WatchdogVerdict } from "./terms.ts";
import { TICK_EVERY_MS, Watchdog } from "./watchdog.ts";

const open = sessionOn(dayNumber(2026, 3, 3))?.open ?? 0;

/** What is well in the world around the watchdog; a test breaks parts of it. */
interface World {
  compute: boolean;
  isStuck: boolean;
  guardian: boolean;
  pongs: boolean;
  tradePongs: boolean;
  feed: boolean;
  quotes: boolean;
  broker: boolean;
  process: boolean;
}

class Bench {
  mono = 1000;
  at: EpochMicros;
  readonly speed: number;
  readonly dog: Watchdog;
  readonly world: World = {
    compute: true,
    isStuck: false,
    guardian: true,
    pongs: true,
    tradePongs: true,
    feed: true,
    quotes: true,
    broker: true,
    process: true,
  };
  pages: string[] = [];
  flattens = 0;
  #seq = 0;
  #tick = 0;
  verdict: WatchdogVerdict;

  constructor(given: Partial<WatchdogTerms> & { at?: number } = {}) {
    this.at = (given.at ?? open + 3_600_000_000) as EpochMicros;
    this.speed = given.speed ?? 1;
    this.dog = new Watchdog(
      {
        channels: [
          { name: "compute", class: "HB-internal", isEngine: true },
          { name: "guardian", class: "HB-internal", deadlineMs: 2000 },
          { name: "data", class: "HB-transport", carriesData: true },
          { name: "trades", class: "HB-transport" },
          { name: "broker", class: "HB-broker" },
          { name: "feed", class: "CAD-feed" },
        ],
        sessions: xnysSessions(),
        speed: 1,
        heartbeatMs: 500,
        confirmMs: 30_000,
        feedDownMs: 120_000,
        cadenceMs: () => 10_000,
        restCountsAsFeed: false,
        ...given,
      },
      this.mono,
      this.at,
    );
    this.dog.context({ kind: "subscribed", symbols: 8 }, this.mono);
    this.dog.context({ kind: "exposure", dollars: 50_000 }, this.mono);
    this.verdict = this.dog.tick(this.mono, this.at);
  }

  /** Lives through so many milliseconds of our clock, a tick every 100. */
  run(ms: number, each?: () => void): this {
    for (let end = this.mono + ms; this.mono < end; ) {
      this.mono += TICK_EVERY_MS;
      this.at = (this.at + TICK_EVERY_MS * 1000 * this.speed) as EpochMicros;
      each?.();
      this.#live();
    }
    return this;
  }

  /** One tick after so long, then what has come meanwhile is read. */
  tick(ms: number): this {
    this.mono += ms;
    this.at = (this.at + ms * 1000 * this.speed) as EpochMicros;
    this.#live();
    return this;
  }

  /** Nothing of ours runs for so long; the timer that wakes us comes before what has arrived meanwhile. */
  stall(ms: number): this {
    this.mono += ms;
    this.at = (this.at + ms * 1000 * this.speed) as EpochMicros;
    this.verdict = this.dog.tick(this.mono, this.at);
    expect(this.verdict.level).toBe("NORMAL");
    this.#live();
    return this;
  }

  /** Milliseconds from now until the claim is `level`; Infinity when it is not within `atMostMs`. */
  until(level: WatchdogVerdict["level"], atMostMs: number): number {
    const from = this.mono;
    while (this.mono - from < atMostMs) {
      this.run(TICK_EVERY_MS);
      if (this.verdict.level === level) return this.mono - from;
    }
    return Number.POSITIVE_INFINITY;
  }

  #live(): void {
    const { dog, world, mono } = this;
    this.#tick += 1;
    if (!world.isStuck) this.#seq += 1;
    if (world.compute) dog.beat("compute", mono, { seq: this.#seq, pending: 3 });
    if (world.guardian) dog.beat("guardian", mono);
    if (this.#tick % 10 === 0) {
      for (const channel of ["data", "trades"]) dog.context({ kind: "pinged", channel }, mono);
      dog.witness("rest-quote", world.quotes, mono);
      dog.witness("process", world.process, mono);
      dog.context({ kind: "pinged", channel: "broker" }, mono);
      if (world.broker) dog.beat("broker", mono);
    }
    if (world.pongs && this.#tick % 10 === 0) dog.beat("data", mono);
    if (world.tradePongs && this.#tick % 10 === 0) dog.beat("trades", mono);
    if (world.feed && this.#tick % 5 === 0) dog.message(mono, this.at);
    this.verdict = dog.tick(mono, this.at);
    if (this.verdict.page !== undefined) this.pages.push(this.verdict.page);
    if (this.verdict.level === "FLATTEN") this.flattens += 1;
  }
}

/** A world in which everything has been well for a minute. */
const well = (given: ConstructorParameters<typeof Bench>[0] = {}): Bench => new Bench(given).run(60_000);

describe("detection", () => {
  it("nothing is claimed while all channels speak", () => {
    expect(well().verdict).toMatchObject({ stage: "clear", level: "NORMAL" });
  });

  it("a peer that hangs bars entries within 600 ms", () => {
    const bench = well();
    bench.world.compute = false;
    expect(bench.until("NO_NEW_ENTRIES", 5000)).toBeLessThanOrEqual(600);
    expect(bench.verdict.reasons[0]).toMatchObject({ channel: "compute", what: "silent", deadlineMs: 500 });
  });

  it("a peer that beats but does not work off what waits bars entries within 1.5 s", () => {
    const bench = well();
    bench.world.isStuck = true;
    expect(bench.until("NO_NEW_ENTRIES", 5000)).toBeLessThanOrEqual(1500);
    expect(bench.verdict.reasons[0]).toMatchObject({ channel: "compute", what: "stuck" });
  });

  it("a peer without work owes no progress", () => {
    const bench = well();
    bench.world.compute = false;
    bench.run(60_000, () => bench.dog.beat("compute", bench.mono, { seq: 7, pending: 0 }));
    expect(bench.verdict.level).toBe("NORMAL");
  });

  it("dead transport bars entries within 1.5 s of the last pong, cancels after 3 s of it, never flattens alone", () => {
    const bench = well();
    bench.world.pongs = false;
    expect(bench.until("NO_NEW_ENTRIES", 5000)).toBeLessThanOrEqual(1600);
    expect(bench.until("REDUCE_ONLY", 5000)).toBeLessThanOrEqual(2700);
    expect(bench.run(600_000).flattens).toBe(0);
  });

  it("a socket that is open and mute bars entries by the cadence's deadline, whatever was learned", () => {
    for (const deadlineMs of [3000, 10_000, 20_000, 30_000]) {
      const bench = well({ cadenceMs: () => deadlineMs });
      bench.world.feed = false;
      const foundMs = bench.until("NO_NEW_ENTRIES", 60_000);
      expect(foundMs).toBeGreaterThan(deadlineMs - 600);
      expect(foundMs).toBeLessThanOrEqual(deadlineMs + TICK_EVERY_MS);
    }
  });

  it("a broker that misses two of three probes bars entries; one miss does not", () => {
    const bench = well();
    bench.world.broker = false;
    bench.run(2900);
    bench.world.broker = true;
    expect(bench.run(5000).verdict.level).toBe("NORMAL");
    bench.world.broker = false;
    expect(bench.until("NO_NEW_ENTRIES", 20_000)).toBeLessThan(8000);
  });

  it("a silent guardian bars entries after 2 s and never flattens", () => {
    const bench = well();
    bench.world.guardian = false;
    expect(bench.until("NO_NEW_ENTRIES", 5000)).toBe(2000);
    expect(bench.run(600_000).flattens).toBe(0);
  });
});

describe("confirmation", () => {
  it("an engine that is silent and whose process is gone is dead after 3 s, otherwise after 10 s", () => {
    for (const [process, ms] of [
      [false, 3000],
      [true, 10_000],
    ] as const) {
      const bench = well();
      Object.assign(bench.world, { compute: false, process });
      const foundMs = bench.until("FLATTEN", 20_000);
      expect(foundMs).toBeGreaterThanOrEqual(ms);
      expect(foundMs).toBeLessThanOrEqual(ms + 1100);
      expect(bench.verdict.reasons[0]?.what).toBe("engine-dead");
      expect(bench.verdict.ends).toBe("SAFE_FLAT");
    }
  });

  it("without exposure, or outside market hours, the same death flattens nothing", () => {
    const flat = well();
    flat.dog.context({ kind: "exposure", dollars: 0 }, flat.mono);
    flat.world.compute = false;
    expect(flat.until("FLATTEN", 60_000)).toBe(Number.POSITIVE_INFINITY);
    const closed = well({ at: open - 3_600_000_000 });
    closed.world.compute = false;
    expect(closed.until("FLATTEN", 60_000)).toBe(Number.POSITIVE_INFINITY);
    expect(closed.verdict.level).toBe("REDUCE_ONLY");
  });

  it("while all that is asked for is halted nothing can be closed, and nothing is asked to be", () => {
    const bench = well();
    const tell = (isHalted: boolean, symbols: number) => {
      for (let n = 0; n < symbols; n += 1)
        bench.dog.context({ kind: "halted", symbol: `S${n}`, isHalted }, bench.mono);
    };
    tell(true, 8);
    bench.world.compute = false;
    expect(bench.until("FLATTEN", 60_000)).toBe(Number.POSITIVE_INFINITY);
    expect(bench.verdict.level).toBe("REDUCE_ONLY");
    tell(false, 1);
    expect(bench.until("FLATTEN", 1000)).toBeLessThanOrEqual(200);
  });

  it("blindness for 31 s asks to flatten and is withdrawn when the link is back before the first close", () => {
    const bench = well();
    Object.assign(bench.world, { pongs: false, feed: false, quotes: false });
    expect(bench.until("FLATTEN", 60_000)).toBeGreaterThan(30_000);
    expect(bench.verdict.reasons[0]?.what).toBe("blind");
    expect(bench.verdict.witnesses.map(({ isGood }) => isGood)).toEqual([false, true, false, false, true]);
    Object.assign(bench.world, { pongs: true, feed: true, quotes: true });
    bench.run(1000);
    expect(bench.verdict.level).not.toBe("FLATTEN");
    expect(bench.run(60_000).verdict.level).toBe("NORMAL");
  });

  it("quotes by REST that advance keep a mute socket from being called blind", () => {
    const bench = well();
    Object.assign(bench.world, { pongs: false, feed: false });
    expect(bench.until("FLATTEN", 110_000)).toBe(Number.POSITIVE_INFINITY);
  });

  it("a feed that is down for 120 s with exposure is flattened and ends locked", () => {
    const bench = well();
    bench.world.feed = false;
    const foundMs = bench.until("FLATTEN", 200_000);
    expect(foundMs).toBeGreaterThanOrEqual(119_000);
    expect(foundMs).toBeLessThanOrEqual(120_100);
    expect(bench.verdict).toMatchObject({
      stage: "S2",
      ends: "HALTED",
      reasons: [{ what: "feed-down" }, {}],
    });
    bench.dog.context({ kind: "closing" }, bench.mono);
    bench.world.feed = true;
    expect(bench.run(60_000).verdict).toMatchObject({ stage: "S2", level: "FLATTEN" });
    bench.dog.context({ kind: "flat" }, bench.mono);
    bench.dog.context({ kind: "reconciled", isClean: true }, bench.mono);
    expect(bench.run(600_000).verdict).toMatchObject({
      stage: "S3",
      ends: "HALTED",
      level: "NO_NEW_ENTRIES",
    });
    bench.dog.context({ kind: "operator-resumed" }, bench.mono);
    expect(bench.run(1000).verdict.level).toBe("NORMAL");
  });

  it("a flatten for a dead engine recovers by itself three times a session, then is locked", () => {
    const bench = well();
    const ends: unknown[] = [];
    for (let n = 0; n < 4; n += 1) {
      Object.assign(bench.world, { compute: false, process: false });
      bench.until("FLATTEN", 20_000);
      bench.dog.context({ kind: "closing" }, bench.mono);
      bench.run(5000);
      bench.dog.context({ kind: "flat" }, bench.mono);
      Object.assign(bench.world, { compute: true, process: true });
      bench.run(120_000);
      expect(bench.verdict.stage).toBe("S3");
      bench.dog.context({ kind: "reconciled", isClean: true }, bench.mono);
      bench.run(200_000);
      ends.push(bench.verdict.ends);
    }
    expect(ends).toEqual([undefined, undefined, undefined, "HALTED"]);
  });

  it("confirmMs 0 takes the documents at their word: one silent heartbeat flattens, the guardian's does not", () => {
    const bench = well({ confirmMs: 0 });
    bench.world.pongs = false;
    expect(bench.until("FLATTEN", 5000)).toBeLessThanOrEqual(1600);
    const other = well({ confirmMs: 0 });
    other.world.guardian = false;
    expect(other.until("FLATTEN", 60_000)).toBe(Number.POSITIVE_INFINITY);
  });

  it("positions at a cold start are not flattened because the engine has not come up yet", () => {
    const bench = new Bench();
    Object.assign(bench.world, { compute: false, process: false });
    expect(bench.until("FLATTEN", 300_000)).toBe(Number.POSITIVE_INFINITY);
    expect(bench.verdict.level).not.toBe("NORMAL");
  });
});

describe("hysteresis", () => {
  it("safety mode ends after ten good beats and five seconds, and needs twice as long on re-entry", () => {
    const bench = well();
    const exits = [1, 2, 3].map(() => {
      bench.world.compute = false;
      bench.run(800);
      bench.world.compute = true;
      return bench.until("NORMAL", 60_000);
    });
    expect(exits).toEqual([5000, 10_000, 20_000].map((ms) => ms + TICK_EVERY_MS));
  });

  it("it does not end before the books and the broker agree", () => {
    const bench = well();
    bench.dog.context({ kind: "reconciled", isClean: false }, bench.mono);
    bench.world.compute = false;
    bench.run(800);
    bench.world.compute = true;
    expect(bench.run(60_000).verdict.level).toBe("NO_NEW_ENTRIES");
    bench.dog.context({ kind: "reconciled", isClean: true }, bench.mono);
    expect(bench.run(200).verdict.level).toBe("NORMAL");
  });

  it("six episodes in an hour bar entries for the hour and call one person once", () => {
    const bench = well();
    for (let n = 0; n < 8; n += 1) {
      bench.world.compute = false;
      bench.run(700);
      bench.world.compute = true;
      bench.run(320_000);
    }
    expect(bench.pages).toHaveLength(1);
    expect(bench.verdict).toMatchObject({ level: "NO_NEW_ENTRIES", reasons: [{ what: "flapping" }] });
    expect(bench.run(3_600_000).verdict.level).toBe("NORMAL");
  });

  it("a link that is up 2 s and down 3 s for half an hour calls one person and flattens nothing", () => {
    const bench = well();
    for (let n = 0; n < 360; n += 1) {
      bench.dog.context({ kind: "line", channel: "data", state: "down" }, bench.mono);
      Object.assign(bench.world, { pongs: false, feed: false, quotes: false });
      bench.run(3000);
      bench.dog.context({ kind: "line", channel: "data", state: "up" }, bench.mono);
      Object.assign(bench.world, { pongs: true, feed: true, quotes: true });
      bench.run(2000);
      expect(bench.verdict.level).not.toBe("NORMAL");
    }
    expect(bench.pages).toHaveLength(1);
    expect(bench.flattens).toBe(0);
    expect(bench.run(400_000).verdict.level).toBe("NORMAL");
  });

  it("a line that comes back every 15 s without a word gets no endless grace", () => {
    const bench = well();
    bench.world.feed = false;
    let foundMs = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 12 && foundMs === Number.POSITIVE_INFINITY; n += 1) {
      bench.dog.context({ kind: "line", channel: "data", state: "down" }, bench.mono);
      bench.dog.context({ kind: "line", channel: "data", state: "up" }, bench.mono);
      foundMs = bench.until("FLATTEN", 15_000) + n * 15_000;
    }
    expect(foundMs).toBeLessThanOrEqual(121_000);
  });
});

describe("what must not trip it", () => {
  it("a silence is found 500 ms and a tick after the last beat, also by a watcher who is always somewhat late", () => {
    for (const lateMs of [0, 20, 50, 100, 200]) {
      const bench = well();
      const heard = bench.mono;
      bench.world.compute = false;
      while (bench.verdict.level === "NORMAL" && bench.mono - heard < 2000)
        bench.tick(TICK_EVERY_MS + lateMs);
      expect(bench.verdict.reasons[0]).toMatchObject({ channel: "compute", what: "silent", deadlineMs: 500 });
      expect([lateMs, bench.mono - heard >= 500]).toEqual([lateMs, true]);
      // What a tick is late by moves the deadline at that tick, and is not added up over ticks.
      expect([lateMs, bench.mono - heard <= 500 + TICK_EVERY_MS + 2 * lateMs]).toEqual([lateMs, true]);
    }
  });

  it("a beat that waits unread while we were late ourselves is no silence; none at all is one a tick later", () => {
    for (const isThere of [true, false]) {
      const bench = well();
      bench.world.compute = false;
      for (let n = 0; n < 3; n += 1) bench.tick(TICK_EVERY_MS);
      // 600 ms after its last beat, of which we overslept 200.
      bench.tick(TICK_EVERY_MS + 200);
      expect(bench.verdict.level).toBe("NORMAL");
      bench.world.compute = isThere;
      bench.tick(TICK_EVERY_MS);
      expect(bench.verdict.level).toBe(isThere ? "NORMAL" : "NO_NEW_ENTRIES");
    }
  });

  it("our own stalls up to 2 s make nobody late", () => {
    const bench = well();
    for (let n = 0; n < 200; n += 1) {
      bench.stall(300 + ((n * 617) % 1700));
      expect(bench.verdict.level).toBe("NORMAL");
      bench.run(500 + ((n * 311) % 3000));
      expect(bench.verdict.level).toBe("NORMAL");
    }
  });

  it("a sleep hides no later silence: a peer that died meanwhile is found 500 ms after we woke", () => {
    const bench = well();
    bench.world.compute = false;
    bench.stall(5000);
    expect(bench.until("NO_NEW_ENTRIES", 5000)).toBeLessThanOrEqual(600);
  });

  it("halted symbols, a market-wide halt and an empty list excuse the feed", () => {
    const causes: readonly ((bench: Bench) => void)[] = [
      ({ dog, mono }) => {
        for (let n = 0; n < 8; n += 1) dog.context({ kind: "halted", symbol: `S${n}`, isHalted: true }, mono);
      },
      ({ dog, mono }) => dog.context({ kind: "subscribed", symbols: 0 }, mono),
    ];
    for (const cause of causes) {
      const bench = well();
      cause(bench);
      bench.world.feed = false;
      expect(bench.run(900_000).verdict.level).toBe("NORMAL");
    }
  });
});
