import { describe, expect, it } from "vitest";
import type { FeedQuote } from "../../adapters/feeds/alpaca/records.ts";
import type { ClaimChanged } from "../../domain/events.ts";
import { dayNumber, type EpochMicros } from "../../domain/time.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import { sessionOn } from "../../market/calendar.ts";
import type { LoopReading, ResourceReading } from "../../ops/health/guards.ts";
import { WatchPost } from "./watch-post.ts";

const open = sessionOn(dayNumber(2026, 3, 3))?.open ?? 0;
const PID = 4711;

interface PostTerms {
  readonly confirmMs?: number;
  readonly speed?: number;
  readonly halted?: readonly string[];
}

/** What is well around the execute process; a test breaks parts of it. */
class Post {
  mono = 1_000;
  at = (open + 3_600_000_000) as EpochMicros;
  wallOffMs = 0;
  compute = true;
  forwards = true;
  /** Market events that ingest has told, and that have arrived. */
  told = 0;
  arrived = 0;
  messages = true;
  /** Age of what comes by its own stamps, milliseconds of the exchange's clock. */
  lagMs = 120;
  pongs = true;
  tradePongs = true;
  line: "up" | "down" = "up";
  quotesAdvance = true;
  brokerClock = true;
  skewMs = 0;
  isComputeAlive = true;
  gross = 50_000;
  flattening: { haltId: string } | undefined;
  flattenLine: string | undefined;
  isClosing = false;
  isFlat = false;
  problem: string | undefined;
  loop: LoopReading = { longestMs: 5, delayP99Ms: 2 };
  disk: ResourceReading = { diskFreeBytes: 5e10, diskBytes: 1e11, heapUsedBytes: 1, heapLimitBytes: 10 };
  readonly claims: ClaimChanged[] = [];
  readonly lines: string[] = [];
  readonly notes: string[] = [];
  readonly pages: string[] = [];
  clockProbes = 0;
  quoteProbes = 0;
  readonly post: WatchPost;
  #messageMs = 0;
  #stamps = 0;
  #pingMs = 0;
  #tradePingMs = 0;
  #seq = 0;

  readonly #speed: number;

  constructor({ speed = 1, halted = [], ...params }: PostTerms = {}) {
    this.#speed = speed;
    const live = () =>
      ({
        stage: { portfolio: { gross: this.gross }, flattening: this.flattening },
        notReconciled: this.problem,
        reconciledAt: this.problem === undefined ? this.at : undefined,
        isFlat: this.isFlat,
        isClosing: this.isClosing,
        flattenLine: this.flattenLine,
      }) as unknown as LiveExecute;
    const self = this;
    this.post = new WatchPost({
      terms: {
        params: {
          heartbeatMs: 500,
          confirmMs: 30_000,
          feedDownMs: 120_000,
          restCountsAsFeed: false,
          ...params,
        },
        feed: "iex",
        speed,
        symbols: 8,
      },
      live,
      broker: {
        isUp: true,
        get pulseAgeMs() {
          return self.tradePongs ? 0 : self.mono - self.#tradePingMs;
        },
        reads: { clock: async () => this.#clock() } as never,
      },
      quotes: async () => {
        this.quoteProbes += 1;
        const timestamp = this.quotesAdvance ? this.at : (1 as EpochMicros);
        return { ok: true, value: new Map([["SPY", { timestamp } as unknown as FeedQuote]]) };
      },
      machine: {
        loop: () => this.loop,
        resources: async () => this.disk,
        wallMs: () => this.mono + this.wallOffMs,
        close: () => undefined,
      },
      now: () => ({ at: this.at, mono: this.mono }),
      computePid: () => PID,
      isAlive: () => this.isComputeAlive,
      claim: (event) => this.claims.push(event),
      halted: () => halted,
      log: (line) => this.lines.push(line),
      note: (line) => this.notes.push(line),
      page: (text) => this.pages.push(text),
    });
    this.post.begin();
  }

  async #clock() {
    this.clockProbes += 1;
    if (!this.brokerClock) return { ok: false as const, reason: "no answer" };
    const at = (this.at - this.skewMs * 1000) as EpochMicros;
    return { ok: true as const, value: { at, isOpen: true, nextOpen: at, nextClose: at, roundTripMs: 0 } };
  }

