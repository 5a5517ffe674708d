/**
 * Goal    what each task does of the running system, says of it, and leaves: what would hurt if it were wrong is that it
 *         passes while something is broken, or acts where it must not.
 * Method  tasks over ports of a world that a test sets; time passes when a task pauses.
 */
import { describe, expect, it } from "vitest";
import type { StatusValue } from "../src/app/live/status-answer.ts";
import { taskIds, tasks } from "../src/app/orchestrator/task-registry.ts";
import { resultOf } from "../src/app/orchestrator/task-result.ts";
import { InputError } from "../src/domain/assert.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { type FakeWorld, fakeWorld, holds, market, position } from "./task-context-fake.ts";

const run = (id: string, { context }: FakeWorld, isAfterCrash = false) =>
  resultOf(tasks.find((task) => task.id === id)!, context, isAfterCrash);
const bought = (symbol: string) => position(symbol, { strategy: "day_trader", stop: Number.NaN });
const verbs = ({ asked }: FakeWorld) => asked.map(({ act }) => act.verb);

describe("validate_api_connectivity", () => {
  it("passes when all is up and the broker answers a look", async () => {
    const world = fakeWorld();
    expect(await run("validate_api_connectivity", world)).toMatchObject({ state: "done" });
    expect(verbs(world)).toEqual(["reconcile"]);
  });

  it.each<[string, (world: FakeWorld) => void, RegExp]>([
    ["a process is down", (w) => (w.processes = [{ id: "compute", state: "waiting" }]), /compute is waiting/],
    [
      "the broker refuses the key",
      (w) => (w.status = { ...w.status, brokerRefuses: "401" }),
      /refuses our key.*doctor/,
    ],
    ["ingest says nothing", (w) => (w.status = { ...w.status, feed: undefined }), /ingest has told nothing/],
    [
      "the feed is down",
      (w) => (w.status = { ...w.status, feed: { ...w.status.feed!, line: "down", reason: "no route" } }),
      /down \(no route\).*doctor/,
    ],
    ["the broker does not answer", (w) => (w.acted = () => undefined), /has not answered for 45 s/],
  ])("fails with the cure when %s", async (_, breaks, expected) => {
    const world = fakeWorld();
    breaks(world);
    const { state, text } = await run("validate_api_connectivity", world);
    expect([state, text]).toEqual(["failed", expect.stringMatching(expected)]);
  });

  it("passes when the broker answers at once and the books are being found out for long: that is no slow line", async () => {
    const world = fakeWorld();
    const { acted } = world;
    world.acted = (act) => {
      acted(act);
      world.status = { ...world.status, booksDiffer: "something is being found out" };
    };
    world.passed = () => {
      if (world.ms > 35_000) world.status = { ...world.status, booksDiffer: null };
    };
    const { state, text, output } = await run("validate_api_connectivity", world);
    expect([state, text]).toEqual(["done", expect.stringMatching(/answered a look in \d{1,3} ms/)]);
    expect(output).toMatchObject({ roundTripMs: 0 });
  });

  it.each([
    [20_000, "done"],
    [31_000, "failed"],
  ])("of a broker that takes %s ms is %s: execute waits for half a minute", async (ms, expected) => {
    const world = fakeWorld();
    const { acted } = world;
    world.acted = () => undefined;
    world.passed = () => {
      if (world.ms >= ms) acted({ verb: "reconcile", reason: "late" });
    };
    expect((await run("validate_api_connectivity", world)).state).toBe(expected);
  });

  it("is passed by a ledger or a page that is down", async () => {
    const world = fakeWorld();
    world.processes.push({ id: "ledger", state: "down" }, { id: "dashboard", state: "waiting" });
    expect((await run("validate_api_connectivity", world)).state).toBe("done");
  });
});

describe.each(["sync_positions_from_broker", "reconcile_positions"])("%s", (id) => {
  it("does not pass on a comparison of before, nor on one with a difference", async () => {
    const world = fakeWorld();
    world.acted = () => undefined;
    expect(await run(id, world)).toMatchObject({ state: "failed", isUnjudged: true });
    const other = fakeWorld();
    other.acted = () =>
      (other.status = {
        ...other.status,
        lastReconciliation: "later",
        booksDiffer: "AAPL: 10 instead of 12",
      });
    const { state, text, isUnjudged } = await run(id, other);
    expect([state, text, isUnjudged]).toEqual([
      "failed",
      expect.stringContaining("AAPL: 10 instead of 12"),
      undefined,
    ]);
  });

  it("waits for a difference that is being cleared up", async () => {
    const world = fakeWorld();
    world.acted = () =>
      (world.status = { ...world.status, lastReconciliation: "later", booksDiffer: "found out" });
    world.passed = () => {
      if (world.ms > 4000) world.status = { ...world.status, booksDiffer: null };
    };
    expect((await run(id, world)).state).toBe("done");
  });
});

