/**
 * Goal: the ledger says what the stage's own books say, however the journal was cut into batches (LEDGER-1).
 * Method: two synthetic sessions through the live stages; their journal is projected in one go, in small pieces, with
 * crashes between and inside batches, and rebuilt; rows are compared with each other and with the stage.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { LedgerBatch } from "../src/adapters/ledger/ledger-rows.ts";
import { type LedgerPlaces, LedgerStore } from "../src/adapters/ledger/ledger-store.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { rebuildLedger } from "../src/app/live/ledger-rebuild.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { TradeField } from "../src/engine/trade-log.ts";
import { instruments, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("ledger-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const live = liveSession(2);
const { entries, execute } = live;
const project = ledgerTerms(terms);
let folders = 0;

function newPlaces(): LedgerPlaces {
  const folder = join(root, String(folders++));
  return { trades: join(folder, "trades.db"), performance: join(folder, "performance.db") };
}

const tables = {
  trades: ["meta", "signals", "orders", "executions", "trades", "positions", "position_lots"],
  performance: ["meta", "strategy_daily", "portfolio_daily", "strategy_stats", "circuit_breaker_state"],
} as const;

function contents(places: LedgerPlaces): Record<string, unknown[]> {
  const all: Record<string, unknown[]> = {};
  for (const file of ["trades", "performance"] as const) {
    const db = new DatabaseSync(places[file], { readOnly: true });
    for (const table of tables[file]) {
      const rows = db.prepare(`SELECT * FROM ${table}`).all();
      all[`${file}.${table}`] = rows.map((row) => JSON.stringify(row)).sort();
    }
    db.close();
  }
  return all;
}

function rowsOf(path: string, sql: string): Record<string, number>[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare(sql).all() as Record<string, number>[];
  db.close();
  return rows;
}

/** A projection of its own over the whole journal, in pieces of `size` entries. */
function grown(places: LedgerPlaces, size: number): void {
  const store = new LedgerStore(places);
  const replay = new LedgerReplay(live.again(), project, store);
  for (let from = 0; from < entries.length; from += size) replay.take(entries.slice(from, from + size));
  store.close();
}

const whole = newPlaces();
grown(whole, entries.length);
const expected = contents(whole);

describe("the ledger of a run", () => {
  test("has rows of every kind", () => {
    const { stage } = execute;
    expect(stage.fills.length).toBeGreaterThan(20);
    expect(stage.trades.length).toBeGreaterThan(5);
    expect(expected["trades.executions"]).toHaveLength(stage.fills.length);
    expect(expected["trades.orders"]).toHaveLength(stage.orders.length);
    expect(expected["performance.portfolio_daily"]).toHaveLength(2);
  });

  test("adds up to the stage's own positions, cash and profits", () => {
    const { portfolio, trades } = execute.stage;
    const held = rowsOf(
      whole.trades,
      `SELECT symbol, sum(CASE direction WHEN 'buy' THEN quantity ELSE -quantity END) AS shares
       FROM executions GROUP BY symbol`,
    );
    const byFills = new Map(held.map(({ symbol, shares }) => [String(symbol), shares ?? 0]));
    const lots = rowsOf(
      whole.trades,
      "SELECT symbol, sum(quantity) AS shares FROM position_lots GROUP BY symbol",
    );
    const byLots = new Map(lots.map(({ symbol, shares }) => [String(symbol), shares ?? 0]));
    for (const [n, symbol] of instruments.symbols.entries()) {
      expect(byFills.get(symbol) ?? 0).toBeCloseTo(portfolio.shares(n as InstrumentId), 9);
      expect(byLots.get(symbol) ?? 0).toBeCloseTo(portfolio.shares(n as InstrumentId), 9);
    }
    const [{ cash = 0 } = {}] = rowsOf(
      whole.trades,
      `SELECT sum((CASE direction WHEN 'buy' THEN -1 ELSE 1 END) * quantity * fill_price
         - commission - regulatory) AS cash FROM executions`,
    );
    expect(terms.cash + cash).toBeCloseTo(portfolio.cash, 4);
    let pnl = 0;
    for (let n = 0; n < trades.length; n++) pnl += trades.get(n, TradeField.pnl);
    const [closed] = rowsOf(
      whole.trades,
      "SELECT sum(pnl) AS pnl, count(*) AS trips FROM trades WHERE status = 'CLOSED'",
    );
    expect(closed?.trips).toBe(trades.length);
    expect(closed?.pnl).toBeCloseTo(pnl, 6);
  });

  test("tells the same of the account's days as the stage, and they are final after 16:30", () => {
    const days = rowsOf(whole.performance, "SELECT * FROM portfolio_daily ORDER BY date");
    const { equity, cash } = execute.stage.portfolio;
    expect(days.map(({ is_final }) => is_final)).toEqual([1, 1]);
    expect(days[1]?.equity).toBe(equity);
    expect(days[1]?.cash).toBe(cash);
    expect((days[0]?.daily_pnl ?? 0) + (days[1]?.daily_pnl ?? 0)).toBeCloseTo(equity - terms.cash, 6);
    const [{ net = 0 } = {}] = rowsOf(whole.performance, "SELECT sum(net_pnl) AS net FROM strategy_daily");
    expect(net).toBeCloseTo(equity - terms.cash, 4);
  });

  test("names each signal's fate and no order of it is without one", () => {
    const found = rowsOf(whole.trades, "SELECT status, count(*) AS n FROM signals GROUP BY status");
    const count = new Map(found.map(({ status, n }) => [String(status), n ?? 0]));
    expect(count.get("executed") ?? 0).toBeGreaterThan(5);
    const [lost] = rowsOf(
      whole.trades,
      `SELECT count(*) AS n FROM signals s WHERE executed = 0
       AND EXISTS (SELECT 1 FROM executions e JOIN orders o ON o.id = e.order_id
         WHERE e.signal_id = s.id AND o.purpose IN ('entry', 'exit'))`,
    );
    expect(lost?.n).toBe(0);
    const [ids] = rowsOf(
      whole.trades,
      `SELECT count(*) AS n FROM orders WHERE status = 'filled' AND parent_id IS NULL AND client_order_id IS NULL
         AND crossed_qty < quantity`,
    );
    expect(ids?.n).toBe(0);
  });
});

