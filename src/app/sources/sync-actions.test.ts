/**
 * Goal: after a sync the lake knows the splits and dividends that its source lists, once each beside those that were
 * imported, whatever fails and however often it is asked; and what a running system applies it counts. Method: a real
 * lake, Alpaca's documented answers behind a virtual network, the whole of `data sync`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DrivenClock, type Provider, virtualProvider } from "../../../test/recorded-provider.ts";
import { someBars, sourceCases } from "../../../test/source-replies.ts";
import { readActions } from "../../adapters/lake/action-store.ts";
import { readActionsEntry } from "../../adapters/lake/catalog.ts";
import { writeFilings } from "../../adapters/lake/filing-store.ts";
import { createLake, type Lake } from "../../adapters/lake/lake.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { VirtualNetwork } from "../../adapters/net/virtual-network.ts";
import { type DayNumber, dayOf, isoDate, parseIsoDate } from "../../domain/time.ts";
import { type Filing, figureNames } from "../../market/fundamentals/filing.ts";
import { loadConfig } from "../config.ts";
import { knownReports } from "../fundamentals/known-reports.ts";
import { sync } from "./sync.ts";

let root = "";
let lake: Lake;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-sync-actions-"));
  lake = createLake(root);
});
afterEach(() => {
  lake.close();
  rmSync(root, { recursive: true, force: true });
});

const day = (text: string): DayNumber => parseIsoDate(text) as DayNumber;
const alpaca = sourceCases.find(({ definition }) => definition.id === "alpaca_sip")!;
const SPLIT = day("2024-03-15");

/** Raw bars of AAPL, which splits four for one. */
const bars: Provider = ({ path }) => {
  const query = new URLSearchParams(path.split("?")[1]);
  const [from, to] = ["start", "end"].map((name) => day((query.get(name) ?? "").slice(0, 10)));
  const all = someBars({ timeframe: "1d", from: day("2024-03-04"), to: day("2024-03-28") })
    .filter(({ ts }) => dayOf(ts) >= (from as number) && dayOf(ts) <= (to as number))
    .map(({ ts, volume, ...prices }) => {
      const ratio = dayOf(ts) < SPLIT ? 1 : 4;
      const { open, high, low, close } = prices;
      return { ts, volume, open: open / ratio, high: high / ratio, low: low / ratio, close: close / ratio };
    });
  return { status: 200, body: alpaca.body(all) };
};
const lists =
  (given: object): Provider =>
  ({ path }) =>
    path.includes("start=2024") ? listed(given) : listed({});
const listed = (given: object) => ({
  status: 200,
  body: JSON.stringify({ corporate_actions: given, next_page_token: null }),
});
const split = (symbol: string, ex_date: string, new_rate: number) => ({
  ...{ id: `${symbol}${ex_date}`, symbol, new_rate, old_rate: 1, ex_date, process_date: ex_date },
});
const cash = (symbol: string, ex_date: string, rate: number) => ({
  ...{ id: `${symbol}${ex_date}${rate}`, symbol, rate, special: false, ex_date },
  payable_date: "2024-04-02",
});
const both = {
  forward_splits: [split("AAPL", "2024-03-15", 4)],
  cash_dividends: [cash("AAPL", "2024-03-21", 0.24)],
};

async function run(
  actions: Provider,
  more: { at?: string; symbols?: string[]; settings?: string[]; from?: string } = {},
) {
  const {
    at = "2024-04-10T12:00:00Z",
    symbols = ["AAPL", "^VIX"],
    settings = [],
    from = "2024-03-04",
  } = more;
  const clock = new DrivenClock();
  const { server, asked } = virtualProvider((one) =>
    (one.path.startsWith("/v1/corporate-actions") ? actions : bars)(one),
  );
  const said: string[] = [];
  const result = await sync({
    world: {
      ...{ root, clock, wallMs: () => Date.parse(at), transport: new VirtualNetwork({ clock, server }) },
      environment: { ALPACA_API_KEY: "KEY-5551", ALPACA_SECRET_KEY: "SECRET-7773" },
      ...{ envFiles: [], seed: 1 },
    },
    params: loadConfig({ assignments: ["data.sources=[alpaca_sip]", ...settings] }).data,
    ...{ lake, symbols, timeframe: "1d", adjustment: "raw", from: day(from) },
    say: (line) => said.push(line),
    onProgress: () => undefined,
  });
  return { actions: result.actions, said, asked: asked.filter(({ path }) => path.startsWith("/v1/corp")) };
}