it("reconcile_positions fails where the ledger holds otherwise", async () => {
  const world = fakeWorld();
  holds(world, position("AAA"), position("AAA", { strategy: "other", shares: 5 }));
  world.ledger.positions = () => new Map([["AAA", 15]]);
  expect((await run("reconcile_positions", world)).state).toBe("done");
  world.ledger.positions = () =>
    new Map([
      ["AAA", 14],
      ["BBB", -1],
    ]);
  const { state, text } = await run("reconcile_positions", world);
  expect([state, text]).toEqual([
    "failed",
    expect.stringMatching(/AAA 14 instead of 15, BBB -1 instead of 0/),
  ]);
});

it("run_premarket_analysis writes each symbol's gap and what stands in its way; unknown is null, not 0", async () => {
  const world = fakeWorld();
  holds(world, position("BBB"));
  world.market = [
    market("AAA", { bid: 102.9, ask: 103.1 }),
    market("BBB", { bid: null, ask: null }),
    market("CCC", { isHalted: true, lock: "an order that is not ours works" }),
  ];
  expect(await run("run_premarket_analysis", world)).toMatchObject({
    state: "done",
    output: { flagged: ["AAA", "CCC"], quoted: 2 },
  });
  const rows = world.tables.get("premarket 2026-11-24") ?? [];
  expect(rows).toMatchObject([
    { symbol: "AAA", is_held: 0, flags: expect.stringContaining("gap 3.00 %") },
    { symbol: "BBB", is_held: 1, gap: null, flags: "" },
    { symbol: "CCC", flags: "halted; locked: an order that is not ours works" },
  ]);
  expect(rows[0]?.gap).toBeCloseTo(0.03, 9);
});

describe("check_corporate_actions", () => {
  const feedWith = (actionsUnknown: string) =>
    ({ line: "up", reason: "", symbols: 3, messageAgeMs: 5, actionsUnknown }) as StatusValue["feed"];

  it("has ingest ask, and passes once they are known", async () => {
    const world = fakeWorld();
    world.status = { ...world.status, feed: feedWith("the source does not answer") };
    world.passed = () => {
      world.status = { ...world.status, feed: feedWith("") };
    };
    expect(await run("check_corporate_actions", world)).toMatchObject({ state: "done" });
    expect(world.asked.map(({ act }) => act.verb)).toEqual(["checkActions"]);
  });

  it("fails with the reason while nobody knows them", async () => {
    const world = fakeWorld();
    world.status = { ...world.status, feed: feedWith("the source does not answer") };
    expect(await run("check_corporate_actions", world)).toMatchObject({
      state: "failed",
      text: expect.stringContaining("the source does not answer"),
    });
  });
});

describe("at the open", () => {
  it("check_opening_conditions lists what is halted, locked and wide, and fails without market data", async () => {
    const world = fakeWorld();
    world.market = [market("AAA", { isHalted: true }), market("BBB", { bid: 99, ask: 101 }), market("CCC")];
    expect(await run("check_opening_conditions", world)).toMatchObject({
      state: "done",
      output: { halted: ["AAA"], wide: ["BBB"], locked: [] },
    });
    world.status = { ...world.status, feed: undefined };
    expect((await run("check_opening_conditions", world)).state).toBe("failed");
  });

  it("execute_opening_orders fails where an order's fate stays unknown, and not where it is cleared up", async () => {
    const world = fakeWorld();
    world.status = { ...world.status, unknownOrders: 2 };
    expect(await run("execute_opening_orders", world)).toMatchObject({ state: "failed" });
    world.ms = 0;
    world.passed = () => (world.status = { ...world.status, unknownOrders: 0 });
    expect(await run("execute_opening_orders", world)).toMatchObject({ state: "done" });
  });
});

