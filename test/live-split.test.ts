/**
 * Goal    over a split of all that is held a running system decides, holds and earns what it would have without one;
 *         its record replays to the same, also where the bars come late (C-49, fault 43).
 * Method  two synthetic sessions through the live stages, once as they are and once with every company splitting four
 *         for one before the second: a power of two, so that prices differ in no bit but their scale.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { LedgerStore } from "../src/adapters/ledger/ledger-store.ts";
import { ledgerTerms } from "../src/app/live/build-execute.ts";
import { LedgerReplay } from "../src/app/live/ledger-replay.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { LiveCompute } from "../src/engine/live-compute.ts";
import type { Decision } from "../src/engine/stage-messages.ts";
import { decisionText, parseComputeInput, parseExecuteInput } from "../src/engine/stage-text.ts";
import { instruments, type LiveSession, liveSession, terms } from "./live-session.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("live-split-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const plain = liveSession(2);
const split = liveSession(2, undefined, { newShares: 4, oldShares: 1 });
const minutes = plain.decisions.length / 2;

/** What was wanted when, without prices and shares. */
const wishes = (decisions: readonly Decision[]): string[] =>
  decisions.flatMap(({ at, signals }) =>
    signals.map(({ kind, strategy, instrument, conviction }) =>
      [at, kind, strategy, instrument, conviction.toFixed(9)].join(" "),
    ),
  );

const levelsOf = (decisions: readonly Decision[]): number[] =>
  decisions.flatMap(({ signals }) => signals.map(({ stop }) => stop ?? 0));

function rowsOf(path: string, sql: string): Record<string, number>[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare(sql).all() as Record<string, number>[];
  db.close();
  return rows;
}

/** Equity as compute was told at each minute. */
const equities = ({ heard }: LiveSession): number[] =>
  heard.flatMap((text) => {
    const input = parseComputeInput(text, instruments);
    return input.kind === "feedback" && input.feedback.kind === "valued"
      ? [input.feedback.account.equity]
      : [];
  });

const decided = (compute: LiveCompute): string[] => compute.decisions.splice(0).map(decisionText);

/** Fraction of the account that was in shares over the night. */
function exposed({ entries, again }: LiveSession): number {
  const execute = again();
  for (const { part, payload } of entries) {
    if (part !== "input") continue;
    if (String(payload).includes("SharesSplit")) break;
    execute.step(parseExecuteInput(String(payload), instruments));
  }
  return execute.stage.portfolio.gross / execute.stage.portfolio.equity;
}

/** Prices are cut to cents in both worlds: later in the day a fill may be a cent of a quarter of the price apart. */
const ALIKE = 30;

describe("a split of everything over night", () => {
  it("finds something held and much to decide", () => {
    expect(exposed(split)).toBeGreaterThan(0.1);
    expect(wishes(plain.decisions.slice(minutes, minutes + ALIKE)).length).toBeGreaterThan(20);
  });

  it("changes no decision, and levels by its ratio alone", () => {
    const until = minutes + ALIKE;
    expect(wishes(split.decisions.slice(0, until))).toEqual(wishes(plain.decisions.slice(0, until)));
    const before = levelsOf(plain.decisions.slice(minutes, until));
    const after = levelsOf(split.decisions.slice(minutes, until));
    for (const [n, level] of after.entries()) expect(level * 4).toBeCloseTo(before[n] ?? 0, 1);
  });

  it("moves the worth of the account by cents, the whole day long", () => {
    const [before, after] = [equities(plain), equities(split)];
    expect(after[minutes]).toBeCloseTo(before[minutes] ?? 0, -1);
    for (const [n, equity] of after.entries())
      expect(Math.abs(equity / (before[n] ?? 0) - 1)).toBeLessThan(2e-3);
  });

  it("stops and halts nothing", () => {
    const claims = ({ execute }: LiveSession) =>
      execute.stage.claimLog.claims.map(({ claim }) => claim.source);
    expect(claims(split)).toEqual(claims(plain));
  });
});

describe("its record", () => {
  it("gives the same orders and the same books again", () => {
    const again = split.again();
    const [recorded, replayed]: [string[], string[]] = [[], []];
    for (const { part, payload } of split.entries) {
      if (part === "command") recorded.push(String(payload));
      if (part !== "input") continue;
      again.step(parseExecuteInput(String(payload), instruments));
      replayed.push(...again.output.commands.splice(0).map((command) => JSON.stringify(command)));
    }
    expect(recorded.length).toBeGreaterThan(40);
    expect(replayed).toEqual(recorded);
    expect(again.stage.portfolio.equity).toBe(split.execute.stage.portfolio.equity);
  });

  it("gives the same decisions when the bars come after everything else (LC-1)", () => {
    const compute = split.computeAgain();
    const inputs = split.heard.map((text) => parseComputeInput(text, instruments));
    for (const input of inputs.filter(({ kind }) => kind === "feedback")) compute.step(input);
    for (const input of inputs.filter(({ kind }) => kind === "market")) compute.step(input);
    expect(decided(compute)).toEqual(split.decisions.map(decisionText));
  });

  it("is a ledger whose days join, and whose positions are those of the books in new shares", () => {
    const places = { trades: join(root, "trades.db"), performance: join(root, "performance.db") };
    const store = new LedgerStore(places);
    new LedgerReplay(split.again(), ledgerTerms(terms), store).take(split.entries);
    store.close();
    const { portfolio } = split.execute.stage;
    const days = rowsOf(places.performance, "SELECT equity, daily_pnl, drawdown_pct FROM portfolio_daily");
    expect(days).toHaveLength(2);
    const daily = days.map(({ daily_pnl }) => daily_pnl ?? Number.NaN);
    expect((daily[0] ?? 0) + (daily[1] ?? 0)).toBeCloseTo(portfolio.equity - terms.cash, 6);
    for (const { drawdown_pct } of days) expect(drawdown_pct).toBeLessThan(0.02);
    for (const row of rowsOf(
      places.trades,
      "SELECT symbol, sum(quantity) AS shares FROM position_lots GROUP BY 1",
    ))
      expect(row.shares).toBe(
        portfolio.shares(instruments.symbols.indexOf(String(row.symbol)) as InstrumentId),
      );
    // What was bought at 160 and sold at 40 in four times the shares is no loss of three quarters.
    const trips = rowsOf(places.trades, "SELECT pnl_percent FROM trades WHERE status = 'CLOSED'");
    expect(trips.length).toBeGreaterThan(5);
    for (const { pnl_percent } of trips) expect(Math.abs(pnl_percent ?? 1)).toBeLessThan(0.1);
  });
});
