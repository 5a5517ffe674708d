/**
 * Goal: a figure of the picture is the ledger's figure at the same sequence (DB-1), and what is not known is null and
 * never 0 (DB-2). Method: the recorded session up to several of its bars, once drawn by execute's desk and once
 * projected into a ledger by a stage of its own; then all questions, of the whole session.
 */

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LedgerPlaces, LedgerStore } from "../src/adapters/ledger/ledger-store.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { type EnginePicture, enginePicture } from "../src/app/live/engine-picture.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { EXTERNAL } from "../src/app/live/run-engine.ts";
import { pictureOf } from "../src/dashboard/server/picture.ts";
import { orderId } from "../src/dashboard/server/question-words.ts";
import { sessionIndexAt } from "../src/domain/session.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { sessionAt, xnysSessions } from "../src/market/calendar.ts";
import { DashboardWorld } from "./dashboard-world.ts";
import { instruments, liveSession, terms } from "./live-session.ts";

const live = liveSession(2);
const world = new DashboardWorld(live);
beforeAll(() => world.start());
afterAll(() => world.stop());

/** The books after the first `count` entries, as the page sees them. */
function drawn(count: number) {
  const execute = live.again();
  let sequence = 0;
  let at = 0 as EpochMicros;
  const sink = { applied: () => -1, write: () => undefined };
  new LedgerReplay(execute, ledgerTerms(terms), sink).take(live.entries.slice(0, count));
  for (const entry of live.entries.slice(0, count)) {
    if (entry.part === "input") sequence += 1;
    at = entry.at;
  }
  const engine = enginePicture({
    ...{ run: terms.run, stage: execute.stage, instruments, strategies: [...terms.strategyIds, EXTERNAL] },
    session: sessionAt(xnysSessions(), sessionIndexAt(xnysSessions(), at)),
    ...{ sessionNumber: 0, at, sequence, assumedFraction: 0.02, unknownOrders: 0, requestsHeld: 0 },
    ...{ resumeBarred: [], feed: undefined, watchdog: undefined, reconciledAt: undefined },
  });
  return pageOf(JSON.parse(JSON.stringify(engine)) as EnginePicture, 0);
}

function pageOf(engine: EnginePicture | undefined, ageMs: number | null) {
  return pictureOf(world.facts, {
    ...{ engine, ageMs, why: "it hangs", madeAt: "2026-11-18T15:00:00Z", at: "2026-11-18T15:00:00Z" },
    ...{ links: [], nextJobs: [], session: world.engine().session },
    counts: { errorsOpen: { critical: 0, error: 0, warning: 0 }, alertsOpen: 0, jobsFailed: 0 },
  });
}

let folders = 0;
function ledgerAt(count: number): LedgerPlaces {
  const folder = join(world.root, `ledger-${folders++}`);
  const places = { trades: join(folder, "trades.db"), performance: join(folder, "performance.db") };
  const store = new LedgerStore(places);
  new LedgerReplay(live.again(), ledgerTerms(terms), store).take(live.entries.slice(0, count));
  store.close();
  return places;
}

function rows(path: string, sql: string): Record<string, number>[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const found = db.prepare(sql).all() as Record<string, number>[];
  db.close();
  return found;
}

const bars = live.entries.flatMap(({ part, payload }, n) =>
  part === "input" && String(payload).includes('"kind":"BarsClosed"') ? [n + 1] : [],
);
const cuts = [0.05, 0.2, 0.45, 0.6, 0.8, 0.97].map(
  (share) => bars[Math.floor(share * bars.length)] as number,
);