const inLake = () => {
  const paths = lakePaths(root);
  return readActions(paths, readActionsEntry(paths)).map(
    ({ symbol, exDate, kind, newShares, cashPerShare }) =>
      [symbol, isoDate(exDate), kind, kind === "split" ? newShares : cashPerShare].join(" "),
  );
};
const catalog = () =>
  readdirSync(join(root, "data"), { recursive: true })
    .map(String)
    .filter((name) => /catalog|actions/.test(name) && /\.(json|csv)$/.test(name))
    .toSorted()
    .map((name) => `${name} ${readFileSync(join(root, "data", name), "utf8")}`);

async function imported(...lines: readonly string[]): Promise<void> {
  const file = join(root, "own.csv");
  const header = "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference";
  writeFileSync(file, `${header}\n${lines.join("\n")}\n`);
  await lake.importActions({ files: [file] });
}

describe("corporate actions of a sync", () => {
  it("are in the lake beside the bars, and bring them to one basis", async () => {
    const { actions, asked } = await run(lists(both));
    expect(actions).toMatchObject({ source: "alpaca_sip", added: 2, known: 0, failed: null, unread: [] });
    expect(inLake()).toEqual(["AAPL 2024-03-15 split 4", "AAPL 2024-03-21 dividend 0.24"]);
    // A report of a year ago counts the shares of then.
    expect(asked.map(({ path }) => /symbols=AAPL&start=(\d+)/.exec(path)?.[1])).toEqual([
      "2022",
      "2023",
      "2024",
    ]);
    const loaded = await lake.loadBars({ symbols: ["AAPL"], timeframe: "1d", adjust: "split" });
    const plain = someBars({ timeframe: "1d", from: day("2024-03-04"), to: day("2024-03-28") });
    for (const [n, close] of [...loaded.columns.close].entries())
      expect(close).toBeCloseTo(plain[n]!.close / 4, 6);
  });

  it("are those since the lake's first bar of them, whatever days are asked for", async () => {
    await run(lists({}));
    const { asked, actions } = await run(lists(both), { at: "2027-06-01T12:00:00Z", from: "2027-05-03" });
    expect(asked.at(0)?.path).toContain("start=2024-01-01");
    expect(actions).toMatchObject({ added: 2 });
  });

  it("asked for again change no byte", async () => {
    await run(lists(both));
    const before = catalog();
    expect((await run(lists(both))).actions).toMatchObject({ added: 0, known: 2 });
    expect(catalog()).toEqual(before);
  });

  it("stand once beside those that were imported, which stay as they are", async () => {
    await run(lists({}));
    await imported(
      "AAPL,2024-03-15,split,8,2,0,",
      "AAPL,2024-03-20,dividend,1,1,0.24,",
      "MSFT,2020-01-02,split,2,1,0,",
    );
    const before = inLake();
    const { actions, said } = await run(
      lists({ ...both, reverse_splits: [split("AAPL", "2024-03-26", 0.5)] }),
    );
    // Of two splits of a month nobody knows which.
    expect(actions).toMatchObject({ added: 0, known: 1, differing: [] });
    expect(said.join("\n")).toContain("AAPL 2024-03-15 one of two splits of a month");
    expect((await run(lists(both))).actions).toMatchObject({ added: 0, known: 2, differing: [] });
    expect(inLake()).toEqual(before);
  });

  it("that say another thing than the lake are told, and change nothing", async () => {
    await run(lists({}));
    await imported("AAPL,2024-03-15,split,4,1,0,", "AAPL,2024-03-21,dividend,1,1,0.5,");
    const { actions, said } = await run(lists(both));
    expect(actions).toMatchObject({ added: 0, known: 1 });
    expect(said.at(-1)).toBe(
      "warning: corporate actions differ, the lake's stay: AAPL 2024-03-21 dividend 0.24 USD by alpaca_sip, " +
        "AAPL 2024-03-21 dividend 0.5 USD in the lake",
    );
    expect(inLake()[1]).toBe("AAPL 2024-03-21 dividend 0.5");
  });

  it("that the prices contradict are refused as an import refuses them", async () => {
    const wrong = { forward_splits: [split("AAPL", "2024-03-08", 4)] };
    const { actions, said } = await run(lists(wrong));
    expect(actions).toMatchObject({ added: 0, rejected: 1 });
    expect(said.at(-1)).toMatch(/1 corporate action\(s\) of alpaca_sip rejected: .*actions-/);
    expect(inLake()).toEqual([]);
  });

  it("of today are known this morning, and none that is only announced", async () => {
    const given = { forward_splits: [split("AAPL", "2024-03-15", 4), split("MSFT", "2024-03-18", 2)] };
    const of = (at: string) => run(lists(given), { at, symbols: ["AAPL", "MSFT"] });
    expect((await of("2024-03-15T12:00:00Z")).actions).toMatchObject({ added: 1 });
    expect(inLake()).toEqual(["AAPL 2024-03-15 split 4"]);
    expect((await of("2024-03-18T12:00:00Z")).actions).toMatchObject({ added: 1, known: 1 });
  });

  it("are counted in what strategies are told of a company, with the basis that says so", async () => {
    const figures = Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Filing["figures"];
    const paths = lakePaths(root);
    writeFilings(paths, [
      {
        ...{ source: "s", symbol: "AAPL", form: "annual", fiscalYear: undefined, isAmended: false },
        ...{ periodEnd: day("2023-12-31"), filed: day("2024-02-01"), figures: { ...figures, shares: 100 } },
      },
    ]);
    await run(lists(both));
    const [known] = knownReports(root, "", SPLIT);
    expect(known?.values[0]).toBe(400);
    expect(known?.basis).toEqual({
      asOf: day("2024-02-01"),
      splits: [{ exDate: SPLIT, newShares: 4, oldShares: 1 }],
    });
  });

  it("that cannot be had are a warning; the bars are there, and the next sync brings them", async () => {
    const { actions, said } = await run(() => ({ status: 403, body: '{"message":"no"}' }));
    expect(actions).toMatchObject({ added: 0, failed: expect.stringContaining("403") });
    expect(said.at(-1)).toMatch(/^warning: corporate actions are not up to date: .*403/);
    expect(lake.list()).toMatchObject([{ symbol: "AAPL", adjustment: "raw" }]);
    expect((await run(lists(both))).actions).toMatchObject({ added: 2, failed: null });
  });

  it("cut short between two questions keep what was brought, and go on from there", async () => {
    const symbols = ["AAPL", ...Array.from({ length: 120 }, (_, n) => `Z${n}`)];
    const of: Provider = (one) => {
      if (!one.path.includes("AAPL")) return { status: 500, body: "" };
      return lists(both)(one);
    };
    // Bars of the others are not the question.
    const settings = ["data.perMinute.alpaca_sip=6000"];
    const first = await run(of, { symbols, settings });
    expect(first.actions).toMatchObject({ added: 2, failed: expect.stringContaining("500") });
    const then = await run(lists(both), { symbols, settings });
    expect(then.actions).toMatchObject({ added: 0, known: 2, failed: null });
  }, 30_000);

  it("are not asked for of indices", async () => {
    const { actions, asked } = await run(lists(both), { symbols: ["^VIX"] });
    expect([actions, asked.length]).toEqual([null, 0]);
  });
});