describe("a ledger that grew", () => {
  test.each([13, 100])("in pieces of %i entries is the one that was made at once", (size) => {
    const places = newPlaces();
    grown(places, size);
    expect(contents(places)).toEqual(expected);
  });

  test("goes on after a crash between batches and inside one", () => {
    const places = newPlaces();
    for (const [at, dies] of [
      [400, false],
      [900, true],
      [1300, false],
      [entries.length, false],
    ] as const) {
      const store = new LedgerStore(places);
      const replay = new LedgerReplay(live.again(), project, dies ? new DyingSink(store) : store);
      const take = () => {
        for (let from = 0; from < at; from += 50) replay.take(entries.slice(from, Math.min(at, from + 50)));
      };
      if (dies) expect(take).toThrow("power cut");
      else take();
      store.close();
    }
    expect(contents(places)).toEqual(expected);
  });

  test("rebuilt is the same, and a failed rebuild leaves it as it was", () => {
    const places = newPlaces();
    grown(places, 100);
    const db = new DatabaseSync(places.trades);
    db.exec("UPDATE trades SET pnl = 0; DELETE FROM position_lots");
    db.close();
    const spoiled = contents(places);
    const given = { terms: project, entries: [] };
    expect(() => rebuildLedger(places, { ...given, execute: live.again() })).toThrow("no input of run");
    expect(contents(places)).toEqual(spoiled);
    const rebuilt = rebuildLedger(places, { ...given, execute: live.again(), entries });
    expect(rebuilt.inputs).toBe(entries.filter(({ part }) => part === "input").length);
    expect(contents(places)).toEqual(expected);
  });

  test("refuses to go on over rows that somebody rebuilt to an earlier point", () => {
    const places = newPlaces();
    const store = new LedgerStore(places);
    const replay = new LedgerReplay(live.again(), project, store);
    replay.take(entries.slice(0, 200));
    rebuildLedger(places, { execute: live.again(), terms: project, entries: entries.slice(0, 100) });
    expect(() => replay.take(entries.slice(200, 300))).toThrow("LG-1");
    store.close();
  });
});

/** Dies after the third batch's first file: what a power cut between the two leaves. */
class DyingSink {
  readonly #store: LedgerStore;
  #batches = 0;

  constructor(store: LedgerStore) {
    this.#store = store;
  }

  applied(run: string): number {
    return this.#store.applied(run);
  }

  write(batch: LedgerBatch): void {
    if (++this.#batches < 3) this.#store.write(batch);
    else {
      this.#store.trades.write(batch, batch.trades);
      throw new Error("power cut");
    }
  }
}
