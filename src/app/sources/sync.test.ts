/**
 * Goal: whatever goes wrong with providers, a series of the lake is one provider's from end to end, nothing is asked
 * twice, and everything that was done otherwise than asked for is told. Method: a real lake, providers behind a virtual
 * network, and a clock that jumps to its next timer.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Asked, DrivenClock, type Provider, virtualProvider } from "../../../test/recorded-provider.ts";
import { type Reply, type SourceCase, someBars, sourceCases } from "../../../test/source-replies.ts";
import { createLake, type Lake } from "../../adapters/lake/lake.ts";
import { VirtualNetwork } from "../../adapters/net/virtual-network.ts";
import { type DayNumber, dayOf, type EpochMicros, isoDate, parseIsoDate } from "../../domain/time.ts";
import { loadConfig } from "../config.ts";
import { sync } from "./sync.ts";

let root = "";
let lake: Lake;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-sync-"));
  lake = createLake(root);
});
afterEach(() => {
  lake.close();
  rmSync(root, { recursive: true, force: true });
});

const day = (text: string): DayNumber => parseIsoDate(text) as DayNumber;
const caseOf = (id: string): SourceCase => {
  const found = sourceCases.find(({ definition }) => definition.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};
const yahoo = caseOf("yahoo");
const polygon = caseOf("polygon");
const RANGE = { timeframe: "1d", from: day("2024-03-04"), to: day("2024-03-28") } as const;
/** Long after the range: all of it is settled. */
const LATER = "2024-04-10T12:00:00Z";
const KEY = "POLY-KEY-9912";

/** The days of a question to yahoo or polygon, as a range. */
function rangeOf({ path }: Asked): { readonly from: DayNumber; readonly to: DayNumber } {
  const dates = /range\/1\/day\/([\d-]+)\/([\d-]+)/.exec(path);
  if (dates !== null) return { from: day(dates[1] ?? ""), to: day(dates[2] ?? "") };
  const query = new URLSearchParams(path.split("?")[1]);
  const of = (name: string) => dayOf((Number(query.get(name)) * 1e6) as EpochMicros);
  return { from: of("period1"), to: (of("period2") - 1) as DayNumber };
}

const ok = (body: string, headers = {}) => ({ status: 200, body, headers });
/** Bars of whatever days are asked for, always the same of one day. */
const sound =
  (one: SourceCase, change: (bar: Reply, date: string) => Reply = (bar) => bar): Provider =>
  (asked) => {
    const { from, to } = rangeOf(asked);
    const whole = someBars({ timeframe: "1d", from: day("2024-01-02"), to: day("2024-05-31") });
    const bars = whole.filter(({ ts }) => dayOf(ts) >= from && dayOf(ts) <= to);
    return ok(one.body(bars.map((bar) => change(bar, isoDate(dayOf(bar.ts))))));
  };
const failing: Provider = () => ({ status: 500, body: "oops" });