describe("a picture", () => {
  it.each(cuts)("has the ledger's figures after entry %i", (count) => {
    const picture = drawn(count);
    const places = ledgerAt(count);
    const [day] = rows(places.performance, "SELECT * FROM portfolio_daily ORDER BY date DESC LIMIT 1");
    expect([
      picture.money.equity,
      picture.money.cash,
      picture.money.dayPnl,
      picture.money.dayPnlFraction,
    ]).toEqual([day?.equity, day?.cash, day?.daily_pnl, day?.daily_pnl_pct]);
    const lots = rows(places.trades, "SELECT * FROM position_lots ORDER BY symbol, strategy");
    const held = picture.positions.map(({ symbol, strategy, shares, entry }) => [
      symbol,
      strategy,
      shares,
      entry,
    ]);
    expect(held.toSorted()).toEqual(
      lots
        .map(({ symbol, strategy, quantity, entry_price: entry }) => [symbol, strategy, quantity, entry])
        .toSorted(),
    );
    const [since] = rows(places.performance, "SELECT max(date) AS date FROM portfolio_daily");
    const ended = rows(
      places.trades,
      `SELECT coalesce(sum(pnl), 0) AS pnl FROM trades WHERE status = 'CLOSED'
         AND date(exit_timestamp / 1000000, 'unixepoch', '-5 hours') = '${since?.date}'`,
    );
    expect(picture.money.realisedToday).toBeCloseTo(ended[0]?.pnl ?? Number.NaN, 6);
    const [open] = rows(
      places.trades,
      "SELECT coalesce(sum(unrealized_pnl), 0) AS pnl FROM positions WHERE status = 'open'",
    );
    expect(picture.money.unrealised).toBeCloseTo(open?.pnl ?? Number.NaN, 6);
    expect((picture.money.long ?? 0) - (picture.money.short ?? 0)).toBeCloseTo(
      picture.money.net ?? Number.NaN,
      6,
    );
  });

  it("has trades and positions in it, or it would prove nothing", () => {
    const pictures = cuts.map(drawn);
    expect(pictures.some(({ positions }) => positions.length > 2)).toBe(true);
    expect(pictures.some(({ money }) => money.realisedToday !== 0)).toBe(true);
    expect(pictures.some(({ positions }) => positions.some(({ stop }) => stop !== null))).toBe(true);
  });

  it("of the same sequence is the same picture", () => {
    expect(drawn(cuts[2] as number)).toEqual(drawn(cuts[2] as number));
  });

  it("shows no level and no money where execute never answered, and says late before down", () => {
    const nothing = pageOf(undefined, null);
    expect(nothing.permission).toMatchObject({ level: null, scalar: null });
    for (const [name, value] of Object.entries(nothing.money))
      expect([name, value]).toEqual([name, name === "startEquity" ? terms.cash : null]);
    expect(nothing.limits.every(({ use, limit }) => use === null && limit > 0)).toBe(true);
    const lights = [0, 1499, 1500, 4999, 5000].map((age) => pageOf(world.engine(), age).engine.state);
    expect(lights).toEqual(["ok", "ok", "late", "late", "down"]);
    expect(pageOf(world.engine(), 5000).permission.level).toBeNull();
    expect(pageOf(world.engine(), 5000).money.equity).not.toBeNull();
  });

  it("hides the account but for its end, and names every authority, strongest first", () => {
    const picture = pageOf(world.engine(), 0);
    expect(picture.account).toBe("test".slice(-4));
    expect(picture.permission.claims.map(({ authority }) => authority)).toEqual(
      expect.arrayContaining(["killSwitch", "breakers", "orchestrator", "regime", "ensemble", "strategy"]),
    );
  });
});