describe("while trading", () => {
  it("monitor_positions warns of a stop that has not rested for two beats, not of who entered without one", async () => {
    const world = fakeWorld();
    world.market = [market("AAA"), market("BBB")];
    holds(
      world,
      position("AAA", { stop: Number.NaN }),
      position("BBB", { stop: Number.NaN, strategy: "bare" }),
    );
    world.ledger.entered = () => new Set(["swing_trend_following AAA"]);
    expect((await run("monitor_positions", world)).state).toBe("done");
    const second = await run("monitor_positions", world);
    expect(second).toMatchObject({ state: "failed", output: { bare: ["AAA of swing_trend_following"] } });
    holds(world, position("AAA"));
    expect((await run("monitor_positions", world)).state).toBe("done");
  });

  it("monitor_positions warns of a market that told nothing for long, and of a feed that is down", async () => {
    const world = fakeWorld();
    holds(world, position("AAA"));
    world.market = [market("AAA", { quotedAt: "2026-11-24T14:30:00Z" }), market("BBB", { quotedAt: null })];
    expect(await run("monitor_positions", world)).toMatchObject({
      state: "failed",
      output: { stale: ["AAA"] },
    });
    world.market = [market("AAA")];
    world.status = { ...world.status, feed: { ...world.status.feed!, line: "down" } };
    expect((await run("monitor_positions", world)).text).toContain("no market data");
  });

  it("process_intraday_signals fails when minutes come and no decision follows", async () => {
    const world = fakeWorld();
    const bars = (count: number) =>
      (world.status = {
        ...world.status,
        snapshot: { ...world.status.snapshot, bars: count },
      } as StatusValue);
    bars(0);
    expect((await run("process_intraday_signals", world)).state).toBe("done");
    bars(3 * 6);
    const { state, text } = await run("process_intraday_signals", world);
    expect([state, text]).toEqual(["failed", expect.stringContaining("6 minutes came")]);
    bars(3 * 20);
    world.ledger.meta = () => ({ applied: 20, decisions: 6, staleDecisions: 1 });
    expect((await run("process_intraday_signals", world)).state).toBe("done");
  });

  it("check_circuit_breakers fails where lattice and ledger differ for good, and waits for a ledger behind", async () => {
    const world = fakeWorld();
    const claim = { authority: "circuit_breakers", source: "watchdog" };
    world.status = {
      ...world.status,
      snapshot: {
        ...world.status.snapshot,
        permission: { level: "NO_NEW_ENTRIES", scalar: 1, claims: [claim] },
      } as unknown as StatusValue["snapshot"],
    };
    expect(await run("check_circuit_breakers", world)).toMatchObject({
      state: "failed",
      text: expect.stringContaining("execute has circuit_breakers:watchdog, the ledger none"),
    });
    world.ms = 0;
    world.passed = () => (world.ledger.claims = () => [{ ...claim, target: "account" }]);
    expect((await run("check_circuit_breakers", world)).state).toBe("done");
  });
});

describe("close_intraday_positions", () => {
  it("leaves alone what the engine closes, and what swing strategies hold", async () => {
    const world = fakeWorld();
    holds(world, bought("AAA"), position("BBB"));
    world.passed = () => holds(world, position("BBB"));
    expect((await run("close_intraday_positions", world)).state).toBe("done");
    expect(world.asked).toEqual([]);
  });

  it("closes by the door what is still held, each symbol by one name however often it is asked", async () => {
    const world = fakeWorld();
    holds(world, bought("AAA"), bought("CCC"), position("BBB"));
    world.acted = () => undefined;
    world.passed = () => {
      if (world.asked.length > 0 && world.ms > 25_000) holds(world, position("BBB"));
    };
    expect(await run("close_intraday_positions", world)).toMatchObject({
      state: "done",
      output: { closed: ["AAA", "CCC"] },
    });
    expect(world.asked.map(({ act, id }) => [act, id])).toMatchObject([
      [{ verb: "close", symbol: "AAA" }, "2026-11-24 close AAA"],
      [{ verb: "close", symbol: "CCC" }, "2026-11-24 close CCC"],
    ]);
  });

  it("asks nothing of a market that is closed, and fails", async () => {
    const world = fakeWorld();
    holds(world, bought("AAA"));
    world.at = world.context.session.close as EpochMicros;
    expect(await run("close_intraday_positions", world)).toMatchObject({ state: "failed" });
    expect(world.asked).toEqual([]);
  });

  it("after a crash looks first: what is closed is not closed again", async () => {
    const world = fakeWorld();
    expect(await run("close_intraday_positions", world, true)).toMatchObject({ state: "done" });
    expect(world.asked).toEqual([]);
  });
});

