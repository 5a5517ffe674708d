/**
 * Goal: what no order of ours explains stands in the ledger as it stands in the books: adjustments, claims, flows of cash
 * and splits. Method: one synthetic session with all of them, projected at once and in pieces, and read by the commands.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { ErrorLog, LedgerStore, ledgerPlaces } from "../src/adapters/ledger/ledger-store.ts";
import { buildExecute, ledgerTerms } from "../src/app/live/build-execute.ts";
import { textOf } from "../src/app/live/frames.ts";
import { LedgerProjection } from "../src/app/live/ledger-projection.ts";
import { LedgerReads } from "../src/app/live/ledger-reads.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import { taxLotCsv } from "../src/app/live/tax-lots.ts";
import { runCommandLine } from "../src/cli/command-line.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { parseExecuteInput } from "../src/engine/stage-text.ts";
import { tellExecute } from "../src/engine/tell-execute.ts";
import { instruments, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("ledger-outside-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const HELD = 3 as InstrumentId;
const symbol = instruments.symbols[HELD] ?? "";

function happens(batch: number, at: EpochMicros): EngineEvent | undefined {
  const adjusted = { kind: "PositionAdjusted", at, instrument: HELD, reason: "found" } as const;
  const claim = { authority: "orchestrator", source: "test", level: "SCALED", scalar: 0.5 } as const;
  if (batch === 20) return { ...adjusted, shares: 40, price: 50, id: "one" };
  if (batch === 22) return { ...adjusted, shares: 40, price: 50, id: "one" };
  if (batch === 60) return { kind: "SharesSplit", at, instrument: HELD, newShares: 2, oldShares: 1 };
  if (batch === 90) return { ...adjusted, shares: -30, price: 26, id: "two" };
  if (batch === 100) return { kind: "CashMoved", at, dollars: 5000, reason: "deposit" };
  if (batch === 110)
    return { kind: "ClaimChanged", at, claim: { ...claim, reason: "0.5 of 1", liftedBy: "itself" } };
  if (batch === 120)
    return {
      kind: "ClaimChanged",
      at,
      claim: {
        ...claim,
        source: "other",
        level: "NO_NEW_ENTRIES",
        scalar: 1,
        reason: "why",
        liftedBy: "operator",
      },
    };
  if (batch === 200)
    return { kind: "ClaimChanged", at, lifted: { authority: "orchestrator", source: "test", by: "itself" } };
  return undefined;
}

const { entries, execute, again } = liveSession(1, happens);

function project(folder: string, size: number): string {
  const store = new LedgerStore(ledgerPlaces(folder));
  const replay = new LedgerReplay(again(), ledgerTerms(terms), store);
  for (let from = 0; from < entries.length; from += size) replay.take(entries.slice(from, from + size));
  store.close();
  return folder;
}

const place = project(join(root, "whole"), entries.length);

async function said(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  process.exitCode = 0;
  const code = await runCommandLine(["node", "plimsoll", "--root", place, ...words], {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join(""), err: err.join("") };
}

const rowsIn = (folder: string, file: "trades" | "performance", sql: string) => {
  const db = new DatabaseSync(ledgerPlaces(folder)[file], { readOnly: true });
  const rows = db.prepare(sql).all();
  db.close();
  return rows;
};

/** A symbol whose last wish was no moved stop. */
function wished(): string {
  const sql = `SELECT symbol FROM signals s WHERE signal_type <> 'PROTECT'
    AND timestamp = (SELECT max(timestamp) FROM signals WHERE symbol = s.symbol) LIMIT 1`;
  return String(rowsIn(place, "trades", sql)[0]?.symbol);
}