interface Run {
  readonly polygon?: Provider;
  readonly yahoo?: Provider;
  readonly symbols?: readonly string[];
  readonly at?: string;
  readonly settings?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

async function run({ symbols = ["AAPL"], at = LATER, settings = [], from, to, ...providers }: Run) {
  const clock = new DrivenClock();
  const { server, asked } = virtualProvider((one) => {
    const provider = one.path.startsWith("/v2/aggs") ? providers.polygon : providers.yahoo;
    return provider?.(one) ?? { status: 404, body: "" };
  });
  const said: string[] = [];
  const result = await sync({
    world: {
      root,
      clock,
      wallMs: () => Date.parse(at),
      transport: new VirtualNetwork({ clock, server }),
      environment: { POLYGON_API_KEY: KEY },
      envFiles: [],
      seed: 1,
    },
    params: loadConfig({
      assignments: ["data.sources=[polygon, yahoo]", "data.perMinute.polygon=600", ...settings],
    }).data,
    lake,
    symbols,
    timeframe: "1d",
    adjustment: "split",
    from: from === undefined ? RANGE.from : day(from),
    to: to === undefined ? RANGE.to : day(to),
    say: (line) => said.push(line),
    onProgress: () => undefined,
  });
  return { result, asked, said, clock };
}

/** Every byte below a folder. */
function bytesOf(folder: string): string {
  const hash = createHash("sha256");
  if (!existsSync(folder)) return "";
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }).toSorted((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )) {
    hash.update(join(entry.parentPath, entry.name));
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest("hex");
}
const lakeBytes = () => bytesOf(join(root, "data"));
const events = (): readonly Record<string, unknown>[] =>
  existsSync(join(root, "sync", "events.jsonl"))
    ? readFileSync(join(root, "sync", "events.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
const series = () => lake.list().map(({ symbol, source, bars }) => `${symbol} ${source} ${bars}`);
async function closes(source: string): Promise<number[]> {
  const { columns } = await lake.loadBars({ symbols: ["AAPL"], timeframe: "1d", source });
  return [...columns.close];
}
const expected = someBars({ timeframe: "1d", from: day("2024-01-02"), to: RANGE.to })
  .filter(({ ts }) => dayOf(ts) >= RANGE.from)
  .map(({ close }) => close);

describe("what is missing", () => {
  it("is fetched once: a second run asks nothing and changes no byte", async () => {
    const first = await run({ yahoo: sound(yahoo), symbols: ["AAPL", "^VIX"] });
    expect(first.result).toMatchObject({ imported: 38, failed: [], upToDate: 0, sources: { yahoo: 2 } });
    expect(await closes("yahoo")).toEqual(expected);
    const before = bytesOf(root);
    const second = await run({
      yahoo: sound(yahoo),
      symbols: ["AAPL", "^VIX"],
      settings: ["data.sources=[yahoo]"],
    });
    expect(second.result).toMatchObject({ imported: 0, upToDate: 2, requests: { asked: 0 } });
    expect(bytesOf(root)).toBe(before);
  });

  it("is asked for alone, from the last known bar on, and the days before", async () => {
    const only = { yahoo: sound(yahoo), settings: ["data.sources=[yahoo]"] };
    await run({ ...only, to: "2024-03-15" });
    const { asked, result } = await run(only);
    expect(asked.map((one) => isoDate(rangeOf(one).from))).toEqual(["2024-03-08"]);
    expect(result).toMatchObject({ imported: 9, replaced: 0, restated: [] });
    expect(await closes("yahoo")).toEqual(expected);
  });

  it("a session whose bars may still be corrected is asked for again, and its correction replaces it", async () => {
    const evening = { at: "2024-03-28T22:00:00Z", settings: ["data.sources=[yahoo]"] };
    await run({ ...evening, yahoo: sound(yahoo) });
    const again = await run({ ...evening, yahoo: sound(yahoo) });
    expect(again.asked).toHaveLength(1);
    expect(again.result).toMatchObject({ imported: 0, replaced: 0 });
    const corrected = sound(yahoo, (bar, date) => (date === "2024-03-28" ? { ...bar, volume: 5 } : bar));
    expect((await run({ ...evening, yahoo: corrected })).result).toMatchObject({ replaced: 1, restated: [] });
  });

  it("a session that is not over is not asked for", async () => {
    const { result, asked } = await run({ yahoo: sound(yahoo), at: "2024-03-04T20:59:00Z" });
    expect([result.from, asked.length]).toEqual([null, 0]);
  });

  it("a source that falls silent after some day is told of, and asked again next time", async () => {
    const ending: Provider = (asked) => {
      const { path } = asked;
      const last = new URLSearchParams(path.split("?")[1]).get("period2") ?? "";
      return sound(yahoo)({ ...asked, path: path.replace(last, String(Date.UTC(2024, 2, 21) / 1000)) });
    };
    const only = { yahoo: ending, settings: ["data.sources=[yahoo]"] };
    const { result, said } = await run(only);
    expect(result.behind).toEqual([{ symbol: "AAPL", last: "2024-03-20" }]);
    expect(said.join()).toContain("AAPL: yahoo has no bar after 2024-03-20");
    expect((await run(only)).asked).toHaveLength(1);
  });
});

describe("failover", () => {
  it("asks the next source for the whole series, and records why", async () => {
    const { result, said } = await run({ polygon: failing, yahoo: sound(yahoo), symbols: ["AAPL", "MSFT"] });
    expect(series()).toEqual(["AAPL yahoo 19", "MSFT yahoo 19"]);
    expect(result.switched).toMatchObject([
      { symbol: "AAPL", from: "polygon", to: "yahoo", reason: 'polygon answered 500 "oops"' },
      { symbol: "MSFT", from: "polygon", to: "yahoo" },
    ]);
    expect(events()).toMatchObject([
      { kind: "down", source: "polygon" },
      { kind: "switched" },
      { kind: "switched" },
    ]);
    expect(said[0]).toContain("polygon is down, the next source is asked: polygon answered 500");
  });

  it.each([
    ["silence", () => "silence" as const, "polygon gave no answer within 20 s"],
    ["a rate limit", () => ({ status: 429, headers: { "retry-after": "60" }, body: "" }), "asks for 60 s"],
    [
      "a refused key",
      () => ({ status: 401, body: '{"status":"ERROR","error":"Unknown API Key"}' }),
      "Unknown API Key",
    ],
    ["a web page", () => ok("<html></html>"), "a web page instead of data"],
    [
      "another basis",
      () => ok(polygon.body([]).replace('"adjusted":true', '"adjusted":false')),
      "cannot be read",
    ],
    ["an unknown symbol", () => polygon.unknown, "polygon has no bars of AAPL in these days"],
  ])("on %s", async (_, answer, reason) => {
    const { result } = await run({ polygon: answer, yahoo: sound(yahoo) });
    expect(series()).toEqual(["AAPL yahoo 19"]);
    expect(result.switched[0]?.reason).toContain(reason);
    expect(result.failed).toEqual([]);
  });

  it("on an answer that is broken through and through, or full of holes", async () => {
    const nulls = sound(polygon, (bar, date) => (date < "2024-03-12" ? { ...bar, low: null } : bar));
    expect((await run({ polygon: nulls, yahoo: sound(yahoo) })).result.switched[0]?.reason).toBe(
      "polygon, AAPL: 6 of 19 bars are no bars",
    );
    const holes: Provider = (asked) => {
      const bars = someBars({ timeframe: "1d", ...rangeOf(asked) });
      return ok(polygon.body(bars.filter((_, i) => i < 3 || i > 9)));
    };
    const { result } = await run({ polygon: holes, yahoo: sound(yahoo), symbols: ["MSFT"] });
    expect(result.switched[0]?.reason).toContain(
      "7 of 19 sessions from 2024-03-04 to 2024-03-28 are missing",
    );
  });

  it("a single broken row is the gatekeeper's: rejected and kept with its reason", async () => {
    const one = sound(polygon, (bar, date) => (date === "2024-03-12" ? { ...bar, close: null } : bar));
    const { result } = await run({ polygon: one, yahoo: sound(yahoo) });
    expect(result).toMatchObject({ imported: 18, rejected: 1, sources: { polygon: 1 } });
    expect(readFileSync(result.audits[0] ?? "", "utf8")).toContain("2024-03-12");
  });

  it("a source that is back is asked first again, and told of", async () => {
    let count = 0;
    const shaky: Provider = (asked) => (++count <= 3 ? { status: 500 } : sound(polygon)(asked));
    // Each answer of the other takes longer than the rest of the first.
    const slow: Provider = (asked) => ({ ...ok(""), ...(sound(yahoo)(asked) as object), delayMs: 4_000 });
    const { said } = await run({ polygon: shaky, yahoo: slow, symbols: ["AAPL", "MSFT"] });
    expect(series()).toEqual(["AAPL yahoo 19", "MSFT polygon 19"]);
    expect(events().map(({ kind }) => kind)).toEqual(["down", "switched", "recovered"]);
    expect(said.at(-1)).toMatch(/^polygon answers again after \d+ s$/);
  });

  it("one source that asks for a rest is waited for", async () => {
    let count = 0;
    const busy: Provider = (asked) =>
      ++count === 1 ? { status: 429, headers: { "retry-after": "30" } } : sound(yahoo)(asked);
    const { result } = await run({ yahoo: busy, settings: ["data.sources=[yahoo]"] });
    expect(result).toMatchObject({ imported: 19, failed: [] });
  });

  it("a dead source is waited for a minute in all, not a minute for each symbol", async () => {
    const symbols = Array.from({ length: 40 }, (_, i) => `S${i}`);
    const { result, clock, asked } = await run({
      yahoo: failing,
      symbols,
      settings: ["data.sources=[yahoo]"],
    });
    expect(result.failed).toHaveLength(40);
    expect(clock.now()).toBeLessThan(120_000);
    expect(asked.length).toBeLessThan(40);
  });

  it("where all fail, the symbol fails with every reason and the lake has nothing", async () => {
    const { result } = await run({ polygon: failing, yahoo: () => yahoo.unknown });
    expect(result.failed[0]?.reason).toMatch(/^polygon answered 500 .*; yahoo answered 404/);
    expect(series()).toEqual([]);
  });
});

it("nothing of a source that breaks off half-way is in the series of the next one, or in its own", async () => {
  const whole = someBars({ timeframe: "5m", from: RANGE.from, to: day("2024-05-03") });
  const minutes = caseOf("tiingo_iex");
  // A question covers 28 days: the second one fails.
  const { server, asked } = virtualProvider(({ path }) =>
    path.includes("startDate=2024-03-04") ? ok(minutes.body(whole.slice(0, 19))) : { status: 500 },
  );
  const lines = whole.map(({ ts, open, high, low, close, volume }) => [
    ts / 1000,
    open,
    high,
    low,
    close,
    volume,
  ]);
  writeFileSync(join(root, "AAPL.csv"), `ts_ms,open,high,low,close,volume\n${lines.join("\n")}\n`);
  const clock = new DrivenClock();
  const result = await sync({
    world: {
      root,
      clock,
      wallMs: () => Date.parse("2024-06-03T12:00:00Z"),
      transport: new VirtualNetwork({ clock, server }),
      environment: { TIINGO_API_KEY: "x" },
      envFiles: [],
      seed: 1,
    },
    params: loadConfig({ assignments: ["data.sources=[tiingo_iex, files]", `data.folder=${root}`] }).data,
    lake,
    symbols: ["AAPL"],
    timeframe: "5m",
    adjustment: "raw",
    from: RANGE.from,
    to: day("2024-05-03"),
    say: () => undefined,
    onProgress: () => undefined,
  });
  expect(asked).toHaveLength(4);
  expect(result).toMatchObject({ imported: whole.length, switched: [{ from: "tiingo_iex", to: "files" }] });
  expect(series()).toEqual([`AAPL files ${whole.length}`]);
});

describe("a split", () => {
  const before = sound(yahoo);
  const after = sound(yahoo, ({ ts, open, high, low, close, volume }) => ({
    ts,
    open: Number(open) / 2,
    high: Number(high) / 2,
    low: Number(low) / 2,
    close: Number(close) / 2,
    volume: Number(volume) * 2,
  }));
  const only = { settings: ["data.sources=[yahoo]"] };

  it("restates the whole series: no bar of the old basis is left", async () => {
    await run({ ...only, yahoo: before, to: "2024-03-15" });
    const { result, asked } = await run({ ...only, yahoo: after });
    expect(asked.map((one) => isoDate(rangeOf(one).from))).toEqual(["2024-03-08", "2024-03-04"]);
    expect(result).toMatchObject({ imported: 9, replaced: 10, restated: ["AAPL"] });
    expect(await closes("yahoo")).toEqual(expected.map((close) => close / 2));
    expect(events().at(-1)).toMatchObject({ kind: "restated", symbol: "AAPL" });
  });

  it("is seen where older days are asked for later, in a range that ends before the known bars do", async () => {
    await run({ ...only, yahoo: before });
    const { result } = await run({ ...only, yahoo: after, from: "2024-02-01", to: "2024-03-15" });
    expect(result).toMatchObject({ imported: 21, replaced: 19, restated: ["AAPL"] });
    expect((await closes("yahoo")).slice(-19)).toEqual(expected.map((close) => close / 2));
    expect((await run({ ...only, yahoo: after, from: "2024-02-01" })).asked).toEqual([]);
  });

  it("is refused where bars of the old basis would be left between the new ones", async () => {
    await run({ ...only, yahoo: before, to: "2024-03-15" });
    const kept = lakeBytes();
    const gappy: Provider = (asked) => {
      const { status, body } = after(asked) as { status: number; body: string };
      const json = JSON.parse(body);
      const [{ timestamp, indicators }] = json.chart.result;
      for (const list of [timestamp, ...Object.values(indicators.quote[0]), indicators.adjclose[0].adjclose])
        if (timestamp.length > 15 || list !== timestamp)
          (list as unknown[]).splice(list === timestamp ? 2 : 2, list.length > 15 ? 1 : 0);
      return { status, body: JSON.stringify(json) };
    };
    const { result } = await run({ ...only, yahoo: gappy });
    expect(result.failed[0]?.reason).toContain("on another basis since, without 1 bars of the lake");
    expect(lakeBytes()).toBe(kept);
  });
});

describe("a quorum of two", () => {
  const settings = ["data.quorum=2"];

  it("takes what both tell alike and sets the rest aside with both numbers", async () => {
    const other = sound(yahoo, (bar, date) =>
      date === "2024-03-12" ? { ...bar, close: Number(bar.close) * 1.01 } : bar,
    );
    const { result } = await run({ polygon: sound(polygon), yahoo: other, settings });
    expect(result).toMatchObject({ imported: 18, quarantined: 1, failed: [] });
    const [row] = readFileSync(result.quarantine ?? "", "utf8")
      .trim()
      .split("\n");
    expect(JSON.parse(row ?? "")).toMatchObject({
      symbol: "AAPL",
      bar: "2024-03-12T00:00:00Z",
      field: "close",
      polygon: expected[6],
      yahoo: Number(expected[6]) * 1.01,
    });
    const before = lakeBytes();
    expect((await run({ polygon: sound(polygon), yahoo: other, settings })).result).toMatchObject({
      upToDate: 1,
    });
    // The memory is lost: all is asked for and compared again, and set aside only once.
    rmSync(join(root, "sync", "covered.json"));
    const again = await run({ polygon: sound(polygon), yahoo: other, settings });
    expect(again.result).toMatchObject({ imported: 0, replaced: 0, quarantined: 1 });
    expect(
      readFileSync(result.quarantine ?? "", "utf8")
        .trim()
        .split("\n"),
    ).toHaveLength(1);
    expect(lakeBytes()).toBe(before);
  });

  it("refuses a symbol on which the two disagree widely, and one that a single source has", async () => {
    const other = sound(yahoo, (bar) => ({ ...bar, volume: Number(bar.volume) * 3 }));
    const wide = await run({ polygon: sound(polygon), yahoo: other, settings });
    expect(wide.result.failed[0]?.reason).toMatch(
      /polygon and yahoo disagree on 19 of 19 bars, first the volume of/,
    );
    const alone = await run({ polygon: sound(polygon), yahoo: failing, settings, symbols: ["MSFT"] });
    expect(alone.result.failed[0]?.reason).toContain("no second source to compare with: yahoo answered 500");
    expect(series()).toEqual([]);
  });
});

describe("copies on disk", () => {
  it("are asked about with the mark that they came with; 304 is the same answer", async () => {
    const marked: Provider = (asked) => {
      if (asked.headers["if-none-match"] === '"v1"') return { status: 304 };
      return { ...(sound(yahoo)(asked) as object), ...{ headers: { etag: '"v1"' } }, status: 200 };
    };
    const only = { yahoo: marked, settings: ["data.sources=[yahoo]"] };
    await run(only);
    rmSync(join(root, "sync"), { recursive: true });
    rmSync(join(root, "data"), { recursive: true });
    const { result } = await run(only);
    expect(result).toMatchObject({ imported: 19, requests: { asked: 1, unchanged: 1 } });
    expect(await closes("yahoo")).toEqual(expected);
  });

  it("no key stands in any file, event or line", async () => {
    const echo: Provider = () => ({ status: 403, body: JSON.stringify({ message: `bad key ${KEY}` }) });
    const { result, said } = await run({ polygon: echo, yahoo: sound(yahoo) });
    await run({ polygon: sound(polygon), symbols: ["MSFT"] });
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const all = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join();
    expect(`${all}${JSON.stringify(result)}${said.join()}`).not.toContain(KEY);
    expect(JSON.stringify(result)).toContain("bad key ***");
  });
});

describe("who is asked", () => {
  it("names each source that cannot be, with its cure, and stops where none can", async () => {
    const settings = ["data.sources=[tiingo, yahoo]"];
    const { said } = await run({ yahoo: sound(yahoo), settings });
    expect(said[0]).toBe(
      "not asked: tiingo: TIINGO_API_KEY is not set; set it in the environment or in .env",
    );
    await expect(run({ settings: ["data.sources=[tiingo, files]"] })).rejects.toThrow(
      "no data source can be asked: tiingo: TIINGO_API_KEY is not set",
    );
  });

  it("a folder of files is a source like the others", async () => {
    const lines = someBars(RANGE).map(({ ts, open, high, low, close, volume }) =>
      [isoDate(dayOf(ts)), open, high, low, close, volume].join(","),
    );
    writeFileSync(join(root, "AAPL.csv"), `date,open,high,low,close,volume\n${lines.join("\n")}\n`);
    const settings = [`data.folder=${root}`, "data.sources=[files]"];
    const { result } = await run({ settings });
    expect(result).toMatchObject({ imported: 19, failed: [] });
    expect((await run({ settings, symbols: ["MSFT"] })).result.failed[0]?.reason).toContain(
      "has no file of MSFT",
    );
  });
});