it("flatten_intraday_positions calls people when something is held over night", async () => {
  const world = fakeWorld();
  expect((await run("flatten_intraday_positions", world)).state).toBe("done");
  expect(world.lines).toEqual([]);
  holds(world, bought("AAA"));
  expect((await run("flatten_intraday_positions", world)).state).toBe("failed");
  expect(world.lines).toMatchObject([{ level: "critical", text: expect.stringContaining("AAA") }]);
});

describe("calculate_daily_pnl", () => {
  const day = (pnl: number | null) => [{ date: "2026-11-24", pnl, equity: 100_000, isFinal: false }];

  it("keeps both figures, and fails where they differ by more than is allowed", async () => {
    const world = fakeWorld();
    world.ledger.days = () => day(12.6);
    expect((await run("calculate_daily_pnl", world)).state).toBe("done");
    expect(world.tables.get("daily_pnl 2026-11-24")).toMatchObject([
      { own: 12.5, ledger: 12.6, equity: 100_000 },
    ]);
    world.ledger.days = () => day(112.5);
    expect(await run("calculate_daily_pnl", world)).toMatchObject({ state: "failed" });
    expect(world.tables.get("daily_pnl 2026-11-24")).toMatchObject([{ ledger: 112.5, difference: -100 }]);
  });

  it("fails where the ledger has no such day", async () => {
    expect((await run("calculate_daily_pnl", fakeWorld())).text).toContain("no result of 2026-11-24");
  });
});

it("update_watchlists gives the next session each symbol once, with every reason", async () => {
  const world = fakeWorld();
  holds(world, position("AAA"), position("OLD", { strategy: "external" }));
  world.ledger.signalled = () => new Map([["AAA", 2]]);
  expect((await run("update_watchlists", world)).state).toBe("done");
  expect(world.tables.get("watchlist 2026-11-25")).toMatchObject([
    { symbol: "AAA", reason: "universe; held: 10 by swing_trend_following; 2 signals" },
    { symbol: "BBB", reason: "universe" },
    { symbol: "CCC", reason: "universe" },
    { symbol: "OLD", reason: "held: 10 by external" },
  ]);
});

describe("sync_previous_day", () => {
  it("fails while the ledger is far behind the journal", async () => {
    const world = fakeWorld();
    const context = { ...world.context, journalEntries: () => 5000 };
    expect(await run("sync_previous_day", { ...world, context })).toMatchObject({ state: "failed" });
  });

  it("passes on a first day, and names the last one after", async () => {
    const world = fakeWorld();
    expect((await run("sync_previous_day", world)).text).toContain("no day before");
    world.ledger.days = () => [{ date: "2026-11-23", pnl: 1, equity: 1, isFinal: true }];
    expect((await run("sync_previous_day", world)).text).toContain("2026-11-23");
  });
});

it("verify_records calls people when the record is broken and bars entries, the same finding by the same act", async () => {
  const world = fakeWorld();
  const proof = {
    ok: false,
    brokenAt: "journal.db, run d1, entry 7",
    entries: 7,
    runs: 1,
    auditRows: 0,
    anchors: [],
  };
  const context = { ...world.context, verifyRecords: async () => proof as never };
  expect(await run("verify_records", { ...world, context })).toMatchObject({ state: "failed" });
  expect(world.lines).toMatchObject([{ level: "critical", text: expect.stringContaining("entry 7") }]);
  await run("verify_records", { ...world, context });
  expect(world.asked).toMatchObject([
    { act: { verb: "pause", reason: expect.stringContaining("entry 7") } },
    { act: { verb: "pause" } },
  ]);
  expect(world.asked[0]?.id).toBe(world.asked[1]?.id);
  const gone = {
    ...world.context.door,
    act: () => Promise.reject(new InputError("execute does not answer", 1)),
  };
  const { text } = await run("verify_records", { ...world, context: { ...context, door: gone } });
  expect(text).toContain("entries could not be barred (execute does not answer)");
});

describe("an archive", () => {
  const made = async () => ({ state: "done" as const, text: "made again" });

  it.each(["backup_data", "checkpoint_system_state"])(
    "of %s that was made before a crash is not made again",
    async (id) => {
      const world = fakeWorld();
      const newestArchive = () => ({ ms: 5000, file: "x.tar" });
      const context = { ...world.context, newestArchive, backup: made, checkpoint: made, crashedAtMs: 4000 };
      expect((await run(id, { ...world, context }, true)).text).toContain("before the crash: x.tar");
      const earlier = { ...context, crashedAtMs: 6000 };
      expect((await run(id, { ...world, context: earlier }, true)).text).toBe("made again");
    },
  );
});