test("the external holder's lot is a position like any other, after splits and told twice", () => {
  const { portfolio, lots } = execute.stage;
  const external = terms.strategyIds.length;
  expect(lots.shares(external, HELD)).toBe(50);
  const [lot] = rowsIn(place, "trades", `SELECT * FROM position_lots WHERE strategy = 'external'`);
  expect(lot).toMatchObject({ symbol, quantity: 50, entry_price: 25 });
  const [position] = rowsIn(place, "trades", `SELECT * FROM positions WHERE symbol = '${symbol}'`);
  expect(position?.quantity).toBe(Math.abs(portfolio.shares(HELD)));
  const adjusted = rowsIn(
    place,
    "trades",
    "SELECT * FROM executions WHERE source = 'adjustment' ORDER BY id",
  );
  expect(adjusted.map(({ direction, quantity }) => [direction, quantity])).toEqual([
    ["buy", 40],
    ["sell", 30],
  ]);
});

test("a deposit is no profit", () => {
  const [day] = rowsIn(place, "performance", "SELECT * FROM portfolio_daily");
  const { equity } = execute.stage.portfolio;
  expect(day?.equity).toBe(equity);
  expect(day?.cumulative_pnl).toBeCloseTo(equity - terms.cash - 5000, 6);
});

test("what execute found at the broker itself is booked as if it had been told", () => {
  const folder = join(root, "found");
  const store = new LedgerStore(ledgerPlaces(folder));
  const projection = new LedgerProjection(ledgerTerms(terms), store);
  const live = again();
  const inputs = entries.filter(({ part }) => part === "input");
  for (const [place, { sequence, payload }] of inputs.entries()) {
    const input = parseExecuteInput(typeof payload === "string" ? payload : textOf(payload), instruments);
    live.step(input);
    if (place === inputs.length - 10) {
      const { at } = input.now;
      const found = { at, reason: "found at the broker" };
      for (const event of [
        { kind: "CashMoved", dollars: 700, ...found },
        { kind: "PositionAdjusted", instrument: HELD, shares: 5, price: 30, id: "three", ...found },
      ] as const) {
        live.output.brokerEvents.push(event);
        tellExecute(live.stage, event);
      }
    }
    projection.observe(live, input, sequence);
    const { requests, feedback, brokerEvents, commands, notes } = live.output;
    for (const list of [requests, feedback, brokerEvents, commands, notes]) list.length = 0;
  }
  projection.flush();
  store.close();
  const [day] = rowsIn(folder, "performance", "SELECT * FROM portfolio_daily");
  expect(day?.cumulative_pnl).toBeCloseTo(live.stage.portfolio.equity - terms.cash - 5700, 6);
  const booked = rowsIn(folder, "trades", "SELECT quantity FROM executions WHERE source = 'adjustment'");
  expect(booked.map(({ quantity }) => Number(quantity)).toSorted((a, b) => a - b)).toEqual([5, 30, 40]);
});

test("claims say who raised and who ended them", () => {
  const claims = rowsIn(
    place,
    "performance",
    "SELECT * FROM circuit_breaker_state WHERE authority = 'orchestrator'",
  );
  expect(claims.map((row) => [row.breaker_type, row.action, row.is_active, row.ended_by])).toEqual([
    ["test", "SCALED", 0, "itself"],
    ["other", "NO_NEW_ENTRIES", 1, null],
  ]);
});

test("pieces make the same", () => {
  const pieces = project(join(root, "pieces"), 11);
  for (const [file, table] of [
    ["trades", "executions"],
    ["trades", "trades"],
    ["trades", "positions"],
    ["trades", "position_lots"],
    ["trades", "orders"],
    ["trades", "signals"],
    ["performance", "portfolio_daily"],
    ["performance", "strategy_daily"],
    ["performance", "circuit_breaker_state"],
  ] as const) {
    const sql = `SELECT * FROM ${table} ORDER BY 1, 2, 3`;
    expect(rowsIn(pieces, file, sql)).toEqual(rowsIn(place, file, sql));
  }
});