  /** What the circuit breakers and the kill switch say now on the watchdog's behalf. */
  level(source = "watchdog"): string {
    const said = this.claims.filter(
      ({ claim, lifted }) => claim?.source === source || lifted?.source === source,
    );
    return said.at(-1)?.claim?.level ?? "NORMAL";
  }

  /** A tick of 100 ms each, so many milliseconds. */
  async run(ms: number): Promise<this> {
    for (const end = this.mono + ms; this.mono < end; ) {
      this.mono += 100;
      this.at = (this.at + 100_000 * this.#speed) as EpochMicros;
      this.#hear();
      this.post.look();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
    return this;
  }

  /** Milliseconds until the watchdog says it; Infinity when it does not within `atMostMs`. */
  async until(level: string, atMostMs: number): Promise<number> {
    const from = this.mono;
    while (this.mono - from < atMostMs) {
      await this.run(100);
      if (this.level() === level) return this.mono - from;
    }
    return Number.POSITIVE_INFINITY;
  }

  #hear(): void {
    const { mono, post } = this;
    this.#seq += 1;
    if (this.messages) {
      this.#messageMs = mono - 20;
      this.#stamps += 1;
    }
    if (this.pongs) this.#pingMs = mono;
    if (this.tradePongs) {
      this.#tradePingMs = mono;
      post.duty.answered("trade-updates", mono);
    }
    const backlog = Math.max(0, this.told - this.arrived);
    post.duty.beat("ingest", mono, this.arrived, backlog);
    post.duty.beat("guardian", mono, this.#seq, 0);
    if (this.compute) post.duty.beat("compute", mono, this.#seq, 0);
    if (this.forwards && this.#seq % 2 === 0) {
      const state = {
        line: this.line,
        reason: "",
        messageAgeMs: mono - this.#messageMs,
        pulseAgeMs: mono - this.#pingMs,
        cadenceMs: 20_000,
        ...{ records: 0, gaps: 0, rttMs: null },
        symbols: 8,
        rejected: 0,
        late: 0,
        actionsUnknown: "",
        stamps: this.#stamps,
        stampLagMs: this.lagMs,
      };
      post.duty.feed(state, { mono, at: this.at });
    }
  }
}

const well = async (params?: { confirmMs?: number }): Promise<Post> => {
  const post = await new Post(params).run(60_000);
  expect(post.level()).toBe("NORMAL");
  return post;
};

describe("safety mode begins within its bound", () => {
  it("of an accelerated exchange may be silent for a second of the wall, and ten before a kill", async () => {
    const post = await new Post({ speed: 60 }).run(60_000);
    expect(post.level()).toBe("NORMAL");
    post.messages = false;
    await post.run(900);
    expect(post.level()).toBe("NORMAL");
    await post.run(400);
    expect(post.level()).toBe("NO_NEW_ENTRIES");
    await post.run(8_000);
    expect(post.level()).not.toBe("FLATTEN");
    expect(await post.until("FLATTEN", 4_000)).toBeLessThanOrEqual(4_000);
  });

  it("a compute that hangs bars entries within 600 ms", async () => {
    const post = await well();
    post.compute = false;
    expect(await post.until("NO_NEW_ENTRIES", 5_000)).toBeLessThanOrEqual(600);
  });

  it("an ingest that beats and no longer forwards bars entries within 1.5 s", async () => {
    const post = await well();
    post.forwards = false;
    expect(await post.until("NO_NEW_ENTRIES", 5_000)).toBeLessThanOrEqual(1_500);
  });

  it("events that ingest told and that never arrive bar entries within 1.5 s, whatever else it sends", async () => {
    const post = await well();
    post.told += 3;
    expect(await post.until("NO_NEW_ENTRIES", 5_000)).toBeLessThanOrEqual(1_500);
    post.arrived = post.told;
    await post.run(10_000);
    expect(post.level()).toBe("NORMAL");
  });

  it("a data socket that is open and mute bars entries within 30 s, and quotes by request are asked for", async () => {
    const post = await well();
    expect(post.quoteProbes).toBe(0);
    post.messages = false;
    expect(await post.until("NO_NEW_ENTRIES", 60_000)).toBeLessThanOrEqual(30_000);
    await post.run(5_000);
    expect(post.quoteProbes).toBeGreaterThanOrEqual(4);
    expect(post.level()).toBe("NO_NEW_ENTRIES");
  });

  it("a feed that flows 15 minutes behind bars entries, closes nothing, and is free when it is fresh", async () => {
    const post = await well();
    post.lagMs = 900_000;
    expect(await post.until("NO_NEW_ENTRIES", 10_000)).toBeLessThanOrEqual(3_000);
    expect(post.claims.at(-1)?.claim?.reason).toBe("S0: stamps stale 900000 of 5000 ms");
    await post.run(300_000);
    expect(post.level()).toBe("NO_NEW_ENTRIES");
    expect(post.pages).toHaveLength(1);
    post.lagMs = 120;
    expect(await post.until("NORMAL", 20_000)).toBeLessThanOrEqual(6_000);
    expect(post.claims.every(({ claim }) => claim === undefined || claim.level === "NO_NEW_ENTRIES")).toBe(
      true,
    );
  });

  it("stamps of five seconds are fresh, and a delay of one second is none, on any clock", async () => {
    const post = await well();
    post.lagMs = 5_000;
    await post.run(60_000);
    expect(post.level()).toBe("NORMAL");
    post.lagMs = 60_000;
    await post.run(1_000);
    post.lagMs = 100;
    await post.run(60_000);
    expect(post.level()).toBe("NORMAL");
    const hurried = await new Post({ speed: 60 }).run(60_000);
    // Nine tenths of a second of the wall.
    hurried.lagMs = 54_000;
    await hurried.run(10_000);
    expect(hurried.level()).toBe("NORMAL");
    hurried.lagMs = 900_000;
    expect(await hurried.until("NO_NEW_ENTRIES", 10_000)).toBeLessThanOrEqual(3_000);
  });

  it("a feed that was found old and says nothing more stays barred; one that is only quiet is not", async () => {
    const quiet = await well();
    quiet.messages = false;
    quiet.lagMs = 900_000;
    await quiet.run(15_000);
    expect(quiet.level()).toBe("NORMAL");
    const old = await well();
    old.lagMs = 900_000;
    await old.run(3_000);
    old.messages = false;
    await old.run(15_000);
    expect(old.level()).toBe("NO_NEW_ENTRIES");
  });

  it.each(["pongs", "tradePongs"] as const)(
    "a half-open socket (%s) bars entries within 1.5 s of its ping",
    async (kind) => {
      const post = await well();
      post[kind] = false;
      expect(await post.until("NO_NEW_ENTRIES", 5_000)).toBeLessThanOrEqual(1_500);
    },
  );

  it("a data socket that was lost bars entries within 1.5 s and they are free again after it is back", async () => {
    const post = await well();
    post.line = "down";
    post.messages = false;
    expect(await post.until("NO_NEW_ENTRIES", 5_000)).toBeLessThanOrEqual(1_500);
    post.line = "up";
    post.messages = true;
    expect(await post.until("NORMAL", 20_000)).toBeLessThanOrEqual(10_000);
  });

  it("a broker that no longer answers its clock bars entries after two probes of five seconds", async () => {
    const post = await well();
    const before = post.clockProbes;
    post.brokerClock = false;
    expect(await post.until("NO_NEW_ENTRIES", 30_000)).toBeLessThanOrEqual(13_000);
    expect(post.clockProbes - before).toBeGreaterThanOrEqual(2);
  });
});

describe("what is confirmed closes everything", () => {
  it("a compute that stays silent for ten seconds, and one that is gone for seven", async () => {
    const hung = await well();
    hung.compute = false;
    expect(await hung.until("FLATTEN", 20_000)).toBeLessThanOrEqual(10_200);
    const gone = await well();
    gone.compute = false;
    gone.isComputeAlive = false;
    const afterMs = await gone.until("FLATTEN", 20_000);
    expect(afterMs).toBeGreaterThan(6_900);
    expect(afterMs).toBeLessThanOrEqual(7_200);
  });

  it("nothing is closed where nothing is held", async () => {
    const post = await well();
    post.gross = 0;
    post.compute = false;
    expect(await post.until("FLATTEN", 60_000)).toBe(Number.POSITIVE_INFINITY);
  });

  it("evidence that is gone right before the first closing order withdraws the closing (WD-2)", async () => {
    const post = await well();
    post.compute = false;
    await post.until("FLATTEN", 20_000);
    post.flattening = { haltId: "h1" };
    post.mono += 50;
    post.post.duty.beat("compute", post.mono, 99_999, 0);
    post.post.beforeClosing();
    expect(post.level()).not.toBe("FLATTEN");
  });

  it("once the first closing order has left nothing withdraws it", async () => {
    const post = await well();
    post.compute = false;
    await post.until("FLATTEN", 20_000);
    post.flattening = { haltId: "h1" };
    post.isClosing = true;
    await post.run(100);
    post.compute = true;
    await post.run(60_000);
    expect(post.level()).toBe("FLATTEN");
  });

  it("proven flat by the broker's books it recovers by itself after a minute of green", async () => {
    const post = await well();
    post.compute = false;
    await post.until("FLATTEN", 20_000);
    post.flattening = { haltId: "h1" };
    post.isClosing = true;
    post.flattenLine = "F2";
    await post.run(200);
    post.compute = true;
    post.isFlat = true;
    post.gross = 0;
    await post.run(5_000);
    // Our own books are flat, the broker's have not shown it twice.
    expect(post.level()).toBe("FLATTEN");
    post.flattenLine = "F5";
    await post.run(200);
    expect(post.level()).toBe("NO_NEW_ENTRIES");
    post.flattening = undefined;
    post.isClosing = false;
    const backMs = await post.until("NORMAL", 120_000);
    expect(backMs).toBeGreaterThan(55_000);
    expect(backMs).toBeLessThanOrEqual(75_000);
  });

  it("a feed that is down for two minutes is a kill that only an operator lifts (C-37)", async () => {
    const post = await well();
    post.messages = false;
    await post.until("FLATTEN", 130_000);
    const kill = post.claims.at(-1)?.claim;
    expect(kill).toMatchObject({ authority: "kill_switch", liftedBy: "operator", level: "FLATTEN" });
    expect(kill?.reason).toContain("feed-down");
    post.flattening = { haltId: "h1" };
    post.isClosing = true;
    await post.run(100);
    post.isFlat = true;
    post.flattening = undefined;
    post.gross = 0;
    post.messages = true;
    await post.run(120_000);
    expect(post.claims.at(-1)?.claim).toMatchObject({ level: "HALTED", liftedBy: "operator" });
  });

  it("a closing for another cause adopts no evidence that was withdrawn hours ago", async () => {
    const post = await well();
    post.compute = false;
    await post.until("FLATTEN", 20_000);
    post.compute = true;
    await post.run(120_000);
    expect(post.level()).toBe("NORMAL");
    post.flattening = { haltId: "h2" };
    post.isClosing = true;
    await post.run(1_000);
    expect(post.level()).toBe("NORMAL");
  });
});

describe("the machine's own health", () => {
  it("a stall of the loop bars entries until the books were compared after it (C-51)", async () => {
    const post = await well();
    post.problem = "not read since";
    post.loop = { longestMs: 700, delayP99Ms: 20 };
    await post.run(1_000);
    post.loop = { longestMs: 5, delayP99Ms: 2 };
    await post.run(5_000);
    expect(post.level("event-loop")).toBe("NO_NEW_ENTRIES");
    post.problem = undefined;
    await post.run(2_000);
    expect(post.level("event-loop")).toBe("NORMAL");
  });

  it("a full disk bars entries and frees them when there is room again (C-52)", async () => {
    const post = await well();
    post.disk = { ...post.disk, diskFreeBytes: 5e8 };
    await post.run(5_100);
    expect(post.level("resources")).toBe("NO_NEW_ENTRIES");
    post.disk = { ...post.disk, diskFreeBytes: 5e10 };
    await post.run(5_100);
    expect(post.level("resources")).toBe("NORMAL");
  });

  it("a broker that answers slowly bars entries within a second, and is asked more often meanwhile", async () => {
    const post = await well();
    for (let n = 0; n < 2; n += 1) {
      await post.run(4_000);
      post.post.roundTrip(1_001);
    }
    await post.run(1_000);
    expect(post.level("round-trips")).toBe("NO_NEW_ENTRIES");
    const asked = post.clockProbes;
    await post.run(60_000);
    expect(post.clockProbes - asked).toBeGreaterThanOrEqual(29);
    // Nothing that was answered promptly: the silence of a minute frees nothing.
    expect(post.level("round-trips")).toBe("NO_NEW_ENTRIES");
    for (let n = 0; n < 3; n += 1) {
      post.post.roundTrip(200);
      await post.run(2_000);
    }
    expect(post.level("round-trips")).toBe("NORMAL");
    expect(post.claims.every(({ claim }) => claim === undefined || claim.level === "NO_NEW_ENTRIES")).toBe(
      true,
    );
  });

  it.each([
    [-290_000, "NO_NEW_ENTRIES"],
    [-1_500, "NO_NEW_ENTRIES"],
    [-250, "NORMAL"],
    [250, "NORMAL"],
    [1_500, "NO_NEW_ENTRIES"],
    [290_000, "NO_NEW_ENTRIES"],
  ])("a clock %d ms off the broker's: %s (C-50)", async (skewMs, level) => {
    const post = await well();
    post.skewMs = skewMs;
    await post.run(5_500);
    expect(post.level("clock")).toBe(level);
    expect(post.level()).toBe("NORMAL");
    post.skewMs = 0;
    await post.run(10_500);
    expect(post.level("clock")).toBe("NORMAL");
  });

  it("a certificate that was refused calls a person once, and bars entries until one has resumed", async () => {
    const post = await well();
    const reason = "certificate refused: paper-api.example, CERT_HAS_EXPIRED (certificate has expired)";
    for (const state of ["down", "up", "down"] as const) post.post.heard({ kind: "line", state, reason });
    expect(post.level("certificate")).toBe("NO_NEW_ENTRIES");
    expect(post.claims.at(-1)?.claim).toMatchObject({ reason, liftedBy: "operator" });
    expect(post.pages).toEqual([`${reason}: no entries until somebody has looked and resumed`]);
    post.post.operatorResumed();
    post.post.heard({ kind: "line", state: "down", reason });
    expect(post.pages).toHaveLength(2);
  });

  it("a step of the wall clock is seen at the next look and is no reason to close", async () => {
    const post = await well();
    post.wallOffMs += 30_000;
    post.at = (post.at + 30_000_000) as EpochMicros;
    await post.run(100);
    expect(post.level("clock")).toBe("NO_NEW_ENTRIES");
    await post.run(20_000);
    expect(post.level("clock")).toBe("NORMAL");
    expect(post.claims.every(({ claim }) => claim?.level !== "FLATTEN")).toBe(true);
  });

  it("the broker's clock is asked each 30 s, each 5 s while anything is held", async () => {
    const post = await well();
    post.gross = 0;
    await post.run(30_000);
    const idle = post.clockProbes;
    await post.run(60_000);
    expect(post.clockProbes - idle).toBe(2);
    post.gross = 1;
    const held = post.clockProbes;
    await post.run(60_000);
    expect(post.clockProbes - held).toBeGreaterThanOrEqual(11);
  });
});

describe("a market-wide halt", () => {
  const all = Array.from({ length: 8 }, (_, n) => `S${n}`);

  it("is all that is asked for, halted: its silence is nobody's, and nothing is closed into it", async () => {
    const post = new Post();
    await post.run(5000);
    for (const symbol of all) post.post.duty.halted(symbol, true, post.mono);
    post.messages = false;
    await post.run(300_000);
    expect(post.level()).toBe("NORMAL");
    post.post.duty.halted("S3", false, post.mono);
    expect(await post.until("FLATTEN", 200_000)).toBeGreaterThanOrEqual(119_000);
  });

  it("is known to a process that starts in the middle of it", async () => {
    const post = new Post({ halted: all });
    post.messages = false;
    await post.run(300_000);
    expect(post.claims.map(({ claim }) => claim?.level)).not.toContain("FLATTEN");
    const one = new Post({ halted: all.slice(1) });
    one.messages = false;
    expect(await one.until("FLATTEN", 300_000)).toBeLessThan(300_000);
  });
});

it("says at the start what each deadline in force would cost on a quiet day", () => {
  const { lines, notes } = new Post({ confirmMs: 0 });
  expect(notes.some((line) => line.startsWith("watchdog: compute, 500 ms: "))).toBe(true);
  expect(notes.some((line) => line.includes("confirmMs = 0: no second witness"))).toBe(true);
  expect(lines).toEqual([]);
});