describe("research at night", () => {
  const asked: { words: readonly string[]; folder: string | null }[] = [];
  const gate = (title: string, passed: boolean) => ({ title, passed });
  const answers: Record<string, unknown> = {
    "a.yaml": { model: "a.meta@2", why: null, passed: true, gates: [gate("Sharpe", true)] },
    "b.yaml": {
      model: "b.meta@5",
      why: null,
      passed: false,
      gates: [gate("Sharpe", false), gate("skill", true)],
    },
    "c.yaml": { model: null, why: "10 events, fewer than 200", passed: false, gates: [] },
  };
  const research = async (words: readonly string[], folder: string | null) => {
    asked.push({ words, folder });
    return answers[words[2] ?? ""] ?? { verdict: { passed: false, sharpe: 0.38 } };
  };
  const within = (params: object) => {
    const world = fakeWorld();
    return {
      ...world,
      context: { ...world.context, research, params: { ...world.context.params, ...params } },
    };
  };

  it("trains what is due, says what waits for an operator and what a gate refused, and promotes nothing", async () => {
    const result = await run("retrain_models", within({ trainings: ["a.yaml", "b.yaml", "c.yaml"] }));
    expect(result.state).toBe("done");
    expect(result.text).toContain("a.meta@2 passed every gate: plimsoll models promote a.meta@2");
    expect(result.text).toContain("b.meta@5 refused: Sharpe;");
    expect(result.text).toContain("c.yaml: no model, 10 events, fewer than 200");
    expect(asked.map(({ folder }) => folder)).toEqual(["train-1", "train-2", "train-3"]);
    expect(asked.some(({ words }) => words.includes("promote"))).toBe(false);
  });

  it("makes the universe of the days before, says who keeps whom out, and fails nothing without daily bars", async () => {
    const rows = [
      { symbol: "AAA", tier: "core", score: 0.9, bucket: "low", sector: 45, reasons: [] },
      { symbol: "BBB", tier: "extended", score: 0.2, bucket: "high", reasons: ["core_rank: behind"] },
      { symbol: "CCC", tier: null, score: null, bucket: null, reasons: ["price: 4.00 below 5", "adv: low"] },
    ];
    const report = { symbol: "BBB", values: [10, 5, 1, 2, 3, 0.4, null, 0.1, 30] };
    const missing = (text: string) => Promise.reject(new Error(text));
    const within = (universe: () => Promise<unknown>, reports: () => Promise<unknown>) => {
      const { context, ...rest } = fakeWorld();
      const of = async (words: readonly string[], folder: string | null) => {
        asked.push({ words, folder });
        return await (words[0] === "universe" ? universe() : reports());
      };
      const dataSettings = ["--set", "universe={}"];
      return { ...rest, context: { ...context, research: of, dataSettings } };
    };
    const told = within(
      async () => rows,
      async () => [report, { ...report, symbol: "ZZZ" }],
    );
    const made = await run("refresh_universe", told);
    expect(made.state).toBe("done");
    expect(made.text).toMatch(
      /core 1, extended 2 of 3 names, 3 of them of the run, with reports of 1; kept out: 1 by adv, 1 by core_rank, 1 by price$/,
    );
    const [build] = asked.slice(-1);
    expect([build?.words.slice(0, 3), build?.words.slice(4)]).toEqual([
      ["universe", "build", "--date"],
      ["--set", "universe={}"],
    ]);
    expect(told.asked.map(({ act }) => act)).toMatchObject([
      { verb: "tellReference", table: "fundamentals", isWhole: true, rows: [report] },
      {
        ...{ verb: "tellReference", table: "universe", isWhole: true },
        rows: [
          { symbol: "AAA", values: [1, 0.9, 0, null, null, 45] },
          { symbol: "BBB", values: [2, 0.2, 2, null, null, null] },
          { symbol: "CCC", values: [0, null, null, null, null, null] },
        ],
      },
    ]);
    const noReports = () => missing("there are no company reports: plimsoll fundamentals import FILE");
    const failing = (text: string) =>
      run(
        "refresh_universe",
        within(() => missing(text), noReports),
      );
    expect((await failing("the lake is empty; fill it")).state).toBe("unavailable");
    expect(await failing("AAPL 1d exists as a, b")).toMatchObject({
      state: "failed",
      text: "AAPL 1d exists as a, b",
    });
  });

  it("walks each line forward, and takes no line that would be another command or root", async () => {
    const line = "--strategies mean_reversion --symbols all --timeframe 1d";
    const result = await run("run_walk_forward", within({ walkForwards: [line] }));
    expect([result.state, result.text]).toEqual([
      "done",
      "1 walk: walk mean_reversion: Sharpe 0.38, refused",
    ]);
    expect(asked.at(-1)).toMatchObject({
      folder: "walk-1",
      words: ["walk-forward", ...line.split(" "), "--workers", "1"],
    });
    for (const wrong of [
      "models promote x@1",
      `${line} --root /tmp`,
      `${line} --set a=b`,
      `${line} --out=/x`,
    ]) {
      const refused = await run("run_walk_forward", within({ walkForwards: [wrong] }));
      expect([refused.state, refused.text]).toEqual([
        "failed",
        expect.stringContaining("orchestrator.walkForwards"),
      ]);
    }
  });
});