test("the commands tell what the ledger says", async () => {
  const positions = await said("positions");
  expect(positions.out).toContain(symbol);
  expect(positions.out).toContain("external 50");
  const orders = JSON.parse((await said("orders", "--limit", "5", "--json")).out);
  expect(orders).toHaveLength(5);
  expect((await said("locks")).out).toMatch(/NO_NEW_ENTRIES.*orchestrator\/other/);
  const why = await said("why");
  expect(why.out).toContain("last wishes");
  expect((await said("why", wished())).out).toMatch(/^ {4}saw \w+ -?[\d.]+/m);
  expect(why.out).toContain("NO_NEW_ENTRIES");
  const { lastDecisionAt, rejects } = JSON.parse((await said("why", "--json")).out);
  expect(lastDecisionAt).toBeGreaterThan(0);
  expect(rejects.some(({ denied }: { denied: number }) => denied > 0)).toBe(true);
  expect(await said("why", "???")).toMatchObject({ code: 2 });
  expect((await said("trades")).out).toContain("profit");
});

test("tax lots add up to what the round trips won, and nothing is written over", async () => {
  const file = join(root, "lots.csv");
  expect((await said("trades", "--csv", file)).code).toBe(0);
  const [header, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(header).toBe("symbol,strategy,side,shares,open_date,close_date,proceeds,cost_basis,gain,term,trade");
  const [sum] = rowsIn(
    place,
    "trades",
    "SELECT sum(pnl - dividends) AS pnl, count(*) AS n FROM trades WHERE status = 'CLOSED'",
  );
  expect(lines).toHaveLength(Number(sum?.n));
  const gain = lines.reduce((all, line) => all + Number(line.split(",")[8]), 0);
  expect(Math.abs(gain - Number(sum?.pnl))).toBeLessThan(0.02 * lines.length);
  expect(await said("trades", "--csv", file)).toMatchObject({ code: 2 });
});

test("a lot is long-term from the day after its anniversary", () => {
  const at = (text: string) => Date.parse(text) * 1000;
  const trade = { symbol: "A", strategy: "s", side: "long", quantity: 10, entry_price: 5, exit_price: 6 };
  const lot = (closed: string, side = "long") => ({
    ...{ ...trade, side, commission: 1, id: "t", timestamp: at("2025-03-03T15:00:00Z") },
    exit_timestamp: at(closed),
  });
  const csv = taxLotCsv([
    lot("2026-03-03T20:00:00Z"),
    lot("2026-03-04T15:00:00Z"),
    lot("2026-03-04T15:00:00Z", "short"),
  ]);
  const fields = csv.trimEnd().split("\n").slice(1);
  expect(fields.map((line) => line.split(",").slice(6, 10).join(" "))).toEqual([
    "59.00 50.00 9.00 short",
    "59.00 50.00 9.00 long",
    "49.00 60.00 -11.00 short",
  ]);
});

test("errors are the collector's, and a rebuild leaves them", () => {
  const log = new ErrorLog(ledgerPlaces(place).performance);
  const row = { timestamp: "2026-11-18T15:00:00Z", level: "ERROR", loggerName: "execute" } as const;
  log.appendErrors([{ ...row, message: "broke", component: "execution" }]);
  log.close();
  expect(rowsIn(place, "performance", "SELECT message, is_resolved FROM error_log")).toEqual([
    expect.objectContaining({ message: "broke", is_resolved: 0 }),
  ]);
});

test("a file that is no ledger is named with the cure", async () => {
  expect(() => new LedgerReads(ledgerPlaces(join(root, "none")))).toThrow(/there is no .*journal project/);
  expect(existsSync(join(root, "none"))).toBe(false);
  const file = join(root, "notes.txt");
  writeFileSync(file, "shopping list ".repeat(100));
  expect(() => new LedgerStore({ trades: file, performance: file })).toThrow(/cannot be used/);
});

test("a stage built twice of the same terms begins with the same books", () => {
  const { lifecycle } = execute;
  const [a, b] = [buildExecute(terms, lifecycle), buildExecute(terms, lifecycle)];
  expect(a.stage.portfolio.cash).toBe(terms.cash);
  expect(JSON.stringify(a.stage.saveRisk())).toBe(JSON.stringify(b.stage.saveRisk()));
});
