/** Goal: the files say what the run did, to a spreadsheet as to a parser, and twice the same. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { batchCount } from "../domain/bars.ts";
import { xnysSessions } from "../market/calendar.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";
import { exposureCurve } from "./exposure-curve.ts";
import { resultJson, writeRunFiles } from "./run-files.ts";
import { reportRun } from "./run-report.ts";
import type { TradeRow } from "./run-result.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = loadConfig({ assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 8}"] });
const columns = randomDaily({ seed: 9, sessions: 200 });
const setup = {
  config,
  strategyIds: ["reference_ema_cross", "swing_trend_following"],
  columns,
  sessions: xnysSessions(),
  cash: 50_000,
};

function finished(over: Partial<typeof setup> = {}) {
  const of = { ...setup, ...over };
  const run = runEngine(of);
  const exposure = exposureCurve(columns, run.loop.execute, setup.cash);
  const canary = { passed: true, decisions: 0, moved: 0, firstDifference: null };
  const report = reportRun(
    { setup: of, run, exposure, canary, snapshot: "s", profile: "standard", seed: 1, command: "c" },
    (trial) => [trial],
  );
  return { run, exposure, columns, trades: report.trades, result: report.result };
}
const files = finished();
let folders = 0;
function written(trades: readonly TradeRow[] = files.trades) {
  const out = join(folder, String(folders++));
  writeRunFiles(out, { ...files, trades });
  return (name: string) => readFileSync(join(out, name), "utf8");
}
const read = written();
const rowsOf = (name: string) =>
  read(name)
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
const column = (name: string, title: string) => {
  const [head = [], ...rows] = rowsOf(name);
  return rows.map((row) => row[head.indexOf(title)]);
};
const trade = files.trades[0] as TradeRow;
const tradeLine = (change: Partial<TradeRow>) =>
  written([{ ...trade, ...change }])("trades.csv")
    .split("\n")
    .slice(1)
    .join("\n");

describe("an order that a claim barred", () => {
  const barred = finished({
    config: loadConfig({
      assignments: [
        "strategies.reference_ema_cross.params={fast: 3, slow: 8}",
        "breakers.account_losses.losses=1",
        "breakers.strategy_losses.losses=1",
      ],
    }),
  });
  const out = join(folder, "barred");
  writeRunFiles(out, barred);
  const [head = [], ...rows] = readFileSync(join(out, "orders.csv"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, a, b]) => a ?? b ?? ""),
    );
  const at = (row: readonly string[], title: string) => row[head.indexOf(title)] ?? "";
  const denied = rows.filter((row) => at(row, "status") === "denied");

  it("names the claim beside what the strategy wanted, and the reason of the claim", () => {
    const byClaim = denied.filter((row) => at(row, "rule").startsWith("permission:"));
    expect(new Set(byClaim.map((row) => at(row, "rule")))).toEqual(new Set(["permission:account_losses"]));
    for (const row of byClaim) {
      expect(at(row, "barred_by")).toMatch(/^NO_NEW_ENTRIES by circuit_breakers: .*limit/);
      expect(at(row, "reason")).toMatch(/average|EMA/);
    }
    const counted = barred.result.blocked
      .filter(({ rule }) => rule.startsWith("permission:"))
      .reduce((sum, { count }) => sum + count, 0);
    expect(byClaim.length).toBe(counted);
  });

  it("is told from one that a rule denied, and no denied order is without a cause", () => {
    expect(denied.every((row) => at(row, "rule") !== "")).toBe(true);
    for (const row of rows.filter((other) => !at(other, "rule").startsWith("permission:")))
      expect(at(row, "barred_by")).toBe("");
  });
});

describe("the CSV files", () => {
  it("have a row per order, fill, trade and batch", () => {
    const { orders, fills } = files.run.loop.execute;
    expect(files.trades.length).toBeGreaterThan(5);
    expect(column("orders.csv", "order")).toEqual(Array.from({ length: orders.length }, (_, n) => String(n)));
    expect(rowsOf("fills.csv").length - 1).toBe(fills.length);
    expect(rowsOf("trades.csv").length - 1).toBe(files.trades.length);
    expect(rowsOf("equity.csv").length - 1).toBe(batchCount(columns));
    expect(rowsOf("equity.csv")[0]).toEqual(["timestamp", "equity", "cash", "gross", "net", "drawdown"]);
  });

  it("leave empty what is no number, and never say NaN, Infinity, undefined or null", () => {
    for (const name of ["orders.csv", "fills.csv", "trades.csv", "equity.csv"]) {
      expect(read(name), name).not.toMatch(/NaN|Infinity|undefined|null/);
    }
    expect(column("orders.csv", "stop")).toContain("");
    expect(
      tradeLine({ r: Number.NaN, pnl: Number.NEGATIVE_INFINITY })
        .split(",")
        .filter((cell) => cell === "").length,
    ).toBe(2);
  });

  it("write daily bars as their session date and keep every digit of a price", () => {
    expect(column("equity.csv", "timestamp")[0]).toBe("2015-01-02");
    expect(column("equity.csv", "equity").map(Number)).toEqual([...files.run.curve.equity]);
  });

  it("give every order its own id, the same on every run", () => {
    const ids = column("orders.csv", "client_order_id");
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => id !== undefined && id.length > 8 && id.length <= 48)).toBe(true);
  });

  it("equity is cash plus net, and the drawdown is from the highest so far", () => {
    let high = setup.cash;
    for (const row of rowsOf("equity.csv").slice(1)) {
      const [equity = 0, cash = 0, , net = 0, drawdown = 0] = row.slice(1).map(Number);
      high = Math.max(high, equity);
      expect(cash + net).toBeCloseTo(equity, 6);
      expect(drawdown).toBeCloseTo(1 - equity / high, 12);
    }
    const { portfolio } = files.run.loop.execute;
    const [, cash, gross] = rowsOf("equity.csv").at(-1)?.slice(1).map(Number) ?? [];
    expect([cash, gross]).toEqual([portfolio.cash, portfolio.gross]);
  });

  it("quote what holds a comma, a quote or a line end", () => {
    expect(tradeLine({ whyIn: 'a, "b"\nc' })).toContain(',"a, ""b""\nc",');
    expect(tradeLine({ whyOut: "plain" })).toMatch(/,plain,0,0\n$/);
  });

  it.each(["=1+1", "+1", "-cmd", "@sum", "\ttab", "\rreturn"])(
    "disarm %j, which a spreadsheet would run",
    (text) => {
      const line = tradeLine({ strategy: text });
      expect(line.startsWith(`'${text}`) || line.startsWith(`"'${text}`)).toBe(true);
    },
  );

  it("keep negative numbers numbers", () => {
    expect(tradeLine({ pnl: -12.5 })).toContain(",-12.5,");
  });

  it("say why each order and trade was made", () => {
    expect(column("orders.csv", "reason").every((reason) => reason !== undefined && reason.length > 10)).toBe(
      true,
    );
    expect(read("trades.csv")).not.toMatch(/\{\d\}/);
  });
});

describe("result.json", () => {
  it("writes what is no number as null", () => {
    expect(
      JSON.parse(resultJson({ a: Number.NaN, b: [Number.POSITIVE_INFINITY, 1], c: { d: -0.5 } })),
    ).toEqual({
      a: null,
      b: [null, 1],
      c: { d: -0.5 },
    });
  });

  it("is what the run returned, and ends with a line end", () => {
    expect(read("result.json").endsWith("}\n")).toBe(true);
    expect(JSON.parse(read("result.json")).runId).toBe(files.result.runId);
  });
});

it("the same run again gives the same bytes", () => {
  const out = join(folder, "again");
  writeRunFiles(out, finished());
  for (const name of readdirSync(out)) expect(readFileSync(join(out, name), "utf8"), name).toBe(read(name));
  expect(readdirSync(out).toSorted()).toEqual([
    "equity.csv",
    "fills.csv",
    "orders.csv",
    "result.json",
    "trades.csv",
  ]);
});