describe("a question", () => {
  const page = { from: 0, limit: 500 };

  it("of orders counts what the filter leaves and turns its pages", () => {
    const all = world.room.orders(page);
    const rest = world.room.orders({ from: 500, limit: 500 });
    const rows = [...all.rows, ...rest.rows];
    expect(all.total).toBe(rows.length);
    expect(rows.length).toBeGreaterThan(500);
    expect(world.room.orders({ from: 498, limit: 4 }).rows).toEqual(rows.slice(498, 502));
    const [symbol = ""] = rows.map((row) => row.symbol);
    expect(world.room.orders({ ...page, symbol }).rows).toEqual(rows.filter((row) => row.symbol === symbol));
    const ended = world.room.orders({ ...page, state: "filled", symbol });
    expect(ended.total).toBe(rows.filter((row) => row.symbol === symbol && row.state === "filled").length);
    const { decided, denied, sent, filled, ackP99Ms } = all.funnel;
    // The venue of arithmetic answers no request: nothing to measure is no 0.
    expect(ackP99Ms).toBeNull();
    expect([decided, filled > 0]).toEqual([denied + sent, true]);
  });

  it("of an order tells how it came to be, with both numbers at each step", () => {
    const entry = world.room.orders(page).rows.find((row) => row.purpose === "entry" && row.filled > 0);
    const chain = world.room.chain(entry?.id ?? "");
    expect(orderId.safeParse(entry?.id).success).toBe(true);
    const steps = Object.fromEntries((chain?.steps ?? []).map((step) => [step.kind, step]));
    expect(Object.keys(steps)).toEqual([
      ...["bar", "features", "signal", "vote", "size", "gate", "order", "fills", "slippage"],
    ]);
    expect(steps.features?.figures?.length).toBeGreaterThan(1);
    expect(steps.features?.figures?.every(({ value }) => value !== null)).toBe(true);
    const own = steps.vote?.figures?.find(({ name }) => name === entry?.strategy);
    expect(Math.sign(own?.value ?? 0)).toBe(entry?.side === "buy" ? 1 : -1);
    expect(steps.bar?.bars?.length).toBeGreaterThan(10);
    const bound = steps.size?.constraints?.filter(({ isBinding }) => isBinding) ?? [];
    expect(bound).toHaveLength(1);
    const others = steps.size?.constraints?.filter(({ isBinding }) => !isBinding) ?? [];
    // Whoever bound allowed no more than anybody else.
    for (const { shares } of others)
      expect(shares ?? Infinity).toBeGreaterThanOrEqual((bound[0]?.shares ?? 0) - 1e-9);
    expect(steps.gate?.verdicts?.length).toBeGreaterThan(15);
    expect(steps.gate?.verdicts?.every(({ passed }) => passed)).toBe(true);
    const filled = steps.fills?.fills?.reduce((sum, { shares }) => sum + shares, 0);
    expect(filled).toBe(entry?.filled);
  });

  it("of a denied order ends at the gate, the rule that refused first", () => {
    const denied = world.room.orders({ ...page, state: "denied" }).rows[0];
    if (denied === undefined) return expect(world.room.orders(page).funnel.denied).toBe(0);
    const steps = world.room.chain(denied.id)?.steps ?? [];
    expect(steps.at(-1)).toMatchObject({ kind: "gate", isRefusal: true });
  });

  it("of an order that is not there has no answer", () => {
    expect(world.room.chain("dtest-o999999")).toBeUndefined();
  });

  it("of the curve has the day's points in their order, with its high never falling", async () => {
    const { points, rungs } = await world.room.equity("today");
    expect(rungs).toEqual({ fromHigh: 0.02, fromBase: 0.03 });
    for (const [n, { at, high, equity }] of points.entries()) {
      const before = points[n - 1];
      if (before !== undefined) expect([at > before.at, high >= before.high]).toEqual([true, true]);
      expect(high).toBeGreaterThanOrEqual(equity);
    }
    const run = await world.room.equity("run");
    expect(run.points.length).toBeGreaterThan(0);
  });

  it("of risk has every control, every limit with its origin, and what may be tightened", () => {
    const risk = world.room.risk();
    expect(risk.controls).toHaveLength(65);
    expect(
      risk.controls.every(({ name, text, state }) => name !== "" && (text === "") === (state === "done")),
    ).toBe(true);
    expect(risk.limits.length).toBeGreaterThan(10);
    for (const { limit, origin, use } of risk.limits)
      expect([limit > 0, origin !== "", use !== null]).toEqual([true, true, true]);
    expect(risk.overridable.every(({ value }) => Number.isFinite(value))).toBe(true);
    const refused = risk.blocked.reduce((sum, { count, shrunk }) => sum + count + shrunk, 0);
    const fired = risk.controls.reduce((sum, control) => sum + control.fired, 0);
    expect(fired).toBe(refused);
  });

  it("of strategies, signals, why and research is answered from what is recorded", () => {
    expect(world.room.strategies().rows.map(({ id }) => id)).toEqual(terms.strategyIds);
    const signals = world.room.signals(page);
    expect(signals.rows.length).toBe(Math.min(signals.total, 500));
    const symbol = signals.rows[0]?.symbol;
    expect(world.room.why(symbol).decisions[0]?.symbol).toBe(symbol);
    expect(world.room.research()).toMatchObject({ models: [], pairs: [] });
  });

  it("of the audit says that the chain holds, and that it does not once a row was changed", async () => {
    world.desk.answer(JSON.stringify({ verb: "note", id: "n1", by: "me", reason: "r", what: "login" }));
    world.desk.answer(JSON.stringify({ verb: "note", id: "n2", by: "me", reason: "r", what: "login" }));
    await world.settled();
    expect(world.room.audit(page)).toMatchObject({
      total: 2,
      chain: { state: "ok" },
      rows: [{ id: "n2" }, { id: "n1" }],
    });
    const db = new DatabaseSync(join(world.root, "db", "journal.db"), { timeout: 5000 });
    db.exec("UPDATE audit_head SET rows = 3");
    db.close();
    expect(world.room.audit(page).chain.state).toBe("late");
  });

  it("uses an index for every page of rows: ten thousand orders are no more work than a hundred", () => {
    const db = new DatabaseSync(join(world.root, "db", "trades.db"), { readOnly: true });
    for (const table of ["orders", "signals"]) {
      const plan = db
        .prepare(`EXPLAIN QUERY PLAN SELECT * FROM ${table} WHERE run = 'x' ORDER BY number DESC LIMIT 9`)
        .all();
      expect(JSON.stringify(plan)).toMatch(new RegExp(`${table}_by_number`));
      expect(JSON.stringify(plan)).not.toContain("TEMP B-TREE");
    }
    db.close();
  });
});