describe("models beside the rules", () => {
  const model = {
    id: "a.meta@3",
    strategy: "a",
    stage: "champion" as const,
    knowsTo: "2026-11-01",
    problem: null,
  };
  const morning = (
    watched: readonly (typeof model | (Omit<typeof model, "problem"> & { readonly problem: string }))[],
  ) => {
    const world = fakeWorld();
    const retired: string[] = [];
    const models = {
      watched: () => watched,
      retire: (id: string, why: string) => retired.push(`${id} ${why}`) > 0,
    };
    return { world: { ...world, context: { ...world.context, models } }, retired };
  };

  it("that can be used and are young enough pass", async () => {
    const { world } = morning([model]);
    expect(await run("validate_model_freshness", world)).toMatchObject({
      state: "done",
      text: "1 model can be used",
    });
  });

  it("that are too old, or cannot be loaded, fail with the cure and bar nothing", async () => {
    const old = { ...model, knowsTo: "2026-08-15" };
    const { world } = morning([old, { ...model, problem: "model a.meta@3: its file is missing" }]);
    const { state, text } = await run("validate_model_freshness", world);
    expect(state).toBe("failed");
    expect(text).toBe(
      "champion a.meta@3 knows nothing of the last 101 days (at most 100); train it anew; " +
        "champion model a.meta@3: its file is missing",
    );
    expect(tasks.find(({ id }) => id === "validate_model_freshness")?.isEssential).toBeUndefined();
  });

  it("that drifted in the run are retired, with the figures on record", async () => {
    const { world, retired } = morning([]);
    const demoted = { model: "a.meta@3", reason: "3 of 8 inputs have moved" };
    const state = { strategy: "a", decides: null, shadows: [], why: "", demoted };
    const { context } = world;
    const door = {
      ...context.door,
      status: async () => ({ ...(await context.door.status()), models: [state] }),
    };
    const { text } = await run("validate_model_freshness", { ...world, context: { ...context, door } });
    expect(retired).toEqual(["a.meta@3 drifted in run d1: 3 of 8 inputs have moved"]);
    expect(text).toBe("a.meta@3 had drifted and is retired; rules decide alone");
    await run("process_intraday_signals", { ...world, context: { ...context, door } });
    expect(retired.length).toBe(2);
    expect(world.lines.at(-1)).toMatchObject({
      level: "warning",
      text: expect.stringContaining("is retired"),
    });
  });
});

describe("what is not there", () => {
  it.each([
    ...["refresh_universe", "validate_model_freshness", "run_daily_research"],
    ...["run_strategy_optimization", "run_nightly_research_pipeline", "retrain_models", "run_walk_forward"],
    ...["generate_daily_report", "backup_data", "restore_drill", "verify_records"],
  ])("%s says so and fails nothing", async (id) => {
    const world = fakeWorld();
    const task = tasks.find((one) => one.id === id)!;
    expect(task.missing(world.context)).toMatch(/^not available yet: /);
    expect(await run(id, world)).toMatchObject({
      state: "unavailable",
      text: expect.stringMatching(/^not available yet/),
    });
  });

  it("every other task is there", () => {
    const { context } = fakeWorld();
    const there = tasks.filter((task) => task.missing(context) === undefined).map(({ id }) => id);
    expect(there.length + 15).toBe(taskIds.length);
  });
});
